"""Reads the places that annotated corpora mark: their names, and for English newswire whole articles."""

from __future__ import annotations

import lzma
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

WORLDWIDE = frozenset({"Location"})
WIKINEURAL = frozenset({"LOC"})
NEWSFANE = frozenset({"Nation", "Population-Center", "State-or-Province", "Continent", "GPE-Cluster"})

_CLOSING = frozenset([*",.;:!?)]}%", "'s", "’s"])

Row = tuple[str, str]  # a token and its tag, ``B-LOC`` for example


class Article(NamedTuple):
    """A text, and where the mentions of each place that is marked in it end, in code points."""

    text: str
    ends: dict[str, list[int]]


def worldwide(data: Path) -> dict[str, Article]:
    """The articles of English Worldwide Newswire by the names of their files."""
    found = {}
    with tarfile.open(data / "en-worldwide-newswire" / "train.tar.xz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                rows = list(_rows(file.read().decode().splitlines(), 0, 1))
                found[Path(member.name).name.removesuffix(".txt.tsv")] = article(rows, WORLDWIDE)
    return found


def wikineural(data: Path, language: str) -> Iterator[str]:
    """The places of WikiNEuRal's ``val`` and ``test`` parts, as often as they stand there."""
    for part in ("val", "test"):
        with lzma.open(data / "wikineural" / f"{language}.{part}.conllu.xz", "rt", encoding="utf-8") as file:
            yield from names(_rows(file, 1, 2), WIKINEURAL)


def newsfane(data: Path) -> Iterator[str]:
    """The countries, provinces and cities of NewsFANE, as often as they stand there."""
    path = data / "newsfane-ar" / "NewsFANE_Gold_2014_170K.txt.xz"
    with lzma.open(path, "rt", encoding="utf-8") as file:
        yield from names(_rows(file, 0, 1), NEWSFANE)


def names(rows: Iterable[Row], labels: frozenset[str]) -> Iterator[str]:
    """The names marked with one of some labels."""
    for name, places in article(list(rows), labels).ends.items():
        yield from [name] * len(places)


def article(rows: Iterable[Row], labels: frozenset[str]) -> Article:
    """Tokens as running text, with the names that are marked with one of some labels."""
    ends: dict[str, list[int]] = defaultdict(list)
    pieces: list[str] = []
    length, name = 0, ""
    for word, tag in rows:
        prefix, _, label = tag.partition("-")
        if name and (prefix != "I" or label not in labels):
            ends[name].append(length)
            name = ""
        gap = "" if word in _CLOSING or not pieces else " "
        if label in labels:
            name = f"{name}{gap}{word}" if name else word
        pieces.append(gap + word)
        length += len(pieces[-1])
    if name:
        ends[name].append(length)
    return Article("".join(pieces), dict(ends))


def _rows(lines: Iterable[str], word: int, tag: int) -> Iterator[Row]:
    """Each token with its tag; lines that have none, and marks of direction, are left out."""
    for line in lines:
        columns = line.rstrip("\n").split("\t")
        if len(columns) > max(word, tag) and (token := columns[word].strip("\u200e\u200f\ufeff ")):
            yield token, columns[tag].strip()
