"""How values are said on the page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search import CLOSE, OPEN
from pipeline.web import view


def test_what_matched_is_marked_and_the_rest_escaped() -> None:
    text = f"<b>1 & 2</b> {OPEN}<script>{CLOSE} end"
    assert view.marked(text) == "&lt;b&gt;1 &amp; 2&lt;/b&gt; <mark>&lt;script&gt;</mark> end"


@given(st.text(st.sampled_from(f"{OPEN}{CLOSE}<>&\"'ab/ ")))
def test_whatever_a_passage_holds_its_only_tags_are_marks_that_are_closed(text: str) -> None:
    shown = str(view.marked(text))
    tags = re.findall(r"<[^>]*>", shown)
    assert tags == ["<mark>", "</mark>"] * (len(tags) // 2)
    assert unescape(re.sub(r"<[^>]*>", "", shown)) == text.replace(OPEN, "").replace(CLOSE, "")


@pytest.mark.parametrize(
    ("text", "said", "machine"),
    [
        ("2024", "2024", "2024"),
        ("2024-06", "June 2024", "2024-06"),
        ("2024-06-09", "9 June 2024", "2024-06-09"),
        ("2024-06-09T07:05:00Z", "9 June 2024, 07:05 UTC", "2024-06-09T07:05:00Z"),
        ("2024-06-09T01:05:09.123+02:00", "8 June 2024, 23:05 UTC", "2024-06-08T23:05:09Z"),
        ("2024-13", "2024-13", "2024-13"),
        ("2024-06-09T99:00:00Z", "2024-06-09T99:00:00Z", "2024-06-09T99:00:00Z"),
        ("<b>", "<b>", "<b>"),
    ],
)
def test_a_date_is_as_exact_as_it_is(text: str, said: str, machine: str) -> None:
    assert view.moment(text) == said
    assert view.machine(text) == machine


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "unknown"),
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (42.4, "42 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
        (273_600, "3 d 4 h"),
    ],
)
def test_a_length_of_time_is_said_as_people_do(seconds: float | None, said: str) -> None:
    assert view.span(seconds) == said


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl"), ("en", "auto"), (None, "auto"), ("arn", "auto")],
)
def test_languages_that_run_from_right_to_left(language: str | None, direction: str) -> None:
    assert view.direction(language) == direction


@pytest.mark.parametrize(
    ("tag", "name"), [("fr", "French"), ("fr-CA", "French (CA)"), ("PT", "Portuguese"), ("xx", "xx")]
)
def test_a_language_has_its_english_name(tag: str, name: str) -> None:
    assert view.language_name(tag) == name


@pytest.mark.parametrize("text", ["https://example.org/a?b", "HTTP://example.org"])
def test_an_address_of_the_web_is_a_link(text: str) -> None:
    assert view.web_address(text) == text


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "JAVASCRIPT://x/%0aalert(1)", "data:text/html,x", "//example.org", "/x", "", None,
     "http://[", "file:///etc/passwd"],
)  # fmt: skip
def test_nothing_else_is(text: str | None) -> None:
    assert view.web_address(text) is None


def test_an_address_on_the_page_leaves_out_what_is_empty() -> None:
    assert view.link("/", q="a b&c", sort=None, after="") == "/?q=a+b%26c"
    assert view.link("/", q="") == "/"
