"""The readers that the configuration names: texts to learn from, varied anew, and those held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from spacy.language import Language
from spacy.tokens import Span
from spacy.training import Example
from spacy.util import registry

from pipeline.enrich.crf import chain, pipe, tokens
from training.entities import augment, gazetteer, sources
from training.entities.corpora import LABELS, UNSURE, Sentence

EVERY = "xx"
"""Stands for all languages together, as spaCy calls it."""

GOLD = 2
"""Times that a sentence which people annotated is seen for each time that one of a machine's is."""

DEV = 3000
"""Most texts to choose the best step by; more would only take longer."""

Reader = Callable[[Language], Iterator[Example]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text of a language to learn from, and the labels that its corpus does not mark."""

    text: Sentence
    language: str
    unmarked: tuple[str, ...]


@registry.readers("newswire.TrainingTexts.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def training_texts(data: Path, language: str, seed: int) -> Reader:
    """Texts varied anew each time the reader is asked, the same in each run."""
    chance = Random(seed)
    parts = [(each, sources.parts(Path(data), each).train) for each in languages(language)]

    def read(_: Language) -> Iterator[Example]:
        return _examples(_lessons(parts, chance))

    return read


@registry.readers("newswire.HeldOutTexts.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def held_out_texts(data: Path, language: str, seed: int) -> Reader:
    """Texts of the part that chooses the best step, varied once; ``DEV`` of them at most."""
    chance = Random(seed)
    parts = [(each, sources.parts(Path(data), each).dev) for each in languages(language)]
    lessons = _lessons(parts, chance)[:DEV]

    def read(_: Language) -> Iterator[Example]:
        return _examples(lessons)

    return read


def languages(language: str) -> tuple[str, ...]:
    """The languages that a model learns from: its own, or all."""
    return sources.LANGUAGES if language == EVERY else (language,)


def _lessons(parts: Sequence[tuple[str, sources.Shares]], chance: Random) -> list[Lesson]:
    """One round of all texts of all languages, in a random order."""
    lessons: list[Lesson] = []
    for language, shares in parts:
        names = gazetteer.load(language, [one for _, given in shares for each in given for one in each])
        mixed = len({source.kind for source, _ in shares}) > 1
        for source, given in shares:
            unmarked = tuple(label for label in LABELS if label not in source.labels)
            times = GOLD if mixed and source.kind == "gold" else 1
            some = chance.sample(given, round(len(given) * source.share))
            texts = augment.articles(some * times, augment.style(language), names, chance)
            lessons += [Lesson(text, language, unmarked) for text in texts]
    chance.shuffle(lessons)
    return lessons


def _examples(lessons: Sequence[Lesson]) -> Iterator[Example]:
    """The lessons as spaCy wants them, each cut into words as its language is."""
    blank = {language: tokens.blank(language) for language in {lesson.language for lesson in lessons}}
    for lesson in lessons:
        yield example(blank[lesson.language], lesson.text, lesson.unmarked)


def example(nlp: Language, text: Sentence, unmarked: Sequence[str] = ()) -> Example:
    """The text as spaCy wants it; a name that ends within a token, or is unsure, is not called wrong.

    Args:
        nlp: whose tokeniser cuts the text.
        text: with its names.
        unmarked: labels that the text may have names of though none is marked.
    """
    doc = nlp.make_doc(text.text)
    exact: list[Span] = []
    blurred: list[Span] = []
    for start, end, label in text.spans:
        span = None if label == UNSURE else doc.char_span(start, end, label)
        wider = doc.char_span(start, end, label, alignment_mode="expand")
        if span is not None:
            exact.append(span)
        elif wider is not None:
            blurred.append(wider)
    unsure = {token.i for span in blurred for token in span} - {token.i for span in exact for token in span}
    missing = [doc[at : at + 1] for at in sorted(unsure)]
    reference = doc.copy()
    reference.set_ents(exact, missing=missing, default="outside")
    reference.user_data[pipe.UNMARKED] = tuple(label for label in chain.LABELS if label in unmarked)
    return Example(doc, reference)
