"""Gathers what the topic models of a language are fitted to and measured on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
from msgspec import UNSET
from numpy.typing import NDArray

from pipeline import media_topics
from pipeline.enrich.topics import TOPICS
from training.entities import corpora as sentences
from training.entities.annotations import digest
from training.languages import corpora as languages
from training.topics import corpora
from training.topics.annotations import Annotation, split
from training.topics.corpora import Item

TOP = tuple(TOPICS)
HELD_OUT_PUBLISHERS = {
    "de": frozenset({"www.spiegel.de", "www.tagesschau.de", "www.t-online.de", "www.stern.de"}),
    "en": frozenset({"www.nbcnews.com", "www.theguardian.com", "www.bbc.co.uk", "www.independent.co.uk"}),
    "fr": frozenset({"www.lemonde.fr", "www.franceinfo.fr", "www.francetvinfo.fr", "www.lepoint.fr"}),
    "it": frozenset({"www.corriere.it", "www.ansa.it", "www.fanpage.it"}),
    "nl": frozenset({"www.ad.nl", "www.rtlnieuws.nl", "www.volkskrant.nl"}),
    "ru": frozenset({"www.interfax.ru", "news.ru", "www.forbes.ru", "www.e1.ru", "www.vedomosti.ru"}),
}
"""Publishers that nothing is learnt from; all texts to measure with are theirs."""

WEAK_AT_MOST = 50_000  # texts with a publisher's section that are read; twice as many gave no more
WORDS = 30_000  # most frequent words of a language
LEAST_LETTERS = 3
SHORT_WORDS = frozenset({"ja", "ko", "zh"})  # languages that a word of one or two characters says much in
LEAST_EXAMPLES = 15  # annotated texts that a topic below the top level is learnt from
CALIBRATION = "01"  # first hexadecimal digits of the annotated texts that scores are calibrated on: an eighth


@dataclass(frozen=True, slots=True)
class Marked:
    """An annotated text.

    Attributes:
        text: headline, and summary where there is one.
        item: with its publisher and the topic that its section stands for.
        topics: those of the top level, the main one first.
        narrower: those below; none where nobody looked for them.
    """

    text: str
    item: Item
    topics: tuple[str, ...]
    narrower: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Material:
    """What there is in one language.

    Attributes:
        weak: texts with the topic that their publisher's section stands for.
        learnt: annotated texts to learn from.
        calibrated: annotated texts that scores are calibrated on.
        measured: annotated texts to measure with.
        held_out: texts with their section, of the publishers that nothing is learnt from.
        plain: sentences of the language, whatever they are about.
    """

    language: str
    weak: list[Item]
    learnt: list[Marked]
    calibrated: list[Marked]
    measured: list[Marked]
    held_out: list[Item]
    plain: list[str]


def gather(data: Path, language: str) -> Material:
    """The material of a language that has annotated texts.

    Args:
        data: folder of the corpora.
        language: one that has annotations.
    """
    found = split(corpora.weak(data, language), language)
    publishers = HELD_OUT_PUBLISHERS[language]
    held_out = [each for each in found.free if each.publisher in publishers]
    weak = [each for each in found.free if each.publisher not in publishers]
    weak = sorted(weak, key=lambda item: digest(item.text))[:WEAK_AT_MOST]
    learnt = [(annotation.sha256, _marked(item, annotation)) for item, annotation in found.learnt]
    return Material(
        language,
        weak,
        [marked for name, marked in learnt if name[0] not in CALIBRATION],
        [marked for name, marked in learnt if name[0] in CALIBRATION],
        [_marked(item, annotation) for item, annotation in found.measured],
        held_out,
        plain(data, language),
    )


def plain(data: Path, language: str) -> list[str]:
    """Sentences of a language, whatever they are about, each once."""
    found = [each.text for part in ("val", "test") for each in _wikineural(data, language, part)]
    found += [each.text for each in languages.annotated(data).get(language, ())]
    return list(dict.fromkeys([*found, *_sib200(data).get(language, ())]))


def words(language: str) -> list[str]:
    """The most frequent words of a language, from wordfreq; none where it has no list."""
    wordfreq = import_module("wordfreq")
    if language not in wordfreq.available_languages("best"):
        return []
    least = 1 if language in SHORT_WORDS else LEAST_LETTERS
    listed: Iterable[str] = wordfreq.top_n_list(language, WORDS, "best")
    return [each for each in listed if len(each) >= least and not any(map(str.isdigit, each))]


def narrower_topics(materials: Iterable[Material]) -> tuple[str, ...]:
    """The topics below the top level that there are enough examples of, by qcode."""
    counts: dict[str, int] = {}
    for material in materials:
        for marked in material.learnt:
            for qcode in marked.narrower or ():
                counts[qcode] = counts.get(qcode, 0) + 1
    return tuple(sorted(qcode for qcode, count in counts.items() if count >= LEAST_EXAMPLES))


def truth(marked: Sequence[Marked], qcodes: Sequence[str], *, narrower: bool = False) -> NDArray[np.float32]:
    """A row for each text, a column for each topic: 1 where it applies."""
    answers = [(each.narrower or ()) if narrower else each.topics for each in marked]
    return np.array([[float(qcode in given) for qcode in qcodes] for given in answers], np.float32).reshape(
        len(marked), len(qcodes)
    )


def sections(items: Iterable[Item]) -> NDArray[np.intp]:
    """The column of the topic that each text's section stands for."""
    return np.array([TOP.index(item.topic) for item in items])


def above(qcode: str) -> str:
    """The topic of the top level that a topic is under."""
    return media_topics.lineage(qcode)[-1].qcode


def _wikineural(data: Path, language: str, part: str) -> Iterator[sentences.Sentence]:
    if (data / "wikineural" / f"{language}.{part}.conllu.xz").is_file():
        yield from sentences.wikineural(data, language, part)


@cache
def _sib200(data: Path) -> dict[str, list[str]]:
    """The sentences of SIB-200 to learn from, by language; the archive is read once for all of them."""
    found: dict[str, list[str]] = {}
    for folder, texts in languages.sib200(data, ["train"]).items():
        found.setdefault(languages.tag_of(folder), []).extend(texts)
    return found


def _marked(item: Item, annotation: Annotation) -> Marked:
    narrower = None if annotation.narrower is UNSET else annotation.narrower
    return Marked(item.text, item, annotation.topics, narrower)
