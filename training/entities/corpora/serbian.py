"""Serbian in its other alphabet: the corpus is in Latin letters, half of the newspapers in Cyrillic ones."""

from __future__ import annotations

import re

from training.entities.corpora.text import Sentence

_ONE = dict(
    zip(
        "abvgdđežzijklmnoprstćufhcčšABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ",
        "абвгдђежзијклмнопрстћуфхцчшАБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ",
        strict=True,
    )
)
_TWO = {"lj": "љ", "nj": "њ", "dž": "џ", "Lj": "Љ", "Nj": "Њ", "Dž": "Џ", "LJ": "Љ", "NJ": "Њ", "DŽ": "Џ"}
_LETTERS = _ONE | _TWO
_LETTER = re.compile("|".join([*_TWO, "."]), re.DOTALL)


def cyrillic(sentence: Sentence) -> Sentence:
    """The sentence as it is written in Cyrillic letters; what is no Serbian letter stays.

    Two letters that are one in Cyrillic are always taken so, also where a word is put together from two
    (*nadživeti*), which is rare.
    """
    text: list[str] = []
    moved = {0: 0}
    for letter in _LETTER.finditer(sentence.text):
        text.append(_LETTERS.get(letter.group(), letter.group()))
        moved |= dict.fromkeys(range(letter.start() + 1, letter.end() + 1), len(text))
    spans = tuple((moved[start], moved[end], label) for start, end, label in sentence.spans)
    return Sentence("".join(text), spans)
