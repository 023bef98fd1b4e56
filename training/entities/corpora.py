"""Reads annotated corpora as plain sentences with character spans, whatever columns they come in."""

from __future__ import annotations

import lzma
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

LABELS = ("PER", "ORG", "LOC", "MISC")
WORLDWIDE = {
    "Person": "PER",
    "Organization": "ORG",
    "Location": "LOC",
    "Facility": "LOC",
    "NORP": "MISC",
    "Product": "MISC",
    "Misc": "MISC",
}
DROPPED = frozenset({"Date", "Money"})

Span = tuple[int, int, str]
Row = tuple[str, str]

_CLOSING = frozenset(
    [*",.;:!?)]}%…”’'", "..", "...", "'s", "’s", "n't", "n’t", "'re", "'ve", "'ll", "'d", "'m"]
)
_OPENING = frozenset("([{“‘¿¡$£€#")
_SPACED_IN_FRENCH = frozenset(":;!?%»")
_ELIDING = frozenset({"fr", "it"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its entities: ``(start, end, label)`` in code points, in order, none within another."""

    text: str
    spans: tuple[Span, ...] = ()


def wikineural(data: Path, language: str, part: str) -> list[Sentence]:
    """The sentences of WikiNEuRal's ``val`` or ``test`` part."""
    rows = _rows(_lines(data / "wikineural" / f"{language}.{part}.conllu.xz"), 1, 2)
    return [sentence(words, tags, language) for words, tags in _tagged(rows)]


def uner(data: Path, treebank: str) -> list[Sentence]:
    """The sentences of a Universal NER file, ``en_ewt-ud-dev`` for example."""
    rows = _rows(_lines(data / "uner" / f"{treebank}.iob2.xz"), 1, 2)
    return [sentence(words, tags, treebank[:2]) for words, tags in _tagged(rows)]


def worldwide(data: Path) -> list[list[Sentence]]:
    """The articles of the English Worldwide Newswire, its nine classes mapped to ours; in order of name."""
    with tarfile.open(data / "en-worldwide-newswire" / "train.tar.xz") as archive:
        members = sorted((m for m in archive.getmembers() if m.isfile()), key=lambda member: member.name)
        return [
            [
                sentence(*mended(words, tags), "en", WORLDWIDE)
                for words, tags in _tagged(_rows(_members_lines(archive, member), 0, 1))
            ]
            for member in members
        ]


def _members_lines(archive: tarfile.TarFile, member: tarfile.TarInfo) -> list[str]:
    file = archive.extractfile(member)
    assert file is not None, f"{member.name} is no regular file"
    return file.read().decode().splitlines()


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        yield from (line.rstrip("\n") for line in file)


def _rows(lines: Iterable[str], word: int, tag: int) -> Iterator[Row | None]:
    """Each token as (word, tag), and None between sentences."""
    for line in lines:
        columns = line.split("\t")
        if len(columns) > max(word, tag):
            yield columns[word].strip(), columns[tag].strip()
        elif not line.strip():
            yield None


def _tagged(rows: Iterable[Row | None]) -> Iterator[tuple[list[str], list[str]]]:
    """The words and the tags of each sentence."""
    for is_token, group in groupby(rows, key=lambda row: row is not None):
        if is_token:
            pairs = [row for row in group if row is not None and row[0]]
            yield [word for word, _ in pairs], [tag for _, tag in pairs]


def mended(words: Sequence[str], tags: Sequence[str]) -> tuple[list[str], list[str]]:
    """Without the cuts that English Worldwide Newswire makes at hyphens and before a possessive s."""
    whole: list[str] = []
    kept: list[str] = []
    for index, (word, tag) in enumerate(zip(words, tags, strict=True)):
        after_mark = index > 1 and words[index - 1] in {"-", "’", "'"} and word[0].isalnum()
        possessive = after_mark and word == "s" and len(whole) > 0
        compound = after_mark and words[index - 1] == "-" and len(whole) > 1 and whole[-2][-1].isalnum()
        if possessive:
            whole[-1] += word
        elif compound:
            whole[-2] += "-" + word
            del whole[-1], kept[-1]
        else:
            whole.append(word)
            kept.append(tag)
    return whole, kept


def sentence(
    words: Sequence[str], tags: Sequence[str], language: str, names: dict[str, str] | None = None
) -> Sentence:
    """Tokens with IOB2 tags as running text with character spans; other labels than ours are dropped.

    Args:
        words: the tokens.
        tags: as many tags, ``B-PER`` for example.
        language: whose typography the spaces follow.
        names: the corpus's labels to ours.
    """
    text, places = detokenise(words, language)
    labels = names or {label: label for label in LABELS}
    spans = tuple(
        (places[first][0], places[last][1], labels[label])
        for first, last, label in _chunks(tags)
        if label in labels
    )
    return Sentence(text, spans)


def _chunks(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(first, last, label) of each run of tags that belong together."""
    start = 0
    for index, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if not label:
            continue
        begins = prefix == "B" or index == 0 or tags[index - 1].partition("-")[2] != label
        start = index if begins else start
        follows = index + 1 < len(tags) and tags[index + 1] == f"I-{label}"
        if not follows:
            yield start, index, label


def detokenise(words: Sequence[str], language: str) -> tuple[str, list[tuple[int, int]]]:
    """Tokens as a writer would space them, and where each of them stands."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    position, glued, in_quotes = 0, True, False
    for index, word in enumerate(words):
        closes_quote = word == '"' and in_quotes
        between_digits = _joins_digits(words, index)
        if not (glued or closes_quote or between_digits or _hugs_left(word, language)):
            pieces.append(" ")
            position += 1
        pieces.append(word)
        places.append((position, position + len(word)))
        position += len(word)
        if word == '"':
            in_quotes = not in_quotes
        glued = (word == '"' and in_quotes) or between_digits or _hugs_right(word, language)
    return "".join(pieces), places


def _hugs_left(word: str, language: str) -> bool:
    suffix = language == "fr" and word in {"-ci", "-là"}
    return suffix or (word in _CLOSING and not (language == "fr" and word in _SPACED_IN_FRENCH))


def _hugs_right(word: str, language: str) -> bool:
    elision = language in _ELIDING and len(word) > 1 and word[-1] in "'’" and word[:-1].isalpha()
    return word in _OPENING or elision


def _joins_digits(words: Sequence[str], index: int) -> bool:
    return (
        words[index] in {"-", "–", "/"}
        and 0 < index < len(words) - 1
        and words[index - 1][-1].isdigit()
        and words[index + 1][0].isdigit()
    )
