"""How copy is written: every format behind one function, chosen by looking at the bytes."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.formats import jsonl, text
from pipeline.formats.shape import Context, Format, Outcome, Rejected
from pipeline.formats.stream import HEAD, Stream, stream_of

__all__ = ["FORMATS", "Context", "Format", "Outcome", "Rejected", "Stream", "choose", "parse", "read"]

FORMATS: tuple[Format, ...] = (jsonl, text)
"""The formats in the order in which they are asked; the last one takes what no other knows."""


def choose(stream: Stream) -> Format:
    """The format of what a stream holds.

    Each is asked with the first line alone, since a live stream may give no more for now, then with the head.

    Raises:
        OSError: the stream cannot be read.
    """
    *specific, general = FORMATS
    line = b"".join(stream.peek_lines(1, HEAD))
    for known in specific:
        if known.sniff(line):
            return known
    head = stream.peek(HEAD)
    return next((known for known in specific if known.sniff(head)), general)


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The articles and the rejected pieces of a stream, at least one of them, in its order.

    Raises:
        OSError: the stream cannot be read.
    """
    yield from choose(stream).read(stream, context)


def parse(data: bytes, context: Context) -> Iterator[Outcome]:
    """The articles and the rejected pieces of a whole file in memory. Never raises."""
    return read(stream_of(data), context)
