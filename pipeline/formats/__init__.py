"""How copy is written: every format behind one function, chosen by looking at the bytes."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.formats import (
    _json,
    anpa1312,
    html_page,
    iptc7901,
    jsonfeed,
    jsonl,
    mail,
    newsml_1,
    newsml_g2,
    ninjs,
    nitf,
    syndication,
    text,
)
from pipeline.formats.shape import Context, Format, Kind, Outcome, Piece, Rejected, UnfitError
from pipeline.formats.stream import HEAD, Stream, stream_of
from pipeline.formats.unpacked import MAGIC, BadArchiveError, Unpacked

__all__ = ["FORMATS", "Context", "Format", "Outcome", "Rejected", "Stream", "choose", "parse", "read"]

FORMATS: tuple[Format, ...] = (
    syndication,
    html_page,
    mail,
    jsonfeed,
    iptc7901,
    anpa1312,
    newsml_g2,
    newsml_1,
    nitf,
    ninjs,
    jsonl,
    text,
)
"""The formats in the order in which they are asked; the last one takes what no other knows."""


def choose(stream: Stream) -> Format:
    """The format of what a stream holds.

    Each is asked with the first line alone, since a live stream may give no more for now, then with the head.
    A line that opens a JSON object and does not close it says too little.

    Raises:
        OSError: the stream cannot be read.
    """
    *specific, general = FORMATS
    line = b"".join(stream.peek_lines(1, HEAD))
    for known in () if _json.goes_on(line) else specific:
        if known.sniff(line):
            return known
    head = stream.peek(HEAD)
    return next((known for known in specific if known.sniff(head)), general)


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """The articles and the rejected pieces of a stream, at least one of them, in its order.

    What is compressed by gzip is read as what is in it. ``context.format`` says the format, if it does.

    Raises:
        OSError: the stream cannot be read.
        LookupError: there is no format of the name that the context says.
    """
    if b"".join(stream.peek_lines(1, HEAD)).startswith(MAGIC):
        yield from _unpacked(stream, context)
    else:
        yield from _plain(stream, context)


def named(name: str) -> Format:
    """The format of a name.

    Raises:
        LookupError: there is none; says which there are.
    """
    for known in FORMATS:
        if name == known.NAME:
            return known
    raise LookupError(f"there is no format {name!r}; there are {', '.join(one.NAME for one in FORMATS)}")


def parse(data: bytes, context: Context) -> Iterator[Outcome]:
    """The articles and the rejected pieces of a whole file in memory. Never raises."""
    return read(stream_of(data), context)


def _plain(stream: Stream, context: Context) -> Iterator[Outcome]:
    if context.format:
        known = named(context.format)
    elif context.mapping and jsonl.sniff(b"".join(stream.peek_lines(1, HEAD))):
        known = jsonl  # A mapping says what the names mean; no other format asks for one.
    else:
        known = choose(stream)
    yield from known.read(stream, context)


def _unpacked(stream: Stream, context: Context) -> Iterator[Outcome]:
    """What is in a gzip file; of one that is broken the packed head is kept, what was read before stands."""
    head = stream.peek(HEAD)
    try:
        yield from _plain(Stream(Unpacked(stream)), context)
    except BadArchiveError as error:
        reason = str(error)
        kind: Kind = "truncated" if reason.startswith("cut") else "size" if "large" in reason else "syntax"
        rest = stream.skip() if kind != "size" else 0
        piece = Piece(head, 0, max(0, stream.offset + rest - len(head)))
        yield piece.rejected(UnfitError(kind, reason), context)
