"""Texts with their names marked, ``{PER Vladimir Poutine} parle.``, so that a test shows what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from hypothesis import strategies as st

from pipeline.article import Label
from pipeline.enrich.mentions import Mention

LABELS: tuple[Label, ...] = ("PER", "ORG", "LOC", "MISC")
_MARK = re.compile(r"\{(PER|ORG|LOC|MISC) ([^}]*)\}")


def read(marked: str) -> tuple[str, list[Mention]]:
    """The plain text and the mentions of a marked one."""
    text, last, mentions = "", 0, list[Mention]()
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        mentions.append(Mention(len(text), len(text) + len(mark[2]), cast("Label", mark[1])))
        text += mark[2]
        last = mark.end()
    return text + marked[last:], mentions


def show(text: str, mentions: Iterable[Mention]) -> str:
    """The text with its mentions marked."""
    marked, last = "", 0
    for start, end, label in mentions:
        marked += f"{text[last:start]}{{{label} {text[start:end]}}}"
        last = end
    return marked + text[last:]


def story(lines: str) -> str:
    """A text without the line breaks of the source; ``¶`` parts paragraphs."""
    return " ".join(lines.split()).replace(" ¶ ", "\n\n")


_WORDS = """
Vladimir Poutine Kim Jong Un Jong-un KIM Bill Clinton Hillary von der Leyen Ursula Nations unies ONU Paris ( )
. , « » 's l' d' -- et le président russe the Mr. M. Mme Путин Путина محمد السيد 金正恩
"""
_PIECES = [*_WORDS.split(), "\n\n", "\u0301", "e\u0301", "\u200f"]
hostile_texts = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=40).map(" ".join),
    st.text(st.characters(codec="utf-8"), max_size=80),
)
"""Texts of names, marks and what is neither, and texts of anything."""


@st.composite
def texts_with_mentions(draw: st.DrawFn) -> tuple[str, list[Mention]]:
    """A text and any spans of it, in any order, also within one another."""
    text = draw(hostile_texts)
    if not text:
        return text, []
    starts = st.integers(0, len(text) - 1)
    spans = st.tuples(starts, st.integers(1, 30), st.sampled_from(LABELS))
    found = draw(st.lists(spans, max_size=12))
    return text, [Mention(start, min(start + length, len(text)), label) for start, length, label in found]


def assert_sound(text: str, mentions: list[Mention]) -> None:
    """Mentions are in order, apart, not empty, and within the text."""
    last = 0
    for start, end, label in mentions:
        assert last <= start < end <= len(text)
        assert label in LABELS
        last = end
