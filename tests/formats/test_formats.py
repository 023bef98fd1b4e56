"""All formats together: chosen by their bytes, each broken file rejected, the next article passing."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.formats import jsonl, text
from pipeline.formats.stream import Stream, stream_of
from tests.formats.conformance import assert_sound, context, outcomes

GOOD = b"date 2024-06-19 The next article passes."

BROKEN = {
    "empty": b"",
    "blank": b" \n\t\r\n ",
    "byte order mark alone": b"\xef\xbb\xbf",
    "date alone": b"date 2024-06",
    "month that cannot be": b"date 2024-13 Text.",
    "day that cannot be": b"date 2024-02-30 Text.",
    "NULs": b"\0" * 4096,
    "program": b"\x7fELF\x02\x01\x01\0\0\0\0",
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "archive": b"PK\x03\x04\x14\0\x08\0",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    "10 MB of one character": b"a" * 10_000_000,
    "10 MB of one bracket": b"[" * 10_000_000,
    "10 MB of one brace": b"{" * 10_000_000,
    "10 MB of one quote": b'"' * 10_000_000,
    "invalid UTF-8": b"caf\xe9 noir",
    "UTF-8 cut off": "caf\u00e9".encode()[:-1],
    "UTF-16 cut off": "\ufeffcaf\u00e9".encode("utf-16-le")[:-1],
    "surrogate in UTF-8": b"a\xed\xa0\x80b",
    "JSON cut off": b'{"guid": "a", "body": "Te',
    "JSON of nothing": b"{}",
    "empty array": b"[]",
    "array of numbers": b"[1, 2, 3]",
    "body of the wrong type": b'{"body": {"text": "x"}}',
    "headline of the wrong type": b'{"headline": 1, "body": "x"}',
    "urgency out of range": b'{"body": "x", "urgency": 77}',
    "not a number": b'{"body": "x", "version": NaN}',
    "lone surrogate": b'{"body": "\\udc00"}',
    "member twice": b'{"body": "x", "body": "y"}',
    "100,000 levels": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "markup": b"<?xml version='1.0'?><nitf><body/></nitf>",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_rejected_and_the_next_article_passes(name: str) -> None:
    found = outcomes(BROKEN[name])
    assert_sound(BROKEN[name], found)
    assert not [one for one in found if isinstance(one, RawArticle)]
    (following,) = outcomes(GOOD)
    assert isinstance(following, RawArticle)


@pytest.mark.parametrize(
    ("data", "known"),
    [
        (GOOD, text),
        (b"", text),
        (b'{"body": "x"}', jsonl),
        (b'\n\n  {"body": "x"}', jsonl),
        (b'broken\n{"body": "x"}\n', jsonl),
        (b"[Paris] Some text.", text),
        ("\ufeffdate 2024-06 x".encode("utf-16"), text),
    ],
)
def test_the_format_is_chosen_by_the_bytes(data: bytes, known: formats.Format) -> None:
    assert formats.choose(stream_of(data)) is known


def test_a_live_stream_gives_each_article_as_soon_as_its_line_is_there() -> None:
    lines = [json.dumps({"guid": str(number), "body": "x"}).encode() + b"\n" for number in range(3)]
    given_so_far = 0

    class Live(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            nonlocal given_so_far
            given_so_far += 1
            return super().readline(size)

        def read(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - the shape of a file
            raise AssertionError("a live stream would block here")

    found = formats.read(Stream(Live(b"".join(lines))), context())
    for number in range(3):
        one = next(found)
        assert isinstance(one, RawArticle)
        assert one.guid == str(number)
        assert given_so_far == number + 1


def test_every_format_has_its_own_name() -> None:
    names = [known.NAME for known in formats.FORMATS]
    assert len(set(names)) == len(names)


@given(st.binary(max_size=3000))
def test_arbitrary_bytes_give_articles_or_rejections(data: bytes) -> None:
    assert_sound(data, outcomes(data))


@given(st.lists(st.sampled_from([*BROKEN.values(), GOOD, b'{"body": "x"}', b"[", b"\n"]), max_size=6))
def test_so_do_broken_files_one_behind_the_other(parts: list[bytes]) -> None:
    data = b"\n".join(part[:200] for part in parts)
    assert_sound(data, outcomes(data))
