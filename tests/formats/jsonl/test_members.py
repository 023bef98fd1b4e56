"""The members of a JSON article: their names, their types, and what each becomes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET, structs

from pipeline.article import Media, Place, RawArticle, Replaced, Subject
from tests.formats.conformance import article, headings, rejected


def read(**members: Any) -> RawArticle:
    return article(json.dumps({"body": "Texte."} | members).encode())


def refused(**members: Any) -> str:
    return rejected(json.dumps({"body": "Texte."} | members).encode()).reason


@pytest.mark.parametrize(
    ("field", "member", "value", "becomes"),
    [
        ("guid", "guid", "urn:x", "urn:x"),
        ("guid", "id", "urn:x", "urn:x"),
        ("guid", "id", 42, "42"),
        ("version", "version", 7, 7),
        ("version", "version", "7", 7),
        ("status", "status", "usable", "usable"),
        ("status", "status", "Withheld", "withheld"),
        ("status", "status", "cancelled", "canceled"),
        ("urgency", "urgency", 4, 4),
        ("urgency", "urgency", "4", 4),
        ("language_declared", "language", "fr", "fr"),
        ("language_declared", "lang", "pt_BR", "pt-BR"),
        ("headline", "headline", " Un \n titre ", "Un titre"),
        ("headline", "title", "Un titre", "Un titre"),
        ("slugline", "slugline", "russie-coree", "russie-coree"),
        ("byline", "byline", "Par l'agence", "Par l'agence"),
        ("dateline", "dateline", "PYONGYANG", "PYONGYANG"),
        ("created", "created", "2024-06", "2024-06"),
        ("created", "published", "2024-06-19", "2024-06-19"),
        ("created", "date", "2024-06-19T10:00:00+02:00", "2024-06-19T08:00:00Z"),
        ("modified", "modified", "2024-06-19T10:00:00", "2024-06-19T10:00:00Z"),
        ("modified", "updated", "2024", "2024"),
        ("provider", "provider", "Agence", "Agence"),
        ("rights", "rights", "© Agence", "© Agence"),
        ("status", "status", "stat:usable", "usable"),
        ("status", "status", "embargoed", "withheld"),
        ("status", "status", "killed", "canceled"),
        ("kind", "kind", "Correction", "correction"),
        ("item_class", "item_class", "picture", "picture"),
        ("item_class", "item_class", "ninat:text", "text"),
        ("expires", "expires", "2024-07-01T00:00:00+02:00", datetime(2024, 6, 30, 22, tzinfo=UTC)),
        ("headline", "headline", "Fish &amp; <b>chips</b>", "Fish & chips"),
        ("subheadline", "subheadline", "Below", "Below"),
        ("subheadline", "subtitle", "Below", "Below"),
        ("located", "located", "Oslo", Place(name="Oslo")),
        ("located", "located", {"name": "Oslo", "country": "NO"}, Place(name="Oslo", country="NO")),
        ("keywords", "keywords", ["a", " b ", ""], ("a", "b")),
        ("keywords", "keywords", "a, b", ("a", "b")),
        ("summary", "summary", "<p>Short.</p>", "Short."),
        ("summary", "abstract", "Short.", "Short."),
        ("media", "media", ["https://x/p.jpg"], (Media(href="https://x/p.jpg"),)),
        (
            "media",
            "media",
            [{"url": "h", "type": "image/png", "caption": "C", "credit": "D", "width": 4, "height": "x"}, {}],
            (Media(href="h", type="image/png", caption="C", credit="D", width=4),),
        ),
        ("members", "members", ["urn:a", "urn:b"], ("urn:a", "urn:b")),
        ("ednotes", "ednotes", ["One.", "Two."], ("One.", "Two.")),
        ("ednotes", "ednote", "One.", ("One.",)),
        ("ednotes_nonpublic", "ednotes_nonpublic", "Call 555.", ("Call 555.",)),
        ("usageterms", "usageterms", "No resale", "No resale"),
        ("replaces", "replaces", "urn:0", Replaced(guid="urn:0")),
        ("replaces", "replaces", {"guid": 7, "status": "canceled"}, Replaced(guid="7", status="canceled")),
        ("wire", "wire", {"service": "bdt", "n": 4, "empty": ""}, {"service": "bdt", "n": "4"}),
        ("language_declared", "language", "swe", "sv"),
        ("url", "url", "https://example.org/a", "https://example.org/a"),
        ("url", "link", "https://example.org/a", "https://example.org/a"),
    ],
)
def test_a_member_becomes_a_field(field: str, member: str, value: object, becomes: object) -> None:
    assert getattr(read(**{member: value}), field) == becomes


@pytest.mark.parametrize("name", ["body", "text", "content"])
def test_the_text_has_three_names_and_keeps_its_paragraphs(name: str) -> None:
    one = article(json.dumps({name: "Un.\r\n\r\nTitre\r\n\r\nDeux.\n"}).encode())
    assert one.body == "Un.\n\nTitre\n\nDeux."
    assert headings(one) == ["Titre"]


@pytest.mark.parametrize("absent", [None, "", "  ", "\n"])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "guid",
            "headline",
            "language",
            "created",
            "byline",
            "provider",
            "rights",
            "url",
            "version",
            "urgency",
        ),
        *(
            "kind",
            "item_class",
            "expires",
            "subheadline",
            "located",
            "keywords",
            "summary",
            "members",
            "ednotes",
        ),
        *("ednotes_nonpublic", "usageterms", "replaces"),
    ],
)
def test_null_and_empty_strings_are_absent(name: str, absent: object) -> None:
    given, without = read(**{name: absent}), read()
    assert structs.replace(given, received=without.received) == without


def test_of_two_names_the_first_that_says_something_counts() -> None:
    assert read(headline="", title="B").headline == "B"
    assert read(headline="A", title="B").headline == "A"


@pytest.mark.parametrize(
    "name", ["body", "body_html", "content_html", "article_html", "html", "text", "content"]
)
def test_html_is_read_as_html_and_its_pictures_are_links(name: str) -> None:
    html = "<p>One<br>line.</p><h2>Next</h2><p>Two.</p><script>x()</script><img src='https://x/p.jpg'>"
    one = article(json.dumps({name: html, "media": ["https://x/first.jpg"]}).encode())
    assert one.body == "One\nline.\n\nNext\n\nTwo."
    assert headings(one) == ["Next"]
    assert [each.href for each in one.media] == ["https://x/first.jpg", "https://x/p.jpg"]


def test_html_without_a_tag_is_html_where_its_name_says_so() -> None:
    assert article(b'{"body_html": "One\\nline"}').body == "One line"
    assert article(b'{"body": "One\\nline"}').body == "One\nline"


def test_of_several_bodies_the_structured_one_counts() -> None:
    assert article(b'{"text": "Plain.", "body_html": "<p>Rich.</p>"}').body == "Rich."
    assert article(b'{"text": "Plain.", "body_html": "<p> </p>"}').body == "Plain."
    assert article(b'{"body": "Main.", "body_html": "<p>Rich.</p>"}').body == "Main."


def test_a_part_of_html_that_is_marked_as_not_for_publication_is_taken_out() -> None:
    one = article(b'{"body": "<p>Text.</p><div class=\\"nonpublic\\">Call 555.</div>"}')
    assert (one.body, one.ednotes_nonpublic) == ("Text.", ("Call 555.",))


def test_what_follows_a_notice_that_it_is_not_for_publication_is_too() -> None:
    one = article(b'{"body": "Text.\\n\\nNot for publication:\\n\\nCall 555."}')
    assert one.body == "Text."
    assert "Call 555." in one.ednotes_nonpublic


@pytest.mark.parametrize(
    ("members", "kind", "status"),
    [
        ({"headline": "URGENT: Harbour"}, "alert", "usable"),
        ({"kind": "update", "headline": "CORRECTION: Harbour"}, "correction", "usable"),
        ({"version": 2}, "update", "usable"),
        ({"version": 1}, UNSET, "usable"),
        ({"kind": "kill"}, "kill", "canceled"),
        ({"status": "canceled"}, "kill", "canceled"),
        ({"headline": "KILL - Harbour"}, "kill", "withheld"),
    ],
)
def test_members_and_words_say_what_kind_it_is(members: dict[str, object], kind: object, status: str) -> None:
    one = read(**members)
    assert (one.kind, one.status) == (kind, status)


def test_a_picture_needs_no_text() -> None:
    assert (
        article(b'{"item_class": "picture", "media": ["https://x/p.jpg"]}').media[0].href == "https://x/p.jpg"
    )


def test_codes_of_iptc_are_known_by_their_digits_or_their_uri() -> None:
    one = read(
        subjects=[
            "13010000",
            "http://cv.iptc.org/newscodes/mediatopic/15000000",
            {"uri": "x:y", "type": "place"},
        ]
    )
    assert [each.qcode for each in one.subjects] == ["subj:13010000", "medtop:15000000", "x:y"]
    assert one.subjects[0].media_topic == "medtop:13000000"
    assert one.subjects[2].type == "place"


def test_the_zone_of_the_feed_reads_times_without_one() -> None:
    data = b'{"body": "x", "created": "2024-06-19T12:00:00", "embargo": "2024-06-19T13:00:00"}'
    one = article(data, zone="Europe/Paris")
    assert one.created == "2024-06-19T10:00:00Z"
    assert one.embargo == datetime(2024, 6, 19, 11, tzinfo=UTC)


def test_other_members_are_ignored() -> None:
    assert read(extra={"deep": [1, {"x": None}]}, source="liar").source == "agency"


@pytest.mark.parametrize(
    ("member", "value", "why"),
    [
        ("guid", ["a"], "'guid' is of type array; expected a string or a whole number"),
        ("guid", True, "'guid' is the boolean True"),
        ("id", 1.5, "'id' is the number 1.5"),
        ("version", -1, "'version' is the number -1; expected a whole number from 0"),
        ("version", 2**63, "expected a whole number from 0 to 9223372036854775807"),
        ("version", "1.2", "'version' is the string '1.2'"),
        ("version", 1.0, "expected a whole number"),
        ("version", True, "'version' is the boolean True"),
        ("urgency", 0, "expected a whole number from 1 to 9"),
        ("urgency", "high", "expected a whole number from 1 to 9"),
        ("status", "draft", "'status' is the string 'draft'; expected usable, withheld or canceled"),
        ("status", 1, "'status' is the number 1; expected a string"),
        ("language", "f", "expected a language tag like fr or en-GB"),
        ("language", "fr FR", "expected a language tag"),
        ("headline", {"fr": "x"}, "'headline' is of type object; expected a string"),
        ("byline", ["A", "B"], "'byline' is of type array; expected a string"),
        ("created", 1718784000, "'created' is the number 1718784000; expected a string"),
        ("created", "yesterday", "expected an ISO 8601 date or time"),
        ("modified", "2024-02-30", "not in the calendar"),
        ("subjects", "politics", "expected an array of strings"),
        ("subjects", [3], "expected an array of strings"),
        ("subjects", [{"qcode": 3}], "expected a string"),
        ("embargo", "2024-06-20", "expected a time with its zone"),
        ("embargo", "2024-06-20T10:00", "has no time zone"),
        ("embargo", 7, "'embargo' is the number 7"),
        ("url", "https://\ud800", "surrogate"),
        ("kind", "story", "expected one of new, update, correction, kill"),
        ("item_class", "essay", "expected one of text, picture"),
        ("expires", "2024-07-01", "expected a time with its zone"),
        ("located", 4, "expected a string or an object with name, country and qcode"),
        ("located", {"name": 4}, "expected a string"),
        ("keywords", [4], "expected a string or an array of strings"),
        ("media", "https://x", "expected an array of addresses or of objects with href"),
        ("media", [4], "expected an array of addresses"),
        ("members", {"a": 1}, "expected a string or an array of strings"),
        ("replaces", ["a"], "expected a string or a whole number"),
        ("replaces", {"guid": "a", "status": "gone"}, "expected usable, withheld or canceled"),
        ("wire", ["a"], "expected an object of strings"),
        ("wire", {"a": {}}, "expected an object of strings"),
    ],
)
def test_a_known_member_of_the_wrong_kind_is_refused_by_name(member: str, value: object, why: str) -> None:
    reason = refused(**{member: value})
    assert repr(member) in reason
    assert why in reason


def test_a_long_value_is_not_repeated_in_the_reason() -> None:
    assert len(refused(urgency="x" * 10_000)) < 200


def test_subjects_are_qcodes_or_names() -> None:
    given = [
        "medtop:11000000",
        "Politique",
        {"qcode": "a:b", "name": "B"},
        {"code": "c:d"},
        {"name": "E"},
        {},
        "",
    ]
    assert read(subjects=given).subjects == (
        Subject(qcode="medtop:11000000"),
        Subject(name="Politique"),
        Subject(qcode="a:b", name="B"),
        Subject(qcode="c:d"),
        Subject(name="E"),
    )


class TestEmbargo:
    def test_one_that_lies_ahead_withholds(self) -> None:
        one = read(embargo="2024-06-19T14:00:01+02:00")
        assert one.status == "withheld"
        assert one.embargo == datetime(2024, 6, 19, 12, 0, 1, tzinfo=UTC)

    def test_one_that_is_over_does_not(self) -> None:
        assert read(embargo="2024-06-19T12:00:00Z").status == "usable"

    def test_one_that_does_not_say_until_when_withholds(self) -> None:
        one = read(embargo="")
        assert (one.status, one.embargo) == ("withheld", UNSET)

    def test_null_is_none(self) -> None:
        assert read(embargo=None).status == "usable"

    def test_a_kill_stays_one(self) -> None:
        assert read(status="canceled", embargo="2030-01-01T00:00:00Z").status == "canceled"


def test_a_kill_needs_no_text() -> None:
    one = article(b'{"guid": "urn:x", "status": "canceled"}')
    assert (one.status, one.body, one.headline) == ("canceled", UNSET, UNSET)


def test_the_id_comes_from_the_guid_where_there_is_one() -> None:
    assert read(guid="a").id == article(b'{"guid": "a", "body": "Other text."}').id
    assert read(guid="a").id != read(guid="b").id
    assert read().id == read(version=9, created="2024").id


@pytest.mark.parametrize(
    ("members", "version"),
    [
        ({"version": 3, "modified": "2024-06-19"}, 3),
        ({"modified": "2024-06-19", "created": "2024-06-18"}, 1718755200000),
        ({"created": "2024-06"}, 1717200000000),
        ({"created": "1969"}, 0),
        ({}, 1718798400000),
    ],
)
def test_the_version_is_the_feed_s_own_else_a_time(members: dict[str, object], version: int) -> None:
    assert read(**members).version == version


def test_a_declared_language_comes_before_the_default() -> None:
    assert article(b'{"body": "x", "language": "de"}', language="fr").language_declared == "de"
    assert article(b'{"body": "x"}', language="fr").language_declared == "fr"
