"""Writes what was measured of the topics as Markdown tables, into a document and into the model cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline import media_topics
from training.entities.report import Bar, at_least, bar_table, table
from training.topics.scores import LEAST_SUPPORT, Result, Several, Single, TopicScore

OPENING, CLOSING = "<!-- topics -->", "<!-- /topics -->"
"""What is written anew in a document stands between these; the rest is left as it is."""

MACRO_BARS = {"fr": 0.74, "en": 0.72, "de": 0.60, "it": 0.60, "nl": 0.60, "ru": 0.60}
MASAKHANEWS_BARS = {"fr": 0.86, "en": 0.84}
ERROR_BAR = 0.05
SPEED_BAR = 1_000

_ANNOTATED = f"""\
**Annotated texts.** Macro-F1 is the mean F1 of the 17 topics, with its 95 % interval from resamples of the
texts; *frequent*, that of the topics that apply to {LEAST_SUPPORT} texts or more. *Main* is how often the
most likely topic is the one annotated first, *among* how often it is one of the annotated. *Calibration* is
how far the scores of topics that are given are from how often they are right; in brackets, those of all.
"""
_SECTIONS = """\
**Publishers' sections.** The same models on all other texts of these publishers, the most likely topic beside
the one that the text's section stands for. Annotation agrees with the section in two texts of three (French
64 %, the section among the annotated 77 %), so that nobody can be far above that here.
"""
_ACROSS = """\
**Across languages.** Above: languages with annotated texts, read by a model that was fitted as if they had
none, by what holds in the other five. Below: the model that ships for languages that have none, on the test
sentences of SIB-200, of six topics; the most likely of these counts.
"""


def write(results: Sequence[Result], file: Path) -> None:
    """Puts the tables between the marks in a document.

    Raises:
        ValueError: the document lacks the marks.
    """
    text = file.read_text("utf-8")
    before, opened, rest = text.partition(OPENING)
    _, closed, after = rest.partition(CLOSING)
    if not opened or not closed:
        raise ValueError(f"{file} has no place for the tables: put {OPENING} and {CLOSING} into it")
    file.write_text(f"{before}{OPENING}\n\n{document(results)}\n{CLOSING}{after}", "utf-8")


def document(results: Sequence[Result]) -> str:
    """All tables."""
    own = [each for each in results if each.sections]
    parts = [
        "### What was asked for\n",
        bar_table(bars(own)),
        _ANNOTATED,
        _several_table((each.language, each.annotated) for each in own),
        _SECTIONS,
        _single_table((each.language, each.sections) for each in own),
        "**MasakhaNEWS**, dev, whole articles of five topics in French and of six in English.\n",
        _single_table((each.language, each.masakhanews) for each in own),
        "**Below the top level**, under a topic that is given; annotated texts that have one.\n",
        _several_table((each.language, each.narrower) for each in own),
        _ACROSS,
        _several_table((each.language, each.annotated) for each in results if not each.sections),
        _single_table((each.language, each.sib) for each in results),
        "### By topic\n",
        "F1 on annotated texts, in brackets how many texts the topic applies to.\n",
        by_topic((each.language, each.annotated.topics) for each in own if each.annotated),
        by_topic((each.language, each.narrower.topics) for each in own if each.narrower),
    ]
    return "\n".join(parts)


def bars(results: Iterable[Result]) -> Iterator[Bar]:
    """What was asked for, of what these results say something about."""
    for each in results:
        name = each.language
        if each.annotated:
            yield at_least(f"{name}: macro-F1, annotated texts", MACRO_BARS[name], each.annotated.macro)
            error = each.annotated.error
            yield Bar(f"{name}: calibration error", f"≤ {ERROR_BAR}", f"{error:.3f}", error <= ERROR_BAR)
        if each.sections:
            yield at_least(f"{name}: macro-F1, publishers' sections", MACRO_BARS[name], each.sections.macro)
        if each.masakhanews:
            yield at_least(f"{name}: MasakhaNEWS", MASAKHANEWS_BARS[name], each.masakhanews.macro)
        if each.speed:
            fast = each.speed >= SPEED_BAR
            yield Bar(f"{name}: texts a CPU second", f"{SPEED_BAR:,}", f"{each.speed:,.0f}", fast)


def by_topic(languages: Iterable[tuple[str, Sequence[TopicScore]]]) -> str:
    """A row for each topic, a column for each language."""
    found = {language: {each.qcode: each for each in topics} for language, topics in languages}
    qcodes = sorted({qcode for topics in found.values() for qcode in topics})
    rows = (
        (media_topics.lineage(qcode)[0].name, *(_cell(topics.get(qcode)) for topics in found.values()))
        for qcode in qcodes
    )
    return table(("topic", *found), rows)


def _several_table(measured: Iterable[tuple[str, Several | None]]) -> str:
    heads = (
        *("language", "texts", "macro-F1", "frequent", "micro-F1"),
        *("main", "its macro-F1", "among", "topics a text", "calibration"),
    )
    return table(heads, (_several_row(language, each) for language, each in measured if each))


def _several_row(language: str, each: Several) -> tuple[str, ...]:
    shares = (each.frequent, each.micro, each.first, each.first_macro, each.among)
    return (
        language,
        f"{each.texts:,}",
        f"{each.macro:.3f} [{each.low:.3f}, {each.high:.3f}]",
        *(f"{share:.3f}" for share in shares),
        f"{each.given:.2f}",
        f"{each.error:.3f} ({each.error_all:.3f})",
    )


def _single_table(measured: Iterable[tuple[str, Single | None]]) -> str:
    rows = (
        (language, f"{each.texts:,}", f"{each.right:.3f}", f"{each.macro:.3f}", f"{each.frequent:.3f}")
        for language, each in measured
        if each
    )
    return table(("language", "texts", "right", "macro-F1", "frequent"), rows)


def _cell(score: TopicScore | None) -> str:
    return f"{score.f1:.2f} ({score.support})" if score else "–"
