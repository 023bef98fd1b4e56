"""Measures how often a name gets its right identity, by language and by where the names come from.

``python -m training.places.evaluate --data ../shared/data``

Three measures. *Countries and capitals*: 197 of each, named in five languages in ``bar.tsv``, which was
written by hand and not made from the gazetteer's sources; each name is resolved alone. *In corpora*: those of
these names that stand as places in annotated texts, as often as they stand there. *Ambiguous names*: names in
English newswire that several places of like weight share, decided by hand in ``decided.tsv``, resolved with
all other places of their article.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.enrich.identity.places import Gazetteer, Meaning, load
from pipeline.enrich.identity.places_names import folded, key
from training.places import marked

LISTS = Path(__file__).parent
LANGUAGES = ("fr", "en", "de", "es", "ar")
COLUMNS = ("en", "fr", "de", "es", "ar")
"""The languages of ``bar.tsv``, in the order of its columns."""


class Wanted(NamedTuple):
    """What a name of the bar should be: a country, or its capital by the name that GeoNames has for it.

    ``=`` is the capital of a state that is but a city: there the country is as right.
    """

    country: str
    capital: str

    def met_by(self, meaning: Meaning | None) -> bool:
        """Whether a meaning is that place, identified."""
        found = meaning.identity if meaning else None
        if found is None:
            return False
        if self.capital in {"", "="}:
            return found.country == self.country and (self.capital == "=" or found.id.startswith("iso:"))
        same = folded(key(found.name)) == folded(key(self.capital))
        return found.id.startswith("geonames:") and found.country == self.country and same


def bar() -> dict[str, list[tuple[str, Wanted]]]:
    """The names of countries and capitals by language, with what they should be."""
    found: dict[str, list[tuple[str, Wanted]]] = defaultdict(list)
    for line in (LISTS / "bar.tsv").read_text("utf-8").splitlines():
        code, *names = line.split("\t")
        half = len(COLUMNS)
        for language, country, capital in zip(COLUMNS, names[:half], names[half + 1 :], strict=True):
            found[language] += [(country, Wanted(code, "")), (capital, Wanted(code, names[half]))]
    return found


def in_corpora(data: Path) -> dict[str, tuple[str, Counter[str]]]:
    """How often each place's name stands in an annotated corpus of each language, and the corpus's name."""
    english: Counter[str] = Counter()
    for article in marked.worldwide(data).values():
        english.update({name: len(ends) for name, ends in article.ends.items()})
    found = {"en": ("en-worldwide-newswire", english), "ar": ("newsfane-ar", Counter(marked.newsfane(data)))}
    for language in ("fr", "de", "es"):
        found[language] = (f"wikineural {language}", Counter(marked.wikineural(data, language)))
    return found


def decided() -> dict[str, list[tuple[str, str]]]:
    """Ambiguous names and their identity by article; ``-`` where the gazetteer does not have the place."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in (LISTS / "decided.tsv").read_text("utf-8").splitlines():
        article, name, id_ = line.split("\t")
        found[article].append((name, id_))
    return found


def outcomes(gazetteer: Gazetteer, data: Path) -> Counter[str]:
    """What becomes of the names that were decided by hand."""
    counted: Counter[str] = Counter()
    articles = marked.worldwide(data)
    for name_of, wanted in decided().items():
        article = articles[name_of]
        meanings = gazetteer.resolve(article.ends, "en", article.text)
        counted.update(outcome(meanings.get(name, Meaning()), id_) for name, id_ in wanted)
    return counted


def outcome(meaning: Meaning, id_: str) -> str:
    """Right, wrong, or open; and for a place that the gazetteer lacks, whether it was left open."""
    if id_ == "-":
        return "lacking, another given" if meaning.identity else "lacking, left open"
    if meaning.identity:
        return "right" if meaning.identity.id == id_ else "wrong"
    first = meaning.candidates[0].id if meaning.candidates else ""
    return "open, the right one first" if first == id_ else "open"


def report_bar(gazetteer: Gazetteer, names: Mapping[str, list[tuple[str, Wanted]]]) -> None:
    """Prints the table of countries and capitals, and what is wrong."""
    print("| language | countries | capitals | both |\n| --- | ---: | ---: | ---: |")
    wrong = []
    for language in LANGUAGES:
        right: Counter[bool] = Counter()
        total: Counter[bool] = Counter()
        for name, wanted in names[language]:
            met = wanted.met_by(gazetteer.resolve({name: ()}, language).get(name))
            right[bool(wanted.capital)] += met
            total[bool(wanted.capital)] += 1
            if not met:
                wrong.append(f"{language} {name} ({wanted.capital or wanted.country})")
        shares = [f"{right[kind]}/{total[kind]}" for kind in (False, True)]
        print(f"| {language} | {' | '.join(shares)} | {right.total() / total.total():.1%} |")
    print("\nNot right:", "; ".join(wrong) or "none", "\n")


def report_corpora(
    gazetteer: Gazetteer,
    names: Mapping[str, list[tuple[str, Wanted]]],
    found: Mapping[str, tuple[str, Counter[str]]],
) -> None:
    """Prints how many of all places in corpora have an identity, and of the bar's names the right one."""
    print("| corpus | places | identified | open | countries and capitals | right |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for language in LANGUAGES:
        corpus, counts = found[language]
        wanted = {key(name): each for name, each in names[language]}
        sums: Counter[str] = Counter()
        for name, count in counts.items():
            meaning = gazetteer.resolve({name: ()}, language).get(name)
            sums["identified"] += count * bool(meaning and meaning.identity)
            sums["open"] += count * bool(meaning and meaning.candidates)
            if key(name) in wanted:
                sums["known"] += count
                sums["right"] += count * wanted[key(name)].met_by(meaning)
        total = counts.total()
        print(
            f"| {corpus} | {total} | {sums['identified'] / total:.1%} | {sums['open'] / total:.1%} "
            f"| {sums['known']} | {sums['right'] / max(1, sums['known']):.1%} |"
        )
    print()


def main() -> None:
    """Reads the command line, measures, prints Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    arguments = parser.parse_args()
    gazetteer, names = load(), bar()
    report_bar(gazetteer, names)
    report_corpora(gazetteer, names, in_corpora(arguments.data))
    print("| of ambiguous names | count |\n| --- | ---: |")
    for what, count in outcomes(gazetteer, arguments.data).most_common():
        print(f"| {what} | {count} |")


if __name__ == "__main__":
    main()
