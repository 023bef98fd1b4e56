"""JSON Feed: every member that news needs, by its type, and what is left out is told."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import formats
from pipeline.article import Media, RawArticle
from pipeline.formats import jsonfeed
from pipeline.formats.shape import NO_ITEM, Rejected
from pipeline.formats.stream import stream_of
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

VERSION = "https://jsonfeed.org/version/1.1"


def feed(*items: Any, **head: Any) -> bytes:
    whole = {"version": VERSION, "title": "Harbour News", "home_page_url": "https://harbour.example/"} | head
    return json.dumps(whole | {"items": list(items)}, ensure_ascii=False).encode()


def read(item: dict[str, Any], **head: Any) -> RawArticle:
    return article(feed({"id": "1", "content_text": "The ferry is late."} | item, **head))


def flags(one: RawArticle) -> str:
    return " | ".join(one.flags)


FULL = {
    "id": "h-1",
    "url": "https://harbour.example/1",
    "external_url": "https://other.example/x",
    "title": "Ferry &amp; bridge",
    "content_html": "<p>The ferry is late.</p><h2>Why</h2><p>The bridge is up.</p>",
    "content_text": "The ferry is late. Why. The bridge is up.",
    "summary": "A short one.",
    "image": "https://harbour.example/a.jpg",
    "banner_image": "/b.jpg",
    "date_published": "2024-06-18T10:15:00+02:00",
    "date_modified": "2024-06-18T10:30:00+02:00",
    "authors": [{"name": "Ada Pier", "url": "https://harbour.example/ada"}, {"name": "Bo Quay"}],
    "tags": ["ferry", "bridge"],
    "language": "en-GB",
    "attachments": [
        {
            "url": "https://harbour.example/a.mp3",
            "mime_type": "audio/mpeg",
            "title": "Horn",
            "size_in_bytes": 7,
        }
    ],
}


class TestConformance(Conformance):
    format = jsonfeed
    copy = feed(FULL, {"id": "h-2", "content_text": "Another one. " * 30})


def test_everything_that_an_item_says() -> None:
    one = article(feed(FULL))
    assert one.guid == "h-1"
    assert one.url == "https://harbour.example/1"
    assert one.headline == "Ferry & bridge"
    assert one.body == "The ferry is late.\n\nWhy\n\nThe bridge is up."
    assert headings(one) == ["Why"]
    assert one.summary == "A short one."
    assert (one.created, one.modified) == ("2024-06-18T08:15:00Z", "2024-06-18T08:30:00Z")
    assert one.byline == "Ada Pier, Bo Quay"
    assert one.keywords == ("ferry", "bridge")
    assert one.language_declared == "en-GB"
    assert one.provider == "Harbour News"
    assert one.wire == {"external_url": "https://other.example/x"}
    assert one.media == (
        Media(href="https://harbour.example/a.jpg"),
        Media(href="https://harbour.example/b.jpg", rendition="banner"),
        Media(href="https://harbour.example/a.mp3", type="audio/mpeg", caption="Horn"),
    )
    assert one.flags == ()


@pytest.mark.parametrize(
    "head",
    [
        b'{"version": "https://jsonfeed.org/version/1", "items": []}',
        b'{"version":"https:\\/\\/jsonfeed.org\\/version\\/1.1"',
        b'\xef\xbb\xbf{\n  "title": "x",\n  "version": "http://jsonfeed.org/version/1"',
        b'{"title": "x", "items": [{"id": "1"}], "version": "https://www.jsonfeed.org/version/1"}',
    ],
)
def test_the_version_gives_it_away(head: bytes) -> None:
    assert jsonfeed.sniff(head)
    assert formats.choose(stream_of(head)) is jsonfeed


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"{",
        b'{"version": "1.0", "items": []}',
        b'{"text": "https://jsonfeed.org/version/1"}',
        b'{"inner": {"version": "https://jsonfeed.org/version/1"}}',
        b"https://jsonfeed.org/version/1",
        b'<a href="https://jsonfeed.org/version/1">',
    ],
)
def test_what_only_speaks_of_it_is_none(head: bytes) -> None:
    assert not jsonfeed.sniff(head)


def test_the_author_of_version_1_0_and_those_of_the_feed() -> None:
    assert read({"author": {"name": "Ada Pier"}}).byline == "Ada Pier"
    assert read({}, authors=[{"name": "Bo Quay"}]).byline == "Bo Quay"
    assert read({"authors": [{"name": "Ada Pier"}]}, author={"name": "Bo Quay"}).byline == "Ada Pier"
    assert read({"authors": [{"url": "https://harbour.example/ada"}]}).byline is UNSET
    assert read({"authors": "Ada Pier"}).byline is UNSET


def test_the_language_of_the_feed_holds_for_items_without_one() -> None:
    assert read({}, language="sv").language_declared == "sv"
    assert read({"language": "fr"}, language="sv").language_declared == "fr"


def test_plain_text_counts_where_the_html_says_nothing() -> None:
    one = read(
        {"content_html": "<img src='https://h.example/a.jpg'>", "content_text": "One < two.\n\nThree."}
    )
    assert one.body == "One < two.\n\nThree."


def test_a_summary_that_starts_the_body_is_none() -> None:
    assert read({"summary": "The ferry is …"}).summary is UNSET
    assert article(feed({"id": "1", "summary": "Only this."})).summary == "Only this."


def test_an_identity_may_be_a_number_and_the_address_stands_in_for_it() -> None:
    assert read({"id": 7}).guid == "7"
    assert read({"id": 7.5}).guid == "7.5"
    assert read({"id": None, "url": "https://harbour.example/7"}).guid == "https://harbour.example/7"
    assert read({"id": None}).guid is UNSET


def test_the_only_date_is_that_of_the_publication() -> None:
    one = read({"date_modified": "2024-06-18"})
    assert (one.created, one.modified) == ("2024-06-18", UNSET)


def test_a_date_that_cannot_be_read_is_absent_and_flagged() -> None:
    one = read({"date_published": "18 June"})
    assert one.created is UNSET
    assert "created: '18 June'" in flags(one)


def test_script_does_not_come_out_and_boxes_neither() -> None:
    html = "<p>The ferry.</p><script>steal()</script><div class='share-buttons'>Share</div>"
    assert read({"content_html": html}).body == "The ferry."


def test_characters_are_mended_and_that_is_told() -> None:
    one = read({"title": "It won\u0092t sail", "content_html": "<p>cafÃ©</p>"})
    assert (one.headline, one.body) == ("It won’t sail", "café")
    assert len(one.flags) == 2


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("title", 7, "number"),
        ("url", ["https://h.example/"], "array"),
        ("summary", {"text": "x"}, "object"),
        ("date_published", True, "boolean"),
        ("tags", "ferry", "string"),
        ("attachments", {}, "object"),
        ("id", True, "boolean"),
    ],
)
def test_a_member_of_another_type_is_left_out_and_told(name: str, value: Any, kind: str) -> None:
    one = read({name: value})
    assert f"{name} is a JSON {kind}" in flags(one)
    assert one.body == "The ferry is late."


def test_an_attachment_that_is_no_object_is_left_out_and_told() -> None:
    one = read(
        {
            "attachments": [
                "https://h.example/a.mp3",
                {"url": "javascript:x"},
                {"url": "https://h.example/b.mp3", "mime_type": 7},
            ]
        }
    )
    assert [(each.href, each.type) for each in one.media] == [("https://h.example/b.mp3", UNSET)]
    assert "an attachment is a JSON string" in flags(one)
    assert "mime_type is a JSON number" in flags(one)


def test_tags_that_are_none_are_passed_over() -> None:
    assert read({"tags": ["ferry", 7, None, "", "ferry"]}).keywords == ("ferry",)


def test_of_too_many_tags_the_first_are_read_and_that_is_told() -> None:
    one = read({"tags": [str(number) for number in range(600)]})
    assert len(one.keywords) == jsonfeed.TIMES
    assert "of 600 tags the first 500 are read" in flags(one)


def test_an_item_without_text_is_what_is_attached() -> None:
    attached = {"url": "https://h.example/a.mp4", "mime_type": "video/mp4"}
    one = article(feed({"id": "1", "title": "Ferry", "attachments": [attached]}))
    assert one.item_class == "video"
    assert read({"attachments": [attached]}).item_class is UNSET


def test_words_in_the_title_say_the_kind() -> None:
    assert read({"title": "CORRECTION: Ferry"}).kind == "correction"


def test_a_feed_without_items_is_told_with_its_title() -> None:
    one = rejected(feed())
    assert one.kind == "empty"
    assert one.reason.startswith(NO_ITEM)
    assert "Harbour News" in one.reason
    assert rejected(feed(title=None)).reason == NO_ITEM


def test_an_item_that_is_no_article_does_not_cost_the_others() -> None:
    *articles, last = outcomes(
        feed({"id": "1", "title": "A"}, "text", {}, {"id": "2"}, {"id": "3", "title": "B"})
    )
    assert [one.headline for one in articles if isinstance(one, RawArticle)] == ["A", "B"]
    assert isinstance(last, Rejected)
    assert "3 of 5 items are no articles" in last.reason
    assert "item 2: a JSON string" in last.reason


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (f'{{"version": "{VERSION}", "items": {{}}}}', "type", "'items' is a JSON object"),
        (f'{{"version": "{VERSION}", "items": [{{"id": NaN}}]}}', "syntax", "NaN is no JSON number"),
        (
            f'{{"version": "{VERSION}", "items": [{{"id": "1", "id": "2"}}]}}',
            "value",
            ("'id' stands there twice"),
        ),
        (f'{{"version": "{VERSION}", "items": [', "truncated", "cut off"),
        (
            f'{{"version": "{VERSION}", "items": [{{"id": "1", "title": "\\ud800"}}]}}',
            "encoding",
            "surrogate",
        ),
        (f'{{"version": "{VERSION}", "items": [{{"id": "1", "title": "\\u0000"}}]}}', "binary", "NUL"),
        (f'{{"version": "{VERSION}", "items": {"[" * 100_000}', "syntax", "nested too deeply"),
    ],
)
def test_what_is_no_json_that_can_be_trusted_is_rejected(data: str, kind: str, words: str) -> None:
    one = rejected(data.encode())
    assert one.kind == kind
    assert words in one.reason


def test_a_feed_over_the_limit_is_told_with_its_size() -> None:
    one = rejected(feed({"id": "1"}) + b" " * (16 * 1024 * 1024))
    assert one.kind == "size"
    assert "a file may take 16,777,216" in one.reason


def test_time_is_linear_in_the_number_of_items() -> None:
    def took(count: int) -> float:
        data = feed(*({"id": str(number), "content_html": "<p>x</p>"} for number in range(count)))
        start = time.process_time()
        assert len(outcomes(data)) == count
        return time.process_time() - start

    took(100)
    assert took(4000) < 8 * took(1000) + 0.2


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*FULL, "author", "x"]), _VALUES, max_size=6), _VALUES)
def test_members_of_any_type_give_an_article_or_a_rejection(item: dict[str, Any], author: Any) -> None:
    for one in outcomes(feed(item, authors=author, language=author)):
        assert isinstance(one, RawArticle) or one.reason
