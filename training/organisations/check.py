"""Measures the shipped list of organisations: how many names of annotated news it knows, what it lacks.

``python -m training.organisations.check --data ../shared/data --misses 50``
"""

from __future__ import annotations

import argparse
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel import Locale

from pipeline.enrich.identity.alias_keys import loosened, tidy
from pipeline.enrich.identity.alias_lists import Entry
from pipeline.enrich.identity.aliases import Aliases, shipped_index
from training.entities.corpora import Sentence, wikineural, worldwide

MOST_ACRONYMS = 500
"""Acronyms that are looked at, the most frequent ones."""

HEADLINE = 0.3
"""Share of capitals above which a text is written in them, so that its words are no acronyms."""

_ACRONYM = re.compile(r"\b[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ0-9]{1,5}\b")
# These stand for organisations, not for regions, where CLDR has them.
_NO_PLACES = frozenset({"001", "EU", "EZ", "UN"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many names the list knows: each once (types) and as often as they are there (tokens).

    ``open_tokens`` are those known names that may mean several; ``misses`` begin with the most frequent.
    """

    types: int
    tokens: int
    known_types: int
    known_tokens: int
    open_tokens: int
    misses: tuple[tuple[str, int], ...]


def coverage(names: Counter[str], language: str, aliases: Aliases) -> Coverage:
    """What the list knows of names with their frequencies, all in one language."""
    meanings = {name: len(aliases.find(name, "ORG", language)) for name in names}
    return Coverage(
        types=len(names),
        tokens=names.total(),
        known_types=sum(count > 0 for count in meanings.values()),
        known_tokens=sum(names[name] for name, count in meanings.items() if count),
        open_tokens=sum(names[name] for name, count in meanings.items() if count > 1),
        misses=tuple((name, times) for name, times in names.most_common() if not meanings[name]),
    )


def organisations(sentences: Iterable[Sentence]) -> Counter[str]:
    """The organisations that are marked in texts, as they are written, with their frequencies."""
    return Counter(
        sentence.text[start:end]
        for sentence in sentences
        for start, end, label in sentence.spans
        if label == "ORG"
    )


def acronyms(texts: Iterable[str], most: int = MOST_ACRONYMS) -> Counter[str]:
    """The most frequent words of two to six capitals and digits; many of them are no organisations.

    Texts that are written in capitals are left out.
    """
    found: Counter[str] = Counter()
    for text in texts:
        if sum(map(str.isupper, text)) <= HEADLINE * len(text):
            found.update(_ACRONYM.findall(text))
    return Counter(dict(found.most_common(most)))


def mistakable(entries: Iterable[Entry], language: str) -> Iterator[tuple[str, str]]:
    """Names in the list that are a country's, a continent's or a capital's, with the ids that have them.

    Args:
        entries: the list.
        language: primary subtag that CLDR knows; its names and those of every language are looked at.
    """
    places = frozenset(map(_compared, _places(language)))
    for entry in entries:
        for each, name in entry.names:
            if each in {"", language} and _compared(name) in places:
                yield name, entry.identity.id


def _compared(name: str) -> str:
    return loosened(tidy(name), "ORG").casefold()


def _places(language: str) -> Iterator[str]:
    """Territories, and the cities that time zones are called after: nearly all capitals."""
    locale = Locale(language)
    yield from (name for code, name in locale.territories.items() if code not in _NO_PLACES)
    yield from (zone["city"] for zone in locale.time_zones.values() if "city" in zone)


def _news(data: Path) -> Iterator[str]:
    """French headlines with their summaries, each the last column of its line."""
    with lzma.open(data / "topics-weak" / "fr.rss.tsv.xz", "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n").rpartition("\t")[2]


def _row(name: str, found: Coverage) -> str:
    known_types, known_tokens = found.known_types / found.types, found.known_tokens / found.tokens
    return (
        f"| {name} | {found.types} | {known_types:.3f} | {found.tokens} | {known_tokens:.3f} "
        f"| {found.open_tokens / found.tokens:.3f} |"
    )


def main() -> None:
    """Reads the command line, measures, prints a Markdown table and what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--misses", type=int, default=0, help="how many unknown names to list of each")
    arguments = parser.parse_args()
    aliases = Aliases(shipped=shipped_index())
    newswire = (one for article in worldwide(arguments.data) for one in article)
    encyclopaedia = wikineural(arguments.data, "fr", "val")
    measured = {
        "English newswire": coverage(organisations(newswire), "en", aliases),
        "French encyclopaedia": coverage(organisations(encyclopaedia), "fr", aliases),
        "acronyms of French news": coverage(acronyms(_news(arguments.data)), "fr", aliases),
    }
    print("| texts | types | known | tokens | known | open |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, found in measured.items():
        print(_row(name, found))
    for name, found in measured.items():
        if arguments.misses:
            listed = ", ".join(f"{each} {times}" for each, times in found.misses[: arguments.misses])
            print(f"\n{name}, not in the list: {listed}")


if __name__ == "__main__":
    main()
