"""Bodies of HTTP messages: what was packed comes out, whole or not at all, and never more than may."""

from __future__ import annotations

import contextlib
import gzip
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds._body import MEMBERS, Body, BodyError, BrokenError, CodingError, TooLargeError


def fed(coding: str, data: bytes, limit: int = 1000, step: int = 7) -> bytes:
    body = Body(coding, limit)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.whole()


@given(st.binary(max_size=300), st.integers(1, 400), st.sampled_from(["", "identity", "gzip", " X-GZIP "]))
def test_what_went_in_comes_out(data: bytes, step: int, coding: str) -> None:
    packed = gzip.compress(data) if "gzip" in coding.lower() else data
    assert fed(coding, packed, step=step) == data


@given(st.binary(max_size=200))
def test_any_bytes_as_gzip_give_bytes_or_a_reason(data: bytes) -> None:
    with contextlib.suppress(BodyError):
        fed("gzip", data)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_what_is_cut_off_is_never_taken_for_whole(data: bytes, draw: st.DataObject) -> None:
    packed = gzip.compress(data)
    end = draw.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(BrokenError):
        fed("gzip", packed[:end])


def test_several_members_are_one_body() -> None:
    assert fed("gzip", gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")) == b"one two"


def test_many_empty_members_are_refused_soon() -> None:
    start = time.monotonic()
    with pytest.raises(BrokenError, match=f"more than {MEMBERS} parts"):
        fed("gzip", gzip.compress(b"") * 50_000, 16 * 1024 * 1024, step=64 * 1024)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip\r\nX: y"])
def test_other_encodings_are_refused_by_name(coding: str) -> None:
    with pytest.raises(CodingError, match="is not read here; gzip is"):
        Body(coding, 10)


@pytest.mark.parametrize("data", [b"plain", zlib.compress(b"zlib"), gzip.compress(b"x", mtime=0) + b"rest"])
def test_what_is_no_gzip_is_broken(data: bytes) -> None:
    with pytest.raises(BrokenError):
        fed("gzip", data)


@pytest.mark.parametrize(("coding", "size"), [("", 1000), ("gzip", 1000)])
def test_the_limit_is_exact(coding: str, size: int) -> None:
    exact, more = b"x" * size, b"x" * (size + 1)
    if coding:
        exact, more = gzip.compress(exact), gzip.compress(more)
    assert len(fed(coding, exact, size)) == size
    with pytest.raises(TooLargeError, match="more than 1,000 bytes"):
        fed(coding, more, size)


def test_packed_bytes_count_too() -> None:
    with pytest.raises(TooLargeError):
        fed("gzip", gzip.compress(b"") * 90, 1000)


def test_a_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(b"\0" * (256 * 1024 * 1024))
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        fed("gzip", bomb, 1024 * 1024, step=64 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


def test_the_size_is_known_after_the_bytes_were_taken() -> None:
    body = Body("gzip", 100)
    body.feed(gzip.compress(b"x" * 50))
    assert body.whole() == b"x" * 50
    assert body.size == 50
