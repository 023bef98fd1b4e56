"""The spaCy component ``newswire_entities``: sets the entities of texts by the best sequence of tags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import set_dropout_rate

from pipeline.enrich.crf import chain, tables, viterbi
from pipeline.enrich.crf.layers import Scores, cast, fix_tables, set_tables

if TYPE_CHECKING:
    from spacy.vocab import Vocab
    from thinc.api import Optimizer

    from pipeline.enrich.crf.reading import Reader

FACTORY = "newswire_entities"
UNMARKED = "newswire_unmarked"
"""Key of a reference's ``user_data``: labels that its corpus does not mark, so that no mark means nothing."""

MISSING, OUTSIDE = 0, 2
"""spaCy's ``ent_iob`` of a token of which nothing is known, and of one that is in no name."""


@Language.factory(
    FACTORY,
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make(nlp: Language, name: str, model: Scores) -> EntityTagger:
    """The component, as spaCy's configuration asks for it."""
    return EntityTagger(nlp.vocab, model, name)


class EntityTagger(TrainablePipe):  # type: ignore[misc]  # spaCy ships no types for it
    """Names in texts, by a network whose scores a conditional random field reads.

    Attributes:
        reader: gives the scores in the place of the network itself, which then cannot learn.
    """

    def __init__(self, vocab: Vocab, model: Scores, name: str = FACTORY) -> None:
        self.vocab = vocab
        self.model = model
        self.name = name
        self.cfg: dict[str, Any] = {}
        self.reader: Reader | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """PER, ORG, LOC and MISC; there are no others."""
        return chain.LABELS

    def add_label(self, label: str) -> int:
        """Nothing is added: spaCy asks for this method."""
        if label not in chain.LABELS:
            raise ValueError(f"the label {label!r} is none of {chain.LABELS}")
        return 0

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],  # noqa: ARG002 - spaCy's signature
        *,
        nlp: Language | None = None,  # noqa: ARG002 - spaCy's signature
        start: str | None = None,
        fixed: bool = False,
    ) -> None:
        """Fresh weights, or those of a finished pipeline of the same shape.

        Args:
            get_examples: not read; spaCy gives it.
            nlp: not used; spaCy gives it.
            start: folder of the pipeline to start from.
            fixed: whether its embedding tables stay as they are.

        Raises:
            OSError: that folder is missing or holds no such component.
        """
        self.model.initialize()
        if start:
            self.from_disk(Path(start) / self.name, exclude=["vocab"])
            cast(self.model, np.float32)
            set_tables(self.model, tables.exact(tables.of(Path(start))))
        fix_tables(self.model, fixed=fixed)

    def predict(self, docs: Iterable[Doc]) -> list[NDArray[np.intp]]:
        """The tags of each text, as numbers of ``chain.TAGS``."""
        given = list(docs)
        filled = [doc for doc in given if len(doc)]
        scores = self.reader.scores if self.reader else self.model.predict
        found = iter(viterbi.best(scores(filled), self._steps()) if filled else [])
        return [next(found) if len(doc) else np.zeros(0, dtype=np.intp) for doc in given]

    def tags(self, texts: Sequence[Sequence[str]]) -> list[NDArray[np.intp]]:
        """The tags of each text, given as its words, of which it has one or more.

        Raises:
            ValueError: the component is not loaded to read with.
        """
        if self.reader is None:
            raise ValueError("this model reads spaCy's documents alone; load it from its folder")
        if not texts:
            return []
        words = [word for text in texts for word in text]
        return viterbi.best(self.reader.of_words(words, list(map(len, texts))), self._steps())

    def set_annotations(self, docs: Sequence[Doc], scores: Sequence[NDArray[np.intp]]) -> None:
        """Sets ``doc.ents``; what stood there goes."""
        for doc, tags in zip(docs, scores, strict=True):
            doc.set_ents([Span(doc, start, end, label=label) for start, end, label in chain.names(tags)])

    def _steps(self) -> NDArray[np.float32]:
        """Scores of a tag after a tag."""
        steps: Any = self.model.get_param("steps")
        return np.asarray(steps)

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        """Learns from annotated texts; returns the losses with its own added, in nats.

        Raises:
            ValueError: the component is only to read with.
        """
        if self.reader:
            raise ValueError(
                "this model is loaded to read with; name its folder as 'start' to learn on from it"
            )
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        filled = [example for example in examples if len(example.x)]
        if not filled:
            return losses
        set_dropout_rate(self.model, drop)
        scores, back = self.model.begin_update([example.x for example in filled])
        found = chain.gradients(scores, [right(one.y) for one in filled], self._steps())
        steps: Any = found.steps
        self.model.inc_grad("steps", steps)
        back(found.scores)
        losses[self.name] += found.loss
        if sgd is not None:
            self.finish_update(sgd)
        return losses

    def score(self, examples: Iterable[Example], **_: Any) -> dict[str, Any]:
        """Precision, recall and F1 of whole names, as spaCy counts them."""
        return dict(get_ner_prf(examples))


def right(reference: Doc) -> NDArray[np.bool_]:
    """The tags that are right for each token, (tokens, tags): one, or all that may be where none is known."""
    marks = np.zeros((len(reference), chain.COUNT), dtype=bool)
    known = reference.to_array(["ENT_IOB"]).reshape(-1)
    marks[known == MISSING] = True
    unmarked = reference.user_data.get(UNMARKED, ())
    open_tags = [number for number, tag in enumerate(chain.TAGS) if tag == "O" or tag[2:] in unmarked]
    marks[np.ix_(known == OUTSIDE, open_tags)] = True
    for span in reference.ents:
        for at in range(span.start, span.end):
            first, last = at == span.start, at == span.end - 1
            place = "S" if first and last else "B" if first else "E" if last else "I"
            marks[at] = False
            marks[at, chain.PLACE[f"{place}-{span.label_}"]] = True
    return marks
