"""Chooses the pairs to label: by days, by similarity and by hash.

``python -m training.stories.sampling --data ../shared/data --language fr`` prints how many pairs each stratum
has, and how many of them are taken.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from training.entities.annotations import digest
from training.topics import corpora
from training.topics.corpora import Item

EDGES = (0.0, 0.06, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.01)
"""Where a band of similarity ends and the next begins."""

NAMED_BELOW = 0.2
"""Bands below are parted by whether the two share a name."""

QUOTA = {
    "fr": (30, 30, 50, 50, 100, 100, 120, 90, 70, 70, 30),
    "en": (15, 15, 30, 30, 60, 60, 70, 55, 35, 30, 10),
    "de": (0, 0, 10, 10, 15, 15, 20, 20, 10, 10, 10),
}
"""Pairs that are taken of each band, and of each of its two strata where it is parted."""

DAYS_A_WEEK = {"fr": 1, "en": 3, "de": 3}
RARE = 1 / 500
"""Share of texts that a word with a capital is in at most, to be taken for a name."""

_MONDAY_WEDNESDAY_FRIDAY = (0, 2, 4)
_CAPITALIZED = re.compile(r"(?<=[a-zà-ÿ,;:’'] )[A-ZÀ-Þ][\w-]+|(?<=[a-z]['’])[A-ZÀ-Þ][\w-]+")

Part = Literal["choose", "report"]


class Chosen(NamedTuple):
    """A pair to label.

    Attributes:
        first: number of the one text.
        second: of the other, of the same day or the next.
        stratum: its similarity and whether they share a name, ``0.10-0.15 named``.
        part: the half it is in.
    """

    first: int
    second: int
    stratum: str
    part: Part


def dated(data: Path, language: str) -> list[Item]:
    """The headlines of a language whose day is known."""
    return [item for item in corpora.weak(data, language) if item.day]


def days(known: Iterable[str], a_week: int) -> list[date]:
    """The days that are looked at: of each week so many, where they and the next have texts."""
    there = {date.fromisoformat(day) for day in known}
    weeks: dict[tuple[int, int], list[date]] = defaultdict(list)
    for day in sorted(there):
        if day.weekday() in _MONDAY_WEDNESDAY_FRIDAY and day + timedelta(1) in there:
            weeks[day.isocalendar()[:2]].append(day)
    return [day for week in weeks.values() for day in sorted(week, key=lambda day: digest(f"{day}"))[:a_week]]


def part_of(day: date, language: str) -> Part:
    """The half that all pairs of a week are in."""
    year, week, _ = day.isocalendar()
    return "report" if language == "de" or int(digest(f"{year}-{week}"), 16) % 2 else "choose"


def strata() -> list[str]:
    """All strata, by similarity."""
    names = []
    for low, high in pairwise(EDGES):
        band = f"{low:.2f}-{min(high, 1):.2f}"
        names += [f"{band} named", f"{band} other"] if low < NAMED_BELOW else [band]
    return names


def sample(items: Sequence[Item], language: str) -> tuple[list[Chosen], dict[str, int]]:
    """The pairs that are labelled, by their hashes, and how many pairs each stratum has in all."""
    wanted = _wanted(language)
    similar = vectors([item.text for item in items])
    named = _names([item.text for item in items])
    codes = np.array([int(digest(item.text)[:16], 16) for item in items], dtype=np.uint64)
    population: Counter[str] = Counter()
    kept: dict[str, list[tuple[int, Chosen]]] = {stratum: [] for stratum in wanted}
    for day, here, near in _neighbours(items, language):
        cosines = (similar[here] @ similar[near].T).toarray()
        share = (named[here] @ named[near].T).toarray() > 0
        hashes = _mixed(codes[here][:, None], codes[near][None, :])
        once = np.triu(np.ones(cosines.shape, dtype=bool), 1)
        for stratum, mask in _masks(cosines, share):
            rows, columns = np.nonzero(mask & once)
            population[stratum] += len(rows)
            smallest = np.argsort(hashes[rows, columns])[: wanted[stratum]]
            for row, column in zip(rows[smallest], columns[smallest], strict=True):
                chosen = Chosen(here[row], near[column], stratum, part_of(day, language))
                kept[stratum].append((int(hashes[row, column]), chosen))
    taken = [pair for stratum, found in kept.items() for pair in sorted(found)[: wanted[stratum]]]
    return [chosen for _, chosen in sorted(taken)], {stratum: population[stratum] for stratum in wanted}


def vectors(texts: Sequence[str]) -> csr_matrix:
    """Each text as its words weighted by TF-IDF, of length one."""
    return TfidfVectorizer(sublinear_tf=True).fit_transform(texts).tocsr()


def _wanted(language: str) -> dict[str, int]:
    quota = dict(zip([f"{low:.2f}" for low in EDGES[:-1]], QUOTA[language], strict=True))
    return {stratum: quota[stratum[:4]] for stratum in strata()}


def _neighbours(items: Sequence[Item], language: str) -> Iterator[tuple[date, list[int], list[int]]]:
    """Each day that is looked at, its texts, and these and those of the next."""
    of_day: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        of_day[item.day].append(number)
    for day in days(of_day, DAYS_A_WEEK[language]):
        here = of_day[f"{day}"]
        yield day, here, here + of_day[f"{day + timedelta(1)}"]


def _names(texts: Sequence[str]) -> csr_matrix:
    """Which rare words with a capital, not the first of a sentence, a text has."""
    counts = Counter(name for text in texts for name in set(_CAPITALIZED.findall(text)))
    known = sorted(name for name, count in counts.items() if 1 < count <= max(2, RARE * len(texts)))
    counting = CountVectorizer(analyzer=_CAPITALIZED.findall, vocabulary=known or ["-"], binary=True)
    return counting.transform(texts).tocsr()


def _masks(cosines: NDArray[np.float64], share: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    names = iter(strata())
    for low, high in pairwise(EDGES):
        band = (cosines >= low) & (cosines < high)
        if low < NAMED_BELOW:
            yield next(names), band & share
            yield next(names), band & ~share
        else:
            yield next(names), band


def _mixed(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A hash of two hashes, whichever comes first."""
    mixed = np.minimum(first, second) * np.uint64(0x9E3779B97F4A7C15) + np.maximum(first, second)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    return mixed


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the strata of a language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the corpora")
    parser.add_argument("--language", choices=sorted(QUOTA), required=True)
    chosen = parser.parse_args(arguments)
    taken, population = sample(dated(chosen.data, chosen.language), chosen.language)
    counts = Counter(pair.stratum for pair in taken)
    for stratum, pairs in population.items():
        print(f"{stratum:17} {pairs:9,} {counts[stratum]:4}")


if __name__ == "__main__":
    main()
