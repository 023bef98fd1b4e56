"""How a place's name is looked up: the key that all its spellings share, and the forms it may stand in.

Everything here takes time linear in the length of a name, and long strings are no names at all.
"""

# ruff: noqa: RUF001 - names are of all scripts, and letters that look alike are meant
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, product
from pathlib import Path

LONGEST = 80
"""Code points of the longest name that is looked up; no name in the gazetteer is longer."""

MOST_FORMS = 64
"""Basic forms that are tried for an inflected name, at most."""

MOST_WORDS = 3
"""Words of a name that inflection is undone in, at most: Саудовской Аравии, Stanach Zjednoczonych."""

_APOSTROPHES = "’‘ʼʻ`´ʹ′＇‛"
_DASHES = "‐‑‒–—−-_/"
_ALEF = "أإآٱ"
_ARABIC_MARKS = "".join(map(chr, (*range(0x064B, 0x0660), 0x0640, 0x0670)))
_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_DASHES, " "),
        **dict.fromkeys(_ALEF, "ا"),
        **dict.fromkeys(_ARABIC_MARKS, None),
        **dict.fromkeys(
            "\u0307\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff", None
        ),
        ".": None,
        "·": " ",
        "ى": "ي",
        "ة": "ه",
        "ک": "ك",
        "ی": "ي",
        "ڤ": "ف",
        "&": " and ",
    }
)
_UNACCENTED = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "'": None,
        "ə": "e",
    }
)
_INITIALS = re.compile(r"\b([a-z]) (?=[a-z]\b)")
_SAINT = re.compile(r"\b(?:st|ste)\b(?= )")
_ARABIC_AND = re.compile(r"\bو (?=\w)")
_SAINTS = {"st": "saint", "ste": "sainte"}

# What may stand before a name and is no part of it, or makes it a formal one; as it stands in keys.
_BEFORE = {
    "ar": ("جمهوريه ", "مملكه ", "دوله ", "اماره ", "مدينه "),
    "ca": ("l'", "la ", "el ", "els ", "les "),
    "da": ("det ",),
    "de": ("der ", "die ", "das ", "dem ", "den ", "des ", "republik ", "königreich "),
    "en": ("the ", "republic of ", "republic of the ", "kingdom of "),
    "es": ("el ", "la ", "los ", "las ", "república de ", "reino de "),
    "fr": (
        *(
            "l'",
            "d'",
            "la ",
            "le ",
            "les ",
            "de la ",
            "de l'",
            "de ",
            "du ",
            "des ",
            "en ",
            "au ",
            "aux ",
            "à ",
        ),
        *("république de ", "république du ", "république d'", "royaume de ", "royaume du ", "royaume d'"),
    ),
    "it": ("l'", "dell'", "all'", "nell'", "il ", "lo ", "la ", "i ", "gli ", "le ", "repubblica di "),
    "nl": ("de ", "het "),
    "pt": ("o ", "a ", "os ", "as ", "república de ", "república da "),
}
_POSSESSIVES = {
    "en": ("'s", "'"),
    "nl": ("'s",),
    "de": ("s", "'"),
    "sv": ("s",),
    "da": ("s",),
    "no": ("s",),
}
_ARABIC_BEFORE = ("و", "ف", "ب", "ل", "ك")

ENDINGS = Path(__file__).parent / "gazetteer" / "endings.tsv"
"""Endings that a name takes in a sentence, and what stands there in its basic form, by language.

A form counts only if the gazetteer knows it, so the rules may be generous: a wrong stem is seldom a place's.
"""

SHORTEST_STEM = 2
"""Letters of a word that are left when an ending is taken off, at least."""


def key(name: str) -> str:
    """The form of a name that it is looked up by: the same whatever its case, dashes, dots and blanks.

    Diacritics stay, but for those of Arabic, where also the kinds of alef, yeh and kaf are one.
    """
    plain = unicodedata.normalize("NFKC", name[: LONGEST + 1]).casefold()
    plain = unicodedata.normalize("NFC", plain).translate(_CHARACTERS)
    plain = _INITIALS.sub(r"\1", " ".join(plain.split()))
    return _ARABIC_AND.sub("و", _SAINT.sub(lambda found: _SAINTS[found[0]], plain))


def folded(key_: str) -> str:
    """A key without diacritics and apostrophes, for names that were typed without them."""
    if key_.isascii():
        return key_.replace("'", "")
    return "".join(map(_base, key_)).translate(_UNACCENTED)


def _base(letter: str) -> str:
    """A Latin, Greek or Cyrillic letter without its marks; other scripts tell words apart by theirs."""
    if letter < "\u0590" or "\u1e00" <= letter < "\u2000":
        return "".join(
            part for part in unicodedata.normalize("NFD", letter) if unicodedata.category(part) != "Mn"
        )
    return letter


def inflects(language: str) -> bool:
    """Whether names take case endings in a language that we know the endings of."""
    return language in _endings()


def forms(key_: str, language: str) -> Iterator[str]:
    """What a key may be without what a sentence added to the name: article, possessive, case ending.

    Args:
        key_: as ``key`` gives it.
        language: primary subtag of the text's language.

    Returns:
        Keys to try, in the order of how little was taken away; never the key itself.
    """
    seen = {key_}
    for form in islice(_forms(key_, language), MOST_FORMS):
        if form and form not in seen:
            seen.add(form)
            yield form


def _forms(key_: str, language: str) -> Iterator[str]:
    bare = [key_[len(word) :] for word in _BEFORE.get(language, ()) if key_.startswith(word)]
    yield from bare
    for stem in (key_, *bare):
        for ending in _POSSESSIVES.get(language, ()):
            if stem.endswith(ending) and len(stem) - len(ending) >= SHORTEST_STEM:
                yield stem.removesuffix(ending)
    if language == "ar":
        yield from _arabic(key_)
    if language == "tr" and "'" in key_:
        yield key_.partition("'")[0]
    if inflects(language):
        yield from _uninflected(key_, _endings()[language])


def _arabic(key_: str) -> Iterator[str]:
    """Without the conjunctions and prepositions that are written in one word with a name, or its article."""
    if key_.startswith("لل"):
        yield "ا" + key_[1:]
    if key_.startswith(_ARABIC_BEFORE):
        rest = key_[1:]
        yield rest
        if rest.startswith("لل"):
            yield "ا" + rest[1:]
        elif rest.startswith(_ARABIC_BEFORE):
            yield rest[1:]
    if key_.startswith("ال"):
        yield key_[2:]
    else:
        yield "ال" + key_
    if key_.endswith(("ه", "ا")):  # مالطة is as good as مالطا
        yield key_[:-1] + ("ا" if key_.endswith("ه") else "ه")


def _uninflected(key_: str, endings: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Each word as it is and in its possible basic forms, in all combinations."""
    words = key_.split(" ")
    if len(words) <= MOST_WORDS:
        choices = [[word, *_basic(word, endings)] for word in words]
        yield from map(" ".join, product(*choices))


def _basic(word: str, endings: Iterable[tuple[str, str]]) -> Iterator[str]:
    for ending, instead in endings:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            yield word[: -len(ending)] + instead


@cache
def _endings() -> dict[str, list[tuple[str, str]]]:
    """The endings of each language, each with what takes its place."""
    found = {}
    for line in ENDINGS.read_text("utf-8").splitlines():
        language, _, rules = line.partition("\t")
        pairs = (rule.partition(">") for rule in rules.split())
        found[language] = [(ending, instead) for ending, _, instead in pairs]
    return found
