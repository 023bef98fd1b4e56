"""Measures how well quotations and their speakers are found in the news annotated by reading.

    python -m training.quotes.evaluate --data ../shared/data

Names come from the entity models, as in the pipeline. A quotation is found if what overlaps is at least
``SHARED`` of both. Its speaker is right if its mention overlaps an annotated one, or is the same name at
another place of the article (with the same last word), or if there is none in either.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.article import Entity, Quote, Span
from pipeline.enrich import entities
from pipeline.enrich.quotes import quotes
from training.quotes.annotations import Article, Place, Quotation, read

SHARED = 0.8
"""Share of either stretch that the other has to cover."""

KINDS = ("quotation", "and speaker", "and speaker, there")
"""What may be right: the stretch; also who; also the very place where that one is named."""


def matches(found: Span, wanted: Quotation) -> bool:
    """Whether two stretches are as good as the same."""
    shared = min(found.end, wanted.end) - max(found.start, wanted.start)
    return shared >= SHARED * max(found.end - found.start, wanted.end - wanted.start)


def right(found: Quote, wanted: Quotation, text: str) -> tuple[str, ...]:
    """Which of ``KINDS`` a found quotation that matches has right."""
    if not found.mention:
        return KINDS[:1] if wanted.mentions else KINDS
    place = found.mention.start, found.mention.end
    if any(place[0] < end and start < place[1] for start, end in wanted.mentions):
        return KINDS
    same = any(_last_word(text, place) == _last_word(text, each) for each in wanted.mentions)
    return KINDS[: 1 + same]


def counts(article: Article, found: Sequence[Quote]) -> Counter[str]:
    """How many quotations of an article are wanted and found, and of each of ``KINDS`` how many are right.

    Those whose speaker the words beside them do not name are counted once more, with ``carried`` before.
    """
    counted = Counter(wanted=len(article.annotation.quotes), found=len(found))
    for wanted in article.annotation.quotes:
        counted["carried wanted"] += wanted.carried
        for each in found:
            if matches(each.span, wanted):
                kinds = right(each, wanted, article.text)
                counted.update(kinds)
                counted.update(f"carried {kind}" for kind in kinds if wanted.carried)
    return counted


def measured(articles: Sequence[Article]) -> Counter[str]:
    """The counts of articles of one language together, with the names that its model finds."""
    language = articles[0].annotation.language
    known: Iterable[Sequence[Entity]] = entities.load(language).find([each.text for each in articles])
    total: Counter[str] = Counter()
    for article, names in zip(articles, known, strict=True):
        total += counts(article, quotes(article.text, language, names))
    return total


def rows(name: str, counted: Counter[str]) -> str:
    """Lines of the table, one for each of ``KINDS``: the counts, precision, recall and F1."""
    lines = []
    for kind in KINDS:
        sure = counted[kind] / max(1, counted["found"])
        whole = counted[kind] / max(1, counted["wanted"])
        f1 = 2 * counted[kind] / max(1, counted["found"] + counted["wanted"])
        carried = f"{counted[f'carried {kind}']}/{counted['carried wanted']}"
        numbers = [
            counted["wanted"],
            counted["found"],
            counted[kind],
            *(f"{each:.3f}" for each in (sure, whole, f1)),
        ]
        lines.append(f"| {name} | {kind} | {' | '.join(map(str, numbers))} | {carried} |")
    return "\n".join(lines)


def report(articles: Sequence[Article]) -> None:
    """Prints whose names are used, and a table: each part by language, and all of it."""
    print("Names:", ", ".join(entities.load(language).name for language in ("en", "fr")), end="\n\n")
    print("| articles | right | wanted | found | right ones | P | R | F1 | carried |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for part in ("first", "second"):
        total: Counter[str] = Counter()
        own = [each for each in articles if each.annotation.part == part]
        for language in ("en", "fr"):
            some = [each for each in own if each.annotation.language == language]
            counted = measured(some)
            print(rows(f"{part}, {language} ({len(some)})", counted))
            total += counted
        print(rows(f"{part}, both ({len(own)})", total))


def main() -> None:
    """Reads the command line, measures, prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    report(read(parser.parse_args().data))


def _last_word(text: str, place: Place) -> str:
    return text[slice(*place)].rsplit(maxsplit=1)[-1].casefold()


if __name__ == "__main__":
    main()
