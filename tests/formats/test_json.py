"""JSON before any article is in it: lines, arrays, what is cut off, and what a file's start tells."""

from __future__ import annotations

import io
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats import _json
from pipeline.formats.shape import Outcome, Piece, Rejected, UnfitError
from pipeline.formats.stream import Stream, stream_of
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE = {"a": "x", "b": [1, {"c": None}]}
TWO = {"d": "y"}


def pieces(data: bytes) -> list[tuple[bytes, bool]]:
    """The pieces that a file gives, each with whether the file ends with it."""
    found: list[tuple[bytes, bool]] = []

    def collect(piece: Piece, last: bool) -> Iterator[Outcome]:
        found.append((piece.data, last))
        yield from ()

    list(_json.objects(stream_of(data), context(), collect))
    return found


def objects(data: bytes) -> list[str]:
    """What each piece is: its members' names, or the kind of the rejection."""

    def read(piece: Piece, last: bool) -> Iterator[Outcome]:
        try:
            told.append(",".join(_json.decoded(piece.data, last=last)))
        except UnfitError as error:
            yield piece.rejected(error, context())

    told: list[str] = []
    for each in _json.objects(stream_of(data), context(), read):
        assert isinstance(each, Rejected)
        told.append(each.kind)
    return told


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ONE).encode() + b"\n" + json.dumps(TWO).encode(),
        json.dumps([ONE, TWO]).encode(),
        json.dumps([ONE, TWO], indent=2).encode(),
        b"\xef\xbb\xbf[" + json.dumps(ONE).encode() + b"\n,\n" + json.dumps(TWO).encode() + b"\n]\n\n",
    ],
)
def test_every_way_of_writing_gives_each_object(data: bytes) -> None:
    assert objects(data) == ["a,b", "d"]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(ONE, indent=1).encode(),
        b'{ "a": 1\n, "b": 2\n}\n',
        b'{\n"a": 1, "b":\n2}',
        b'\n\n{"a": [\n1], "b": 2}\n',
    ],
)
def test_one_object_may_span_lines_wherever_they_break(data: bytes) -> None:
    assert objects(data) == ["a,b"]


def test_a_piece_knows_whether_anything_stands_behind_it() -> None:
    assert [last for _, last in pieces(b'{"a": 1}\n{"b": 2}\n')] == [False, False]
    assert [last for _, last in pieces(b'{"a": 1}\n{"b": 2}')] == [False, True]
    assert [last for _, last in pieces(b'[{"a": 1}, {"b": 2}]')] == [False, False]
    assert [last for _, last in pieces(b'[{"a": 1}, {"b": 2}')] == [False, True]
    assert [last for _, last in pieces(b'{\n"a": 1}\n')] == [True]


CUT = [
    b'{"a": "x',
    b'{"a": "x"',
    b'{"a": "x",',
    b'{"a": ',
    b'{"a": tr',
    b'{"a": -',
    b'{"a": 1.',
    b'{"a": 1e',
    b'{"a": "x\\u00',
    b'{"a": "x\\',
    b'{"a": {"b": [1, 2',
    b'{"a": "caf\xc3',
    b"{",
]


@pytest.mark.parametrize("data", CUT)
def test_what_has_no_end_at_the_end_of_its_file_may_come_yet(data: bytes) -> None:
    assert objects(data) == ["truncated"]
    assert objects(b'{"z": 1}\n' + data) == ["z", "truncated"]
    assert objects(b'[{"z": 1}, ' + data) == ["z", "truncated"]
    assert objects(b"{\n" + data[1:]) == ["truncated"]


@pytest.mark.parametrize("data", [each for each in CUT if b"\xc3" not in each])
def test_what_has_no_end_before_something_else_will_never_have_one(data: bytes) -> None:
    assert objects(b'{"y": 1}\n' + data + b'\n{"z": 1}\n') == ["y", "syntax", "z"]


@pytest.mark.parametrize(
    "data",
    [b'{"a" "b"}', b'{"a": 1} x', b"{'a': 1}", b'{"a": nope}', b'{"a": "x\ny"}', b'{"a": "\\x"}', b"}"],
)
def test_what_is_broken_is_not_said_to_be_cut_off(data: bytes) -> None:
    with pytest.raises(UnfitError) as raised:
        _json.decoded(data)
    assert raised.value.kind == "syntax"
    assert "cut off" not in str(raised.value)


@given(st.data())
def test_every_cut_of_an_object_is_truncated(data: st.DataObject) -> None:
    text = json.dumps({"a": "é\n\u2028\U0001f600", "b": [1.5e-3, True, None, {"c": -7}], "d": "x"})
    whole = (text if data.draw(st.booleans()) else json.dumps(json.loads(text), ensure_ascii=False)).encode()
    at = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(UnfitError) as raised:
        _json.decoded(whole[:at])
    assert raised.value.kind == "truncated"


@pytest.mark.parametrize(
    ("data", "kind", "why"),
    [
        (b"[1]", "type", "a JSON array, where an object was expected"),
        (b'"a"', "type", "a JSON string"),
        (b'{"a": NaN}', "syntax", "NaN is no JSON number"),
        (b'{"a": {"b": 1, "b": 2}}', "value", "'b' stands there twice"),
        (b'{"a": "\xff"}', "encoding", "0xFF at 7"),
        (b'{"a":' * 100_000, "syntax", "nested too deeply"),
    ],
)
def test_what_is_no_object_says_why(data: bytes, kind: str, why: str) -> None:
    with pytest.raises(UnfitError, match=why) as raised:
        _json.decoded(data)
    assert raised.value.kind == kind


@pytest.mark.parametrize(
    "line", [b"{\n", b"[\n", b'{"a": 1,\n', b'{"a": [1\n', b'\xef\xbb\xbf{ "a": "x"\n', b'[{"a": 1},\n']
)
def test_a_line_that_leaves_something_open_goes_on(line: bytes) -> None:
    assert _json.goes_on(line)


@pytest.mark.parametrize(
    "line", [b"", b"text {\n", b'{"a": "}"}\n', b'{"a": "{"}\n', b"[1]\n", b"[Paris] Le\n"]
)
def test_a_line_that_is_whole_does_not(line: bytes) -> None:
    assert not _json.goes_on(line)


def test_an_outline_has_the_names_and_the_strings_by_their_path() -> None:
    head = json.dumps(
        {"uri": "u", "n": 1, "standard": {"name": "ninjs"}, "list": ["x", {"in": "y"}], "esc": 'a"b'}
    ).encode()
    assert _json.outline(head) == {
        (): {"uri": "u", "n": "", "standard": "", "list": "", "esc": 'a\\"b'},
        ("standard",): {"name": "ninjs"},
        ("list",): {"in": "y"},
    }


@pytest.mark.parametrize("before", [b"", b"[", b"[\n\n ", b"\xef\xbb\xbf ", b"junk\n"])
def test_an_outline_finds_the_first_object(before: bytes) -> None:
    assert _json.outline(before + b'{"a": "x", "b": 2}')[()] == {"a": "x", "b": ""}


def test_an_outline_goes_as_far_as_the_head() -> None:
    assert _json.outline(b'{"a": {"b": "x"}, "c": "unfin')[()] == {"a": "", "c": "unfin"}
    assert _json.outline(b'{"a": "x", "b')[()] == {"a": "x"}
    assert _json.outline(b"no JSON") == {}


@pytest.mark.parametrize("part", [b"{", b"[", b'{"a":', b'"', b'\\"', b'"a":"b",', b"}"])
def test_an_outline_takes_time_in_proportion_to_the_head(part: bytes) -> None:
    start = time.process_time()
    _json.outline(b'{"x": ' + part * (64 * 1024 // len(part)))
    assert time.process_time() - start < 5


@given(st.binary(max_size=500))
def test_an_outline_of_anything_is_one(data: bytes) -> None:
    for head in (data, b"{" + data, b'[{"a": "' + data):
        assert isinstance(_json.outline(head), dict)
        _json.goes_on(head)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), json_values))
def test_an_outline_has_all_members_of_an_object(members: dict[str, Any]) -> None:
    found = _json.outline(json.dumps(members, ensure_ascii=False).encode()).get((), {})
    assert list(found) == list(members)
    for name, value in members.items():
        assert found[name] == (json.dumps(value, ensure_ascii=False)[1:-1] if isinstance(value, str) else "")


def test_a_live_stream_is_not_asked_for_a_line_that_is_not_there_yet() -> None:
    class Live(io.BytesIO):
        asked = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.asked += 1
            return super().readline(size)

        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of a file
            raise AssertionError("a live stream would block here")

    def rejected(piece: Piece, last: bool) -> Iterator[Outcome]:
        yield piece.rejected(UnfitError("value", f"{last}"), context())

    live = Live(b'{"a": 1}\n' * 3)
    found = _json.objects(Stream(live), context(), rejected)
    for number in range(3):
        next(found)
        assert live.asked == number + 1


@pytest.mark.parametrize("data", [b'{\n"a": "%s"}', b'{"a": "%s"}', b'[{"a": "%s"}]', b'{"a": "%s"}\n'])
def test_an_object_over_the_limit_is_rejected_unread(data: bytes) -> None:
    one = data % (b"x" * context().room)
    (found,) = _json.objects(stream_of(one), context(), lambda *_: pytest.fail("it was read"))
    assert isinstance(found, Rejected)
    assert found.kind == "size"


def test_an_array_without_its_end_says_how_much_came() -> None:
    found = list(_json.objects(stream_of(b'[{"a": 1},'), context(), lambda _, __: ()))
    (one,) = found
    assert isinstance(one, Rejected)
    assert (one.kind, one.reason) == ("truncated", "cut off: the array has no end; 1 of its elements came")
    assert (one.offset, one.size) == (10, 0)
