"""Lines of a corpus's file to words and tags, sentence by sentence and document by document."""

from __future__ import annotations

import lzma
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

Row = tuple[str, str]
Tagged = tuple[list[str], list[str]]


def lines(path: Path) -> Iterator[str]:
    """The lines of an xz-compressed text, without their ends and without invisible marks of direction."""
    with lzma.open(path, "rt", encoding="utf-8-sig") as file:
        yield from (line.rstrip("\n").replace("\u200e", "") for line in file)


def members(path: Path) -> Iterator[list[str]]:
    """The lines of each file in a tar archive, in the order of the files' names."""
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda each: each.name):
            file = archive.extractfile(member)
            if file is not None:
                yield file.read().decode().splitlines()


def columns(given: Iterable[str], word: int, tag: int) -> Iterator[Row | None]:
    """Each line of columns parted by tabs as (word, tag), and None between sentences."""
    for line in given:
        cells = line.split("\t")
        if not line.strip():
            yield None
        elif len(cells) > max(word, tag):
            yield cells[word].strip(), cells[tag].strip()


def pairs(given: Iterable[str]) -> Iterator[Row | None]:
    """Each line of a word and a tag, parted by any blanks, and None between sentences.

    Comments and lines of other shapes are left out.
    """
    for line in given:
        cells = line.split()
        if not cells:
            yield None
        elif len(cells) == 2:  # noqa: PLR2004 - a word and its tag
            yield cells[0], cells[1]


def tagged(rows: Iterable[Row | None]) -> Iterator[Tagged]:
    """The words and the tags of each sentence."""
    for is_token, group in groupby(rows, key=lambda row: row is not None):
        if is_token:
            filled = [row for row in group if row is not None and row[0]]
            if filled:
                yield [word for word, _ in filled], [tag for _, tag in filled]


def inside(tag: str) -> str:
    """A bare label as a tag: ``PER`` as ``I-PER``; ``0``, which some write for it, as ``O``."""
    return "O" if tag in {"O", "0"} else f"I-{tag}"


def mended(words: Sequence[str], tags: Sequence[str]) -> Tagged:
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
