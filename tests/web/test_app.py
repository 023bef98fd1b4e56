"""The pages and the API over HTTP: what is shown, what is not, and how errors read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from pipeline import search as searching
from pipeline.web import api
from tests.web import newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from pipeline.settings import Settings

services = pytest.mark.services
PAGES = ["/", "/?q=storm", f"/article/{newsroom.STORY[0].id}", "/live", "/lag"]
LEAKS = ("Wanda", "Sealwright", "ferry fare", "Ferry fare", "Never seen")
SAFE = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=()",
    "cache-control": "no-store",
    "server": "newswire",
}


def assert_hardened(answer: httpx.Response) -> None:
    for name, value in SAFE.items():
        assert answer.headers[name].startswith(value)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "*" not in policy


@services
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_and_hardened_and_has_nothing_inline_or_external(path: str, site: Site) -> None:
    answer = site.get(path)
    assert answer.status_code == 200
    assert_hardened(answer)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?! src=\"/static/)", answer.text)
    assert not re.search(
        r"<(?:script|link|img|iframe|use|image)[^>]+(?:src|href)=\"(?!/static/)", answer.text
    )


@services
@pytest.mark.parametrize(
    "path", ["/nope", "/?q=(a", "/api/nope", "/api/search?q=(a", "/static/nope", "/article/" + "0" * 32]
)
def test_errors_are_hardened_too(path: str, site: Site) -> None:
    answer = site.get(path)
    assert 400 <= answer.status_code < 500
    assert_hardened(answer)


@services
def test_a_story_is_one_hit_with_its_others_under_it_and_what_matched_is_marked(site: Site) -> None:
    text = site.get("/?q=storm").text
    assert "3 articles" in text
    assert "in 1 story" in text
    assert text.count("<li>\n      <article>") == 1
    assert "<mark>storm</mark>" in text
    for one in newsroom.STORY:
        assert f"/article/{one.id}" in text


@services
def test_a_facet_is_a_link_that_refines_the_typed_query_and_again_takes_it_back(site: Site) -> None:
    text = site.get("/?q=tram").text
    link = "/?q=tram+source%3ANord"
    assert f'href="{link}"' in text
    refined = site.get(link).text
    assert 'href="/?q=tram" class="chosen"' in refined
    assert "Atlantic</bdi>" not in refined
    assert 'value="tram source:Nord"' in refined


@services
def test_bars_of_the_timeline_are_links_to_their_time(site: Site) -> None:
    text = site.get("/?q=tram").text
    found = re.findall(r'<a href="(/\?q=tram\+since[^"]+)" aria-label="from [^"]+: (\d+) article', text)
    assert found
    href, count = found[0]
    heading = re.search(r'<h1 id="found">(\d+) article', site.get(href.replace("&amp;", "&")).text)
    assert heading
    assert heading[1] == count


@services
def test_pages_follow_each_other_until_all_stories_were_shown_once(site: Site) -> None:
    path: str | None = "/?q=news+today&sort=oldest"
    seen: list[str] = []
    while path:
        text = site.get(path).text
        seen += re.findall(r'<h2><a href="/article/([0-9a-f]{32})"', text)
        following = re.search(r'<a href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else None
        assert len(seen) <= len(newsroom.FILLERS)
    assert len(seen) == len(set(seen))
    stories = {hit.story for hit in _all("news today", site)}
    assert len(seen) == len(stories)


def _all(words: str, site: Site) -> list[Any]:
    found = site.get(f"/api/search?q={words}&size=100&collapse=no").json()["hits"]
    return [searching.Hit(**{**hit, "members": ()}) for hit in found]


@services
def test_the_article_shows_its_text_with_names_that_are_links_its_story_and_where_it_is_from(
    site: Site,
) -> None:
    text = site.get(f"/article/{newsroom.STORY[0].id}").text
    assert (
        '<mark class="name per"><a href="/?q=person%3A%22Ma%C3%ABlle+Kerdoncuff%22" title="Person">' in text
    )
    assert "<h2>Ferries stay in port</h2>" in text
    assert '<span class="quote">Nobody goes out in this,</span>' in text
    assert "3 articles, the newest first" in text
    assert 'aria-current="true"' in text
    assert 'href="/?q=identity%3Ageonames%3A3030300"' in text
    assert "/in/storm-3.xml" in text
    assert "By Erwan Tanguy" in text
    assert '<time datetime="2026-03-12T08:30:00Z">12 March 2026, 08:30 UTC</time>' in text


@services
def test_a_table_keeps_its_columns_and_notes_to_editors_are_shown(site: Site) -> None:
    text = site.get(f"/article/{newsroom.TALKS_ONE.id}").text
    assert "Blue Reach            3      1998\n" in text
    assert "Corrects the number of countries." in text
    assert 'href="https://example.org/talks" rel="noreferrer noopener"' in text


@services
@pytest.mark.parametrize("path", ["/?q=security+firm", f"/article/{newsroom.HOSTILE_ONE.id}"])
def test_markup_in_copy_is_shown_as_text(path: str, site: Site) -> None:
    text = site.get(path).text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text
    assert "<img" not in text
    assert "javascript:" not in text


@services
def test_copy_that_runs_from_right_to_left_says_so(site: Site) -> None:
    for one, language in ((newsroom.ARABIC_ONE, "ar"), (newsroom.HEBREW_ONE, "he")):
        assert f'<article class="article" lang="{language}" dir="rtl">' in site.get(f"/article/{one.id}").text


@services
def test_a_killed_article_is_gone_and_its_text_with_it(site: Site) -> None:
    for path in ("/article/", "/api/article/"):
        answer = site.get(path + newsroom.KILLED.id)
        assert answer.status_code == 410
        assert "was killed by Test" in answer.text
    assert site.get(f"/api/article/{newsroom.KILLED.id}/like").status_code == 410


@services
def test_nothing_tells_of_what_is_withheld(site: Site) -> None:
    hidden = newsroom.EMBARGOED.id
    for path in (f"/article/{hidden}", f"/api/article/{hidden}", f"/api/article/{hidden}/like"):
        answer = site.get(path)
        assert answer.status_code == 404
        assert not any(leak in answer.text for leak in LEAKS)
    for path in (
        "/api/search?q=halifax&size=100",
        "/api/suggest?q=wand",
        "/api/latest?size=100",
        "/api/facets?size=100",
        f"/api/story/{hidden}",
        "/live",
        "/",
    ):
        answer = site.get(path)
        assert answer.status_code == 200
        assert not any(leak in answer.text for leak in LEAKS)


@services
def test_what_nothing_was_found_for_has_links_to_near_spellings(site: Site) -> None:
    page = site.get("/?q=Kerdonkuff").text
    assert "Nothing answers" in page
    assert re.search(r'Did you mean <a href="/\?q=kerdoncuff"', page, re.IGNORECASE)


def test_near_spellings_are_links_whatever_is_in_them(
    away: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    meant = ('person:"Yann Le Goff"', "a&b <script>")
    monkeypatch.setattr(
        searching, "search", lambda *_, **__: searching.Results(total=0, took_ms=1, hits=(), meant=meant)
    )
    monkeypatch.setattr(searching, "facets", lambda *_, **__: searching.Facets(total=0, took_ms=1))
    with Site(away) as site:
        page = site.get("/?q=Yann+Le+Gof").text
    said = re.search(r'<p class="meant">(.*?)</p>', page)
    assert said
    assert said[1] == (
        'Did you mean <a href="/?q=person%3A%22Yann+Le+Goff%22" dir="auto">person:&#34;Yann Le Goff&#34;</a>'
        ' or <a href="/?q=a%26b+%3Cscript%3E" dir="auto">a&amp;b &lt;script&gt;</a>?'
    )


@services
def test_what_is_no_query_says_what_is_wrong_and_where(site: Site) -> None:
    answer = site.get("/?q=storm+langue:fr")
    assert answer.status_code == 400
    assert "is language: meant?" in answer.text
    assert "^" in answer.text
    assert 'value="storm langue:fr"' in answer.text
    said = site.get("/api/search?q=storm+langue:fr").json()
    assert "is language: meant?" in said["error"]


@services
@pytest.mark.parametrize(
    "path", ["/?sort=best", "/?after=nonsense", "/api/search?size=1000", "/api/latest?after=x"]
)
def test_an_address_that_asks_for_what_there_is_not_is_an_error_of_the_asker(path: str, site: Site) -> None:
    assert site.get(path).status_code == 400


@services
def test_a_query_of_any_length_is_answered(site: Site) -> None:
    assert site.get("/?q=" + "a" * 1001).status_code == 400
    assert site.get("/?q=" + "a" * 60_000).status_code >= 400
    assert site.get("/").status_code == 200


@services
def test_only_reading_is_possible(site: Site) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert site.client.request(method, "/").status_code == 405


def test_without_elasticsearch_the_page_says_so_and_what_to_do(away: Settings) -> None:
    with Site(away) as site:
        for path in ("/", "/live", "/article/" + "0" * 32, "/?q=storm"):
            answer = site.get(path)
            assert answer.status_code == 503
            assert "start it with `newswire up`" in answer.text
            assert "Traceback" not in answer.text
            assert_hardened(answer)
        assert "newswire up" in site.get("/api/search?q=a").json()["error"]
        assert site.get("/health/live").text == "ok\n"


def test_a_fault_of_ours_shows_nothing_of_itself(away: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise ValueError("secret")

    monkeypatch.setattr(searching, "search", fault)
    monkeypatch.setattr(searching, "facets", fault)
    with Site(away) as site:
        for path in ("/", "/api/search"):
            answer = site.get(path)
            assert answer.status_code == 500
            assert "secret" not in answer.text
            assert_hardened(answer)


def test_with_a_login_everything_asks_for_it_but_whether_the_process_lives(away: Settings) -> None:
    key = "k" * 24
    login = {"web_user": "desk", "web_password": SecretStr("p" * 12), "web_api_keys": (SecretStr(key),)}
    with Site(away.model_copy(update=login)) as site:
        for path in ("/", "/api/search", "/static/newswire.css", "/live/events", "/nope"):
            answer = site.get(path)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic realm=")
            assert_hardened(answer)
        assert site.get("/health/live").status_code == 200
        assert site.get("/static/newswire.css", Authorization=f"Bearer {key}").status_code == 200
        assert site.get("/static/newswire.css", X_Api_Key=key).status_code == 200
        assert site.client.get("/static/newswire.css", auth=("desk", "p" * 12)).status_code == 200
        assert site.client.get("/static/newswire.css", auth=("desk", "q" * 12)).status_code == 401
        # Behind a login a name of any kind will do.
        assert site.get("/static/newswire.css", X_Api_Key=key, Host="news.example.org").status_code == 200


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.nip.io:80", "localhost.evil.org", "[::2]"])
def test_without_a_login_only_this_machines_own_names_are_answered_to(host: str, away: Settings) -> None:
    with Site(away) as site:
        assert site.get("/static/newswire.css", Host=host).status_code == 421
        for own in ("localhost:80", "127.0.0.1", "[::1]:8300"):
            assert site.get("/static/newswire.css", Host=own).status_code == 200


@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket", ""])
def test_a_page_of_another_site_may_link_here_and_no_more(mode: str, away: Settings) -> None:
    with Site(away) as site:
        for where in ("cross-site", "same-site"):
            answer = site.get("/static/newswire.css", Sec_Fetch_Site=where, Sec_Fetch_Mode=mode)
            assert answer.status_code == 403
            answer = site.get("/static/newswire.css", Sec_Fetch_Site=where, Sec_Fetch_Mode="navigate")
            assert answer.status_code == 200
        assert site.get("/static/newswire.css", Sec_Fetch_Site="same-origin", Sec_Fetch_Mode=mode).is_success


def test_files_are_kept_by_browsers_for_as_long_as_they_stay_the_same(away: Settings) -> None:
    with Site(away) as site:
        page = site.get("/nope").text
        for name in ("newswire.css", "newswire.js", "favicon.svg"):
            address = re.search(rf'"(/static/{re.escape(name)}\?[0-9a-f]+)"', page)
            assert address
            answer = site.get(address[1])
            assert "immutable" in answer.headers["cache-control"]
            assert "content-security-policy" in answer.headers
        assert "no-store" in site.get("/static/land.txt").headers["cache-control"]


@services
def test_the_api_gives_the_same_as_json(site: Site) -> None:
    found = site.get("/api/search?q=storm&size=1").json()
    assert found["total"] == 3
    assert found["stories"] == 1
    assert "**storm**" in " ".join(found["hits"][0]["highlights"])
    assert len(site.get("/api/search?q=storm&collapse=no").json()["hits"]) == 3
    assert site.get("/api/search?language=ar").json()["total"] == 1
    assert site.get("/api/facets?q=storm").json()["people"][0]["name"] in {
        "Maëlle Kerdoncuff",
        "Yann Le Goff",
    }
    assert site.get(f"/api/article/{newsroom.STORY[0].id}").json()["body"] == newsroom.STORM
    assert len(site.get(f"/api/story/{newsroom.STORY[2].id}").json()["hits"]) == 3
    assert site.get(f"/api/article/{newsroom.TALKS_ONE.id}/like").json()["hits"]
    assert {group["hop"] for group in site.get("/api/lag").json()["groups"]} >= {"enrich", "index"}


@services
def test_the_api_tells_what_is_new_since(site: Site) -> None:
    first = site.get("/api/latest?size=3").json()
    assert len(first["hits"]) == 3
    assert site.get(f"/api/latest?after={first['after']}").json()["hits"] == []


@services
@pytest.mark.parametrize(
    ("typed", "text", "replaces"),
    [
        ("kerd", "Maëlle Kerdoncuff", 4),
        ("storm maelle ker", "Maëlle Kerdoncuff", 10),
        ("source:afp yann", "Yann Le Goff", 4),
        ("-yann", "Yann Le Goff", 4),
        ("(storm OR european weat", "European Weather Network", 13),
    ],
)
def test_names_are_suggested_for_the_end_of_what_is_typed(
    typed: str, text: str, replaces: int, site: Site
) -> None:
    found = site.client.get("/api/suggest", params={"q": typed}).json()
    assert found["suggestions"][0]["text"] == text
    assert found["replaces"] == replaces


@services
@pytest.mark.parametrize("typed", ["", " ", "kerd ", 'person:"kerd', "person:kerd", "xylophon", "OR", "((("])
def test_nothing_is_suggested_where_no_name_is_begun(typed: str, site: Site) -> None:
    assert site.client.get("/api/suggest", params={"q": typed}).json() == {"replaces": 0, "suggestions": []}


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("a b c d", [2, 4, 6]),
        ("a", [0]),
        ("a ", []),
        ("x:y b", [4]),
        ('"x y" b', [6]),
        ("(a b", [1, 3]),
        ("a OR b", [5]),
        ("a|b", [2]),
        ("", []),
    ],
)
def test_the_last_words_are_those_that_stand_by_themselves(typed: str, begins: list[int]) -> None:
    assert api._starts(typed) == begins
