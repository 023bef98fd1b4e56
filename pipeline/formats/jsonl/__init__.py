"""JSON: an object a line, an object that spans the file, or an array of objects; each object an article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.formats import _json
from pipeline.formats.jsonl import members
from pipeline.formats.shape import Context, Outcome, Piece, outcome
from pipeline.formats.stream import Stream

NAME = "jsonl"


def sniff(head: bytes) -> bool:
    """It starts as an object or as an array of them, or a line of it is an object."""
    return _json.looks_like_json(head)


def read(stream: Stream, context: Context) -> Iterator[Outcome]:
    """An article or a rejection for each object, and for each piece between them that is none."""

    def article(piece: Piece, last: bool) -> Iterator[Outcome]:
        yield outcome(
            piece, context, NAME, lambda data: members.fields(_json.decoded(data, last=last), context)
        )

    yield from _json.objects(stream, context, article)


def check_mapping(mapping: Mapping[str, str]) -> None:
    """What ``Context.mapping`` must be: article fields, each with the dotted path of a member.

    Raises:
        ValueError: there is no such field, or a path is empty; says which fields there are.
    """
    members.check_mapping(mapping)
