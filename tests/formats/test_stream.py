"""A stream: what is looked at stays, what is read is counted, and what is skipped is not held."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.stream import HEAD, Stream, stream_of


class Spy(io.BytesIO):
    """A file that remembers how much was asked of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.lines = 0
        self.largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        self.largest = max(self.largest, size)
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        self.lines += 1
        return super().readline(size)


def test_what_is_looked_at_stays_to_be_read() -> None:
    stream = stream_of(b"abcdef")
    assert stream.peek(3) == b"abc"
    assert stream.peek(2) == b"ab"
    assert stream.peek(10) == b"abcdef"
    assert stream.offset == 0
    assert stream.read(4) == b"abcd"
    assert stream.offset == 4
    assert stream.read(4) == b"ef"
    assert stream.read(4) == b""


def test_the_next_lines_that_say_something() -> None:
    stream = stream_of(b"\n \r\nfirst\n\nsecond\nthird")
    assert stream.peek_lines(1, 100) == [b"first\n"]
    assert stream.peek_lines(2, 100) == [b"first\n", b"second\n"]
    assert stream.peek_lines(9, 100) == [b"first\n", b"second\n", b"third"]
    assert stream.readline(100) == b"\n"


def test_a_mark_of_the_byte_order_says_nothing() -> None:
    assert stream_of(b"\xef\xbb\xbf\n{\n").peek_lines(1, 100) == [b"{\n"]


def test_no_more_lines_are_asked_for_than_needed() -> None:
    file = Spy(b"one\ntwo\nthree\n")
    assert Stream(file).peek_lines(1, 100) == [b"one\n"]
    assert file.lines == 1


def test_a_line_longer_than_the_size_is_cut_there() -> None:
    assert stream_of(b"x" * 100).peek_lines(2, 10) == [b"x" * 10]
    stream = stream_of(b"x" * 20 + b"\nrest")
    assert stream.peek(20) == b"x" * 20
    assert stream.peek_lines(2, 10) == [b"x" * 10]
    assert stream.readline(8) == b"x" * 8
    assert stream.skip_line() == 13
    assert stream.readline(8) == b"rest"


def test_skipping_holds_little() -> None:
    file = Spy(b"x" * 10 * HEAD)
    stream = Stream(file)
    assert stream.skip() == 10 * HEAD
    assert file.largest <= HEAD
    assert stream.skip() == 0


def test_a_line_may_be_skipped_at_the_end() -> None:
    stream = stream_of(b"abc")
    assert stream.skip_line() == 3
    assert stream.skip_line() == 0


@pytest.mark.parametrize("ahead", [0, 1, 5, 1000])
@given(data=st.binary(max_size=300), size=st.integers(1, 40))
def test_all_bytes_come_once_and_in_order(ahead: int, data: bytes, size: int) -> None:
    by_line, by_size = Stream(Spy(data)), Stream(Spy(data))
    for stream in (by_line, by_size):
        stream.peek(ahead)
        stream.peek_lines(2, 50)
    lines = list(iter(lambda: by_line.readline(size), b""))
    parts = list(iter(lambda: by_size.read(size), b""))
    assert b"".join(lines) == b"".join(parts) == data
    assert by_line.offset == by_size.offset == len(data)
    assert all(len(line) <= size and b"\n" not in line[:-1] for line in lines)
