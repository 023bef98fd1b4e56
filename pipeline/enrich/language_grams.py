"""Numbers the words of a text and the pieces of its words, for the language model."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple
from unicodedata import category, normalize

import numpy as np
from numpy.typing import NDArray

LONGEST = 4
"""Letters in the longest pieces; the gap before or after a word counts as one."""

WORD = 4.0
"""What a whole word weighs, beside one for a piece."""

_PLANE = 0x10000  # letters beyond the first plane, which no wire uses, count as gaps
_STEP = np.uint32(0x01000193)
_SPREAD = np.uint32(0x9E3779B1)
_POWERS = np.cumprod(np.full(64, 0x2C1B3C6D, np.uint32), dtype=np.uint32)  # by the place in a word


class Grams(NamedTuple):
    """The words of a text and the pieces of its words, as many of each attribute.

    Attributes:
        numbers: of 32 bits, the first bits the best; the same for the same letters.
        places: the code point of the text at which the first letter stands.
        weights: how much each says.
    """

    numbers: NDArray[np.uint32]
    places: NDArray[np.intp]
    weights: NDArray[np.float32]


def grams(text: str) -> Grams:
    """The pieces of one to ``LONGEST`` letters within the words of a text, then the words.

    Small letters and capitals are the same. Marks, figures and blanks are gaps, and a gap is one whatever
    its length.

    Args:
        text: any text, composed (NFC).
    """
    letters, places = _letters(text)
    inside = letters != 0
    rolled = letters[:-1] * _STEP + letters[1:]
    found = [letters[inside] * _STEP, rolled ^ np.uint32(2)]  # of a pair one is a letter: gaps are single
    begins = [places[inside], places[:-1]]
    full = inside[1:]
    for length in range(3, LONGEST + 1):
        rolled = rolled[:-1] * _STEP + letters[length - 1 :]
        full = full[:-1] & inside[length - 2 : -1]
        found.append(rolled[full] ^ np.uint32(length))
        begins.append(places[: len(rolled)][full])
    gaps = np.flatnonzero(~inside[:-1])
    found.append(_words(letters, gaps))
    begins.append(places[gaps])
    numbers = np.concatenate(found) * _SPREAD
    weights = np.ones(len(numbers), np.float32)
    weights[len(numbers) - len(gaps) :] = WORD
    return Grams(numbers, np.concatenate(begins), weights)


def composed(text: str) -> str:
    """The text with each letter and its accents as one code point where there is one."""
    return normalize("NFC", text)


def _letters(text: str) -> tuple[NDArray[np.uint32], NDArray[np.intp]]:
    """Small letters, 0 for a gap, of which there is one at either end; and the place of each.

    A gap has the place of the letter that follows.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    letters = np.zeros(len(codes) + 2, np.uint32)
    letters[1:-1] = _table()[np.minimum(codes, _PLANE)]
    kept = letters != 0
    kept[:-1] |= kept[1:]
    kept[-1] = True
    places = np.flatnonzero(kept)
    letters = letters[places]
    return letters, places - (letters != 0)


def _words(letters: NDArray[np.uint32], gaps: NDArray[np.intp]) -> NDArray[np.uint32]:
    """A number for the letters after each gap, up to the next."""
    if not len(gaps):
        return np.zeros(0, np.uint32)
    offset = np.arange(len(letters)) - np.repeat(gaps, np.diff(gaps, append=len(letters)))
    powers = _POWERS[np.minimum(offset, len(_POWERS) - 1)]
    return np.add.reduceat(letters * powers, gaps, dtype=np.uint32)


@cache
def _table() -> NDArray[np.uint32]:
    """The small letter of each code point, 0 for what is no letter and no mark on one."""
    table = np.zeros(_PLANE + 1, np.uint32)
    for code in range(_PLANE):
        if category(chr(code))[0] in "LM":
            table[code] = ord(chr(code).lower()[0])
    return table
