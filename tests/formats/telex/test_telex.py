"""Messages on a wire: where each starts and ends, what stands between them, and how little is held."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import RawArticle
from pipeline.formats import telex
from pipeline.formats.shape import Context, Outcome, Rejected
from pipeline.formats.stream import Stream, stream_of
from tests.formats.conformance import context

if TYPE_CHECKING:
    from collections.abc import Iterator


def message(text: bytes, header: bytes = b"head", after: bytes = b"after") -> bytes:
    return b"\x01" + header + b"\x02" + text + b"\x03" + after + b"\x04"


def fields(parts: telex.Message, _: Context) -> dict[str, Any]:
    return {
        "headline": f"{parts.header.decode()}|{parts.after.decode().strip()}",
        "body": parts.text.decode(),
        "flags": parts.flags,
    }


def read(data: bytes, **changes: Any) -> list[Outcome]:
    return list(telex.read(stream_of(data), context(**changes), "telex", fields))


def bodies(data: bytes) -> list[str]:
    return [str(one.body) for one in read(data) if isinstance(one, RawArticle)]


def reasons(data: bytes) -> list[str]:
    return [one.reason for one in read(data) if isinstance(one, Rejected)]


def test_a_message_has_a_header_a_text_and_what_follows() -> None:
    (one,) = read(message(b"Text."))
    assert isinstance(one, RawArticle)
    assert (one.headline, one.body) == ("head|after", "Text.")


def test_messages_come_one_after_the_other_each_with_its_place() -> None:
    first, second, third = message(b"One."), message(b"Two."), message(b"Three.")
    found = read(b"\r\n" + first + b"\r\n\x7f\x7f" + second + third)
    assert [one.body for one in found if isinstance(one, RawArticle)] == ["One.", "Two.", "Three."]
    starts = [one.provenance.offset for one in found if isinstance(one, RawArticle)]
    assert starts == [2, 2 + len(first) + 4, 2 + len(first) + 4 + len(second)]


@pytest.mark.parametrize(
    "filler",
    [b"\x00" * 50, b"\x7f" * 50, b"\x16\x16", b"\r\n\r\n", b" \t", b"\x07\x07", b"\x0c", b"\x04", b"\x1a"],
)
def test_fillers_between_messages_mean_nothing(filler: bytes) -> None:
    data = filler + message(b"One.") + filler + message(b"Two.") + filler
    assert bodies(data) == ["One.", "Two."]
    assert not reasons(data)


def test_text_between_messages_is_told_with_its_place() -> None:
    first = message(b"One.")
    found = read(first + b"\r\n\x7fNNNN lost text\r\n" + message(b"Two."))
    assert bodies(first + b"\r\nNNNN\r\n" + message(b"Two.")) == ["One.", "Two."]
    (lost,) = [one for one in found if isinstance(one, Rejected)]
    assert (lost.data, lost.offset, lost.kind) == (b"NNNN lost text", len(first) + 3, "format")
    assert "in no message" in lost.reason


def test_text_before_the_first_message_and_after_the_last_one_is_told() -> None:
    assert [
        one.data for one in read(b"tail of one" + message(b"One.") + b"and more") if isinstance(one, Rejected)
    ] == [
        b"tail of one",
        b"and more",
    ]


@pytest.mark.parametrize(
    "cut", [b"\x01head", b"\x01head\x02Te", b"\x01head\x02Text.\x03", b"\x01head\x02Text.\x03after"]
)
def test_a_message_that_the_file_ends_in_is_cut_off(cut: bytes) -> None:
    (one,) = read(cut)
    assert isinstance(one, Rejected)
    assert one.kind == "truncated"
    assert one.data == cut


def test_what_came_before_a_cut_stands() -> None:
    found = read(message(b"One.") + b"\x01head\x02Tw")
    assert isinstance(found[0], RawArticle)
    assert isinstance(found[1], Rejected)


def test_a_message_whose_end_is_lost_but_its_text_not_is_read_and_flagged() -> None:
    whole = message(b"One.")
    (one, two) = read(whole[:-1] + message(b"Two."))
    assert isinstance(one, RawArticle)
    assert isinstance(two, RawArticle)
    assert one.body == "One."
    assert "no end of transmission" in one.flags[0]
    assert not two.flags


def test_a_message_that_the_next_one_breaks_off_is_cut_off_and_the_next_one_passes() -> None:
    (one, two) = read(b"\x01head\x02On" + message(b"Two."))
    assert isinstance(one, Rejected)
    assert one.kind == "truncated"
    assert isinstance(two, RawArticle)


def test_a_message_without_a_start_of_text_is_refused() -> None:
    assert reasons(b"\x01head text\x04") == ["it has no start of text (STX)"]


def test_a_message_without_an_end_of_text_is_cut_off() -> None:
    (one,) = read(b"\x01head\x02Text.\x04")
    assert isinstance(one, Rejected)
    assert (one.kind, "no end (ETX)" in one.reason) == ("truncated", True)


def test_two_texts_in_one_message_are_none() -> None:
    assert reasons(b"\x01head\x02One.\x03 lost \x02Two.\x03after\x04") == ["two texts in one message"]


def test_starts_of_header_that_are_sent_again_mean_nothing() -> None:
    assert bodies(b"\x01\x01\x00\x01" + message(b"One.")) == ["One."]
    assert not reasons(b"\x01\x01\x00\x01" + message(b"One."))


@pytest.mark.parametrize("data", [b"", b"\r\n\x00\x7f", b"\x04\x04", b"\x01\x04"])
def test_a_file_without_a_message_says_so(data: bytes) -> None:
    (one,) = read(data)
    assert isinstance(one, Rejected)
    assert (one.kind, one.reason) == ("empty", "empty: no message")


def test_a_message_over_the_room_is_refused_by_its_size_and_the_next_one_passes() -> None:
    found = read(message(b"x" * 70_000) + message(b"Two."))
    assert isinstance(found[0], Rejected)
    assert (found[0].kind, found[0].size, found[0].complete) == ("size", 70_000 + len(message(b"")), False)
    assert [one.body for one in found[1:] if isinstance(one, RawArticle)] == ["Two."]


def test_a_text_over_the_limit_is_refused_before_it_is_read() -> None:
    (one,) = read(message(b"x" * 20_000))
    assert isinstance(one, Rejected)
    assert one.reason == "too large: 20,013 bytes without blanks; the limit is 16,384"


def test_too_many_lines_are_refused() -> None:
    (one,) = read(message(b"x\r\n" * 200_000), limit=1_000_000)
    assert isinstance(one, Rejected)
    assert one.reason == "too large: 200,000 lines; a message may have 100,000"


class Endless(io.RawIOBase):
    """A wire that sends the same message again and again, and tells how much of it was taken."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.taken = 0

    def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of all files
        self.taken += 1
        return self.data


def test_a_wire_that_never_ends_is_read_message_by_message() -> None:
    wire = Endless(message(b"Text.") + b"\n")
    found: Iterator[Outcome] = telex.read(Stream(wire), context(), "telex", fields)
    for count in range(1, 4):
        one = next(found)
        assert isinstance(one, RawArticle)
        assert wire.taken == count


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\n\r", "\r\r\n", "\x85"])
def test_lines_end_as_they_like(end: str) -> None:
    assert telex.lines(end.join(["one", "two", "three"])) == ["one", "two", "three"]


def test_mixed_line_ends_part_what_they_part() -> None:
    assert [line for line in telex.lines("one\r\ntwo\n\rthree\rfour\nfive") if line] == [
        "one",
        "two",
        "three",
        "four",
        "five",
    ]
    assert telex.lines("one\r\n\r\ntwo") == ["one", "", "two"]


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"a\x00b\x7fc\x16d\x07e", b"abcde"),
        (b"a\x0cfont 7\x0bb", b"ab"),
        (b"a\x1b(Bb\x1b[1mc", b"abc"),
        (b"a\x08b\tc\n", b"ab\tc\n"),
        (b"page\x0c\r\nnext\x0b", b"page\r\nnext"),
    ],
)
def test_what_prints_nothing_goes(data: bytes, plain: bytes) -> None:
    assert telex.without_controls(data, b"\x08\x0b\x0c\x1b") == plain


@given(st.binary(max_size=300))
def test_no_byte_of_text_is_lost_without_a_word(data: bytes) -> None:
    """Whatever comes: each byte that is no filler is in an article, in a rejection, or frames one."""
    found = list(telex.read(stream_of(data), context(), "telex", lambda *_: {"body": "x"}))
    assert found
    rejected = b"".join(one.data for one in found if isinstance(one, Rejected))
    if not any(isinstance(one, RawArticle) for one in found):
        assert set(rejected) | {1, *b"\x00\x03\x04\x07\x0b\x0c\x16\x1a\x7f \t\r\n"} >= set(data)


@given(
    st.lists(st.binary(max_size=30).filter(lambda text: not set(text) & {1, 2, 3, 4}), min_size=1, max_size=5)
)
def test_every_whole_message_is_read_whatever_stands_beside_it(texts: list[bytes]) -> None:
    data = b"\x00\r\n".join(message(b"x" + text) for text in texts)
    seen: list[bytes] = []

    def remembered(parts: telex.Message, _: Context) -> dict[str, Any]:
        seen.append(parts.text)
        return {"body": "x"}

    list(telex.read(stream_of(data), context(), "telex", remembered))
    assert seen == [b"x" + text for text in texts]
