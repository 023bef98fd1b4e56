"""What every reader hands out: a text with the places of the names in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.entities.corpora.labels import SAME
from training.entities.corpora.typography import detokenise
from training.languages import UNSPACED

Span = tuple[int, int, str]

MARKS = " .,;:!?()[]/\"'„“”«»*^—–-"
"""What no name begins or ends with in texts whose tokens were cut at blanks alone."""


UNSURE = "?"
"""Label of a stretch of which nobody knows what names stand in it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and its entities: ``(start, end, label)`` in code points, in order, none within another."""

    text: str
    spans: tuple[Span, ...] = ()


def sentence(
    words: Sequence[str], tags: Sequence[str], language: str, names: Mapping[str, str] = SAME
) -> Sentence:
    """Tokens with IOB tags as running text with character spans; other labels than ours are dropped.

    Args:
        words: the tokens.
        tags: as many tags, ``B-PER`` for example.
        language: whose typography the spaces follow.
        names: the corpus's labels to ours.
    """
    text, places = detokenise(words, language)
    return marked(text, places, tags, names)


def marked(
    text: str, places: Sequence[tuple[int, int]], tags: Sequence[str], names: Mapping[str, str] = SAME
) -> Sentence:
    """A text whose tokens stand at ``places`` with the spans that their tags make."""
    spans = tuple(
        (places[first][0], places[last][1], names[label])
        for first, last, label in chunks(tags)
        if label in names
    )
    return Sentence(text, spans)


def chunks(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """(first, last, label) of each run of tags that belong together."""
    start = 0
    for index, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if not label:
            continue
        begins = prefix == "B" or index == 0 or tags[index - 1].partition("-")[2] != label
        start = index if begins else start
        follows = index + 1 < len(tags) and tags[index + 1] == f"I-{label}"
        if not follows:
            yield start, index, label


def tight(one: Sentence) -> Sentence:
    """With spans that begin and end with no mark of punctuation, where a corpus's tokens hold some."""
    spans: list[Span] = []
    for start, end, label in one.spans:
        covered = one.text[start:end]
        begin = start + len(covered) - len(covered.lstrip(MARKS))
        kept = covered.strip(MARKS)
        if kept:
            spans.append((begin, begin + len(kept), label))
    return Sentence(one.text, tuple(spans))


def whole(sentences: Sequence[Sentence], language: str = "") -> Sentence:
    """The sentences of one document in their order as one text, with blanks between where it writes them."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    gap = "" if language in UNSPACED else " "
    for one in sentences:
        start = length + len(gap) * bool(texts)
        spans += [(start + first, start + last, label) for first, last, label in one.spans]
        texts.append(one.text)
        length = start + len(one.text)
    return Sentence(gap.join(texts), tuple(spans))
