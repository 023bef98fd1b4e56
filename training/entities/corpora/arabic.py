"""The Arabic corpora.

NewsFANE has no reader: its articles are those of ANERcorp, the test part among them, with letters evened
out and clitics cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from training.entities.corpora.labels import ANERCORP, WOJOOD
from training.entities.corpora.rows import Tagged, lines
from training.entities.corpora.text import Sentence, chunks, sentence
from training.entities.corpora.typography import detokenise

STOPS = frozenset({".", "؟", "!", "?"})
TEST_LINES = 25_008
"""Lines at the end of ANERcorp's file that are CAMeL Lab's test part (https://camel.abudhabi.nyu.edu/anercorp/);
the copy of that part that stands beside it has the first words of its sentences overwritten."""


def anercorp(data: Path) -> list[Sentence]:
    """ANERcorp's newswire without the test part."""
    return _anercorp(data)[0]


def camel(data: Path) -> list[Sentence]:
    """The test part of ANERcorp."""
    return _anercorp(data)[1]


def wojood(data: Path) -> list[Sentence]:
    """The sample of Wojood: of names within names the outermost that is a person, place or the like."""
    blocks = _nested(lines(data / "ner-more" / "ar.wojood_sample.txt.xz"))
    return [_outermost(words, tags) for words, tags in blocks]


def _anercorp(data: Path) -> tuple[list[Sentence], list[Sentence]]:
    rows = [line.rpartition(" ") for line in lines(data / "ner-more" / "ar.anercorp.txt.xz")]
    parts = rows[:-TEST_LINES], rows[-TEST_LINES:]
    learnt, tested = ([sentence(*each, "ar", ANERCORP) for each in _stopped(part)] for part in parts)
    return learnt, tested


def _stopped(rows: Iterable[tuple[str, str, str]]) -> Iterator[Tagged]:
    """The words and tags cut behind what ends a sentence; a line may have a tag and no word."""
    words: list[str] = []
    tags: list[str] = []
    for word, _, tag in rows:
        if words and words[-1] in STOPS and not tag.startswith("I-"):
            yield words, tags
            words, tags = [], []
        if word.strip():
            words.append(" ".join(word.split()))
            tags.append(tag)
    if words:
        yield words, tags


def _nested(given: Iterable[str]) -> Iterator[tuple[list[str], list[list[str]]]]:
    """The words of each sentence and their tags, of which one may have several."""
    for is_token, group in groupby(given, key=lambda line: bool(line.strip())):
        if is_token:
            rows = [line.split() for line in group]
            kept = [row for row in rows if row[0] != "$#$" and len(row) > 1]
            if kept:
                yield [row[0] for row in kept], [row[1:] for row in kept]


def _outermost(words: Sequence[str], tags: Sequence[Sequence[str]]) -> Sentence:
    text, places = detokenise(words, "ar")
    found = [
        (first, last, WOJOOD[kind])
        for kind in sorted({tag.partition("-")[2] for each in tags for tag in each} & WOJOOD.keys())
        for first, last, _ in chunks([_tag_of(kind, each) for each in tags])
    ]
    kept: list[tuple[int, int, str]] = []
    for first, last, label in sorted(found, key=lambda span: (span[0] - span[1], span[0])):
        if all(last < other[0] or first > other[1] for other in kept):
            kept.append((first, last, label))
    spans = tuple((places[first][0], places[last][1], label) for first, last, label in sorted(kept))
    return Sentence(text, spans)


def _tag_of(kind: str, tags: Sequence[str]) -> str:
    return next((tag for tag in tags if tag.partition("-")[2] == kind), "O")
