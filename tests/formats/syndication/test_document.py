"""The XML of feeds: what is mended, what is refused, and which elements are items."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import xml
from pipeline.formats.shape import UnfitError
from pipeline.formats.syndication import document as documents

GOOD = "<rss version='2.0'><channel><title>Harbour</title><item><title>Ferry</title></item></channel></rss>"


def titles(text: str | bytes) -> list[str]:
    feed = documents.parse(text if isinstance(text, bytes) else text.encode())
    return [xml.text(xml.child(item, "title")) for item in documents.items(feed.root)]


def flags(text: str) -> str:
    return " | ".join(documents.parse(text.encode()).flags)


def refused(text: str | bytes) -> UnfitError:
    with pytest.raises(UnfitError) as caught:
        documents.parse(text if isinstance(text, bytes) else text.encode())
    return caught.value


def test_what_is_well_formed_stays_as_it_is() -> None:
    feed = documents.parse(GOOD.encode())
    assert feed.flags == []
    assert feed.lost == 0
    assert titles(GOOD) == ["Ferry"]


@pytest.mark.parametrize(
    "text",
    [
        f"<!-- a comment first --><?xml version='1.0'?>{GOOD}",
        f"<!-- a comment --><?xml?xml version='1.0' encoding='UTF-8' ??>{GOOD}",
        GOOD.replace("version='2.0'", "version=2.0"),
        GOOD.replace("<item>", "<item id=7 class='a b=c'>"),
        GOOD.replace("<title>Ferry", "<itunes:x>y</itunes:x><foo:bar baz:a='1'/><title>Ferry"),
        GOOD + "\n<script>track()</script>",
        GOOD + "<br />\n<b>Warning</b>: something in line 5 & so on",
        GOOD.replace("item>", "rss:item>").replace("<title>Ferry</title>", "<rss:title>Ferry</rss:title>"),
    ],
)
def test_what_can_be_told_for_certain_is_mended_and_flagged(text: str) -> None:
    assert titles(text) == ["Ferry"]
    assert "was mended" in flags(text)


@pytest.mark.parametrize("text", [f"<?xml version='1.0'?>\n<?xml version='1.0'?>\n{GOOD}", f"\n \n{GOOD}"])
def test_two_declarations_and_blank_lines_before_the_root_do_no_harm(text: str) -> None:
    assert titles(text) == ["Ferry"]


@pytest.mark.parametrize(
    "html", ["One<br>two", "One<BR />two<hr>", '<img src="a.jpg">x', '<img src="a.jpg"></img>x<br>']
)
def test_elements_of_html_that_never_end_are_ended(html: str) -> None:
    text = GOOD.replace(
        "</item>", f"<description><p>{html}</p></description></item><item><title>B</title></item>"
    )
    assert titles(text) == ["Ferry", "B"]


def test_a_bare_ampersand_is_mended() -> None:
    text = GOOD.replace("Ferry", "Fish & chips &nbsp; R&D")
    assert titles(text) == ["Fish & chips R&D"]
    assert "bare &" in flags(text)


def test_elements_that_do_not_close_in_order_are_read_as_far_as_can_be_told() -> None:
    more = "<description><i>One<b>two</i></b></description></item><item><title>B</title></item>"
    feed = documents.parse(GOOD.replace("</item>", more).encode())
    items = list(documents.items(feed.root))
    assert xml.text(xml.child(items[0], "title")) == "Ferry"
    assert len(items) + feed.lost == 2
    assert "was mended" in feed.flags[-1]


def test_of_what_nothing_can_be_saved_the_first_fault_is_told() -> None:
    assert refused("<rss><a b=c <x></rss>").kind == "syntax"


def test_items_that_cannot_be_saved_are_counted() -> None:
    text = GOOD.replace("</channel>", '<item><title>B</item><item attr=\x01"></channel>')
    feed = documents.parse(text.encode())
    assert feed.lost + sum(1 for _ in documents.items(feed.root)) >= 2


def test_quoted_attributes_are_not_quoted_again() -> None:
    text = GOOD.replace("<item>", "<item a='x b=c d' e=\"f='g'\" h=i>")
    root = documents.parse(text.encode()).root
    (item,) = documents.items(root)
    assert {str(key): value for key, value in item.attrib.items()} == {"a": "x b=c d", "e": "f='g'", "h": "i"}


def test_cdata_and_comments_are_not_mended() -> None:
    text = GOOD.replace("Ferry", "<![CDATA[<a b=c>]]>").replace("version='2.0'", "version=2.0")
    assert titles(text) == ["<a b=c>"]


@pytest.mark.parametrize("end", [1, 6, 20, 40, 60, -1, -7, -20])
def test_a_feed_that_was_cut_off_is_truncated(end: int) -> None:
    assert refused(GOOD[:end]).kind in ("truncated", "syntax")
    if end < 0 or end >= 6:
        assert refused(GOOD[:end]).kind == "truncated"


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY a "' + "x" * 1000 + '">', "<!ENTITY a SYSTEM 'file:///etc/passwd'>", "<!ENTITY % a 'x'> %a;"],
)
def test_a_feed_with_entities_that_are_a_trap_is_not_mended(entity: str) -> None:
    text = f"<!DOCTYPE rss [{entity}]>" + GOOD.replace("Ferry", "&a;" * 100_000 + "&b;")
    start = time.process_time()
    assert refused(text).kind == "syntax"
    assert time.process_time() - start < 5


def test_a_dtd_that_is_named_is_neither_read_nor_a_reason_to_refuse() -> None:
    text = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss.dtd">' + GOOD
    assert titles(text) == ["Ferry"]


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (
            b"<?xml version='1.0' encoding='euc-kr'?>" + GOOD.replace("Ferry", "배").encode("euc-kr"),
            "배",
        ),
        (GOOD.replace("Ferry", "Überfahrt").encode("utf-16"), "Überfahrt"),
        (
            b"<?xml version='1.0' encoding='utf-8'?>" + GOOD.replace("Ferry", "Überfahrt").encode("cp1252"),
            "Überfahrt",
        ),
        (
            b"<?xml version='1.0' encoding='iso-8859-1'?>" + GOOD.replace("Ferry", "Überfahrt").encode(),
            "Überfahrt",
        ),
    ],
)
def test_encodings_that_are_declared_marked_or_lied_about(data: bytes, title: str) -> None:
    assert titles(data) == [title]


def test_a_broken_feed_in_an_encoding_of_its_own_is_mended_in_it() -> None:
    text = "<?xml version='1.0' encoding='euc-kr'?>" + GOOD.replace("Ferry", "배").replace("'2.0'", "2.0")
    assert titles(text.encode("euc-kr")) == ["배"]


@pytest.mark.parametrize(
    "text",
    [
        "<rdf:RDF xmlns:rdf='r' xmlns='http://purl.org/rss/1.0/'><channel/><item/><item/></rdf:RDF>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry/><x><entry/></x></feed>",
        "<rss><channel><item/></channel><item/></rss>",
        "<rss><channel><items><item/><item/></items></channel></rss>",
        "<channel><item/><item><item/></item></channel>",
    ],
)
def test_items_stand_where_they_like_and_what_is_within_one_is_none(text: str) -> None:
    assert len(titles(text)) == 2


@given(st.text(max_size=200))
def test_any_text_is_xml_or_refused(text: str) -> None:
    for document in (text, f"<rss>{text}</rss>", f"<rss><channel><item {text}>x</item></channel></rss>"):
        try:
            feed = documents.parse(document.encode())
        except UnfitError as error:
            assert str(error)  # noqa: PT017 - any reason is one
        else:
            assert list(documents.items(feed.root)) is not None


@pytest.mark.parametrize(
    "inside",
    [
        "<" * 500_000,
        "<a " + "b=c " * 200_000 + ">",
        '<a b="' * 150_000,
        "<!--" * 250_000,
        "<![CDATA[" * 100_000,
        "<?" * 400_000,
        "<x:y/>" * 100_000,
        "<a><b></a></b>" * 20_000,
        "&" * 1_000_000,
    ],
)
def test_what_must_be_a_trap_takes_no_time(inside: str) -> None:
    start = time.process_time()
    try:
        documents.parse(f"<rss>{inside}</rss>".encode())
    except UnfitError as error:
        assert error.kind in ("syntax", "size", "truncated")  # noqa: PT017 - any of them is fine
    assert time.process_time() - start < 15
