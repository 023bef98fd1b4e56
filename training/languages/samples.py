"""Draws short texts to learn from: cut, in capitals, without accents, with names between the words."""

from __future__ import annotations

import random
import string
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar
from unicodedata import category, name, normalize

import numpy as np

from training.languages import CHARACTERS_A_WORD, UNSPACED, corpora
from training.languages.corpora import NO_LANGUAGE, SERBO_CROATIAN, Texts, Words

SOLID = UNSPACED | {"th", "lo", "km", "my", "bo", "dz", "shn"}
"""Languages written without blanks between words."""

NEWS = frozenset(
    "ar bg cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ro ru sk sv tr uk vi zh".split()  # noqa: SIM905 - a list of codes reads best as a line
)
"""Languages of the wires that are most likely."""

PRESS = frozenset(
    (
        *"af am az be bn bs ca et eu gl hr hy is ka kk ku lt lv".split(),  # noqa: SIM905 - as above
        *"mk ml mr ms mt ne pa ps sl sq sr sr-Latn sw ta te th tl ur uz".split(),  # noqa: SIM905 - as above
    )
)
"""Further languages with a press of their own."""

DRAWN = {
    "none": 24.0,
    SERBO_CROATIAN: 3.0,
    "news": 4.0,
    "press": 2.0,
    "sib": 0.6,
    "two letters": 0.25,
    "rest": 0.08,
}
"""How often texts of a language are drawn beside others."""

OF_A_SOURCE = {"sib": 1.0, "news": 1.0, "udhr": 0.25, "words": 1.5}
"""How often a source of a language is drawn from beside its others."""

LENGTHS: tuple[tuple[float, tuple[int, int]], ...] = (
    (0.08, (1, 2)),
    (0.62, (3, 8)),
    (0.25, (9, 25)),
    (0.05, (26, 60)),
)
"""How often a text has how many words, from and to: mostly those of an alert."""

SCRIPTS = {"LATIN": 14.0, "CYRILLIC": 3.0, "ARABIC": 1.0}
"""How often names alone are drawn, by script; in others names tell the language."""

WITH_NAMES = 0.3  # of the texts
FROM_THE_MIDDLE = 0.5  # of the sentences
FLATTENED, FLAT = 0.75, 0.35  # the power of the frequencies for the rarer words, and how often it is used

T = TypeVar("T")
_Drawn = Callable[[], str]
_ADDRESSES = "https www com org net html index php http pdf jpg id utm source".split()  # noqa: SIM905 - as above
_ALPHABETS = (*[string.ascii_lowercase] * 4, "абвгдежзийклмнопрстуфхцчшщыьэюя")


class Sampler:
    """Texts with their label: a language, Serbo-Croatian for three, or that it is none.

    Args:
        texts: sentences and paragraphs.
        words: lists of words.
        names: names of persons and places.
        seed: what is drawn depends on.

    Attributes:
        labels: of all texts.
        named: languages that the model is to name, as there are sentences of them or two letters.
    """

    def __init__(
        self, texts: Iterable[Texts], words: Iterable[Words], names: Iterable[str], seed: int
    ) -> None:
        self._random = random.Random(seed)
        self._draws: dict[str, list[tuple[float, _Drawn]]] = {}
        with_sentences = set()
        for each in texts:
            self._draws.setdefault(each.language, []).append((OF_A_SOURCE[each.kind], self._cut(each)))
            with_sentences |= {each.language} if each.kind == "sib" else set()
        for one in words:
            self._draws.setdefault(one.language, []).append((OF_A_SOURCE["words"], self._bag(one)))
        self._names: dict[str, list[str]] = {}
        for each_name in names:
            self._names.setdefault(script(each_name), []).append(each_name)
        self.labels = [*self._draws, NO_LANGUAGE]
        self.named = with_sentences | {each for each in self._draws if len(each) == len("fr")}
        self.named -= {SERBO_CROATIAN}
        self._nothing = [
            (0.8, self._listed),
            (0.06, self._address),
            (0.04, self._one_letter),
            (0.02, self._spelled),
            (0.08, self._at_random),
        ]
        self._often = [DRAWN[_group(label, with_sentences)] for label in self.labels]

    @classmethod
    def of(cls, data: Path, udhr: Path, seed: int) -> Sampler:
        """A sampler of the corpora."""
        return cls(corpora.texts(data, udhr), corpora.words(), corpora.names(data), seed)

    def draw(self, count: int) -> list[tuple[str, str]]:
        """So many (label, text)."""
        labels = self._random.choices(self.labels, self._often, k=count)
        return [(label, self._of(WRITTEN)(self._text(label))) for label in labels]

    def _text(self, label: str) -> str:
        if label == NO_LANGUAGE:
            return self._of(self._nothing)()
        drawn = self._of(self._draws[label])()
        return self._with_names(drawn) if label not in SOLID and self._happens(WITH_NAMES) else drawn

    def _of(self, often: Sequence[tuple[float, T]]) -> T:
        """One of some things that are drawn so often."""
        (chosen,) = self._random.choices([each for _, each in often], [chance for chance, _ in often])
        return chosen

    def _happens(self, chance: float) -> bool:
        return self._random.random() < chance

    def _length(self) -> int:
        """Of a text, in words."""
        return self._random.randint(*self._of(LENGTHS))

    def _bag(self, source: Words) -> _Drawn:
        """Draws words by their frequency, in no order."""
        flat = source.shares**FLATTENED
        ladders = [np.cumsum(shares / shares.sum()).tolist() for shares in (source.shares, flat)]
        between = "" if source.language in SOLID else " "
        last = len(source.words) - 1

        def drawn() -> str:
            ladder = ladders[self._happens(FLAT)]
            chances = [self._random.random() for _ in range(self._length())]
            return between.join(source.words[min(bisect(ladder, each), last)] for each in chances)

        return drawn

    def _cut(self, source: Texts) -> _Drawn:
        """Draws the first words of a text, or some of its middle."""

        def drawn() -> str:
            text = self._random.choice(source.texts)
            solid = source.language in SOLID
            words = text if solid else text.split()
            length = self._length() * (CHARACTERS_A_WORD if solid else 1)
            last = max(0, len(words) - length)
            start = self._random.randint(0, last) if self._happens(FROM_THE_MIDDLE) else 0
            return ("" if solid else " ").join(words[start : start + length])

        return drawn

    def _with_names(self, text: str) -> str:
        """A name or two in the script of the text, put anywhere between its words."""
        words, pool = text.split(), self._names.get(script(text))
        for _ in range(self._random.randint(1, 2) if pool else 0):
            assert pool, "a pool is never empty"
            words.insert(self._random.randint(0, len(words)), self._random.choice(pool))
        return " ".join(words)

    def _listed(self) -> str:
        kind = self._of([(often, kind) for kind, often in SCRIPTS.items() if kind in self._names])
        chosen = self._random.choices(self._names[kind], k=self._random.randint(1, 6))
        return self._random.choice([", ", " ", " - ", "\n"]).join(chosen)

    def _address(self) -> str:
        parts = [self._letters(string.ascii_lowercase) for _ in range(self._random.randint(1, 4))]
        parts += self._random.choices(_ADDRESSES, k=self._random.randint(1, 4))
        self._random.shuffle(parts)
        return "/".join(parts)

    def _one_letter(self) -> str:
        letter, between = self._random.choice(string.ascii_lowercase), self._random.choice(["", "", " ", "."])
        return between.join([letter] * self._random.randint(1, 300))

    def _spelled(self) -> str:
        return self._random.choice([" ", ". ", "-"]).join(self._letters(self._random.choice(_ALPHABETS)))

    def _at_random(self) -> str:
        alphabet = self._random.choice(_ALPHABETS)
        return " ".join(self._letters(alphabet) for _ in range(self._random.randint(1, 12)))

    def _letters(self, alphabet: str) -> str:
        return "".join(self._random.choices(alphabet, k=self._random.randint(1, 9)))


def script(text: str) -> str:
    """The script of a text's first letter, as Unicode names it: ``LATIN``; empty where there is none."""
    for each in text:
        if category(each)[0] == "L":
            return name(each, "").partition(" ")[0]
    return ""


def bare(text: str) -> str:
    """A text whose Latin and Greek letters have no accents."""
    return "".join(
        normalize("NFD", each)[0] if each < "\u0400" or "\u1e00" <= each < "\u2000" else each for each in text
    )


def _group(label: str, with_sentences: set[str]) -> str:
    if label in {NO_LANGUAGE, SERBO_CROATIAN}:
        return "none" if label == NO_LANGUAGE else label
    if label in NEWS or label in PRESS:
        return "news" if label in NEWS else "press"
    if label in with_sentences:
        return "sib"
    return "two letters" if len(label) == len("fr") else "rest"


WRITTEN: tuple[tuple[float, Callable[[str], str]], ...] = (
    (0.76, str),
    (0.15, str.upper),
    (0.05, bare),
    (0.04, lambda text: bare(text.upper())),
)
"""How often a text is left as it is, in capitals, without accents, and both."""
