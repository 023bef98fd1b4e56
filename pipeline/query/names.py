"""What in a query may be the name of somebody or something, and who is meant: names in any language.

A name that is known means identities (``iso:KP``); an article in which one of them was identified answers
as one does that has the words. Who is meant is for others to say; here is what is asked, and where it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from pipeline.article import Label
from pipeline.query.tokens import composed, plain
from pipeline.query.tree import And, Field, Node, Not, Or, Word

if TYPE_CHECKING:
    from pipeline.query.filters import Filters

MOST_WORDS = 6
"""Words of a typed name, at most: ``organisation du traité de l'atlantique nord`` has as many."""

LABELS: Mapping[str, Label] = {"person": "PER", "place": "LOC", "organization": "ORG"}
"""The fields and filters that hold names."""

_WEIGHT = 0.5  # of an identity beside a word in the body, as names in other forms have


class Possible(NamedTuple):
    """What may be a name: words that stand together, or with a label the value of a field or filter."""

    text: str
    label: Label | None = None


Names = Mapping[Possible, tuple[str, ...]]
"""The identities that a name may mean; what is none is not in it."""

NO_NAMES: Names = {}


class Meant(NamedTuple):
    """What a word stands for as part of a name: identities, and what one of them counts for it."""

    ids: tuple[str, ...] = ()
    weight: float = 0.0


def possible(query: Node, filters: Filters) -> frozenset[Possible]:
    """All that may be names in a query; a phrase is none, for it is to be found as it is."""
    options = ((name, label, getattr(filters, name)) for name, label in LABELS.items())
    of_filters = (Possible(composed(plain(value)).strip(), label) for _, label, value in options if value)
    return frozenset((*_of_node(query), *of_filters))


def of_words(nodes: Sequence[Node], names: Names) -> list[tuple[Word, Meant]]:
    """The words among the nodes, each with what it stands for; the longest name that is known goes first.

    Each word of a name stands for it, so that who has the identity has all of its words.
    """
    return [pair for run in _runs(nodes) for pair in _meant(run, names)]


def _of_node(node: Node) -> Iterator[Possible]:
    match node:
        case Word(text):
            yield Possible(text)
        case Field(name, value) if name in LABELS:
            yield Possible(value, LABELS[name])
        case Not(inner):
            yield from _of_node(inner)
        case Or(nodes):
            yield from chain.from_iterable(map(_of_node, nodes))
        case And(nodes):
            yield from chain.from_iterable(map(_within, _runs(nodes)))
            yield from chain.from_iterable(_of_node(one) for one in nodes if not isinstance(one, Word))


def _within(run: Sequence[Word]) -> Iterator[Possible]:
    """All that may be names in words that stand side by side."""
    for start in range(len(run)):
        for end in range(start + 1, min(start + MOST_WORDS, len(run)) + 1):
            yield Possible(_text(run[start:end]))


def _runs(nodes: Iterable[Node]) -> Iterator[list[Word]]:
    """Words that stand side by side, without anything else between them."""
    for are_words, run in groupby(nodes, key=lambda node: isinstance(node, Word)):
        if are_words:
            yield [node for node in run if isinstance(node, Word)]


def _meant(run: Sequence[Word], names: Names) -> Iterator[tuple[Word, Meant]]:
    start = 0
    while start < len(run):
        longest = min(MOST_WORDS, len(run) - start)
        for count in range(longest, 0, -1):
            if ids := names.get(Possible(_text(run[start : start + count]))):
                weight = min(_WEIGHT, 1 / count)
                yield from ((word, Meant(ids, weight)) for word in run[start : start + count])
                break
        else:
            count = 1
            yield run[start], Meant()
        start += count


def _text(run: Iterable[Word]) -> str:
    return " ".join(word.text for word in run)
