"""Writes the card of a model from what was measured: what it is, its licence, data, scores and weaknesses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from training.entities.corpora import LABELS
from training.entities.report import table, with_interval
from training.entities.results import FALLBACK, Datum, Measured, Result

NOTES = Path(__file__).with_name("cards.toml")
"""What no measurement tells, by language, and for ``every`` one: ``besides`` the corpora, what went into it;
``weaknesses``, what is known to go wrong."""

NOT_COMMERCIAL, SHARE_ALIKE = "CC BY-NC-SA 4.0", "CC BY-SA 4.0"
NOT_CLEAR = ("none stated", "not stated", "not clear", "research")
"""What stands in the licence of a corpus that has no clear one."""

_METHOD = """\
A name is right if its start, its end and its label are. The rules of `pipeline/enrich/` are part of what is
measured. F1 over PER, ORG and LOC together, with an interval of 95 % from 1,000 resamples of the texts.
"""
_INHERITED = "It went on from the model of all languages, which may not be used in commerce."
_USE_ANOTHER = """\
Whoever uses the model in a commercial service needs another one: name an installed spaCy pipeline in the
setting `spacy` (`NEWSWIRE_SPACY`), or fit a model to other data; the code is Apache-2.0 like the rest of the
project.
"""


def card(result: Result, notes: Path = NOTES) -> str:
    """The README.md of a model's folder.

    Args:
        result: what was measured of it.
        notes: what to say besides.

    Raises:
        KeyError: there are no notes for the language.
    """
    known: dict[str, dict[str, str]] = tomllib.loads(notes.read_text("utf-8"))
    own, every = known[result.language], known["every"]
    ours = result.ours
    costs = (
        f"{ours.speed:,.0f} words a CPU second on one core; {ours.size / 1e6:.1f} MB on disk; loaded in "
        f"{ours.load:.1f} CPU\nseconds after spaCy's own data of the language, which takes "
        f"{ours.tokeniser:.1f} once a process.\n"
    )
    heads = ("on", "texts", "P", "R", "F1 [95 %]", *(f"{label} [95 %]" for label in LABELS))
    data_heads = ("corpus", "use", "annotated by", "sentences", "names", "licence")
    parts = [
        f"# {ours.model}\n",
        _opening(result.language),
        _licence_section(ours.licence, result.data),
        "## Data\n",
        table(data_heads, _data_rows(result.data)),
        *_citations(result.data),
        "",
        *(note for note in (own.get("besides"), every.get("besides")) if note),
        "## Measured\n",
        _METHOD,
        table(heads, map(_row, ours.tests)),
        costs,
        "## Weaknesses\n",
        own["weaknesses"] + every["weaknesses"],
        "## Make it again\n",
        f"    make train-entities LANG={result.language}\n    make eval-entities LANG={result.language}\n",
    ]
    return "\n".join(parts)


def licence(licences: Iterable[str]) -> str:
    """The licence of a model, which is the strictest of the licences of what it was fitted to."""
    return NOT_COMMERCIAL if any("NC" in each for each in licences) else SHARE_ALIKE


def _opening(language: str) -> str:
    texts = "any language without a model of its own" if language == FALLBACK else f"`{language}` news"
    return (
        "Finds names of people (PER), organisations (ORG), places (LOC) and other names (MISC) in texts of\n"
        f"{texts}. A spaCy pipeline of one component, fitted on a CPU; read and used by\n"
        "`pipeline/enrich/entities.py`.\n"
    )


def _licence_section(found: str, data: Sequence[Datum]) -> str:
    fitted = [datum for datum in data if datum.use == "fitted to"]
    unclear = _named(datum for datum in fitted if any(each in datum.licence for each in NOT_CLEAR))
    warning = f"The terms of {unclear} are not clear; its texts are not in the model.\n" if unclear else ""
    if found != NOT_COMMERCIAL:
        return f"## Licence\n\n**{found}**, as the data that it was fitted to.\n{warning}"
    strict = _named(datum for datum in fitted if "NC" in datum.licence)
    fitted_to = f"The model was fitted to {strict}, whose licence forbids commercial use."
    reason = fitted_to if strict else _INHERITED
    return f"## Licence: not for commercial use\n\n**{found}.** {reason}\n{_USE_ANOTHER}{warning}"


def _named(data: Iterable[Datum]) -> str:
    return " and ".join(sorted({datum.source for datum in data}))


def _data_rows(data: Sequence[Datum]) -> Iterator[tuple[str, ...]]:
    for datum in data:
        by = "people" if datum.kind == "gold" else "machines"
        yield datum.source, datum.use, by, f"{datum.sentences:,}", f"{datum.names:,}", datum.licence


def _citations(data: Sequence[Datum]) -> list[str]:
    lines = dict.fromkeys(f"- {datum.source}: {datum.citation}; {datum.origin}." for datum in data)
    return list(lines)


def _row(test: Measured) -> tuple[str, ...]:
    shown = {label: with_interval(score) for label, score in test.labels.items()}
    return (
        f"{test.source} ({test.language} {test.test})",
        f"{test.texts:,}",
        f"{test.overall.precision:.3f}",
        f"{test.overall.recall:.3f}",
        with_interval(test.overall),
        *(shown.get(label, "–") for label in LABELS),
    )
