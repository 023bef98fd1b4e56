"""Links that change one part of a query; what they make can be typed as well."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.query import NOTHING, And, Field, Node, Not, QueryError, parse, written
from pipeline.query.tokens import composed, plain

_TIMES = frozenset({"since", "until"})
_DAY = timedelta(days=1)
_MARKS = re.compile(r'["“”„«»\s]+')


@dataclass(frozen=True, slots=True)
class Part:
    """A condition of a query as it is written, and the query without it."""

    text: str
    without: str


def parts(query: str) -> tuple[Part, ...]:
    """The fields that a query asks for, wanted or not, in their order.

    Raises:
        QueryError: it is no query.
    """
    nodes = _nodes(query)
    return tuple(
        Part(written(node), _written([other for other in nodes if other is not node]))
        for node in nodes
        if isinstance(node.node if isinstance(node, Not) else node, Field)
    )


def asks(query: str, name: str, value: str) -> bool:
    """Whether the query asks for this value of this field, as ``narrowed`` writes it."""
    return _field(name, value) in _nodes(query)


def narrowed(query: str, name: str, value: str) -> str:
    """The query with one more field.

    Args:
        query: as typed.
        name: one of ``pipeline.query.FIELDS``.
        value: what it must hold; a quotation mark in it becomes a blank, for in a name it means nothing.

    Raises:
        QueryError: what is typed is no query, or the value has nothing that can be searched for.
    """
    return _written([*_nodes(query), _field(name, value)])


def widened(query: str, name: str, value: str) -> str:
    """The query without this field; likewise."""
    gone = _field(name, value)
    return _written([node for node in _nodes(query) if node != gone])


def within(query: str, start: datetime, end: datetime | None) -> str:
    """The query for one span of time, in the place of any other.

    Args:
        query: as typed.
        start: the first instant, aware of its zone.
        end: the first instant after it; ``None`` for no end.

    Raises:
        QueryError: what is typed is no query.
    """
    nodes = [node for node in _nodes(query) if not _is_time(node, _TIMES if end else {"since"})]
    nodes.append(Field("since", _from(start)))
    if end:
        nodes.append(Field("until", _to(end)))
    return _written(nodes)


def _is_time(node: Node, names: Collection[str]) -> bool:
    return isinstance(node, Field) and node.name in names


def _from(start: datetime) -> str:
    utc = start.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if _is_midnight(utc) else f"{utc:%Y-%m-%dT%H:%M:%SZ}"


def _to(end: datetime) -> str:
    """The last day or second before: ``until`` includes what it names."""
    utc = end.astimezone(UTC)
    if _is_midnight(utc):
        return f"{utc - _DAY:%Y-%m-%d}"
    return f"{utc - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def phrase(text: str) -> str:
    """The text as the language takes it between quotation marks; marks within become blanks."""
    return _MARKS.sub(" ", composed(plain(text))).strip()


def _field(name: str, value: str) -> Field:
    """The field as it comes back when what is written is parsed."""
    found = parse(written(Field(name, phrase(value))))
    if not isinstance(found, Field):
        raise QueryError(f"{name}: {value!r} has no word in it")
    return found


def _nodes(query: str) -> tuple[Node, ...]:
    tree = parse(query)
    if tree == NOTHING:
        return ()
    return tree.nodes if isinstance(tree, And) else (tree,)


def _written(nodes: list[Node]) -> str:
    return " ".join(written(node) if not isinstance(node, And) else f"({written(node)})" for node in nodes)
