"""The most likely sequence of tags of each text, by the scores of a conditional random field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.enrich.crf.chain import ALLOWED, COUNT, FIRST, FORBIDDEN, LAST, Floats

LENGTH = 96
"""Tokens of a text that are read together; all pieces of all texts are read side by side."""

AROUND = 16
"""Tokens before and after them that are read as well; names are shorter, as a rule."""

SAME = 1e-3
"""Scores that differ by no more differ by rounding alone."""

Tags = NDArray[np.intp]


class Piece(NamedTuple):
    """Some tokens of a text, and with those around them; all places are of the tokens of all texts in order.

    Attributes:
        start: the first token.
        end: behind the last.
        first: the first that is read.
        last: behind the last that is read.
        opens: whether the text begins with the first that is read.
        closes: whether it ends with the last.
    """

    start: int
    end: int
    first: int
    last: int
    opens: bool
    closes: bool


def best(scores: Sequence[Floats], steps: Floats) -> list[Tags]:
    """The most likely sequence of tags of each text (Viterbi).

    Long texts are read in pieces. Whether a piece saw enough of what is around it shows where it meets the
    next one: if not, the text is read again from end to end. So the result is that of reading it at once.

    Args:
        scores: of each text, (tokens, ``COUNT``); one token or more.
        steps: scores of a tag after a tag, (``COUNT``, ``COUNT``).
    """
    bounds = np.cumsum([0, *map(len, scores)]).tolist()
    texts = list(pairwise(bounds))
    into = np.where(ALLOWED, steps, FORBIDDEN).astype(np.float32)
    flat = np.concatenate(scores)
    cut = [list(_pieces(start, end)) for start, end in texts]
    reading = _Reading(flat, into, [piece for pieces in cut for piece in pieces])
    found = np.empty(len(flat), dtype=np.intp)
    number, doubtful = 0, []
    for (start, end), pieces in zip(texts, cut, strict=True):
        for piece in range(number, number + len(pieces)):
            reading.put(found, piece)
        if not all(reading.agree(piece) for piece in range(number, number + len(pieces) - 1)):
            doubtful.append(Piece(start, end, start, end, opens=True, closes=True))
        number += len(pieces)
    if doubtful:
        again = _Reading(flat, into, doubtful)
        for piece in range(len(doubtful)):
            again.put(found, piece)
    return np.split(found, bounds[1:-1])


def _pieces(start: int, end: int) -> Iterator[Piece]:
    """A text cut into pieces of about the same length."""
    count = 1 if end - start <= LENGTH + 2 * AROUND else -(-(end - start) // LENGTH)
    for number in range(count):
        begun, done = (start + (end - start) * each // count for each in (number, number + 1))
        first, last = max(start, begun - AROUND), min(end, done + AROUND)
        yield Piece(begun, done, first, last, opens=first == start, closes=last == end)


class _Reading:
    """The best sequences through some pieces, each by itself.

    Args:
        flat: scores of the tokens of all texts, (tokens, ``COUNT``).
        into: scores of a tag after a tag.
        pieces: some.
    """

    def __init__(self, flat: Floats, into: Floats, pieces: Sequence[Piece]) -> None:
        self._into, self._pieces = into, pieces
        firsts = np.array([piece.first for piece in pieces])
        self._lengths = np.array([piece.last for piece in pieces]) - firsts
        places = firsts + np.arange(self._lengths.max())[:, None]
        scores = flat.take(places, axis=0, mode="clip").transpose(0, 2, 1)
        self._best = self._forward(scores)
        self._tags = self._back()

    def _forward(self, scores: Floats) -> Floats:
        """The score of the best way to each tag of each token, (length, ``COUNT``, pieces)."""
        length, _, count = scores.shape
        best = np.empty(scores.shape, dtype=np.float32)
        opens = np.array([piece.opens for piece in self._pieces])
        best[0] = scores[0] + np.where(opens & ~FIRST[:, None], np.float32(FORBIDDEN), np.float32(0))
        ways = np.empty((COUNT, COUNT, count), dtype=np.float32)
        steps = self._into[:, :, None]
        for at in range(1, length):
            np.add(best[at - 1][:, None, :], steps, out=ways)
            ways.max(axis=0, out=best[at])
            best[at] += scores[at]
        return best

    def _back(self) -> NDArray[np.int8]:
        """The tags of each piece, (length, pieces); what is behind its last token says nothing."""
        length, _, count = self._best.shape
        every = np.arange(count)
        closes = np.array([piece.closes for piece in self._pieces])
        last = self._best[self._lengths - 1, :, every]
        ends = (last + np.where(closes[:, None] & ~LAST, np.float32(FORBIDDEN), np.float32(0))).argmax(axis=1)
        tags = np.empty((length, count), dtype=np.int8)
        tag = ends
        for at in range(length - 1, -1, -1):
            if at < length - 1:
                tag = self._before(at, every, tag)
            tag = np.where(self._lengths == at + 1, ends, tag)
            tags[at] = tag
        return tags

    def _before(self, at: int, which: NDArray[np.intp], tags: Tags) -> Tags:
        """The best tags of some pieces at a place, with these after them."""
        ways: Floats = self._best[at][:, which] + self._into[:, tags]
        before: Tags = ways.argmax(axis=0)
        return before

    def agree(self, piece: int) -> bool:
        """Whether a piece and the next one say the same of the token that is the last of its own.

        The next one must have seen enough of what is before it, so that all tags are as much better or worse
        than others as the piece has them; and the piece enough of what is after it, so that its tag is the
        one that leads on to the next.
        """
        one, other = self._pieces[piece], self._pieces[piece + 1]
        last = one.end - 1
        here, there = last - one.first, last - other.first
        difference = self._best[here, :, piece] - self._best[there, :, piece + 1]
        after = int(self._tags[there + 1, piece + 1])
        before = int((self._best[here, :, piece] + self._into[:, after]).argmax())
        return bool(difference.max() - difference.min() <= SAME) and before == self._tags[here, piece]

    def put(self, found: Tags, piece: int) -> None:
        """Puts the tags of a piece where its own tokens are."""
        one = self._pieces[piece]
        found[one.start : one.end] = self._tags[one.start - one.first : one.end - one.first, piece]
