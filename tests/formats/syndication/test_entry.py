"""What feedparser is given of an item, and what it is never given."""

from __future__ import annotations

import contextlib
import io
import socket
from pathlib import Path
from typing import Any

import feedparser  # type: ignore[import-untyped]  # it ships no types
import pytest
from lxml import etree

from pipeline.formats.shape import UnfitError
from pipeline.formats.syndication import document as documents
from pipeline.formats.syndication import entry as feed_entry
from tests.formats.conformance import opening_forbidden

RSS = "<rss version='2.0' {}><channel><title>Harbour</title><item>{}</item></channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' {}><title>Harbour</title><entry>{}</entry></feed>"


def entry(inside: str, shell: str = RSS, names: str = "") -> tuple[Any, list[str]]:
    root = documents.parse(shell.format(names, inside).encode()).root
    (item,) = documents.items(root)
    return feed_entry.entry(item, root, "https://harbour.example/")


def header(text: str) -> Any:
    return feed_entry.header(documents.parse(text.encode()).root)[0]


@pytest.mark.parametrize(
    "names", ["xmlns='http://backend.userland.com/rss2'", "xmlns='http://purl.org/rss/1.0/'", ""]
)
def test_rss_is_read_in_whatever_namespace_it_stands(names: str) -> None:
    found, flags = entry("<title>Ferry</title><pubDate>soon</pubDate>", names=names)
    assert found["title"] == "Ferry"
    assert found["published"] == "soon"
    assert flags == []


def test_names_count_in_any_capitals() -> None:
    found, _ = entry("<TITLE>Ferry</TITLE><PUBDATE>soon</PUBDATE>")
    assert (found["title"], found["published"]) == ("Ferry", "soon")


def test_the_title_of_a_picture_is_not_the_title() -> None:
    media = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    inside = "<media:title>Pier</media:title><title>Ferry</title><itunes:title>Song</itunes:title>"
    assert entry(inside, names=media)[0]["title"] == "Ferry"


def test_content_in_its_own_namespace_is_content_and_the_description_stays_beside_it() -> None:
    names = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    inside = (
        "<content:encoded>&lt;p&gt;All of it.&lt;/p&gt;</content:encoded><description>Short.</description>"
    )
    found, _ = entry(inside, names=names)
    assert found["content"][0]["value"] == "<p>All of it.</p>"
    assert found["summary"] == "Short."


def test_markup_in_atom_is_html_without_its_namespace() -> None:
    inside = (
        "<content type='xhtml'><h:div xmlns:h='http://www.w3.org/1999/xhtml' h:x='1'><h:p>One &lt;b> two"
        "</h:p></h:div></content>"
    )
    found, _ = entry(inside, ATOM)
    assert found["content"][0]["value"] == "<div><p>One &lt;b&gt; two</p></div>"
    assert found["content"][0]["type"] == "text/html"


def test_markup_in_rss_means_what_is_escaped_in_it_as_markup_too() -> None:
    found, _ = entry("<description>&lt;i&gt;One&lt;/i&gt; <b>two</b> &amp;amp; three</description>")
    assert found["summary"] == "<i>One</i> <b>two</b> &amp; three"


def test_what_is_packed_by_base64_in_atom_0_3_is_unpacked() -> None:
    shell = "<feed version='0.3' xmlns='http://purl.org/atom/ns#' {}><entry>{}</entry></feed>"
    found, _ = entry("<content type='text/html' mode='base64'>PHA+RmVycnk8L3A+</content>", shell)
    assert found["content"][0]["value"] == "<p>Ferry</p>"


def test_dates_by_dublin_core_and_its_terms() -> None:
    names = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:t='http://purl.org/dc/terms/'"
    found, _ = entry(
        "<dc:date>one</dc:date><t:issued>two</t:issued><t:created>three</t:created>", names=names
    )
    assert (found["updated"], found["published"], found["created"]) == ("one", "two", "three")


def test_a_relative_link_is_made_whole_by_the_feed() -> None:
    assert entry("<link>/ferry?a=1&amp;b=2</link>")[0]["link"] == "https://harbour.example/ferry?a=1&b=2"


def test_elements_that_news_does_not_need_do_not_get_to_it() -> None:
    names = "xmlns:x='urn:x' xmlns:georss='http://www.georss.org/georss'"
    found, _ = entry(
        "<title>Ferry</title><x:title>No</x:title><georss:point>nonsense</georss:point>", names=names
    )
    assert set(found) == {"title", "title_detail"}


def test_characters_are_mended_before_it_sees_them_and_that_is_told() -> None:
    found, flags = entry("<title>It won\x92t sail</title><description>&#226;&#128;&#166;</description>")
    assert (found["title"], found["summary"]) == ("It won’t sail", "…")
    assert len(flags) == 2


@pytest.mark.parametrize("name", ["link", "guid", "pubDate", "category", "language"])
def test_a_fact_that_is_far_too_long_is_left_out_and_told(name: str) -> None:
    found, flags = entry(f"<title>Ferry</title><{name}>{'w' * 1_000_000}</{name}>")
    assert set(found) <= {"title", "title_detail"}
    assert flags == [f"a {name.lower()} of 1,000,000 characters is left out"]


@pytest.mark.parametrize("name", ["a:b:c", ":", "a.b-c"])
def test_odd_names_of_elements_within_a_text_do_no_harm(name: str) -> None:
    item = etree.fromstring("<item><description><b>Ferry</b></description></item>")
    root = etree.fromstring("<rss><channel/></rss>")
    text = f"<rss><channel><item><description><{name}>Ferry</{name}></description></item></channel></rss>"
    recovered = etree.fromstring(text, etree.XMLParser(recover=True))
    found = next(iter(documents.items(recovered)), item)
    assert "Ferry" in feed_entry.entry(found, root, "")[0]["summary"]


def test_what_xml_forbids_is_left_out_and_told() -> None:
    found, flags = entry("<title>Fer\ufffery</title>".replace("\ufffe", "&#xFFFE;"))
    assert found["title"] == "Ferry"
    assert flags == [] or "forbids" in flags[0]


def test_an_attribute_that_is_far_too_long_is_left_out() -> None:
    found, _ = entry(f"<title>Ferry</title><category domain='{'w' * 5000}'>News</category>")
    assert found["tags"] == [{"term": "News", "scheme": None, "label": None}]


def test_of_too_many_elements_the_first_are_read_and_that_is_told() -> None:
    many = "".join(f"<category>c{number}</category>" for number in range(2000))
    found, flags = entry(f"<title>Ferry</title>{many}")
    assert len(found["tags"]) == feed_entry.TIMES
    assert flags == [f"of more than {feed_entry.TIMES} elements category the rest is left out"]


def test_more_elements_in_a_text_than_one_has_are_refused() -> None:
    with pytest.raises(UnfitError, match="elements in one text"):
        entry("<description>" + "<b/>" * 60_000 + "</description>")


@pytest.mark.parametrize("inside", ["", "<title/>", "<x>y</x>", "<!-- nothing -->"])
def test_an_item_that_says_nothing_is_refused(inside: str) -> None:
    with pytest.raises(UnfitError, match="says nothing"):
        entry(inside)


def test_the_feeds_own_facts_come_without_those_of_its_items_and_pictures() -> None:
    found = header(
        "<rss><channel><image><title>Logo</title></image><title>Harbour</title><language>en-gb</language>"
        "<link>https://harbour.example/</link><copyright>Harbour News</copyright>"
        "<item><title>Ferry</title><language>fr</language></item></channel></rss>"
    )
    assert (found["title"], found["language"], found["rights"]) == ("Harbour", "en-gb", "Harbour News")
    assert found["link"] == "https://harbour.example/"


def test_what_feedparser_trips_over_costs_one_item(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_: Any, **__: Any) -> None:
        raise KeyError("href")

    monkeypatch.setattr(feedparser, "parse", trip)
    with pytest.raises(UnfitError, match="feedparser trips over it: KeyError"):
        entry("<title>Ferry</title>")


def test_nothing_that_looks_like_a_path_or_an_address_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS.format("", "<title>Secret</title>"))
    assert feedparser.parse(bytes(secret)).entries, "feedparser opens a path, even one in bytes"
    entry("<title>Ferry</title>")  # What is loaded at first use is loaded now.
    with opening_forbidden():
        for text in (str(secret), secret.as_uri(), "http://127.0.0.1:1/feed"):
            with contextlib.suppress(UnfitError):
                documents.parse(text.encode())
            found, _ = entry(f"<title>{text}</title><link>{text}</link><guid>{text}</guid>")
            assert "Secret" not in str(found)


def test_the_parser_behind_feedparser_reads_no_external_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.setblocking(False)
    port = listener.getsockname()[1]
    with listener:
        for system in (secret.as_uri(), f"http://127.0.0.1:{port}/x.dtd"):
            text = f"<!DOCTYPE rss SYSTEM '{system}' [<!ENTITY e SYSTEM '{system}'>]>" + RSS.format(
                "", "<title>&e;</title>"
            )
            found = feedparser.parse(io.BytesIO(text.encode()), sanitize_html=False)
            assert "Secret" not in str(found)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_the_document_that_it_gets_is_plain_utf_8_without_a_doctype() -> None:
    root = documents.parse(
        b"<!DOCTYPE rss><rss><channel><item><title>F\xc3\xa4hre</title></item></channel></rss>"
    ).root
    (item,) = documents.items(root)
    copied, _ = feed_entry._copies(list(item), root)
    document = feed_entry._document(root, copied, item)
    assert b"DOCTYPE" not in document
    assert etree.fromstring(document).findtext("channel/item/title") == "Fähre"
