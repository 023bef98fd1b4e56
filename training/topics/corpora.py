"""Reads news with a topic: weakly labelled headlines, and the articles of MasakhaNEWS."""

from __future__ import annotations

import csv
import lzma
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

WEAK_LABELS = {
    "arts": "medtop:01000000",
    "crime": "medtop:02000000",
    "disaster": "medtop:03000000",
    "economy": "medtop:04000000",
    "education": "medtop:05000000",
    "environment": "medtop:06000000",
    "health": "medtop:07000000",
    "human": "medtop:08000000",
    "labour": "medtop:09000000",
    "lifestyle": "medtop:10000000",
    "politics": "medtop:11000000",
    "religion": "medtop:12000000",
    "scitech": "medtop:13000000",
    "society": "medtop:14000000",
    "sport": "medtop:15000000",
    "conflict": "medtop:16000000",
    "weather": "medtop:17000000",
}
MASAKHANEWS_LABELS = {
    "business": "medtop:04000000",
    "entertainment": "medtop:01000000",
    "health": "medtop:07000000",
    "politics": "medtop:11000000",
    "religion": "medtop:12000000",
    "sports": "medtop:15000000",
    "technology": "medtop:13000000",
}
MASAKHANEWS_LANGUAGES = {"en": "eng", "fr": "fra"}


@dataclass(frozen=True, slots=True)
class Item:
    """A text with the topic that its publisher's section stands for; the day is YYYY-MM-DD, or empty."""

    topic: str
    publisher: str
    day: str
    text: str


def weak(data: Path, language: str) -> list[Item]:
    """The weakly labelled items of a language, each text once, in the order of the files."""
    items: dict[str, Item] = {}
    for path in sorted((data / "topics-weak").glob(f"{language}.*.tsv.xz")):
        with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                label, publisher, day, text = line.rstrip("\n").split("\t")
                items.setdefault(text, Item(WEAK_LABELS[label], publisher, day, text))
    return list(items.values())


def masakhanews(data: Path, language: str, parts: Sequence[str] = ("dev", "train50")) -> list[Item]:
    """MasakhaNEWS: headline and whole article, one of seven topics; to measure with, never to learn from."""
    folder = data / "masakhanews"
    return [item for part in parts for item in _masakhanews(folder, MASAKHANEWS_LANGUAGES[language], part)]


def _masakhanews(folder: Path, language: str, part: str) -> Iterator[Item]:
    csv.field_size_limit(sys.maxsize)
    with lzma.open(folder / f"{language}.{part}.tsv.xz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            text = f"{row['headline']}\n\n{row['text']}"
            yield Item(MASAKHANEWS_LABELS[row["category"]], "masakhanews", "", text)
