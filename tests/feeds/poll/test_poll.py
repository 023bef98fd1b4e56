"""Polling real servers: what is new is sent once, whatever they answer, and they are treated politely."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from pydantic import ValidationError

import pipeline
from pipeline.feeds import poll
from pipeline.feeds.config import FeedConfigError
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.feeds.poll import Manner, Poll, PollConfig, targets
from pipeline.formats import Outcome
from pipeline.settings import Settings
from tests.feeds.certificate import certificate
from tests.feeds.taking import Taking, until
from tests.feeds.web import Feedlike, Web, page, raw, redirect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY = 0.03
LOGIN: dict[str, Any] = {"user": "me", "password": "hush"}
HASTY = Manner(spread_s=0, timeout_s=5)


def copy(*guids: str, **more: str) -> str:
    """A document of JSON lines, an item a guid."""
    return "".join(json.dumps({"guid": guid, "body": f"Story {guid}.", **more}) + "\n" for guid in guids)


def config(url: str | None = None, every: float = EVERY, **more: Any) -> PollConfig:
    """A feed that is asked more often than a configuration may say."""
    known = PollConfig.model_validate({"type": "poll", "name": "wire", "url": url, **more})
    return known.model_copy(update={"every": every})


@pytest.fixture
def server() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def other() -> Iterator[Web]:
    with Web() as running:
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Taking]]:
    """Starts to poll; ``end()`` what it gives and start again, and another process goes on."""
    running: list[Taking] = []

    def begin(
        *configs: PollConfig,
        takes: Callable[[Outcome], bool | None] = lambda _: True,
        manner: Manner = HASTY,
        restart: bool = False,
    ) -> Taking:
        stop = threading.Event()
        feed = Poll(configs, Settings(var=tmp_path), stop, manner=manner)
        running.append(Taking(feed, stop, takes, restart=restart).__enter__())
        return running[-1]

    yield begin
    for each in running:
        each.end()


Start = Callable[..., Taking]


class TestConfig:
    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"url": "ftp://news.example/rss"}, "neither http:// nor https://"),
            ({"url": "file:///etc/passwd"}, "neither http:// nor https://"),
            ({"url": "news.example/rss"}, "neither http:// nor https://"),
            ({"url": "https://me:secret@news.example/rss"}, "no user and no password"),
            ({"url": "https:///rss"}, "a host is missing"),
            ({"url": "https://news.example/a b"}, "a blank is in it"),
            ({"url": "https://news.example/a\r\nX: y"}, "a blank is in it|host is missing"),
            ({"url": "https://news.example:high/"}, "is no URL"),
            ({"url": "https://[news/"}, "is no URL"),
            ({}, "either url or urls"),
            ({"url": "https://a.example/", "urls": ["https://b.example/"]}, "either url or urls"),
            ({"urls": ["https://a.example/", "https://a.example/"]}, "named twice"),
            ({"url": "https://a.example/", "every": 59}, "greater than or equal to 60"),
            ({"url": "https://a.example/", "user": "me"}, "go together"),
            ({"url": "https://a.example/", "user": "m:e", "password": "x"}, "pattern"),
            ({"url": "https://a.example/", "headers": {"X Y": "z"}}, "pattern"),
            ({"url": "https://a.example/", "headers": {"X\r\nY": "z"}}, "pattern"),
            ({"url": "https://a.example/", "colour": "red"}, "Extra inputs"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, Any], why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            PollConfig.model_validate({"type": "poll", "name": "wire", **wrong})

    def test_the_defaults(self) -> None:
        known = PollConfig.model_validate({"type": "poll", "name": "wire", "url": "https://a.example/"})
        assert (known.every, known.addresses) == (300, ("https://a.example/",))

    def test_the_same_url_twice_as_the_same_source_is_refused(self, tmp_path: Path) -> None:
        twice = [
            config("https://a.example/", name="one", source="agency"),
            config("https://a.example/", name="two", source="agency"),
        ]
        with pytest.raises(FeedConfigError, match="one and two poll the same URL"):
            Poll(twice, Settings(var=tmp_path), threading.Event())
        Poll(
            [config("https://a.example/", name=name) for name in "ab"],
            Settings(var=tmp_path),
            threading.Event(),
        )


class TestWhatIsSent:
    def test_articles_come_as_the_configuration_says(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(copy("a", "b"))
        taking = start(config(server.url("/wire"), source="agency", language="fr", provider="Agency"))
        until(lambda: len(taking.articles) == 2)
        first = taking.articles[0]
        assert taking.guids == ["a", "b"]
        assert (first.source, first.language_declared, first.provider) == ("agency", "fr", "Agency")
        assert (first.provenance.feed, first.provenance.location) == ("wire", server.url("/wire"))

    def test_several_urls_of_several_feeds(self, server: Web, start: Start) -> None:
        server.pages |= {f"/{name}": page(copy(name)) for name in "abc"}
        taking = start(
            config(urls=[server.url("/a"), server.url("/b")]), config(server.url("/c"), name="other")
        )
        until(lambda: len(taking.articles) == 3)
        assert {(each.guid, each.source) for each in taking.articles} == {
            ("a", "wire"),
            ("b", "wire"),
            ("c", "other"),
        }

    @pytest.mark.parametrize(("etag", "modified"), [(True, False), (False, True), (True, True)])
    def test_what_has_not_changed_is_not_even_sent_by_the_server(
        self, server: Web, start: Start, etag: bool, modified: bool
    ) -> None:
        feed = Feedlike(copy("a"), etag=etag, modified=modified)
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: feed.unchanged >= 3)
        assert taking.guids == ["a"]
        assert server.count("/wire") == feed.unchanged + 1

    def test_nor_read_again_from_a_server_without_validators(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(copy("a"))
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/wire") >= 4)
        assert taking.guids == ["a"]

    def test_of_a_changed_document_only_what_is_new_and_what_changed(self, server: Web, start: Start) -> None:
        feed = Feedlike(copy("a", "b"))
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: len(taking.articles) == 2)
        feed.change(copy("c", "a") + copy("b", headline="Changed"))
        until(lambda: len(taking.articles) == 4)
        feed.change(copy("d", "c") + copy("b", headline="Changed"))
        until(lambda: len(taking.articles) == 5)
        assert taking.guids == ["a", "b", "c", "b", "d"]
        assert taking.articles[3].id == taking.articles[1].id
        assert taking.articles[3].version > taking.articles[1].version

    def test_what_is_as_it_was_once_before_is_news(self, server: Web, start: Start) -> None:
        feed = Feedlike(copy("a"))
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: len(taking.articles) == 1)
        feed.change(copy("a", headline="Wrong"))
        until(lambda: len(taking.articles) == 2)
        feed.change(copy("a"))
        until(lambda: len(taking.articles) == 3)
        assert [str(each.headline) for each in taking.articles][1] == "Wrong"

    def test_a_version_of_its_own_alone_is_news(self, server: Web, start: Start) -> None:
        feed = Feedlike(copy("a", modified="2024-06-19T12:00:00Z"))
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: len(taking.articles) == 1)
        feed.change(copy("a", modified="2024-06-19T12:05:00Z"))
        until(lambda: len(taking.articles) == 2)

    def test_two_items_of_one_guid_do_not_take_turns(self, server: Web, start: Start) -> None:
        twins = copy("a", headline="One") + copy("a", headline="Two")
        feed = Feedlike(twins)
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: len(taking.articles) == 2)
        feed.change(twins + copy("b"))
        until(lambda: len(taking.articles) == 3)
        feed.change(twins + copy("b", "c"))
        until(lambda: len(taking.articles) == 4)
        assert taking.guids == ["a", "a", "b", "c"]

    def test_a_compressed_answer(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(gzip.compress(copy("a").encode()), Content_Encoding="gzip")
        server.pages["/file"] = page(gzip.compress(copy("b").encode()))
        taking = start(config(urls=[server.url("/wire"), server.url("/file")]))
        until(lambda: sorted(taking.guids) == ["a", "b"])
        assert server.asked[0][1]["Accept-Encoding"] == "gzip"

    def test_who_asks_is_said(self, server: Web, start: Start) -> None:
        start(config(server.url("/wire")))
        until(lambda: server.asked)
        assert server.asked[0][1]["User-Agent"] == f"Newswire/{pipeline.__version__}"

    def test_secrets_are_sent_and_never_shown(
        self, server: Web, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WIRE_KEY", "k3y")
        server.pages["/wire"] = page(copy("a"))
        url = server.url("/wire") + "?topic=all&api_key=hush#x"
        headers = {"X-Api-Key": {"env": "WIRE_KEY"}, "X-Plain": "as it is"}
        known = config(url, user="me", password={"env": "WIRE_KEY"}, headers=headers)
        taking = start(known)
        until(lambda: taking.articles)
        _, asked = server.asked[0]
        assert (asked["X-Api-Key"], asked["X-Plain"]) == ("k3y", "as it is")
        assert asked["Authorization"] == "Basic " + base64.b64encode(b"me:k3y").decode()
        location = taking.articles[0].provenance.location
        assert location == server.url("/wire") + "?topic=all&api_key=***#x"
        assert "k3y" not in repr(known)
        until(lambda: server.count("/wire") >= 2)
        taking.end()
        kept = b"".join(file.read_bytes() for file in (tmp_path / "feed").iterdir())
        assert b"api_key=***" in kept
        assert b"hush" not in kept

    def test_a_missing_secret_is_told_and_can_come(self, server: Web, start: Start, tmp_path: Path) -> None:
        server.pages["/wire"] = page(copy("a"))
        taking = start(config(server.url("/wire"), headers={"X-Key": {"file": str(tmp_path / "key")}}))
        until(lambda: taking.troubles)
        assert "a secret is missing" in taking.reasons[0]
        (tmp_path / "key").write_text("k3\ny")
        until(lambda: len(taking.troubles) == 2)
        assert "no single line" in taking.reasons[1]
        (tmp_path / "key").write_text("k3y\n")
        until(lambda: taking.articles)
        assert server.asked[0][1]["X-Key"] == "k3y"


class TestWhatIsNoCopy:
    def test_an_error_page_is_told_once_and_asked_again(self, server: Web, start: Start) -> None:
        pages = iter(range(1000))

        async def broken(_: web.Request) -> web.StreamResponse:
            return web.Response(text=f"<html><body>Backend error, request {next(pages)}</body></html>")

        server.pages["/wire"] = broken
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/wire") >= 4)
        assert len(taking.reasons) == 1
        assert not taking.articles
        assert not taking.letters
        server.pages["/wire"] = page(copy("a"))
        until(lambda: taking.articles)

    def test_plain_text_is_read_only_if_it_is_wanted(self, server: Web, start: Start) -> None:
        server.pages |= {"/busy": page("The backend is busy."), "/text": page("A story.")}
        taking = start(config(server.url("/busy")), config(server.url("/text"), name="plain", format="text"))
        until(lambda: taking.articles and taking.troubles)
        assert [str(each.body) for each in taking.articles] == ["A story."]
        (reason,) = taking.reasons
        assert reason.startswith("nothing in a known format came instead of a feed (it begins 'The backend")
        assert reason.endswith('if that is what is wanted, say format = "text"')
        assert [(each.feed, each.location) for each in taking.troubles] == [("wire", server.url("/busy"))]

    def test_a_bad_item_is_a_dead_letter_once_and_the_others_pass(self, server: Web, start: Start) -> None:
        bad = '{"guid": "bad", "body": 7}\n'
        feed = Feedlike(bad + copy("a"))
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: taking.articles)
        feed.change(bad + copy("a", "b"))
        until(lambda: len(taking.articles) == 2)
        assert len(taking.letters) == 1
        feed.change(copy("b"))
        until(lambda: feed.unchanged)
        feed.change(bad + copy("b", "c"))  # It had gone: now it is news again.
        until(lambda: len(taking.articles) == 3)
        assert len(taking.letters) == 2

    def test_an_empty_answer_is_told(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(b" \n ")
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/wire") >= 3)
        assert taking.reasons == ["the answer is empty"]

    def test_no_content_is_nothing(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(b"", 204)
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/wire") >= 3)
        assert not taking.troubles

    def test_copy_cut_off_is_asked_for_again_before_it_is_given_up(self, server: Web, start: Start) -> None:
        whole = copy("a", "b")
        feed = Feedlike(whole[:-9])
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: taking.waiting)
        feed.change(whole)
        until(lambda: len(taking.articles) == 2)
        assert taking.guids == ["a", "b"]
        assert taking.waiting[0].kind == "truncated"
        assert not taking.letters

    def test_copy_that_stays_cut_off_is_given_up_once(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = Feedlike(copy("a", "b")[:-9])
        taking = start(config(server.url("/wire")))
        until(lambda: taking.letters)
        before = server.count("/wire")
        until(lambda: server.count("/wire") >= before + 2)
        assert before == poll.PATIENCE
        assert taking.guids == ["a"]
        assert [each.kind for each in taking.letters] == ["truncated"]

    def test_a_feed_without_items_is_in_order(self, server: Web, start: Start) -> None:
        feed = Feedlike('<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet/></newsMessage>')
        server.pages["/wire"] = feed
        taking = start(config(server.url("/wire")))
        until(lambda: feed.unchanged)
        assert not taking.letters
        assert not taking.troubles


BOMB = gzip.compress(b" " * (64 * 1024 * 1024))


class TestTrouble:
    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (page(b"", 404), "HTTP 404 Not Found"),
            (page(b"", 500), "HTTP 500 Internal Server Error"),
            (page(b"", 401), "HTTP 401 Unauthorized"),
            (page(b"x", 206), "HTTP 206 Partial Content"),
            (page(BOMB, Content_Encoding="gzip"), "too large: more than"),
            (page(b"x" * (targets.LARGEST + 1)), "too large: 8,388,609 bytes; the limit is"),
            (page(b"no gzip", Content_Encoding="gzip"), "says gzip, and it is none"),
            (page(gzip.compress(b"x" * 9)[:-3], Content_Encoding="gzip"), "cut off: the gzip data"),
            (page(b"x", Content_Encoding="br"), "the Content-Encoding 'br' is not read here"),
            (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"), "the answer is cut off"),
            (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"), "the answer is cut off"),
            (raw(b""), "it closes the connection without an answer"),
            (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "it does not speak HTTP"),
            (redirect("file:///etc/passwd"), "which is neither http nor https"),
            (redirect("ftp://news.example/?key=hush"), "ftp://news.example/?key=***, which is neither"),
            (redirect("http://me:hush@127.0.0.1/"), "a user or a password in it"),
            (redirect("http://[bad/"), "Invalid IPv6"),
            (page(b"", 302), "it redirects to no address"),
            (redirect("/wire"), "it redirects more than 5 times"),
        ],
    )
    def test_what_goes_wrong_is_told_once_in_words(
        self, server: Web, start: Start, answer: Any, why: str
    ) -> None:
        server.pages["/wire"] = answer
        taking = start(config(server.url("/wire")))
        until(lambda: taking.troubles)
        before = server.count("/wire")
        until(lambda: server.count("/wire") > before)
        server.pages["/wire"] = page(copy("a"))
        until(lambda: taking.articles)
        (trouble,) = taking.troubles
        assert why in trouble.reason
        assert "hush" not in trouble.reason
        assert trouble.feed == "wire"

    def test_nobody_listens(self, start: Start) -> None:
        with Web() as gone:
            url = gone.url("/wire")
        taking = start(config(url), config("http://nowhere.invalid/", name="nowhere"))
        until(lambda: len(taking.troubles) == 2)
        assert all("it cannot be reached: " in reason for reason in taking.reasons)

    def test_slow_answers_end_at_the_timeout(self, server: Web, start: Start) -> None:
        async def drip(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b" ")
                await asyncio.sleep(0.1)
            return response

        server.pages["/wire"] = drip
        taking = start(config(server.url("/wire")), manner=Manner(spread_s=0, timeout_s=0.5))
        until(lambda: taking.troubles)
        assert taking.reasons == ["it does not answer in time"]

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, start: Start, tmp_path: Path) -> None:
        with Web(tls=certificate(tmp_path)) as secure:
            taking = start(config(secure.url("/wire")))
            until(lambda: taking.troubles)
            assert not secure.asked
        assert "its certificate is not to be trusted" in taking.reasons[0]

    def test_nothing_is_fetched_in_the_clear_that_was_asked_for_in_secret(
        self, server: Web, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pem = certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        server.pages["/wire"] = page(copy("a"))
        with Web(tls=pem) as secure:
            secure.pages |= {"/clear": redirect(server.url("/wire")), "/wire": page(copy("b"))}
            taking = start(config(urls=[secure.url("/clear"), secure.url("/wire")]))
            until(lambda: taking.troubles and taking.articles)
        assert taking.guids == ["b"]
        assert "it redirects from https to http" in taking.reasons[0]
        assert not server.asked

    def test_errors_slow_it_down(self, server: Web, start: Start) -> None:
        server.pages["/good"] = page(copy("a"))
        start(config(urls=[server.url("/bad"), server.url("/good")]))
        until(lambda: server.count("/good") >= 20, 30)
        assert server.count("/bad") < 10

    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_is_honoured(self, server: Web, start: Start, status: int) -> None:
        times: list[float] = []

        async def busy(_: web.Request) -> web.StreamResponse:
            times.append(time.monotonic())
            if len(times) == 1:
                return web.Response(status=status, headers={"Retry-After": "1"})
            return web.Response(text=copy("a"))

        server.pages["/wire"] = busy
        taking = start(config(server.url("/wire")))
        until(lambda: taking.articles)
        assert 1.0 <= times[1] - times[0] < 2.0
        assert taking.reasons == [
            f"HTTP {status} {'Too Many Requests' if status == 429 else 'Service Unavailable'}"
        ]

    def test_too_many_requests_are_those_of_all_its_urls(self, server: Web, start: Start) -> None:
        server.pages |= {"/busy": page(b"", 429, Retry_After="60"), "/wire": page(copy("a"))}
        start(config(urls=[server.url("/busy"), server.url("/wire")]))
        until(lambda: server.count("/busy"))
        time.sleep(EVERY)
        before = len(server.asked)
        time.sleep(5 * EVERY)
        assert len(server.asked) == before

    def test_what_is_gone_is_not_asked_again(self, server: Web, start: Start) -> None:
        server.pages |= {"/wire": page(b"", 410), "/good": page(copy("a"))}
        taking = start(config(urls=[server.url("/wire"), server.url("/good")]))
        until(lambda: server.count("/good") >= 5)
        assert server.count("/wire") == 1
        assert taking.reasons == ["HTTP 410 Gone: it is not asked any more; take it off the list"]
        taking.end()
        again = start(config(urls=[server.url("/wire"), server.url("/good")]))
        until(lambda: server.count("/good") >= 8)
        assert server.count("/wire") == 1
        assert not again.troubles

    def test_a_hint_of_the_server_lengthens_the_interval(self, server: Web, start: Start) -> None:
        server.pages |= {
            "/often": page(copy("a")),
            "/header": page(copy("b"), Cache_Control="public, max-age=600"),
        }
        start(config(urls=[server.url("/often"), server.url("/header")]))
        until(lambda: server.count("/often") >= 5)
        assert server.count("/header") == 1


class TestRedirects:
    def test_a_passing_one_is_followed_each_time(self, server: Web, start: Start) -> None:
        server.pages |= {"/wire": redirect("/new"), "/new": page(copy("a"))}
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/new") >= 3)
        assert server.count("/wire") >= server.count("/new")
        assert taking.guids == ["a"]
        assert taking.articles[0].provenance.location == server.url("/wire")

    @pytest.mark.parametrize("status", [301, 308])
    def test_one_for_good_is_remembered_through_a_restart(
        self, server: Web, start: Start, status: int
    ) -> None:
        feed = Feedlike(copy("a"))
        server.pages |= {"/wire": redirect("/new", status), "/new": feed}
        taking = start(config(server.url("/wire")))
        until(lambda: feed.unchanged >= 2)
        assert server.count("/wire") == 1
        taking.end()
        before = feed.unchanged
        again = start(config(server.url("/wire")))
        until(lambda: feed.unchanged > before)
        assert server.count("/wire") == 1
        assert (taking.guids, again.guids) == (["a"], [])

    def test_where_it_led_nowhere_the_old_address_is_asked_again(self, server: Web, start: Start) -> None:
        server.pages |= {"/wire": redirect("/new", 301), "/new": page(copy("a"))}
        taking = start(config(server.url("/wire")))
        until(lambda: server.count("/new") >= 2)
        del server.pages["/new"]
        server.pages["/wire"] = page(copy("a", "b"))
        until(lambda: taking.guids == ["a", "b"])
        assert taking.reasons == ["HTTP 404 Not Found"]

    def test_secrets_do_not_follow_to_another_server(self, server: Web, other: Web, start: Start) -> None:
        other.pages["/new"] = page(copy("a"))
        server.pages |= {"/wire": redirect("/near"), "/near": redirect(other.url("/new"), 301)}
        headers = {"X-Api-Key": "hush"}
        taking = start(config(server.url("/wire"), headers=headers, internal=True, **LOGIN))
        until(lambda: taking.articles)
        for path in ("/wire", "/near"):
            near = dict(server.asked)[path]
            assert near["X-Api-Key"] == "hush"
            assert "Authorization" in near
        far = dict(other.asked)["/new"]
        assert "X-Api-Key" not in far
        assert "Authorization" not in far


class TestInternalAddresses:
    def test_a_redirect_to_another_server_of_this_machine_is_refused(
        self, server: Web, other: Web, start: Start
    ) -> None:
        other.pages["/secrets"] = page(copy("a"))
        server.pages["/wire"] = redirect(other.url("/secrets"))
        taking = start(config(server.url("/wire")))
        until(lambda: taking.reasons)
        assert "127.0.0.1 is an address of this machine or of a private network" in taking.reasons[0]
        assert "`internal = true`" in taking.reasons[0]
        assert not other.asked

    def test_a_redirect_that_was_remembered_is_refused_too(
        self, server: Web, other: Web, start: Start
    ) -> None:
        """It was followed while that was allowed."""
        other.pages["/new"] = Feedlike(copy("a"))
        server.pages["/wire"] = redirect(other.url("/new"), 301)
        taking = start(config(server.url("/wire"), internal=True))
        until(lambda: taking.guids == ["a"])
        taking.end()
        before = len(other.asked)
        again = start(config(server.url("/wire")))
        until(lambda: again.reasons)
        assert len(other.asked) == before

    def test_a_name_that_means_this_machine_is_refused_unless_allowed(
        self, server: Web, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked_up = ThreadedResolver.resolve

        async def lie(self: ThreadedResolver, host: str, *rest: Any, **more: Any) -> Any:
            return await looked_up(self, host and "127.0.0.1", *rest, **more)

        monkeypatch.setattr(ThreadedResolver, "resolve", lie)
        server.pages["/wire"] = page(copy("a"))
        url = server.url("/wire").replace("127.0.0.1", "harmless.example")
        taking = start(config(url))
        until(lambda: taking.reasons)
        assert "it cannot be reached: 127.0.0.1 is an address of this machine" in taking.reasons[0]
        assert not server.asked
        taking.end()
        allowed = start(config(url, source="allowed", internal=True))
        until(lambda: allowed.guids == ["a"])


class TestRestart:
    def test_neither_skips_nor_repeats(self, server: Web, start: Start) -> None:
        feed = Feedlike(copy("a", "b"))
        server.pages["/wire"] = feed
        first = start(config(server.url("/wire")))
        until(lambda: feed.unchanged)
        first.end()
        feed.change(copy("a", "b", "c"))
        before = feed.unchanged
        second = start(config(server.url("/wire")))
        until(lambda: feed.unchanged > before)
        assert (first.guids, second.guids) == (["a", "b"], ["c"])

    def test_what_was_not_acknowledged_comes_again(self, server: Web, start: Start) -> None:
        feed = Feedlike(copy("a", "b"))
        server.pages["/wire"] = feed
        first = start(config(server.url("/wire")), takes=lambda _: None)
        until(lambda: len(first._silent) == 2)
        first._silent.clear()
        first.lane.abandon(0)
        first.end()
        second = start(config(server.url("/wire")))
        until(lambda: feed.unchanged)
        assert (first.guids, second.guids) == ([], ["a", "b"])

    def test_what_the_broker_refuses_comes_again(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = Feedlike(copy("a", "b"))
        refusals = iter([True, False])
        taking = start(config(server.url("/wire")), takes=lambda _: next(refusals, True))
        until(lambda: len(taking.articles) == 3)
        assert taking.guids == ["a", "a", "b"]

    def test_what_is_read_otherwise_is_fetched_again(self, server: Web, start: Start) -> None:
        feed = Feedlike("A story.")
        server.pages["/wire"] = feed
        first = start(config(server.url("/wire"), format="jsonl"))
        until(lambda: feed.unchanged)
        assert first.letters
        first.end()
        second = start(config(server.url("/wire"), format="text"))
        until(lambda: second.articles)

    def test_the_pace_is_kept(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(copy("a"))
        first = start(config(server.url("/wire"), every=3600))
        until(lambda: first.articles)
        time.sleep(0.2)
        first.end()
        start(config(server.url("/wire"), every=3600))
        time.sleep(0.5)
        assert server.count("/wire") == 1

    def test_two_processes_do_not_poll_onto_the_same_topic(self, server: Web, start: Start) -> None:
        server.pages["/wire"] = page(copy("a"))
        first = start(config(server.url("/wire")))
        until(lambda: first.articles)
        second = start(config(server.url("/other")))
        until(lambda: second.errors)
        assert isinstance(second.errors[0], AlreadyWatchedError)

    def test_a_disk_that_fails_breaks_the_feed_and_it_starts_again(
        self, server: Web, start: Start, tmp_path: Path
    ) -> None:
        server.pages["/wire"] = Feedlike(copy("a"))
        (tmp_path / "feed").write_text("no folder")
        taking = start(config(server.url("/wire")), restart=True)
        until(lambda: taking.errors)
        assert isinstance(taking.errors[0], OSError)
        (tmp_path / "feed").unlink()
        until(lambda: taking.articles)


class TestManyAtOnce:
    def test_hundreds_of_feeds_each_once_and_few_at_a_time(self, server: Web, start: Start) -> None:
        async def slow(request: web.Request) -> web.StreamResponse:
            await asyncio.sleep(0.005)
            return web.Response(text=copy(request.path))

        paths = [f"/feed/{number}" for number in range(300)]
        server.pages |= dict.fromkeys(paths, slow)
        configs = [
            config(server.url(path), every=600, name=f"feed-{number}") for number, path in enumerate(paths)
        ]
        taking = start(*configs)
        until(lambda: len(taking.articles) == 300, 60)
        time.sleep(0.2)
        assert sorted(path for path, _ in server.asked) == sorted(paths)
        assert sorted(taking.guids) == sorted(paths)
        assert server.most == 2
        assert len({each.source for each in taking.articles}) == 300

    def test_a_host_that_hangs_does_not_hold_up_the_others(self, server: Web, start: Start) -> None:
        async def hang(_: web.Request) -> web.StreamResponse:
            await asyncio.sleep(30)
            return web.Response()

        hanging = [f"/hang/{number}" for number in range(50)]
        server.pages |= dict.fromkeys(hanging, hang)
        with Web("127.0.0.2") as quick:
            quick.pages["/wire"] = page(copy("a"))
            taking = start(config(urls=[*map(server.url, hanging), quick.url("/wire")]))
            until(lambda: taking.articles, 3)

    def test_they_do_not_start_in_the_same_moment(self, server: Web, start: Start) -> None:
        paths = [f"/{number}" for number in range(40)]
        server.pages |= dict.fromkeys(paths, page(copy("a")))
        start(config(urls=[server.url(path) for path in paths], every=600), manner=Manner(spread_s=0.05))
        time.sleep(0.5)
        assert len(server.asked) < 30
        until(lambda: len(server.asked) == 40)

    def test_no_more_documents_are_held_than_may(self, server: Web, start: Start) -> None:
        paths = [f"/{number}" for number in range(20)]
        server.pages |= {path: page(copy(path)) for path in paths}
        taking = start(
            config(urls=[server.url(path) for path in paths], every=600),
            takes=lambda _: None,
            manner=Manner(spread_s=0, at_once=3),
        )
        until(lambda: taking._silent)
        time.sleep(0.3)
        assert len(server.asked) == 3
        taking._takes = lambda _: True
        taking.answer_all()
        until(lambda: len(taking.articles) == 20)


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour news</title>
<link>https://news.example/</link><lastBuildDate>Wed, 19 Jun 2024 12:0{minute}:00 GMT</lastBuildDate>
{items}</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>
<id>urn:x</id><updated>2024-06-19T12:0{minute}:00Z</updated>{items}</feed>"""
JSON_FEED = '{{"version": "https://jsonfeed.org/version/1.1", "_built": {minute}, "items": [{items}]}}'
RSS_ITEM = """<item><guid isPermaLink="false">{guid}</guid><title>The ferry {guid} sails again</title>
<description>It had been in the dock since May.</description></item>"""
ATOM_ITEM = """<entry><id>{guid}</id><title>The ferry {guid} sails again</title>
<updated>2024-06-19T12:00:00Z</updated><summary>It had been in the dock since May.</summary></entry>"""
JSON_ITEM = '{{"id": "{guid}", "title": "The ferry {guid}", "content_text": "It had been in the dock."}}'


@pytest.mark.parametrize(
    ("document", "item", "between"),
    [(RSS, RSS_ITEM, ""), (ATOM, ATOM_ITEM, ""), (JSON_FEED, JSON_ITEM, ",")],
    ids=["rss", "atom", "json-feed"],
)
def test_feeds_as_they_are_polled(server: Web, start: Start, document: str, item: str, between: str) -> None:
    def written(minute: int, *guids: str) -> str:
        items = between.join(item.format(guid=guid) for guid in guids)
        return document.format(minute=minute, items=items)

    feed = Feedlike(written(0))
    server.pages["/feed"] = feed
    taking = start(config(server.url("/feed")))
    until(lambda: feed.unchanged)
    for minute, guids in enumerate([("a",), ("b", "a"), ("c", "b", "a"), ("c", "b", "a")], 1):
        before = feed.unchanged
        feed.change(written(minute, *guids))
        until(lambda known=before: feed.unchanged > known)  # type: ignore[misc]  # mypy cannot tell its type
    assert taking.guids == ["a", "b", "c"]
    assert not taking.troubles
    assert not taking.letters
