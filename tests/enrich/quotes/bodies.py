"""Bodies with their names marked, ``{PER Anne Martin} parle.``, and what is found in them as lines."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.article import Entity, Quote, Span
from pipeline.enrich.mentions import Mention
from pipeline.enrich.quotes import quotes
from pipeline.enrich.quotes.marks import quoted
from pipeline.enrich.quotes.scene import Scene
from pipeline.enrich.quotes.words import load
from tests.enrich.naming import marking


def read(marked: str) -> tuple[str, tuple[Entity, ...]]:
    """The plain body and its entities; names of one label with the same last word are one's."""
    body, mentions = marking.read(marked)
    groups: dict[tuple[str, str], list[Mention]] = {}
    for each in mentions:
        groups.setdefault((each.label, body[each.start : each.end].split()[-1]), []).append(each)
    return body, tuple(_entity(body, group) for group in groups.values())


def _entity(body: str, mentions: list[Mention]) -> Entity:
    names = sorted({body[each.start : each.end] for each in mentions}, key=len, reverse=True)
    spans = tuple(Span(each.start, each.end) for each in mentions)
    return Entity(
        text=names[0], label=mentions[0].label, count=len(spans), mentions=spans, forms=tuple(names[1:])
    )


def shown(marked: str, language: str) -> list[str]:
    """The quotations of a marked body, each as its words and its speaker: ``Nous irons | Anne Martin``."""
    body, entities = read(marked)
    return [show(body, each) for each in quotes(body, language, entities)]


def show(body: str, quote: Quote) -> str:
    """A quotation as its words and its speaker; ``-`` for nobody."""
    words = " ".join(body[quote.span.start : quote.span.end].split())
    return f"{words} | {quote.speaker or '-'}"


def mention(marked: str, language: str) -> str:
    """What stands where the speaker of the first quotation is named."""
    body, entities = read(marked)
    found = quotes(body, language, entities)[0].mention
    assert found
    return body[found.start : found.end]


_PIECES = (
    *("« ", " »", "“", "”", '"', "'", "‘", "’", "''", "„", "«\u00a0", "(", ")", " — ", "█"),
    *(
        " said ",
        " a dit ",
        ", dit-il",
        " selon ",
        " according to ",
        " by ",
        " who ",
        " qui ",
        " que ",
        " that ",
    ),
    *("Anne Martin", " the minister ", " le ministre ", " he ", " elle ", " and ", " et ", "M. ", "Mr. "),
    *(
        ". ",
        ", ",
        ": ",
        "? ",
        "!",
        "\n",
        "\n\n",
        "…",
        " ",
        "mot ",
        "word ",
        "It is so",
        "C’est ainsi",
        "e\u0301",
    ),
)
"""What quotations and their tags are made of."""

hostile = st.one_of(
    st.text(st.characters(codec=None), max_size=120),
    st.lists(st.sampled_from(_PIECES), max_size=60).map("".join),
)
"""Bodies of marks, verbs and names in any order, and of anything."""


@st.composite
def named(draw: st.DrawFn) -> tuple[str, tuple[Entity, ...]]:
    """A hostile body with any spans of it as names, within and over one another."""
    body = draw(hostile)
    if not body:
        return body, ()
    spans = draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(1, 20)), max_size=6))
    labels = st.sampled_from(marking.LABELS)
    mentions = [Mention(start, min(start + length, len(body)), draw(labels)) for start, length in spans]
    return body, tuple(_named(body, each) for each in mentions)


def _named(body: str, each: Mention) -> Entity:
    spans = (Span(each.start, each.end),)
    return Entity(text=body[each.start : each.end], label=each.label, count=1, mentions=spans)


def scene(marked: str, language: str) -> Scene:
    """A marked body as the search for speakers sees it."""
    body, entities = read(marked)
    return Scene(body, quoted(body), load(language), entities)
