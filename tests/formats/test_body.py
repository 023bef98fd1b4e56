"""A body in a string: HTML, NITF or plain text, told by its looks or by what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Media
from pipeline.formats import _body
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import Sheet
from tests.formats.conformance import context

LIMIT = 10_000
NITF = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\n<nitf><head><title>No body</title></head><body><body.head>'
    "<hedline><hl1>The bridge reopens</hl1></hedline><byline>By A. Writer</byline></body.head><body.content>"
    "<p>Straße one.</p><hl2>Next</hl2><p>Two.</p><note type='npa'><p>Call the desk.</p></note>"
    "</body.content></body></nitf>"
)


def text(source: str, form: _body.Form | None = None, headline: str = "") -> str:
    return str(_body.read(source, LIMIT, form, headline).fields.get("body", ""))


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("<p>One.</p>", "html"),
        ("One.<br/>Two.", "html"),
        ("AT&amp;T", "html"),
        ("AT&T and 1 < 2", "plain"),
        ("One.\n\nTwo.", "plain"),
        ("", "plain"),
        ("<nitf><body/></nitf>", "nitf"),
        (NITF, "nitf"),
        ('\n<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">\n<nitf change.date="x"><body/></nitf>', "nitf"),
    ],
)
def test_the_form_shows(source: str, form: str) -> None:
    assert _body.form_of(source) == form


def test_plain_text_keeps_its_paragraphs_and_headings() -> None:
    found = _body.read("One.\r\n\r\nA heading\r\n\r\nTwo.", LIMIT)
    assert found.fields["body"] == "One.\n\nA heading\n\nTwo."
    assert [(span.start, span.end) for span in found.fields["headings"]] == [(6, 15)]


def test_plain_text_that_is_said_to_be_plain_is_not_read_as_html() -> None:
    assert text("if a <b> c &amp; d", "plain") == "if a <b> c &amp; d"


def test_html_gives_paragraphs_headings_lists_tables_and_pictures() -> None:
    found = _body.read(
        "<h2>Head</h2><p>One<br>line.</p><ul><li>a<li>b</ul><table><tr><td>1<td>2</table>"
        "<figure><img src='https://x/p.jpg' width=4><figcaption>The bridge</figcaption></figure>",
        LIMIT,
    )
    assert found.fields["body"] == "Head\n\nOne\nline.\n\n- a\n- b\n\n1 | 2"
    assert len(found.fields["headings"]) == len(found.fields["tables"]) == 1
    assert found.media == (Media(href="https://x/p.jpg", caption="The bridge", width=4),)


def test_a_table_in_a_figure_stays() -> None:
    assert (
        text("<figure><table><tr><td>1<td>2</table><figcaption>Sums</figcaption></figure>") == "1 | 2\n\nSums"
    )


def test_the_headline_once_more_and_a_header_are_no_body() -> None:
    source = "<header><p>19 June</p></header><h1>The bridge</h1><h2>The river</h2><p>Text.</p>"
    assert text(source, headline="The bridge") == "The river\n\nText."
    assert text(source) == "The bridge\n\nThe river\n\nText."


def test_what_is_marked_as_not_for_publication_is_taken_out() -> None:
    found = _body.read("<p>Text.</p><section class='np-nonpublic'><p>Call 555.</p></section>", LIMIT)
    assert found.fields["body"] == "Text."
    assert found.hidden == ["Call 555."]


def test_of_script_nothing_stays() -> None:
    assert text("<p>a<script>steal()</script>b</p><style>p{}</style>") == "ab"


def test_blank_lines_part_paragraphs_where_html_has_no_blocks() -> None:
    assert text("One &amp; <b>two</b>.\n\nThree.") == "One & two.\n\nThree."
    assert text("\n  One\n  and\n  two.\n", "html") == "One and two."


def test_a_nitf_document_gives_its_content_alone() -> None:
    found = _body.read(NITF, LIMIT, headline="The bridge reopens")
    assert found.fields["body"] == "Straße one.\n\nNext\n\nTwo."
    assert found.nitf is not None
    assert found.flags == []


def test_nitf_is_known_whatever_it_is_said_to_be() -> None:
    assert text(NITF, "html").startswith("Straße one.")


@pytest.mark.parametrize(
    "source",
    [
        "<nitf><body><body.content><p>One",
        '<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/passwd">]><nitf><body><p>&a;</p></body></nitf>',
    ],
)
def test_nitf_that_is_broken_or_a_trap_is_refused_and_no_end_of_it_is_waited_for(source: str) -> None:
    with pytest.raises(UnfitError, match="its NITF cannot be read") as raised:
        _body.read(source, LIMIT, "nitf")
    assert raised.value.kind == "syntax"


@pytest.mark.parametrize("source", ["word " * LIMIT, "<p>" + "word " * LIMIT, "<p>a</p>" * LIMIT])
def test_a_body_over_the_limit_is_refused(source: str) -> None:
    with pytest.raises(UnfitError) as raised:
        _body.read(source, LIMIT)
    assert raised.value.kind == "size"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("<p>One</p><p>two</p>", "One two"),
        ("<ul><li>One<li>two</ul>", "One two"),
        ("On<b>e</b> two", "One two"),
        ("1 < 2 & 3\n4", "1 < 2 & 3 4"),
        ("<b></b>", ""),
    ],
)
def test_a_line_has_no_tags(source: str, line: str) -> None:
    assert _body.line(source) == line


@given(st.text(max_size=300), st.sampled_from([None, "html", "plain", "nitf"]))
def test_any_text_gives_a_body_or_is_unfit(source: str, form: _body.Form | None) -> None:
    try:
        found = _body.read(source, LIMIT, form)
    except UnfitError:
        return
    assert set(found.fields) in ({"body", "headings", "tables"}, set())


def test_all_that_a_body_gives_is_put_on_a_sheet() -> None:
    sheet = Sheet(context())
    source = NITF.replace(
        "<p>Two.</p>", "<p>Two.</p><media><media-reference source='https://x/p.jpg'/></media>"
    )
    _body.put(_body.read(source, LIMIT), sheet, LIMIT)
    found = sheet.done()
    assert found["body"] == "Straße one.\n\nNext\n\nTwo."
    assert found["ednotes_nonpublic"] == ("Call the desk.",)
    assert found["media"] == (Media(href="https://x/p.jpg"),)


def test_what_follows_a_notice_in_it_is_not_for_publication() -> None:
    sheet = Sheet(context())
    _body.put(_body.read("<p>Text.</p><p>Not for publication</p><p>Call 555.</p>", LIMIT), sheet, LIMIT)
    assert sheet.done()["body"] == "Text."
    assert "Call 555." in sheet.done()["ednotes_nonpublic"]


def test_an_empty_body_gives_nothing() -> None:
    sheet = Sheet(context())
    _body.put(_body.read("<p> </p>", LIMIT), sheet, LIMIT)
    assert sheet.done() == {}
