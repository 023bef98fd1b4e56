"""The tree of a query, and how it is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

_BARE = re.compile(r"(?!//)[^\s()|]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that should be there; one of several parts (``nord-coréen``) has them side by side."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must be there as they are, side by side."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a field must hold: a name of ``fields.FIELDS``, and a word or phrase."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not be there."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """What must all be there; plain words of more than four only most of them."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What must be there at least in part."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Word | Phrase | Field | Not | And | Or

NOTHING = And(())
"""What is typed when nothing is: it excludes no article."""


def written(node: Node) -> str:
    """The query as it can be typed; what ``parse`` made is parsed to the same tree again."""
    match node:
        case Word(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Field(name, value):
            return f"{name}:{value}" if _BARE.fullmatch(value) else f'{name}:"{value}"'
        case Not(inner):
            return f"-{_grouped(inner) if isinstance(inner, Not | And | Or) else written(inner)}"
        case And(nodes):
            return " ".join(map(written, nodes))
        case Or(nodes):
            return " OR ".join(_grouped(one) if isinstance(one, And) else written(one) for one in nodes)


def _grouped(node: Node) -> str:
    return f"({written(node)})"
