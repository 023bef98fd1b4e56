"""What a page says of itself, by JSON-LD, ``meta`` and markup, the surest first."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import markup
from pipeline.formats.html_page import facts
from pipeline.formats.html_page.facts import Page
from pipeline.formats.shape import UnfitError


def page(head: str = "", body: str = "", attributes: str = "") -> Page:
    root = markup.html(f"<html {attributes}><head>{head}</head><body>{body}</body></html>")
    assert root is not None
    return Page(root)


def linked(value: Any, head: str = "", body: str = "") -> Page:
    text = value if isinstance(value, str) else json.dumps(value)
    return page(f'{head}<script type="application/ld+json">{text}</script>', body)


def meta(**values: str) -> str:
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in values.items()
    )


STORY = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Ferry late"}


@pytest.mark.parametrize(
    "value",
    [
        STORY,
        [{"@type": "WebSite", "name": "Harbour"}, STORY],
        {"@graph": [{"@type": "Organization", "name": "Harbour"}, STORY]},
        STORY | {"@type": ["Thing", "ReportageNewsArticle"]},
        STORY | {"@type": "http://schema.org/Article"},
        {"@type": "WebPage", "mainEntity": STORY},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": STORY}]},
        f"<!-- {json.dumps(STORY)} -->",
        f"//<![CDATA[\n{json.dumps(STORY)}\n//]]>",
        f"{json.dumps(STORY)};",
        json.dumps(STORY)[:-1] + ', "description": "a\nb"}',
    ],
)
def test_the_article_is_found_in_json_ld_however_it_is_wrapped(value: Any) -> None:
    one = linked(value)
    assert one.headline() == "Ferry late"
    assert one.is_article
    assert one.flags == []


@pytest.mark.parametrize(
    "value", [{"@type": "WebPage", "headline": "Home"}, {"@type": 7}, [], "{}", {"@type": None}]
)
def test_what_is_no_article_is_none(value: Any) -> None:
    one = linked(value, body="<h1>Harbour</h1>")
    assert one.headline() == "Harbour"
    assert not one.is_article


@pytest.mark.parametrize("text", ["{", '{"@type": "NewsArticle", ]', "[" * 50_000, "no JSON {at} all"])
def test_json_ld_that_cannot_be_read_is_told(text: str) -> None:
    assert linked(text).flags == ["its JSON-LD cannot be read"]


def test_of_several_articles_the_one_of_the_page_counts() -> None:
    url = "https://harbour.example/2"
    other = STORY | {"headline": "Another", "url": "https://harbour.example/1"}
    for mine in ({"url": url}, {"@id": url}, {"mainEntityOfPage": {"@id": url}}, {"mainEntityOfPage": url}):
        assert linked([other, STORY | mine], meta(og__url=url)).headline() == "Ferry late"
    assert linked([other, STORY]).headline() == "Another"


def test_more_json_ld_than_a_page_has_is_not_read() -> None:
    one = linked(STORY | {"description": "x" * facts.LINKED})
    assert one.headline() == ""


def test_a_headline_by_json_ld_then_open_graph_then_the_first_heading_then_the_title() -> None:
    head, body = (
        meta(og__title="By Graph") + "<title>By title</title>",
        "<h1>By <i>heading</i></h1><h1>Second</h1>",
    )
    assert linked(STORY, head, body).headline() == "Ferry late"
    assert page(head, body).headline() == "By Graph"
    assert page("<title>By title</title>", body).headline() == "By heading"
    assert page("<title>By title</title>").headline() == "By title"
    assert page().headline() == ""


@pytest.mark.parametrize(
    ("title", "site", "heading", "headline"),
    [
        ("Ferry late | Harbour News", "Harbour News", "", "Ferry late"),
        ("Ferry late - Harbour", "Harbour News", "", "Ferry late"),
        ("Ferry late – harbour news", "Harbour", "", "Ferry late"),
        ("Ferry late | Anybody", "", "Ferry late", "Ferry late"),
        ("Ferry late - bridge up", "Harbour News", "", "Ferry late - bridge up"),
        ("Ferry-bridge", "bridge", "", "Ferry-bridge"),
        ("A - B | Harbour News", "Harbour News", "", "A - B"),
        ("Ferry", "Ferry", "", "Ferry"),
    ],
)
def test_the_name_of_the_site_behind_a_title_goes(title: str, site: str, heading: str, headline: str) -> None:
    head = f"<title>{title}</title>" + (
        meta(og__site_name=site, og__title=title) if site else meta(og__title=title)
    )
    assert page(head, f"<h1>{heading}</h1>" if heading else "").headline() == headline


def test_entities_in_json_ld_are_read() -> None:
    assert (
        linked(STORY | {"headline": "Ferry &amp; bridge &#8211; late"}).headline() == "Ferry & bridge – late"
    )


@pytest.mark.parametrize(
    ("head", "attributes", "language"),
    [
        ("", 'lang="en-GB"', "en-GB"),
        ("", 'xml:lang="fr"', "fr"),
        ('<meta http-equiv="Content-Language" content="de, en">', "", "de"),
        ('<meta name="dc.language" content="sv">', "", "sv"),
        (meta(og__locale="fr_FR"), "", "fr_FR"),
        ("", "", ""),
    ],
)
def test_the_language_that_the_page_declares(head: str, attributes: str, language: str) -> None:
    assert page(head, attributes=attributes).language() == language


def test_the_language_by_json_ld() -> None:
    assert linked(STORY | {"inLanguage": "nl"}).language() == "nl"


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://h.example/1">',
        '<link rel="shortlink canonical" href=" https://h.example/1 ">',
        meta(og__url="https://h.example/1"),
    ],
)
def test_the_canonical_address(head: str) -> None:
    assert page(head).url() == "https://h.example/1"


@pytest.mark.parametrize("value", ["https://h.example/1", {"@id": "https://h.example/1", "@type": "WebPage"}])
def test_the_address_by_json_ld(value: Any) -> None:
    assert linked(STORY | {"mainEntityOfPage": value}).url() == "https://h.example/1"
    assert linked(STORY | {"url": ["x"], "mainEntityOfPage": [7]}).url() == ""


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (meta(article__published_time="2024-06-18"), ""),
        ('<meta name="parsely-pub-date" content="2024-06-18">', ""),
        ('<meta itemprop="datePublished" content="2024-06-18">', ""),
        ('<meta name="DC.date.issued" content="2024-06-18">', ""),
        ("", '<time itemprop="datePublished" datetime="2024-06-18">today</time>'),
        ("", '<span itemprop="datePublished">2024-06-18</span>'),
        ("", '<time pubdate datetime="2024-06-18">today</time>'),
    ],
)
def test_when_it_was_published(head: str, body: str) -> None:
    assert page(head, body).published() == "2024-06-18"


def test_json_ld_says_first_when_it_was_published_and_changed() -> None:
    one = linked(
        STORY | {"datePublished": "2024-06-18", "dateModified": "2024-06-19"},
        meta(article__published_time="2020-01-01"),
    )
    assert (one.published(), one.modified()) == ("2024-06-18", "2024-06-19")
    assert page(meta(article__modified_time="2024-06-19")).modified() == "2024-06-19"


def test_a_date_is_not_taken_from_just_anywhere() -> None:
    body = "<p>18 June 2024</p><time datetime='2020-01-01'>long ago</time><a href='/2019/05/06/'>x</a>"
    assert page(body=body).published() == ""


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"@type": "Person", "name": "Ada Pier"}, ["Ada Pier"]),
        ([{"name": "Ada Pier"}, {"name": "Bo Quay"}], ["Ada Pier", "Bo Quay"]),
        ("Ada Pier", ["Ada Pier"]),
        ({"@id": "https://h.example/ada"}, []),
        ([7, None, {}], []),
    ],
)
def test_authors_by_json_ld(value: Any, names: list[str]) -> None:
    assert linked(STORY | {"author": value}).authors() == names


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="author" content="Ada Pier">', ""),
        (meta(article__author="https://h.example/ada") + '<meta name="byl" content="Ada Pier">', ""),
        ("", '<span itemprop="author">Ada <b>Pier</b></span>'),
        ("", '<a rel="author" href="/ada">Ada Pier</a>'),
    ],
)
def test_authors_by_meta_and_markup(head: str, body: str) -> None:
    assert page(head, body).authors() == ["Ada Pier"]


def test_keywords_sections_and_pictures() -> None:
    one = linked(
        STORY
        | {"keywords": ["ferry", "bridge, pier"], "articleSection": ["Local"], "image": ["/a.jpg", "x:y"]}
    )
    assert one.keywords() == ["ferry", "bridge", "pier"]
    assert one.sections() == ["Local"]
    assert list(one.pictures()) == []
    one = page(
        '<meta name="keywords" content="all, sorts"><meta name="news_keywords" content="ferry">'
        + meta(article__section="Local", og__image="https://h.example/a.jpg")
    )
    assert one.keywords() == ["ferry"]
    assert one.sections() == ["Local"]
    assert list(one.pictures()) == ["https://h.example/a.jpg"]


@pytest.mark.parametrize(
    "image",
    [
        "https://h.example/a.jpg",
        {"url": "https://h.example/a.jpg"},
        [{"contentUrl": "https://h.example/a.jpg"}],
    ],
)
def test_a_picture_however_it_is_written(image: Any) -> None:
    assert list(linked(STORY | {"image": image}).pictures()) == ["https://h.example/a.jpg"]


def test_who_publishes_it() -> None:
    assert linked(STORY | {"publisher": {"name": "Harbour News"}}).site() == "Harbour News"
    assert page(meta(og__site_name="Harbour News")).site() == "Harbour News"


def test_whether_it_may_be_read_for_free() -> None:
    assert linked(STORY | {"isAccessibleForFree": False}).linked("isAccessibleForFree") == "false"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "@id", "url", "@type"]), inner)
    ),
    max_leaves=6,
)
_MEMBERS = st.sampled_from(
    [
        "headline",
        "author",
        "image",
        "url",
        "mainEntityOfPage",
        "publisher",
        "keywords",
        "articleSection",
        "inLanguage",
        "datePublished",
        "@type",
        "@graph",
        "articleBody",
    ]
)


@given(st.dictionaries(_MEMBERS, _VALUES, max_size=6))
def test_members_of_any_type_do_no_harm(members: dict[str, Any]) -> None:
    one = linked(STORY | members)
    with contextlib.suppress(UnfitError):
        _assert_lines(one)


def _assert_lines(one: Page) -> None:
    for said in (one.headline(), one.url(), one.site(), one.language(), one.published(), one.modified()):
        assert isinstance(said, str)
    for several in (one.authors(), one.keywords(), one.sections(), list(one.pictures())):
        assert all(isinstance(each, str) and each for each in several)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="keywords" content="a">' * 20_000,
        "<title>" + " - " * 100_000 + "</title>",
        '<script type="application/ld+json">' + " " * 900_000 + "x</script>",
        '<script type="application/ld+json">[' + "{}," * 200_000 + "{}]</script>",
        '<link rel="canonical" href="x">' * 20_000,
    ],
)
def test_a_trap_in_the_head_takes_no_time(head: str) -> None:
    start = time.process_time()
    one = page(head)
    one.headline(), one.url(), one.keywords(), one.authors(), one.published()
    assert time.process_time() - start < 10
