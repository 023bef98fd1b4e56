"""Fits the topic models: ``python -m training.topics.train --language fr --data ../shared/data``.

A model for each language that has annotated texts, and one that the languages of ``SHARED`` share, which have
none: it learns from their sentences and words, and from news put into their words, what the teacher says.
The teacher is fitted to all languages first; sentence vectors are kept in ``var/topic-vectors``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from pipeline.enrich.topics import Classifier, Description
from training.topics import lexicon, material, student
from training.topics.annotations import LANGUAGES
from training.topics.material import TOP, Marked, Material
from training.topics.student import ANNOTATED, PLAIN, WORD, Lesson
from training.topics.teacher import Taught, Teacher

VERSION = "0.2.0"
SHARED = ("ar", "es", "ja", "pl", "pt", "tr", "zh")
LEARNT_BESIDE = ("ko",)  # told too badly to be given: 0.36 of the sentences of SIB-200 right
TRANSLATED_FROM = ("en", "fr")
TRANSLATED_AT_MOST = 25_000  # texts of each of these, for each language that shares a model
TOGETHER = "xx"
SEED = 7


def fit(teacher: Teacher, one: Material) -> Classifier:
    """The model of a language that has annotated texts."""
    language = one.language
    weak = [item.text for item in one.weak]
    learnt = [marked.text for marked in one.learnt]
    lessons = [
        Lesson(weak, teacher.teach(language, weak, f"{language} by section"), 1.0),
        Lesson(learnt, _answered(teacher, language, one.learnt), ANNOTATED),
        *_plain(teacher, language, one.plain, PLAIN),
    ]
    texts = [marked.text for marked in one.calibrated]
    exam = Lesson(texts, _right(one.calibrated, teacher.narrower), 1.0)
    return student.fit(f"{language}_topics {VERSION}", [language], lessons, teacher.narrower, exam)


def fit_shared(
    teacher: Teacher, sources: Sequence[Material], data: Path, languages: Sequence[str]
) -> Classifier:
    """The model that languages without annotated texts share.

    Args:
        teacher: fitted to other languages.
        sources: material of languages that news is translated from, word by word.
        data: folder of the corpora.
        languages: that the model is for.
    """
    lessons: list[Lesson] = []
    exams: list[Lesson] = []
    news = [_to_translate(teacher, source) for source in sources]
    for language in languages:
        lessons += _plain(teacher, language, material.plain(data, language), 1.0)
        for source, (originals, said) in zip(sources, news, strict=True):
            by = lexicon.lexicon(source.language, language)
            lessons.append(Lesson(lexicon.translated(originals, by, SEED), said, PLAIN))
            marked = source.calibrated
            new = lexicon.translated([each.text for each in marked], by, SEED)
            exams.append(Lesson(new, _right(marked, teacher.narrower), 1.0))
    exam = Lesson(
        [text for each in exams for text in each.texts],
        Taught(
            np.vstack([each.scores.top for each in exams]),
            np.vstack([each.scores.narrower for each in exams]),
        ),
        1.0,
    )
    return student.fit(f"{TOGETHER}_topics {VERSION}", languages, lessons, teacher.narrower, exam)


def _to_translate(teacher: Teacher, source: Material) -> tuple[list[str], Taught]:
    """News of a language, and what the teacher says of it by what holds in all."""
    texts = [each.text for each in source.learnt]
    texts += [item.text for item in source.weak[: max(TRANSLATED_AT_MOST - len(texts), 0)]]
    return texts, teacher.teach("", texts, f"{source.language} to translate")


def _plain(teacher: Teacher, language: str, sentences: Sequence[str], weight: float) -> list[Lesson]:
    """Sentences and the most frequent words of a language, with what the teacher says of them."""
    words = material.words(language)
    return [
        Lesson(sentences, teacher.teach("", sentences, f"sentences, {language}"), weight),
        Lesson(words, teacher.teach("", words, f"words, {language}"), weight * WORD),
    ]


def _answered(teacher: Teacher, language: str, marked: Sequence[Marked]) -> Taught:
    """What was annotated; below the top level, where nobody looked, what the teacher says."""
    said = teacher.teach(language, [each.text for each in marked], f"annotated {language}")
    right = _right(marked, teacher.narrower)
    return Taught(right.top, np.where(np.isnan(right.narrower), said.narrower, right.narrower))


def _right(marked: Sequence[Marked], narrower: Sequence[str]) -> Taught:
    """What was annotated; NaN below the top level where nobody looked."""
    below = material.truth(marked, narrower, narrower=True)
    below[[each.narrower is None for each in marked]] = np.nan
    return Taught(material.truth(marked, TOP), below)


def save(model: Classifier, out: Path) -> None:
    """Writes the model where ``pipeline.enrich.topics.load`` reads it."""
    out.mkdir(parents=True, exist_ok=True)
    np.save(out / "top.npy", model.top.weights)
    np.save(out / "narrower.npy", model.narrower.weights)
    np.save(out / "rarity.npy", model.rarity)
    levels = (model.top, model.narrower)
    card = Description(
        model.name,
        model.languages,
        model.narrower.qcodes,
        tuple(float(each) for level in levels for each in level.scale),
        tuple(float(each) for level in levels for each in level.bias),
    )
    (out / "model.json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=1) + b"\n")


def main() -> None:
    """Reads the command line, fits, saves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--language", choices=(*LANGUAGES, TOGETHER), action="append", help="all of them if left out"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, required=True, help="folder of the models, one folder each")
    arguments = parser.parse_args()
    gathered = [material.gather(arguments.data, each) for each in LANGUAGES]
    teacher = Teacher(gathered)
    for each in gathered:
        if not arguments.language or each.language in arguments.language:
            save(fit(teacher, each), arguments.out / f"{each.language}_topics")
    if not arguments.language or TOGETHER in arguments.language:
        sources = [each for each in gathered if each.language in TRANSLATED_FROM]
        shared = fit_shared(teacher, sources, arguments.data, sorted((*SHARED, *LEARNT_BESIDE)))
        save(replace(shared, languages=SHARED), arguments.out / f"{TOGETHER}_topics")


if __name__ == "__main__":
    main()
