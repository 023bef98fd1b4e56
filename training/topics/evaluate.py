"""Measures the topic models.

``python -m training.topics.evaluate --data ../shared/data --out docs/quality.md --json var/topics.json``

The models that ship learnt nothing from some publishers, and are measured on these: on annotated texts, and
by their sections. The one that languages without annotated texts share is measured on sentences of SIB-200;
the way across languages on some that have annotated texts, by models fitted as if these had none, which takes
half an hour (``--across`` names others). ``--cards`` writes the models' cards.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import process_time

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.enrich import topics
from pipeline.enrich.topics import Classifier, Level
from training.languages import corpora as languages
from training.topics import cards, corpora, material, report, scores, train
from training.topics.annotations import LANGUAGES
from training.topics.corpora import Item
from training.topics.material import TOP, Marked, Material
from training.topics.scores import Result, Several, Single
from training.topics.teacher import Teacher

ACROSS = ("de", "it", "nl", "ru")
"""Languages with annotated texts that the way across languages is measured on as if they had none."""

SIB_LABELS = {
    "entertainment": "medtop:01000000",
    "health": "medtop:07000000",
    "politics": "medtop:11000000",
    "science/technology": "medtop:13000000",
    "sports": "medtop:15000000",
    "travel": "medtop:10000000",
}
"""The topics of SIB-200; geography is none of ours."""


def scored(model: Classifier, level: Level, texts: Iterable[str]) -> NDArray[np.float32]:
    """The scores of texts, a row each."""
    return np.array([level.scores(*model.vector(topics.words_in(text))) for text in texts], np.float32)


def annotated(model: Classifier, marked: Sequence[Marked]) -> Several:
    """How well the top level is told of annotated texts that have a topic."""
    kept = [each for each in marked if each.topics]
    main = np.array([TOP.index(each.topics[0]) for each in kept])
    found = scored(model, model.top, (each.text for each in kept))
    return scores.several(found, material.truth(kept, TOP), main, TOP)


def below(model: Classifier, marked: Sequence[Marked]) -> Several | None:
    """How well the known topics below are told, as users get them: under a topic that is given."""
    qcodes = model.narrower.qcodes
    known = [(each, [qcodes.index(q) for q in each.narrower or () if q in qcodes]) for each in marked]
    kept = [each for each, columns in known if columns]
    if not kept:
        return None
    texts = [each.text for each in kept]
    tops = scored(model, model.top, texts)[:, [TOP.index(material.above(qcode)) for qcode in qcodes]]
    found = np.where(tops >= topics.LEAST_SCORE, scored(model, model.narrower, texts), 0)
    truth = material.truth(kept, qcodes, narrower=True)
    main = np.array([columns[0] for _, columns in known if columns])
    return scores.several(found, truth, main, qcodes)


def sections(model: Classifier, items: Sequence[Item]) -> Single:
    """How often the most likely topic is the one that the text was labelled with."""
    found = scored(model, model.top, (item.text for item in items))
    return scores.single(found, material.sections(items), TOP)


def speed(model: Classifier, texts: Sequence[str]) -> float:
    """Texts a CPU second."""
    started = process_time()
    for text in texts:
        model.classify(text)
    return len(texts) / max(process_time() - started, 1e-9)


def of_language(one: Material, data: Path) -> Result:
    """Measures the model that ships for a language with annotated texts."""
    language = one.language
    model = topics.load(topics.MODELS / f"{language}_topics")
    known = language in corpora.MASAKHANEWS_LANGUAGES
    articles = corpora.masakhanews(data, language, ["dev"]) if known else []
    return Result(
        language=language,
        model=model.name,
        annotated=annotated(model, one.measured),
        narrower=below(model, one.measured),
        sections=sections(model, one.held_out),
        masakhanews=sections(model, articles) if articles else None,
        speed=speed(model, [item.text for item in articles or one.held_out]),
    )


def across(gathered: Sequence[Material], language: str, data: Path) -> Result:
    """Fits a model to a language as if none of its texts were annotated, and measures it."""
    others = [each for each in gathered if each.language != language]
    sources = [each for each in others if each.language in train.TRANSLATED_FROM]
    model = train.fit_shared(Teacher(others), sources, data, [language])
    [one] = [each for each in gathered if each.language == language]
    return Result(language=language, model=model.name, annotated=annotated(model, one.measured))


def of_shared(data: Path) -> list[Result]:
    """Measures the model that ships for several languages."""
    model = topics.load(topics.MODELS / f"{train.TOGETHER}_topics")
    sentences = labelled_sentences(data)
    return [
        Result(language, model.name, sib=sections(model, sentences[language]))
        for language in model.languages
        if language in sentences
    ]


def labelled_sentences(data: Path) -> dict[str, list[Item]]:
    """The test sentences of SIB-200 with a topic of ours, by language."""
    found: dict[str, list[Item]] = {}
    for folder, pairs in languages.sib200_labelled(data, ["test"]).items():
        for label, text in pairs:
            if label in SIB_LABELS:
                item = Item(SIB_LABELS[label], "sib200", "", text)
                found.setdefault(languages.tag_of(folder), []).append(item)
    return found


def main() -> None:
    """Reads the command line, fits and measures, writes tables, results and model cards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, help="document to write the tables into")
    parser.add_argument("--json", type=Path, required=True, help="file for the results")
    parser.add_argument(
        "--across", nargs="*", choices=LANGUAGES, default=ACROSS, help="languages to fit a model across for"
    )
    parser.add_argument("--cards", action="store_true", help="write the model cards too")
    arguments = parser.parse_args()
    gathered = [material.gather(arguments.data, each) for each in LANGUAGES]
    results = [of_language(each, arguments.data) for each in gathered]
    results += of_shared(arguments.data)
    results += [across(gathered, each, arguments.data) for each in arguments.across]
    arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    if arguments.out:
        report.write(results, arguments.out)
    if arguments.cards:
        folders = sorted(topics.MODELS.glob("*_topics"))
        cards.write(results, [(topics.load(folder), folder) for folder in folders])
    for each in results:
        if each.annotated:
            print(f"{each.language} {each.model}: macro-F1 {each.annotated.macro:.3f} on annotated texts")


if __name__ == "__main__":
    main()
