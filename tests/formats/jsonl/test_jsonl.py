"""JSON copy: lines, a spanning object, an array; and what is broken harms only itself."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import RawArticle
from pipeline.formats import _json, jsonl
from pipeline.formats.shape import Rejected
from pipeline.formats.stream import stream_of
from tests.formats.conformance import LIMIT, Conformance, article, context, headings, outcomes, rejected

FULL: dict[str, Any] = {
    "guid": "urn:x:1",
    "version": 3,
    "language": "fr",
    "headline": "Traité",
    "created": "2024-06-19T10:15:00+02:00",
    "subjects": ["medtop:11000000"],
    "body": "Un paragraphe.\n\nUn titre\n\nLa fin.",
}
OTHER = {"guid": "urn:x:2", "body": "Autre."}


def line(**members: Any) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode() + b"\n"


def guids(data: bytes) -> list[str]:
    """The guids of the articles, and the kinds of the rejections, in order."""
    return [one.kind if isinstance(one, Rejected) else str(one.guid) for one in outcomes(data)]


class TestLines(Conformance):
    format = jsonl
    copy = line(**FULL) + line(**OTHER)


class TestArray(Conformance):
    format = jsonl
    copy = json.dumps([FULL, OTHER], indent=2, ensure_ascii=False).encode()


class TestObject(Conformance):
    format = jsonl
    copy = json.dumps(FULL, indent=2).encode()


@pytest.mark.parametrize(
    "data",
    [
        line(**FULL) + line(**OTHER),
        line(**FULL) + b"\n  \n" + line(**OTHER).rstrip(),
        b"\xef\xbb\xbf" + line(**FULL) + line(**OTHER).replace(b"\n", b"\r\n"),
        json.dumps([FULL, OTHER]).encode(),
        json.dumps([FULL, OTHER], indent=1).encode(),
        b"\xef\xbb\xbf\n [\n" + line(**FULL) + b",\n" + line(**OTHER) + b"]\n",
    ],
)
def test_all_ways_of_writing_give_the_same_articles(data: bytes) -> None:
    assert guids(data) == ["urn:x:1", "urn:x:2"]


def test_an_object_may_span_the_file() -> None:
    assert guids(json.dumps(FULL, indent=4).encode()) == ["urn:x:1"]
    assert guids(b"\xef\xbb\xbf" + json.dumps(OTHER, indent=0).encode()) == ["urn:x:2"]


BROKEN = [
    (b'{"guid": "a", "body": "cut', "syntax", "cut off"),
    (b'{"guid": "a", "body": "x",', "syntax", "cut off"),
    (b'{"guid": "a" "body": "x"}', "syntax", "delimiter"),
    (b"not JSON at all", "syntax", "not JSON"),
    (b'{"body": "x"} {"body": "y"}', "syntax", "Extra data"),
    (b'{"body": NaN}', "syntax", "NaN is no JSON number"),
    (b'{"body": -Infinity}', "syntax", "-Infinity"),
    (b'{"body": "a\\ud800"}', "encoding", "surrogate"),
    (b'{"body": "caf\xe9"}', "encoding", "0xE9 at 13"),
    (b'{"body": 7}', "type", "'body' is the number 7; expected a string"),
    (b'{"body": ["x"]}', "type", "'body' is of type array; expected a string"),
    (b'{"body": null}', "value", "neither headline nor body"),
    (b'{"body": ""}', "value", "neither headline nor body"),
    (b"{}", "value", "neither headline nor body"),
    (b"[]", "type", "a JSON array, where an object was expected"),
    (b'"text"', "type", "a JSON string"),
    (b"12", "type", "a JSON number"),
    (b"null", "type", "a JSON null"),
    (b"true", "type", "a JSON boolean"),
    (b'{"body": "x", "body": "y"}', "value", "'body' stands there twice"),
    (b'{"a":' * 100_000, "size", "too large"),
    (b'{"a":' * 8_000, "syntax", "nested too deeply"),
    (b'{"body": "' + b"x" * 5 * LIMIT + b'"}', "size", "too large"),
    (b'{"body": "' + b"x" * 2 * LIMIT + b'"}', "size", "the limit is 16,384"),
    (b'{"n": ' + b"9" * 5000 + b', "body": "x"}', "syntax", "not JSON that can be read"),
    (b"\0\0\0\0", "syntax", "not JSON"),
    (b'{"body": "a\0b"}', "syntax", "not JSON"),
    (b'{"body": "a\\u0000b"}', "binary", "binary data"),
]


@pytest.mark.parametrize(("broken", "kind", "why"), BROKEN)
def test_a_broken_line_is_rejected_and_the_next_one_passes(broken: bytes, kind: str, why: str) -> None:
    first, bad, last = outcomes(line(**FULL) + broken + b"\n" + line(**OTHER))
    assert isinstance(first, RawArticle)
    assert isinstance(last, RawArticle)
    assert last.guid == "urn:x:2"
    assert last.provenance.offset == len(line(**FULL)) + len(broken) + 1
    assert isinstance(bad, Rejected)
    assert bad.kind == kind
    assert why in bad.reason
    assert bad.size == len(broken) + 1
    assert not bad.complete or bad.data == broken + b"\n"
    assert len(line(**FULL)) <= bad.offset <= len(line(**FULL)) + len(broken)


@pytest.mark.parametrize(("broken", "kind", "why"), [case for case in BROKEN if case[0] != b"[]"])
def test_so_it_is_in_the_first_line(broken: bytes, kind: str, why: str) -> None:
    bad, last = outcomes(broken + b"\n" + line(**OTHER))
    assert isinstance(bad, Rejected)
    assert (bad.kind, why in bad.reason) == (kind, True)
    assert isinstance(last, RawArticle)


@pytest.mark.parametrize("bad", [b"7", b'"x"', b"null", b"[1]", b"{}", b'{"body": 1}', b"{'body'}"])
def test_a_bad_element_of_an_array_harms_only_itself(bad: bytes) -> None:
    data = b"[" + line(**FULL) + b", " + bad + b", " + line(**OTHER) + b"]"
    first, middle, last = outcomes(data)
    assert isinstance(middle, Rejected)
    assert middle.data == bad
    assert data[middle.offset - 1 :].strip().startswith(bad) or bad in data[middle.offset - len(bad) :]
    assert [getattr(one, "guid", None) for one in (first, last)] == ["urn:x:1", "urn:x:2"]


@pytest.mark.parametrize("end", [b"", b",", b" ,\n ", b"\n"])
def test_an_array_that_was_cut_off_gives_what_came_and_says_so(end: bytes) -> None:
    assert guids(b"[" + line(**FULL) + b"," + line(**OTHER) + end) == ["urn:x:1", "urn:x:2", "truncated"]
    assert guids(b"[" + line(**FULL) + b', {"guid": "b') == ["urn:x:1", "truncated"]
    assert guids(b"[") == ["truncated"]


def test_what_stands_behind_an_array_is_rejected() -> None:
    assert guids(b"[" + line(**OTHER) + b"] more") == ["urn:x:2", "syntax"]


@pytest.mark.parametrize("data", [b"[]", b" [ ]\n"])
def test_an_array_of_nothing_is_empty(data: bytes) -> None:
    assert rejected(data).kind == "empty"


def test_brackets_and_commas_in_strings_part_nothing() -> None:
    tricky = {"guid": "t", "body": 'a ], { " [ \\ , } b'}
    assert guids(json.dumps([tricky, OTHER]).encode()) == ["t", "urn:x:2"]


def test_an_array_nested_without_end_is_rejected_as_a_whole() -> None:
    assert rejected(b"[" * 1_000_000).reason == "nested deeper than 1000 levels"


def test_an_array_over_the_limit_of_a_document_is_rejected_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_json, "DOCUMENT", 100_000)
    data = json.dumps([OTHER] * 10_000).encode()
    one = rejected(data)
    assert (one.kind, one.size, one.complete) == ("size", len(data), False)
    assert "one object a line" in one.reason


def test_an_element_over_the_limit_harms_only_itself() -> None:
    assert guids(json.dumps([{"body": "x" * 5 * LIMIT}, OTHER]).encode()) == ["size", "urn:x:2"]


def test_lines_without_an_object_in_them_are_empty() -> None:
    (one,) = jsonl.read(stream_of(b"\n \n"), context())
    assert isinstance(one, Rejected)
    assert one.kind == "empty"


@pytest.mark.parametrize(
    "head",
    [
        b'{"a": 1}',
        b"{",
        b" \n{",
        b"\xef\xbb\xbf{",
        b"[{",
        b"[\n",
        b"[]",
        b'["a"',
        b"[1, 2]",
        b"[null]",
        b'x\n{"a": 1}\n',
    ],
)
def test_json_is_known_by_its_start_or_by_a_line(head: bytes) -> None:
    assert jsonl.sniff(head)


@pytest.mark.parametrize(
    "head", [b"", b"[Paris] Le", b"[2024] Le", b"Le {x}", b"12", b'"Citation"', b"date 2024-06 {"]
)
def test_text_is_not_taken_for_json(head: bytes) -> None:
    assert not jsonl.sniff(head)


class TestMapping:
    OWN: ClassVar[dict[str, Any]] = {
        "id": "row-7",
        "ext": {"ref": "urn:x:7"},
        "fields": {"title": "The bridge", "lead": None, "by.line": "A. Writer"},
        "content": {"text": "<p>One.</p><h2>Next</h2><p>Two.</p>", "parts": [{"t": "a"}, {"t": "b"}]},
        "tags": [{"label": "bridge", "code": "medtop:20001337"}, {"label": "river"}, {}],
        "headline": "Not this one",
        "urgency": 4,
        "when": ["2024-06-18", "2024-06-19T10:00:00Z"],
    }

    def mapped(self, **mapping: str) -> RawArticle:
        return article(line(**self.OWN), mapping=mapping)

    def test_a_field_is_read_from_its_path_and_the_rest_from_the_usual_names(self) -> None:
        one = self.mapped(guid="ext.ref", headline="fields.title", body="content.text", keywords="tags.label")
        assert (one.guid, one.headline, one.urgency) == ("urn:x:7", "The bridge", 4)
        assert one.keywords == ("bridge", "river")
        assert one.body == "One.\n\nNext\n\nTwo."
        assert headings(one) == ["Next"]
        assert one.provenance.format == "jsonl"

    @pytest.mark.parametrize(
        ("path", "found"),
        [
            ("fields.title", "The bridge"),
            ("tags.0.label", "bridge"),
            ("tags.1.label", "river"),
            ("content.parts.1.t", "b"),
            ("when.0", "2024-06-18"),
            ("fields.by.line", "A. Writer"),
        ],
    )
    def test_a_path_goes_through_objects_and_by_numbers_through_arrays(self, path: str, found: str) -> None:
        assert self.mapped(headline=path, body="content.text").headline == found

    @pytest.mark.parametrize(
        "path",
        [
            "fields.lead",
            "nothing",
            "fields.title.x",
            "tags.9.label",
            "tags.2.label",
            "id.x",
            "when.99999999999",
            "tags.x",
        ],
    )
    def test_where_nothing_is_at_its_end_the_field_is_absent(self, path: str) -> None:
        assert self.mapped(headline=path, body="content.text").headline is UNSET

    def test_arrays_of_objects_are_subjects(self) -> None:
        one = self.mapped(subjects="tags.code", body="content.text")
        assert [each.qcode for each in one.subjects] == ["medtop:20001337"]

    def test_language_is_short_for_the_declared_one(self) -> None:
        data = line(lang="de", meta={"l": "sv_SE"}, body="x")
        assert article(data, mapping={"language": "meta.l"}).language_declared == "sv-SE"
        assert article(data, mapping={"language_declared": "meta.l"}).language_declared == "sv-SE"

    def test_an_embargo_that_is_mapped_and_does_not_say_when_it_ends_holds_back(self) -> None:
        data = line(meta={"until": ""}, body="x")
        assert article(data, mapping={"embargo": "meta.until"}).status == "withheld"

    def test_what_cannot_be_read_is_named_by_its_path(self) -> None:
        one = rejected(line(**self.OWN), mapping={"headline": "fields", "body": "content.text"})
        assert "the member 'fields' is of type object; expected a string" in one.reason

    def test_a_mapping_is_for_json_lines_whatever_their_names_look_like(self) -> None:
        data = line(uri="urn:x", pubstatus="usable", headline="Names of ninjs", meta={"h": "The bridge"})
        assert article(data, mapping={"headline": "meta.h"}).headline == "The bridge"
        assert article(data).provenance.format == "ninjs"

    @pytest.mark.parametrize("written", [b"[%s]", b"%s", b"[%s"])
    def test_so_it_is_however_they_are_written(self, written: bytes) -> None:
        first = outcomes(written % line(uri="urn:x", x={"h": "The bridge"}), mapping={"headline": "x.h"})[0]
        assert isinstance(first, RawArticle)
        assert first.headline == "The bridge"

    def test_a_mapping_of_known_fields_is_right(self) -> None:
        jsonl.check_mapping({"headline": "fields.title", "body": "a", "language": "l", "subjects": "tags.0"})
        jsonl.check_mapping({})

    def test_an_unknown_field_is_an_error_that_says_which_there_are(self) -> None:
        with pytest.raises(
            ValueError, match=r"'titel', and an article has no such field; it has body, byline, "
        ):
            jsonl.check_mapping({"headline": "a", "titel": "b"})

    @pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", " "])
    def test_so_is_a_path_that_leads_nowhere(self, path: str) -> None:
        with pytest.raises(ValueError, match="'headline' is no path like"):
            jsonl.check_mapping({"headline": path})

    @given(
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
            ),
        ),
        st.lists(st.sampled_from(["a", "b", "c", "0", "1", "²", "-1"]), min_size=1, max_size=4),
    )
    def test_any_path_through_anything_gives_an_article_or_a_rejection(
        self, value: Any, steps: list[str]
    ) -> None:
        (one,) = outcomes(line(a=value, body="x"), mapping={"headline": ".".join(["a", *steps])})
        assert isinstance(one, RawArticle | Rejected)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from([*FULL, "id", "title", "text", "updated", "embargo", "urgency", "status", "url", "x"])


@given(st.lists(st.dictionaries(names, json_values, max_size=6), min_size=1, max_size=6))
def test_each_object_gives_one_outcome_however_it_is_written(objects: list[dict[str, Any]]) -> None:
    lines = outcomes(b"".join(line(**one) for one in objects))
    array = outcomes(json.dumps(objects, indent=1).encode())
    assert len(lines) == len(array) == len(objects)
    for one, other in zip(lines, array, strict=True):
        assert type(one) is type(other)
        if isinstance(one, RawArticle) and isinstance(other, RawArticle):
            assert (one.id, one.version, one.body) == (other.id, other.version, other.body)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_a_headline_of_any_text_arrives(text: str) -> None:
    assert article(line(headline=text)).headline == " ".join(text.split())
