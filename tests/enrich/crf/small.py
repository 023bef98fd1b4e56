"""A network and a component of the smallest size, and a few sentences that they learn by heart."""

from collections.abc import Iterable

from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from pipeline.enrich.crf import pipe, tokens

Span = tuple[int, int, str]
ROWS = [60] * 6
NETWORK = {
    "@architectures": "newswire.EntityScores.v1",
    "width": 16,
    "depth": 1,
    "rows": ROWS,
    "hidden": 0.0,
    "seed": 3,
}

SENTENCES: tuple[tuple[str, list[Span]], ...] = (
    ("Ada Lovelace lives in Oslo.", [(0, 12, "PER"), (22, 26, "LOC")]),
    ("Oslo calls Grace Hopper.", [(0, 4, "LOC"), (11, 23, "PER")]),
    ("The Red Cross met Ada Lovelace.", [(4, 13, "ORG"), (18, 30, "PER")]),
    ("Nobody lives there.", []),
)


def pipeline(language: str = "en", **changed: object) -> Language:
    """An untrained pipeline of the language, with fresh weights."""
    fix_random_seed(1)
    nlp = tokens.blank(language)
    nlp.add_pipe(pipe.FACTORY, config={"model": NETWORK | changed})
    nlp.initialize(list)
    return nlp


def examples(nlp: Language) -> list[Example]:
    """The sentences as the pipeline cuts them, with their names."""
    return [Example.from_dict(nlp.make_doc(text), {"entities": spans}) for text, spans in SENTENCES]


def taught(nlp: Language, rounds: int = 40) -> list[float]:
    """Teaches a pipeline the sentences; the loss of each round."""
    optimiser = Adam(0.02)
    losses = []
    for _ in range(rounds):
        found: dict[str, float] = {}
        nlp.update(examples(nlp), sgd=optimiser, losses=found)
        losses.append(found[pipe.FACTORY])
    return losses


def names(nlp: Language, texts: Iterable[str]) -> list[list[Span]]:
    """What the pipeline finds in each text."""
    return [[(span.start_char, span.end_char, span.label_) for span in doc.ents] for doc in nlp.pipe(texts)]


TEXTS = [text for text, _ in SENTENCES]
WANTED = [spans for _, spans in SENTENCES]
