"""The linear-chain conditional random field over tags: its loss and gradients.

Lafferty, McCallum, Pereira: "Conditional Random Fields", ICML 2001. Texts of a batch are padded and taken
step by step together. Tags are B, I, E and S (begin, inside, end, single) for each label, and O.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Label

LABELS: tuple[Label, ...] = get_args(Label)
TAGS = ("O", *(f"{place}-{label}" for label in LABELS for place in "BIES"))
COUNT = len(TAGS)
PLACE = {tag: number for number, tag in enumerate(TAGS)}
FORBIDDEN = -1e4
"""Score of a step that no sequence may take."""

FARTHEST = -80.0
"""A score further below the best of its token counts as so far below; its exponential would be nothing."""

TINY = 1e-300
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]


def _may_follow(before: str, after: str) -> bool:
    inside, goes_on = before[0] in "BI", after[0] in "IE"
    return before[2:] == after[2:] if inside and goes_on else inside == goes_on


ALLOWED: Bools = np.array([[_may_follow(before, after) for after in TAGS] for before in TAGS])
FIRST: Bools = np.array([tag[0] in "OBS" for tag in TAGS])
LAST: Bools = np.array([tag[0] in "OES" for tag in TAGS])


class Gradients(NamedTuple):
    """The loss of a batch in nats, and the gradients of its mean over texts by scores and by steps."""

    loss: float
    scores: list[Floats]
    steps: Floats


def gradients(scores: Sequence[Floats], right: Sequence[Bools], steps: Floats) -> Gradients:
    """Minus the log-likelihood of all right sequences, and what to change.

    Args:
        scores: of each text, (tokens, ``COUNT``).
        right: of each text, (tokens, ``COUNT``): the tags that are right for a token; all of them where
            nobody knows.
        steps: scores of a tag after a tag, (``COUNT``, ``COUNT``).
    """
    padded, mask = _padded(scores)
    wanted = np.ones(padded.shape, dtype=bool)
    for number, one in enumerate(right):
        wanted[number, : len(one)] = one
    below = np.maximum(padded - padded.max(axis=2, keepdims=True), FARTHEST)
    likely = np.exp(below).astype(np.float64)
    moves = np.where(ALLOWED, np.exp(steps.astype(np.float64)), 0.0)
    every = _expected(likely, moves, mask)
    meant = _expected(likely * wanted, moves, mask)
    share = 1.0 / len(scores)
    difference = ((every.tags - meant.tags) * share).astype(np.float32)
    return Gradients(
        float((every.log - meant.log).sum()),
        [difference[number, : len(one)] for number, one in enumerate(scores)],
        ((every.steps - meant.steps) * share).astype(np.float32),
    )


class _Expected(NamedTuple):
    """Log of the sum over all sequences, (texts,); how likely each tag is at each token; steps expected."""

    log: Doubles
    tags: Doubles
    steps: Doubles


def _expected(likely: Doubles, moves: Doubles, mask: Bools) -> _Expected:
    """The forward-backward algorithm, scaled at each step so that nothing underflows."""
    texts, length, _ = likely.shape
    forward = np.empty_like(likely)
    scale = np.ones((texts, length))
    now = likely[:, 0] * FIRST
    for at in range(length):
        moved = now if at == 0 else (now @ moves) * likely[:, at]
        total = moved.sum(axis=1) + TINY
        here = mask[:, at]
        now = np.where(here[:, None], moved / total[:, None], now)
        scale[:, at] = np.where(here, total, 1.0)
        forward[:, at] = now
    end = (now * LAST).sum(axis=1) + TINY
    backward = LAST / end[:, None]
    tags = np.empty_like(likely)
    tags[:, length - 1] = forward[:, length - 1] * backward
    expected = np.zeros_like(moves)
    for at in range(length - 2, -1, -1):
        here = mask[:, at + 1][:, None]
        ahead = np.where(here, likely[:, at + 1] * backward / scale[:, at + 1, None], 0.0)
        expected += (forward[:, at].T @ ahead) * moves
        backward = np.where(here, ahead @ moves.T, backward)
        tags[:, at] = forward[:, at] * backward
    tags[~mask] = 0.0
    return _Expected(np.log(scale).sum(axis=1) + np.log(end), tags, expected)


def _padded(scores: Sequence[Floats]) -> tuple[Floats, Bools]:
    """Texts of one token or more as one array, and where there are tokens in it."""
    length = max(map(len, scores))
    padded = np.zeros((len(scores), length, COUNT), dtype=np.float32)
    mask = np.zeros((len(scores), length), dtype=bool)
    for number, one in enumerate(scores):
        padded[number, : len(one)] = one
        mask[number, : len(one)] = True
    return padded, mask


def names(tags: NDArray[np.intp]) -> Iterator[tuple[int, int, Label]]:
    """(first token, token after the last, label) of each name in a sequence of tags."""
    begin = 0
    for at in np.flatnonzero(tags).tolist():
        place, label = TAGS[tags[at]][0], LABELS[(int(tags[at]) - 1) // 4]
        if place in "BS":
            begin = at
        if place in "ES":
            yield begin, at + 1, label
