"""The readers that the configuration names: what each language's model learns from and is held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random

from spacy.language import Language
from spacy.tokens import Span
from spacy.training import Example
from spacy.util import filter_spans, registry

from training.entities import augment, gazetteer
from training.entities.corpora import Sentence, uner, wikineural, worldwide

HELD_OUT = 10  # every tenth sentence, or article, is kept from training

Reader = Callable[[Language], Iterator[Example]]


def split(data: Path, language: str) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences to train on, and those held out to choose the best step by.

    WikiNEuRal's ``test`` part is in neither: it is for measuring the finished model.
    """
    groups = _groups(data, language)
    kept = [group for number, group in enumerate(groups) if number % HELD_OUT]
    return list(chain.from_iterable(kept)), list(chain.from_iterable(groups[::HELD_OUT]))


def held_out_articles(data: Path, language: str) -> list[Sentence]:
    """The held-out articles as they were written, each as one text; none where there are but sentences."""
    return [whole(group) for group in _groups(data, language)[::HELD_OUT] if len(group) > 1]


def whole(sentences: Sequence[Sentence]) -> Sentence:
    """Sentences in their order as one text."""
    text, spans = "", list[tuple[int, int, str]]()
    for one in sentences:
        moved = augment.around(text, one, " ")
        text = moved.text
        spans += moved.spans
    return Sentence(text, tuple(spans))


def _groups(data: Path, language: str) -> list[list[Sentence]]:
    """All sentences that there are to learn from, those of one article together."""
    groups = [[one] for one in wikineural(data, language, "val")]
    if language == "en":
        groups += worldwide(data) + [[one] for one in uner(data, "en_ewt-ud-dev")]
    return groups


def people_in(sentences: Sequence[Sentence]) -> list[str]:
    """The names of people of two words or more, each once."""
    names = {one.text[start:end] for one in sentences for start, end, label in one.spans if label == "PER"}
    return sorted(name for name in names if " " in name)


@registry.readers("newswire.TrainingTexts.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def training_texts(data: Path, language: str, seed: int) -> Reader:
    """Texts varied anew each time the reader is asked, the same in each run."""
    sentences, _ = split(Path(data), language)
    return _reader(sentences, language, Random(seed))


@registry.readers("newswire.HeldOutTexts.v1")  # type: ignore[untyped-decorator]  # catalogue ships no types
def held_out_texts(data: Path, language: str, seed: int) -> Reader:
    """Texts of held-out sentences, varied once."""
    _, sentences = split(Path(data), language)
    texts = list(_texts(sentences, language, Random(seed)))

    def read(nlp: Language) -> Iterator[Example]:
        return (example(nlp, text) for text in texts)

    return read


def _reader(sentences: Sequence[Sentence], language: str, chance: Random) -> Reader:
    def read(nlp: Language) -> Iterator[Example]:
        return (example(nlp, text) for text in _texts(sentences, language, chance))

    return read


def _texts(sentences: Sequence[Sentence], language: str, chance: Random) -> list[Sentence]:
    names = gazetteer.load(language, people_in(sentences))
    return augment.articles(sentences, augment.STYLES[language], names, chance)


def example(nlp: Language, text: Sentence) -> Example:
    """The text as spaCy wants it; a name that ends within a token is left unmarked, not called wrong."""
    doc = nlp.make_doc(text.text)
    exact: list[Span] = []
    blurred: list[Span] = []
    for start, end, label in text.spans:
        span = doc.char_span(start, end, label)
        wider = doc.char_span(start, end, label, alignment_mode="expand")
        if span is not None:
            exact.append(span)
        elif wider is not None:
            blurred.append(wider)
    named = {token.i for span in exact for token in span}
    missing = [span for span in filter_spans(blurred) if named.isdisjoint(token.i for token in span)]
    reference = doc.copy()
    reference.set_ents(exact, missing=missing, default="outside")
    return Example(doc, reference)
