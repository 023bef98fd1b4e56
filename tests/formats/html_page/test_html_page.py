"""HTML article pages: one article each, with what the page says of it and without the page around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import formats
from pipeline.article import Media, RawArticle
from pipeline.formats import html_page
from pipeline.formats.stream import stream_of
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

SENTENCE = (
    "The ferry to the island is late again, and the captain says that the bridge has been up since dawn. "
)
TEXT = f"<p>One. {SENTENCE * 2}</p><h2>Why</h2><p>Two. {SENTENCE * 2}</p>"
STORY = {
    "@type": "NewsArticle",
    "headline": "Ferry late &amp; slow",
    "alternativeHeadline": "The bridge is up",
    "datePublished": "2024-06-18T10:15:00+02:00",
    "dateModified": "2024-06-18T10:30:00+02:00",
    "author": [{"@type": "Person", "name": "Ada Pier"}],
    "publisher": {"@type": "Organization", "name": "Harbour News"},
    "image": {"url": "https://harbour.example/a.jpg"},
    "keywords": ["ferry"],
    "articleSection": "Local",
    "description": "A short one.",
    "isAccessibleForFree": "False",
    "copyrightNotice": "Harbour News 2024",
    "license": "https://harbour.example/terms",
}


def page(
    body: str = f"<article><h1>Ferry late</h1>{TEXT}</article>", head: str = "", attributes: str = "lang='en'"
) -> bytes:
    return (
        f"<!DOCTYPE html>\n<html {attributes}><head><meta charset='utf-8'><title>Ferry late | Harbour"
        f"</title>{head}"
        f"</head><body>{body}</body></html>"
    ).encode()


def read(
    body: str = f"<article><h1>Ferry late</h1>{TEXT}</article>", head: str = "", **changes: Any
) -> RawArticle:
    return article(page(body, head), **changes)


def ld(value: dict[str, Any]) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


FULL = page(head=ld(STORY) + '<link rel="canonical" href="https://harbour.example/1">')


class TestConformance(Conformance):
    format = html_page
    copy = FULL
    ends = False


def test_everything_that_a_page_says() -> None:
    one = article(FULL)
    assert one.guid == one.url == "https://harbour.example/1"
    assert one.headline == "Ferry late & slow"
    assert one.subheadline == "The bridge is up"
    assert (one.created, one.modified) == ("2024-06-18T08:15:00Z", "2024-06-18T08:30:00Z")
    assert one.byline == "Ada Pier"
    assert one.provider == "Harbour News"
    assert one.language_declared == "en"
    assert one.keywords == ("ferry",)
    assert one.wire == {"section": "Local", "accessible_for_free": "false"}
    assert one.summary == "A short one."
    assert one.rights == "Harbour News 2024"
    assert one.usageterms == "https://harbour.example/terms"
    assert one.media == (Media(href="https://harbour.example/a.jpg"),)
    assert (one.body or "").startswith("One. The ferry")
    assert headings(one) == ["Why"]
    assert one.flags == ()


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE html>",
        b"<!doctype HTML PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'>",
        b"\xef\xbb\xbf\n<!-- saved -->\n<!DOCTYPE html>",
        b"<html>",
        b"<HTML lang='en'>",
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>",
        "<html>".encode("utf-16"),
    ],
)
def test_it_declares_itself(head: bytes) -> None:
    assert html_page.sniff(head)
    assert formats.choose(stream_of(head)) is html_page


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<p>The ferry.</p>",
        b"text <html>",
        b"<rss><html>",
        b"<!DOCTYPE nitf>",
        b"<!-- <html> -->",
        b"<htmlx>",
        b"\xff\x00",
    ],
)
def test_what_does_not_declare_itself_is_none(head: bytes) -> None:
    assert not html_page.sniff(head)


def test_a_trap_before_the_doctype_takes_no_time() -> None:
    assert not html_page.sniff(b"<!-- x -->" * 6000)
    assert not html_page.sniff(b"<!--" * 16_000)


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("<meta charset=iso-8859-1>", "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">', "cp1252"),
        ("<meta charset='utf-8'>", "utf-8"),
        ("<meta charset='utf-8'>", "cp1252"),
        ("<meta charset='iso-8859-1'>", "utf-8"),
        ("<meta charset='shift_jis'>", "shift_jis"),
        ("", "utf-8"),
        ("", "utf-16"),
    ],
)
def test_encodings_that_are_declared_marked_or_lied_about(declared: str, encoding: str) -> None:
    word = "渡し船" if encoding == "shift_jis" else "Fähre"
    text = f"<!doctype html><html><head>{declared}</head><body><article><p>{word}</p></article></body></html>"
    assert article(text.encode(encoding)).body == word


def test_nothing_is_invented() -> None:
    one = article(page(attributes=""))
    assert one.language_declared is UNSET
    assert one.created is UNSET
    assert one.byline is UNSET
    assert one.guid is UNSET
    assert one.summary is UNSET
    assert read(TEXT + "<p>18 June 2024. More of it.</p>").created is UNSET


def test_a_date_that_cannot_be_read_is_absent_and_flagged() -> None:
    one = read(head=ld(STORY | {"datePublished": "this morning"}))
    assert one.created is UNSET
    assert any("created: 'this morning'" in flag for flag in one.flags)


def test_soft_hyphens_go() -> None:
    assert read("<article><p>The fer\u00adry is late.</p></article>").body == "The ferry is late."


def test_characters_are_mended_and_that_is_told() -> None:
    one = read("<article><p>It won&#146;t sail.</p></article>")
    assert one.body == "It won’t sail."
    assert one.flags


def test_a_description_that_starts_the_body_is_no_summary() -> None:
    assert read(head=ld(STORY | {"description": "One. The ferry to the island …"})).summary is UNSET


def test_a_page_without_a_story_is_rejected() -> None:
    one = rejected(page("<nav><a href='/'>Home</a></nav><p>Welcome</p>"))
    assert one.kind == "empty"
    assert "no article's text in the page" in one.reason


def test_an_article_of_which_only_the_description_is_there_is_flagged() -> None:
    one = read("<div>Log in</div>", ld(STORY))
    assert one.body is UNSET
    assert one.summary == "A short one."
    assert "the page has no text beyond its description" in one.flags


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><html><body><article><p>The ferry is",
        b"<!doctype html><html><body><p>The ferry</p><a href='/x",
        b"<!doctype html><html><body><p>The ferry</p><!-- more",
        b"<!doctype html><html><head><script>var a = '",
        b"<!doctype html><html><body><div><div><p>x</p></div>",
    ],
)
def test_a_page_that_was_cut_off_is_truncated(data: bytes) -> None:
    assert rejected(data).kind == "truncated"


def test_the_ends_that_html_may_leave_out_may_be_left_out() -> None:
    assert (
        article(b"<!doctype html><html><body><article><p>The ferry.<p>Is late.</article>").body
        == "The ferry.\n\nIs late."
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>x</p>" * 60_000, "size"),
        ("<div>" * 5000, "syntax"),
        ("a\0b", "binary"),
        ("word " * 10_000, "size"),
    ],
)
def test_what_must_be_a_trap_is_rejected(body: str, kind: str) -> None:
    assert rejected(page(f"<article><p>{body}</p></article>")).kind == kind


def test_a_page_over_the_limit_is_told_with_its_size() -> None:
    one = rejected(page() + b" " * (16 * 1024 * 1024))
    assert one.kind == "size"
    assert "a file may take 16,777,216" in one.reason


def test_a_page_that_holds_nothing_is_empty() -> None:
    assert rejected(b"<!doctype html>").kind == "empty"


def test_words_in_the_headline_say_the_kind() -> None:
    assert read(head=ld(STORY | {"headline": "CORRECTION: Ferry"})).kind == "correction"


@given(st.text(max_size=200))
def test_any_text_in_a_page_is_an_article_or_rejected(text: str) -> None:
    for data in (page(f"<article><p>{text}</p></article>"), page(head=text), page(text)):
        for one in outcomes(data):
            assert isinstance(one, RawArticle) or one.reason
