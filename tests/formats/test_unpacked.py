"""Copy that comes compressed: read as what is in it, whatever its name; bombs and broken files told."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats import unpacked
from pipeline.formats.unpacked import BadArchiveError, Unpacked
from tests.formats.conformance import article, assert_sound, outcomes, rejected

COPY = b"date 2024-06-19 The harbour opens."


def opened(data: bytes) -> Unpacked:
    return Unpacked(io.BytesIO(data))


def test_a_packed_article_is_an_article() -> None:
    assert article(gzip.compress(COPY)).body == article(COPY).body


def test_packed_lines_are_articles_each() -> None:
    lines = b"".join(json.dumps({"guid": str(number), "body": "x"}).encode() + b"\n" for number in range(50))
    assert len(outcomes(gzip.compress(lines))) == 50


def test_members_one_behind_the_other_are_one_file() -> None:
    data = b"".join(map(gzip.compress, (b"one\n", b"two\n", b"")))
    assert opened(data).read(100) == b"one\ntwo\n"


@pytest.mark.parametrize("tail", [b"\0" * 512, b"junk", b"\x1f", b"\x1f\x8bx"])
def test_what_follows_the_last_member_is_left_alone(tail: bytes) -> None:
    assert opened(gzip.compress(COPY) + tail).read(1000) == COPY


def test_lines_come_as_from_a_file() -> None:
    file = opened(gzip.compress(b"one\ntwo\n" + b"x" * 10 + b"\nlast"))
    assert [file.readline(100), file.readline(100), file.readline(4)] == [b"one\n", b"two\n", b"xxxx"]
    assert [file.readline(100), file.readline(100), file.readline(100)] == [b"xxxxxx\n", b"last", b""]


@pytest.mark.parametrize("cut", [5, 12, 30])
def test_one_that_is_cut_off_is_told_as_such(cut: int) -> None:
    one = rejected(gzip.compress(COPY)[:cut])
    assert one.kind == "truncated"
    assert "cut off" in one.reason


def test_one_that_is_broken_is_told_as_such() -> None:
    data = bytearray(gzip.compress(COPY * 100))
    data[20] ^= 0xFF
    one = rejected(bytes(data))
    assert one.kind in ("syntax", "truncated")
    assert one.data == bytes(data)


def test_a_bomb_is_left_alone_in_time_and_memory() -> None:
    bomb = gzip.compress(b"\n" * 300_000_000, 1)
    tracemalloc.start()
    start = time.process_time()
    one = rejected(bomb)
    assert time.process_time() - start < 25
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()
    assert one.kind == "size"
    assert "too large" in one.reason


def test_a_bomb_in_a_bomb_is_no_text() -> None:
    assert rejected(gzip.compress(gzip.compress(b"x" * 1_000_000))).kind in ("binary", "encoding", "size")


def test_a_large_file_that_is_no_bomb_is_read_to_its_end() -> None:
    line = json.dumps({"guid": "x", "body": "word " * 30}).encode() + b"\n"
    assert len(opened(gzip.compress(line * 1000)).read(10**9)) == len(line) * 1000


@settings(max_examples=50)
@given(st.binary(max_size=2000), st.integers(1, 300))
def test_whatever_was_packed_comes_out_however_it_is_read(data: bytes, size: int) -> None:
    file = opened(gzip.compress(data))
    parts = []
    while part := file.read(size):
        assert len(part) <= size
        parts.append(part)
    assert b"".join(parts) == data


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_magic_give_an_outcome(data: bytes) -> None:
    whole = unpacked.MAGIC + data
    try:
        opened(whole).read(10_000)
    except BadArchiveError as error:
        assert str(error)  # noqa: PT017 - either will do
    assert outcomes(whole)


def test_what_is_rejected_in_it_is_sound() -> None:
    data = gzip.compress(COPY)[:-3]
    assert_sound(data, outcomes(data)[-1:])
