"""What is fuzzed, where it starts from, and what must hold whatever the bytes are."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import tests.formats
from pipeline import formats, query
from pipeline.article import RawArticle, decode_raw, encode
from pipeline.feeds.live.event_stream import Parser
from pipeline.formats.shape import Format, Outcome
from pipeline.formats.stream import stream_of
from pipeline.formats.unpacked import MAGIC
from tests.formats.conformance import Conformance, assert_sound, context

SLOWEST_S = 1.0
"""Seconds of processor time that reading may take."""

MEMORY_MIB = 256
"""MiB of memory that reading may take, beside what the program has."""

LONGEST = 64 * 1024
"""Bytes that are tried at once; longer traps are written by hand (``test_hostile``)."""

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).with_name("found")
"""What once broke something, by target: read again by ``test_found``."""


class TooSlowError(AssertionError):
    """Reading took longer than it may."""


def _of_format(one: Format, data: bytes) -> list[Outcome]:
    one.sniff(data)
    return list(one.read(stream_of(data), context()))


def _any(data: bytes) -> list[Outcome]:
    return list(formats.parse(data, context()))


def _packed(data: bytes) -> list[Outcome]:
    """Bytes behind a gzip file's first ones."""
    return list(formats.parse(data if data.startswith(MAGIC) else MAGIC + data, context()))


def _query(data: bytes) -> list[Outcome]:
    with suppress(query.QueryError):
        query.build(query.parse(data.decode(errors="replace")), query.Filters())
    return []


def _events(data: bytes) -> list[Outcome]:
    whole = list(Parser(1000).feed(data))
    assert all(event.data is None or len(event.data) <= len(data) for event in whole)
    return []


TARGETS: Mapping[str, Callable[[bytes], list[Outcome]]] = {
    **{one.NAME: partial(_of_format, one) for one in formats.FORMATS},
    "any format": _any,
    "gzip": _packed,
    "query": _query,
    "server-sent events": _events,
}


def check(target: str, data: bytes) -> float:
    """Read bytes and judge what came of it; the seconds of processor time that reading took.

    Raises:
        AssertionError: what came of it is not sound.
        TooSlowError: it took too long.
        Exception: whatever reading raised, though it never may.
    """
    began = time.process_time()
    found = TARGETS[target](data)
    took = time.process_time() - began
    if took > SLOWEST_S:
        raise TooSlowError(f"{took:.1f} s for {len(data):,} bytes")
    if target == "gzip":  # places are those in what comes out of it
        assert all(decode_raw(encode(one)) == one for one in found if isinstance(one, RawArticle))
    elif found:
        assert_sound(data, found)
    return took


def peak_mib() -> int:
    """MiB of memory that this program has had at most; getrusage would count the one that started it, too."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) // 1024


def seeds(target: str) -> list[bytes]:
    """Copy to start from: that of the tests, of the samples, and of real feeds where they are at hand."""
    if target == "query":
        return [b'topic:politics person:"Kim Jong Un" since:2d -sport', b"(a OR b) AND place:paris title:x*"]
    if target == "server-sent events":
        return [b"id: 1\nevent: x\nretry: 10\ndata: a\ndata: b\n\n: c\r\rdata:d\r\n\r\n"]
    known = {one.NAME for one in formats.FORMATS}
    return [
        data
        for data in _copy()
        if target not in known or target in ("text", formats.choose(stream_of(data)).NAME)
    ]


@cache
def _copy() -> tuple[bytes, ...]:
    found = {data for data in _all_copy() if 0 < len(data) <= LONGEST}
    return tuple(sorted(found, key=lambda data: (len(data), data)))


def _all_copy() -> Iterator[bytes]:
    for module in pkgutil.walk_packages(tests.formats.__path__, "tests.formats."):
        importlib.import_module(module.name)
    for kind in _below(Conformance):
        yield getattr(kind, "copy", b"")
    for folder in (ROOT / "samples", ROOT.parent / "shared" / "feeds"):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.read_bytes()


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
