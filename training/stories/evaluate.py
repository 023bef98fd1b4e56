"""Measures what tells that two texts are the same story, on the labelled pairs.

``python -m training.stories.evaluate --data ../shared/data --out stories.json``

Each way to compare gets the threshold that is best on the half to choose with, and is reported on the other.
Every pair counts as many times as it stands for, so precision and recall are those of all pairs of the days
that were looked at, as far as so few pairs of the least alike can tell. ``--half choose`` reports on the half
to choose with, for whoever tries something else; ``--least 0.4 0.5`` tries thresholds of stories there.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.sink.finding import CANDIDATES
from pipeline.stories.choice import LEAST, Member, choose
from pipeline.stories.recent import Recent
from pipeline.stories.sketch import Sketch, of_text, similarity
from training.entities.annotations import digest
from training.stories import ways
from training.stories.pairs import LANGUAGES, Half, Labelled, read
from training.stories.sampling import DAYS_A_WEEK, dated, days, part_of
from training.topics.corpora import Item, masakhanews

DRAWN = 1000
"""Samples drawn for an interval."""

CHOSEN_ON = ("fr", "en")
"""Languages that have pairs to choose with."""

Truth = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class Measured(NamedTuple):
    """Precision, recall and F1, each with its 95 % interval; and what share of what is found is related."""

    precision: tuple[float, float, float]
    recall: tuple[float, float, float]
    f1: tuple[float, float, float]
    related: float


def measured(pairs: Sequence[Labelled], found: Truth) -> Measured:
    """How good it is to take some pairs for the same story and not the others."""
    same = np.array([each.pair.label == "same" for each in pairs])
    near = np.array([each.pair.label != "different" for each in pairs])
    weight = np.array([each.weight for each in pairs])
    drawn = np.random.default_rng(1).integers(0, len(pairs), (DRAWN, len(pairs)))
    samples = np.vstack([np.arange(len(pairs))[None], drawn])
    right = (weight * (same & found))[samples].sum(1)
    taken, wanted = (weight * found)[samples].sum(1), (weight * same)[samples].sum(1)
    precision, recall = right / np.maximum(taken, 1e-9), right / np.maximum(wanted, 1e-9)
    f1 = 2 * right / np.maximum(taken + wanted, 1e-9)
    related = float((weight * (near & found)).sum() / max((weight * found).sum(), 1e-9))
    return Measured(_with_ends(precision), _with_ends(recall), _with_ends(f1), round(related, 4))


def _with_ends(values: Numbers) -> tuple[float, float, float]:
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return round(float(values[0]), 4), round(float(low), 4), round(float(high), 4)


def best(pairs: Sequence[Labelled], scores: Numbers) -> float:
    """The threshold with the best F1, averaged over the languages."""
    languages = np.array([each.pair.language for each in pairs])
    same = np.array([each.pair.label == "same" for each in pairs])
    weight = np.array([each.weight for each in pairs])
    thresholds = np.unique(scores)
    totals = np.zeros(len(thresholds))
    for language in sorted(set(languages)):
        own = languages == language
        for place, threshold in enumerate(thresholds):
            found = own & (scores >= threshold)
            right, taken = (weight * (found & same)).sum(), (weight * found).sum()
            totals[place] += 2 * right / (taken + (weight * (own & same)).sum())
    return float(thresholds[int(totals.argmax())])


def of(pairs: Sequence[Labelled], half: Half, language: str | None = None) -> list[Labelled]:
    """The pairs of a half, and of a language."""
    return [each for each in pairs if each.pair.half == half and language in {None, each.pair.language}]


def compared(pairs: Sequence[Labelled], half: Half, data: Path) -> dict[str, dict[str, object]]:
    """Every way to compare, with its threshold, on a half of the pairs, by language."""
    results: dict[str, dict[str, object]] = {}
    choosing = of(pairs, "choose")
    for name, way in ways.all_of_them(data).items():
        threshold = best(choosing, np.array([way(each) for each in choosing]))
        rows: dict[str, object] = {"threshold": round(threshold, 4)}
        for language in LANGUAGES:
            if own := of(pairs, half, language):
                rows[language] = measured(own, np.array([way(each) >= threshold for each in own]))
        results[name] = rows
    return results


def by_stratum(pairs: Sequence[Labelled]) -> dict[str, dict[str, int]]:
    """Of each stratum: pairs, those that are the same story, and how many are found, rightly and wrongly."""
    rows: dict[str, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("pairs", "same", "right", "wrong"), 0)
    )
    for each in pairs:
        same, found = each.pair.label == "same", ways.ours(each) >= LEAST
        row = rows[each.pair.stratum]
        row["pairs"] += 1
        row["same"] += same
        row["right"] += same and found
        row["wrong"] += found and not same
    return {stratum: rows[stratum] for stratum in sorted(rows)}


def candidates(pairs: Sequence[Labelled]) -> dict[str, float]:
    """Of pairs that are the same story, and of all, how many share a band."""
    share = np.array(
        [bool(set(a.bands) & set(b.bands)) if a and b else False for a, b in map(ways.both, pairs)]
    )
    weight = np.array([each.weight for each in pairs])
    same = np.array([each.pair.label == "same" for each in pairs])
    return {
        "recall": round(float((weight * (share & same)).sum() / (weight * same).sum()), 4),
        "of all": round(float((weight * share).sum() / weight.sum()), 4),
    }


class Day(NamedTuple):
    """A day that was looked at and the next: their texts in the order of a hash, and their labelled pairs."""

    items: list[Item]
    pairs: list[Labelled]


def streams(data: Path, pairs: Sequence[Labelled], half: Half, language: str) -> Iterator[Day]:
    """The days of a half."""
    items: dict[str, list[Item]] = defaultdict(list)
    for item in dated(data, language):
        items[item.day].append(item)
    labelled: dict[str, list[Labelled]] = defaultdict(list)
    for each in of(pairs, half, language):
        labelled[min(each.first.day, each.second.day)].append(each)
    for day in days(items, DAYS_A_WEEK[language]):
        if part_of(day, language) == half:
            both = (items[f"{when}"] for when in (day, day + timedelta(1)))
            ordered = [item for each in both for item in sorted(each, key=lambda item: digest(item.text))]
            yield Day(ordered, labelled[f"{day}"])


def told(items: Sequence[Item], language: str, least: float = LEAST) -> dict[str, str]:
    """The story of each text when they come one after the other, by candidates that share bands."""
    recent = Recent(float("inf"))
    stories: dict[str, str] = {}
    for number, item in enumerate(items):
        own, made = f"{number:09}", ways.sketch_of(item, language)
        if made is None:
            stories[item.text] = own
            continue
        choice = choose(made, recent.near(made, CANDIDATES), own, least)
        for member in recent.of_stories(choice.absorbed):
            stories[member.article] = choice.story
            recent.add(Member(member.article, choice.story, member.sketch), 0)
        stories[item.text] = choice.story
        recent.add(Member(item.text, choice.story, made), 0)
    return stories


def in_stories(
    data: Path, pairs: Sequence[Labelled], half: Half, language: str, least: float = LEAST
) -> dict[str, object]:
    """How good the stories are that come of it, by the labelled pairs; and how large they are."""
    seen: list[Labelled] = []
    found: list[bool] = []
    sizes: list[int] = []
    for day in streams(data, pairs, half, language):
        stories = told(day.items, language, least)
        seen += day.pairs
        found += [stories[each.first.text] == stories[each.second.text] for each in day.pairs]
        counted: dict[str, int] = defaultdict(int)
        for story in stories.values():
            counted[story] += 1
        sizes += counted.values()
    several = sum(size for size in sizes if size > 1)
    return {
        "measured": measured(seen, np.array(found)),
        "articles": sum(sizes),
        "stories": len(sizes),
        "in stories of several": round(several / max(1, sum(sizes)), 4),
        "largest": max(sizes, default=0),
    }


def cost(data: Path) -> dict[str, int]:
    """What it takes on whole articles: of each step, how many a CPU second; bytes an article."""
    articles = [
        (*item.text.partition("\n\n")[::2], code) for code in ("fr", "en") for item in masakhanews(data, code)
    ]
    started = process_time()
    made = [of_text(headline, body, code, ways.EPOCH) for headline, body, code in articles]
    signed = len(articles) / (process_time() - started)
    sketches: list[Sketch] = [each for each in made if each]
    started = process_time()
    for first, second in pairwise(sketches):
        similarity(first, second)
    alike = len(sketches) / (process_time() - started)
    first = sketches[0]
    return {
        "articles": len(articles),
        "sketches a second": round(signed),
        "comparisons a second": round(alike),
        "bytes of bands": sum(map(len, first.bands)),
        "bytes of words": round(np.mean([len(f"{each.head}{each.lead}".encode()) for each in sketches])),
    }


def alike_by_chance(data: Path, count: int = 400) -> dict[str, float]:
    """Of pairs of whole articles on different things, how many are as alike as one story's."""
    shares = {}
    for code in ("fr", "en"):
        items = [item.text.partition("\n\n")[::2] for item in masakhanews(data, code)][:count]
        made = [each for each in (of_text(*item, code, ways.EPOCH) for item in items) if each]
        found = [
            similarity(one, other) >= LEAST for place, one in enumerate(made) for other in made[place + 1 :]
        ]
        shares[code] = round(float(np.mean(found)), 6)
    return shares


def everything(data: Path, half: Half) -> dict[str, object]:
    """All that is measured."""
    pairs = read(data)
    languages = [language for language in LANGUAGES if of(pairs, half, language)]
    return {
        "half": half,
        "compared": compared(pairs, half, data),
        "by stratum": {language: by_stratum(of(pairs, half, language)) for language in languages},
        "candidates": {language: candidates(of(pairs, half, language)) for language in languages},
        "stories": {language: in_stories(data, pairs, half, language) for language in languages},
        "whole articles alike by chance": alike_by_chance(data),
        "cost": cost(data),
    }


def shown(value: Measured) -> str:
    """Cells of the table."""
    three = (value.precision, value.recall, value.f1)
    return (
        " | ".join(f"{middle:.2f} ({low:.2f}–{high:.2f})" for middle, low, high in three)
        + f" | {value.related:.3f}"
    )


def tables(results: dict[str, object]) -> Iterator[str]:
    """The results as lines of Markdown."""
    yield "| way | language | P | R | F1 | related or same |"
    yield "| --- | --- | --- | --- | --- | --- |"
    compared_ = results["compared"]
    assert isinstance(compared_, dict)
    for name, rows in compared_.items():
        for language in LANGUAGES:
            if language in rows:
                yield f"| {name}, from {rows['threshold']} | {language} | {shown(rows[language])} |"
    stories = results["stories"]
    assert isinstance(stories, dict)
    for language, row in stories.items():
        yield f"| **stories** | {language} | {shown(row['measured'])} |"
        yield f"{row}"
    for name in ("by stratum", "candidates", "whole articles alike by chance", "cost"):
        yield f"{name}: {results[name]}"


def thresholds(data: Path, tried: Sequence[float]) -> Iterator[str]:
    """Lines of a table: the stories of the half to choose with, by how alike articles are asked to be."""
    pairs = read(data)
    for least in tried:
        for language in CHOSEN_ON:
            row = in_stories(data, pairs, "choose", language, least)
            found = row["measured"]
            assert isinstance(found, Measured)
            yield f"| {least} | {language} | {shown(found)} | {row['largest']} |"


def main() -> None:
    """Reads the command line, measures, prints tables and writes all of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the corpora")
    parser.add_argument("--out", type=Path, help="a JSON file to write")
    parser.add_argument("--half", choices=("choose", "report"), default="report")
    parser.add_argument(
        "--least", type=float, nargs="+", help="try these on the half to choose with, and no more"
    )
    chosen = parser.parse_args()
    if chosen.least:
        for line in thresholds(chosen.data, chosen.least):
            print(line, flush=True)
        return
    results = everything(chosen.data, chosen.half)
    print("\n".join(tables(results)))
    if chosen.out:
        chosen.out.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")


if __name__ == "__main__":
    main()
