"""HTML from the web: what of it is copy, which links are links, what a summary is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Media
from pipeline.formats import _web, markup, xml
from pipeline.formats.flow import Flow
from pipeline.formats.shape import UnfitError
from pipeline.formats.sheet import Sheet
from tests.formats.conformance import context

LIMIT = 100_000


def body(text: str) -> str:
    return str(_web.flow(text, LIMIT)[0].fields().get("body", ""))


def pictures(text: str, base: str = "") -> list[str]:
    return [each.href for each in _web.flow(text, LIMIT, base=base)[1]]


@pytest.mark.parametrize(
    "box",
    [
        '<div class="feedflare"><a href="x">Share</a></div>',
        '<div class="sharedaddy sd-sharing">Share this</div>',
        '<div id="jp-relatedposts">Related</div>',
        '<ul class="social-links"><li>Follow</li></ul>',
        '<p class="more-link">Go on</p>',
        '<div class="Newsletter-signup">Subscribe!</div>',
        '<section class="advertisement">Buy</section>',
        '<div id="comments">First!</div>',
        "<p hidden>Hidden</p>",
        '<p aria-hidden="true">Hidden</p>',
        '<div style="color:red; display : none">Preview</div>',
        '<span style="mso-hide:all">Preview</span>',
    ],
)
def test_boxes_and_what_is_hidden_are_no_copy(box: str) -> None:
    assert body(f"<p>The ferry.</p>{box}<p>It is late.</p>") == "The ferry.\n\nIt is late."


def test_text_behind_such_a_box_stays() -> None:
    assert body('<p>One <span class="share">Tweet</span>two.</p>') == "One two."


@pytest.mark.parametrize(
    "name", ["shareholders", "no-comments", "article-promotion", "sociology", "has-newsletter", "unrelated"]
)
def test_a_class_that_only_resembles_those_is_copy(name: str) -> None:
    assert body(f'<p class="{name}">The ferry.</p>') == "The ferry."


@pytest.mark.parametrize(
    "words",
    [
        "Read more",
        "Continue reading →",
        "[Weiterlesen …]",
        "Lire la suite",
        "Leer más »",
        "Leggi tutto",
        "Läs mer",
        "Читать далее",
        "続きを読む",
        "The post Ferry late appeared first on Harbour News.",
    ],
)
def test_a_paragraph_that_only_says_where_there_is_more_goes(words: str) -> None:
    assert body(f'<p>The ferry is late.</p><p><a href="/x">{words}</a></p>') == "The ferry is late."


@pytest.mark.parametrize("words", ["Read more books, the mayor said.", "More", "The post office opened."])
def test_a_sentence_that_starts_alike_stays_unless_it_is_all(words: str) -> None:
    assert (words in body(f"<p>The ferry is late.</p><p>{words}</p>")) is (words != "More")


def test_of_script_and_style_nothing_stays() -> None:
    text = (
        "<style>p{}</style><p onclick='steal()'>The ferry.</p><script>steal()</script><iframe src=x></iframe>"
    )
    assert body(text) == "The ferry."


def test_a_table_of_figures_is_a_table() -> None:
    flow, _, _ = _web.flow(
        "<table><tr><th>Ferry</th><th>Delay</th></tr><tr><td>A</td><td>5</td></tr></table>", LIMIT
    )
    assert flow.fields()["body"] == "Ferry | Delay\nA | 5"
    assert len(flow.fields()["tables"]) == 1


@pytest.mark.parametrize(
    "table",
    [
        "<table role='presentation'><tr><td><p>One.</p></td><td><p>Two.</p></td></tr></table>",
        "<table><tr><td><p>One.</p></td></tr><tr><td><p>Two.</p></td></tr></table>",
        "<table><tr><td><table><tr><td>One.</td></tr></table></td><td><p>Two.</p></td></tr></table>",
        "<table><tbody><tr><td><div>One.</div></td><td><div>Two.</div></td></tr></tbody></table>",
    ],
)
def test_a_table_that_lays_a_page_out_is_none(table: str) -> None:
    flow, _, _ = _web.flow(table, LIMIT)
    assert flow.fields() == {"body": "One.\n\nTwo.", "headings": (), "tables": ()}


def test_figures_within_a_layout_stay_a_table() -> None:
    inner = "<table><tr><td>A</td><td>5</td></tr></table>"
    flow, _, _ = _web.flow(f"<table role='presentation'><tr><td><p>One.</p>{inner}</td></tr></table>", LIMIT)
    assert flow.fields()["body"] == "One.\n\nA | 5"
    assert len(flow.fields()["tables"]) == 1


def test_a_pictures_caption_goes_with_the_picture() -> None:
    text = "<figure><img src='/a.jpg'><figcaption>The pier.</figcaption></figure><p>The ferry.</p>"
    flow, media, _ = _web.flow(text, LIMIT, base="https://harbour.example/news/1")
    assert flow.fields()["body"] == "The ferry."
    assert media == [Media(href="https://harbour.example/a.jpg", caption="The pier.")]


def test_a_caption_without_a_picture_is_text() -> None:
    assert body("<figure><figcaption>The pier.</figcaption></figure>") == "The pier."


def test_pixels_that_count_readers_and_pictures_of_boxes_are_no_media() -> None:
    text = (
        "<img src='https://t.example/p.gif' width='1' height='1'><img src='data:image/gif;base64,R0lG'>"
        "<div class='feedflare'><img src='https://t.example/x.gif'></div><img src='https://h.example/a.jpg'>"
    )
    assert pictures(text) == ["https://h.example/a.jpg"]


def test_what_was_mended_in_the_characters_is_told() -> None:
    flow, _, flags = _web.flow("<p>The ferry won&#146;t sail.</p>", LIMIT)
    assert flow.fields()["body"] == "The ferry won’t sail."
    assert flags


def test_blocks_can_follow_others() -> None:
    flow = Flow(LIMIT)
    flow.paragraph("First.")
    _web.flow("<p>Second.</p>", LIMIT, into=flow)
    assert flow.fields()["body"] == "First.\n\nSecond."


def test_more_tags_than_an_article_has_are_refused() -> None:
    with pytest.raises(UnfitError, match="too large: 200,000 tags") as caught:
        _web.flow("<b></b>" * 100_000, LIMIT)
    assert caught.value.kind == "size"


@pytest.mark.parametrize(
    ("text", "base", "href"),
    [
        ("https://harbour.example/a", "", "https://harbour.example/a"),
        ("  http://harbour.example/a\n b ", "", "http://harbour.example/ab"),
        ("/a?b=1&c=2", "https://harbour.example/x/y", "https://harbour.example/a?b=1&c=2"),
        ("//cdn.example/a.jpg", "https://harbour.example/", "https://cdn.example/a.jpg"),
        ("/a", "", ""),
        ("javascript:alert(1)", "https://harbour.example/", ""),
        ("data:text/html,x", "", ""),
        ("file:///etc/passwd", "", ""),
        ("ftp://harbour.example/a", "", ""),
        ("mailto:desk@harbour.example", "", ""),
        ("http://[broken", "", ""),
        ("https://", "", ""),
        ("https://harbour.example/\ud800", "", ""),
        ("https://harbour.example/\0", "", ""),
        ("", "https://harbour.example/", ""),
        (None, "", ""),
        (7, "", ""),
        ("https://harbour.example/" + "a" * 3000, "", ""),
    ],
)
def test_only_addresses_of_the_web_are_links(text: object, base: str, href: str) -> None:
    assert _web.link(text, base) == href


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Ferry late", "Ferry late"),
        ("  Ferry\n late ", "Ferry late"),
        ("Ferry <b>late</b> &amp; slow", "Ferry late & slow"),
        ("Ferry &quot;late&quot;", 'Ferry "late"'),
        ("3 < 5 and a > b", "3 < 5 and a > b"),
        ("Soft\u00adware", "Software"),
    ],
)
def test_a_title_is_one_line_without_markup(title: str, line: str) -> None:
    assert _web.line(title) == line


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("Something else.", "Something else."),
        ("The ferry is late.", None),
        ("The ferry is late. It …", None),
        ("The  ferry\nis [...]", None),
        ("", None),
        ("…", None),
    ],
)
def test_a_summary_is_what_is_not_the_start_of_the_body(description: str, summary: str | None) -> None:
    sheet = Sheet(context())
    sheet.put("body", "The ferry is late. It will come.\n\nSoon.")
    _web.summary(sheet, description)
    assert sheet.fields.get("summary") == summary


@pytest.mark.parametrize(
    ("types", "found"),
    [
        (["image/jpeg"], "picture"),
        (["application/pdf", "audio/mpeg"], "audio"),
        (["video"], "video"),
        (["text/html"], None),
        ([], None),
    ],
)
def test_an_item_without_text_is_what_its_file_is(types: list[str], found: str | None) -> None:
    sheet = Sheet(context())
    _web.item_class(sheet, types)
    assert sheet.fields.get("item_class") == found


def test_an_item_with_a_text_is_a_text() -> None:
    sheet = Sheet(context())
    sheet.put("summary", "The ferry.")
    _web.item_class(sheet, ["video/mp4"])
    assert "item_class" not in sheet.fields


def test_stripping_takes_what_else_it_is_told_but_never_the_root() -> None:
    root = markup.html("<div class='share'><h1>Title</h1>tail<p>Text.</p></div>")
    assert root is not None
    box = next(root.iter("div"))
    _web.strip(box, lambda element: element.tag == "h1")
    assert xml.text(box) == "tailText."
    _web.strip(None)
    _web.untabled(None)


@given(st.text(max_size=300))
def test_any_text_is_a_flow_or_refused(text: str) -> None:
    try:
        flow, media, _ = _web.flow(text, LIMIT)
    except UnfitError:
        return
    assert isinstance(flow.fields(), dict)
    assert all(each.href.startswith("http") for each in media)


@pytest.mark.parametrize(
    "text",
    [
        "<p class=share>x</p>y" * 24_000,
        "<div>" * 240 + "x" * 1_000,
        f"<p class='{'share ' * 200_000}'>x</p>",
        "<table><tr><td>x</td></tr></table>" * 12_000,
        "<table><tr><td>" * 80 + "x",
        "<p>" + "read more " * 100_000,
    ],
)
def test_what_must_be_a_trap_takes_no_time(text: str) -> None:
    start = time.process_time()
    try:
        _web.flow(text, LIMIT)
    except UnfitError as error:
        assert error.kind in ("size", "syntax")  # noqa: PT017 - either is fine
    assert time.process_time() - start < 15
