"""Measures keyphrases and key sentences on MasakhaNEWS and on English Worldwide Newswire.

``python -m training.keyphrases --data ../shared/data``

No corpus has phrases or summaries given by people, so the headline stands in for both: it is hidden, and the
more of its words are found again, the better. The headline of Worldwide Newswire is read from the address of
each article. Half of the articles were used to choose the constants, the other half is measured. Beside that,
phrases of thirty articles were judged one by one; ``keyphrases_judged.json`` has them.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from time import process_time
from typing import NamedTuple

import msgspec

from pipeline.enrich.key_sentences import key_sentences
from pipeline.enrich.keyphrases import keyphrases
from pipeline.enrich.sentences import function_words, sentences, words
from training.entities.corpora import worldwide
from training.topics.corpora import MASAKHANEWS_LANGUAGES, masakhanews

JUDGED = Path(__file__).with_name("keyphrases_judged.json")
CHOSEN_ON = "01234567"
"""First digits of the SHA-256 of the bodies that the constants were chosen on."""

LEAST_WORDS = 3
"""Headlines with fewer words that also stand in the body say too little to measure by."""

_SHORTEST = 3  # letters that a word has at least that says something
_STEM = 6  # letters that stand for all forms of a word
_SLUG = re.compile(r"[^/?]*[^\W\d_]{3}(?:[-_][^-_/?.]+){2,}")
_NUMERIC = re.compile(r"\d{3}|^[0-9a-f]{4,}$")
_STRETCH = 400  # words of the article that speed is stated for

Summary = Callable[["Article"], list[str]]


class Article(NamedTuple):
    """An article of a corpus; ``headline`` is empty where only its address tells what it was, in ``told``."""

    corpus: str
    language: str
    headline: str
    body: str
    told: str


class Judged(msgspec.Struct):
    """The phrases of one article that were judged, in small letters."""

    good: list[str]
    bad: list[str]


def articles(data: Path) -> Iterator[Article]:
    """All the articles of the three corpora."""
    for language in sorted(MASAKHANEWS_LANGUAGES):
        for item in masakhanews(data, language):
            headline, _, body = item.text.partition("\n\n")
            yield Article(f"MasakhaNEWS {language}", language, headline, body, headline)
    for blocks in worldwide(data):
        address, *rest = [block.text for block in blocks]
        if address.startswith("http"):
            yield Article("Worldwide Newswire", "en", "", "\n".join(rest), slug(address))


def slug(address: str) -> str:
    """The words of a headline in an address; empty where there is none."""
    parts = [
        match[0]
        for part in address.partition("?")[0].split("/")
        if (match := _SLUG.fullmatch(part.partition(".")[0]))
    ]
    told = re.split(r"[-_]", max(parts, key=len, default=""))
    return " ".join(word for word in told if not _NUMERIC.search(word))


def digest(body: str) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    return hashlib.sha256(body.encode()).hexdigest()


def telling(text: str, language: str) -> set[str]:
    """The beginnings of the words of a text that say something."""
    little = function_words(language)
    folded = (word.casefold() for word in words(text))
    return {
        word[:_STEM]
        for word in folded
        if len(word) >= _SHORTEST and word not in little and not word[0].isdigit()
    }


def covered(told: set[str], parts: Sequence[str], language: str) -> float:
    """The share of a headline's words that stand in some texts."""
    return len(told & telling(" ".join(parts), language)) / len(told)


def purity(told: set[str], phrases: Sequence[str], language: str) -> float:
    """The share of the words of phrases that stand in a headline, averaged over the phrases."""
    each = [telling(phrase, language) for phrase in phrases]
    return fmean(len(told & found) / max(1, len(found)) for found in each) if each else 0.0


def precision(phrases: Sequence[str], judged: Judged) -> float | None:
    """The share of phrases that were judged to be good, of those judged; none where none was."""
    folded = [phrase.casefold() for phrase in phrases]
    known = [phrase for phrase in folded if phrase in judged.good or phrase in judged.bad]
    return sum(phrase in judged.good for phrase in known) / len(known) if known else None


def ours(article: Article) -> list[str]:
    """The key sentences, without knowing the headline."""
    return [article.body[span.start : span.end] for span in key_sentences(article.body, article.language)]


def lead(article: Article) -> list[str]:
    """The first two sentences as they come."""
    return _sentences(article)[:2]


def lead_whole(article: Article) -> list[str]:
    """The first two of the sentences that key sentences are chosen among."""
    whole = key_sentences(article.body, article.language, count=len(article.body))
    return [article.body[span.start : span.end] for span in whole[:2]]


def at_random(article: Article) -> list[str]:
    """Two of the sentences, the same each time."""
    return random.Random(digest(article.body)).sample(_sentences(article), 2)


SUMMARIES: dict[str, Summary] = {
    "key sentences": ours,
    "first two whole ones": lead_whole,
    "first two": lead,
    "two at random": at_random,
}


def _sentences(article: Article) -> list[str]:
    return [article.body[span.start : span.end] for span in sentences(article.body, article.language)]


def measured_phrases(measured: Sequence[tuple[Article, set[str]]]) -> str:
    """A row of the table of phrases."""
    rows = []
    for article, told in measured:
        found = keyphrases("", article.body, article.language)
        cover = [covered(told, found[:count], article.language) for count in (5, 10)]
        rows.append((*cover, purity(told, found[:5], article.language), len(found)))
    return " | ".join(f"{fmean(column):.3f}" for column in zip(*rows, strict=True))


def measured_sentences(measured: Sequence[tuple[Article, set[str]]], summary: Summary) -> str:
    """A row of the table of sentences: words of the headline found again, and length in words."""
    kept = [(article, told, summary(article)) for article, told in measured if ours(article)]
    cover = fmean(covered(told, found, article.language) for article, told, found in kept)
    return f"{cover:.3f} | {fmean(sum(len(each.split()) for each in found) for _, _, found in kept):.0f}"


def measured_judgments(found: Sequence[Article]) -> Iterator[tuple[str, int, float, float]]:
    """Language, articles, and the precision of the first five and of all phrases, on the judged articles."""
    judged = msgspec.json.decode(JUDGED.read_bytes(), type=dict[str, Judged])
    for language in ("en", "fr"):
        kept = [(each, judged[digest(each.body)]) for each in found if digest(each.body) in judged]
        kept = [(each, marks) for each, marks in kept if each.language == language]
        phrases = [(keyphrases(each.headline, each.body, language), marks) for each, marks in kept]
        shares = [[precision(given[:count], marks) for given, marks in phrases] for count in (5, 10)]
        five, ten = [fmean(share for share in each if share is not None) for each in shares]
        yield language, len(kept), five, ten


def speed(found: Sequence[Article]) -> float:
    """Articles of ``_STRETCH`` words a CPU second, phrases and sentences together; long ones are cut."""
    cut = [each._replace(body=" ".join(each.body.split(" ")[:_STRETCH])) for each in found]
    for each in cut:  # the lists of words are read once a process
        function_words(each.language)
    started = process_time()
    for each in cut:
        keyphrases(each.headline, each.body, each.language)
        key_sentences(each.body, each.language, each.headline)
    total = sum(len(each.body.split()) for each in cut)
    return total / _STRETCH / max(process_time() - started, 1e-9)


def main() -> None:
    """Reads the command line, measures, prints Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    found = list(articles(parser.parse_args().data))
    judged = msgspec.json.decode(JUDGED.read_bytes(), type=dict[str, Judged])
    held = [
        each for each in found if digest(each.body)[0] not in CHOSEN_ON and digest(each.body) not in judged
    ]
    told = [(each, telling(each.told, each.language) & telling(each.body, each.language)) for each in held]
    corpora = {
        name: [(each, words) for each, words in told if each.corpus == name and len(words) >= LEAST_WORDS]
        for name in dict.fromkeys(each.corpus for each in held)
    }
    print(
        "| phrases of | articles | covered by 5 | covered by 10 | pure of 5 | given |\n" + "| --- " * 6 + "|"
    )
    for name, measured in corpora.items():
        print(f"| {name} | {len(measured)} | {measured_phrases(measured)} |")
    print("\n| sentences of | by | covered | words |\n" + "| --- " * 4 + "|")
    for name, measured in corpora.items():
        for title, summary in SUMMARIES.items():
            print(f"| {name} | {title} | {measured_sentences(measured, summary)} |")
    print("\n| judged one by one | articles | good of 5 | good of all |\n" + "| --- " * 4 + "|")
    for language, count, five, ten in measured_judgments(found):
        print(f"| {language} | {count} | {five:.3f} | {ten:.3f} |")
    print(f"\n{speed(held):.0f} articles of {_STRETCH} words a CPU second")


if __name__ == "__main__":
    main()
