"""Names in texts by a model of ours, without a document of spaCy's for each text.

``nlp.pipe`` gives the same names; what it makes of each word besides costs a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import add

from spacy.language import Language

from pipeline.article import Label
from pipeline.enrich.crf import chain, tokens
from pipeline.enrich.crf.pipe import FACTORY, EntityTagger

Name = tuple[int, int, Label]
"""Where a name begins and ends, in code points, and its label."""


class Finder:
    """The names in texts by the component ``newswire_entities`` of a pipeline.

    Args:
        tagger: the component, as ``storage.load`` gives it.
        cutter: the pipeline whose tokeniser cuts the texts.
    """

    def __init__(self, tagger: EntityTagger, cutter: Language) -> None:
        self._tagger = tagger
        self._cutter = cutter

    def names(self, texts: Sequence[str]) -> Iterator[list[Name]]:
        """The names of each text, in order, none within another; all texts are in memory at once."""
        cut = [tokens.cut(self._cutter, text) for text in texts]
        found = iter(self._tagger.tags([each.words for each in cut if each.words]))
        for each in cut:
            yield list(_placed(each, list(chain.names(next(found))))) if each.words else []


def _placed(cut: tokens.Cut, names: Sequence[tuple[int, int, Label]]) -> Iterator[Name]:
    """Names by their tokens as names by their code points."""
    if names:
        ends = list(accumulate(map(add, map(len, cut.words), cut.spaces)))
        for first, last, label in names:
            start = ends[first - 1] if first else 0
            yield start, ends[last - 1] - cut.spaces[last - 1], label


def finder(nlp: Language, cutter: Language) -> Finder | None:
    """What finds the names of a pipeline of ours that reads; none for others."""
    if nlp.pipe_names != [FACTORY]:
        return None
    tagger = nlp.get_pipe(FACTORY)
    if not isinstance(tagger, EntityTagger) or tagger.reader is None:
        return None
    return Finder(tagger, cutter)
