"""What the spellings of a name have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_PARTS = 2, 4  # letters of a part, at least, of what was written in one word, or in several
_WRITTEN_APART = 8
# Articles, and prepositions of places.
_BEFORE = frozenset(
    (
        *("the", "of", "in", "to", "from", "la", "le", "les", "de", "du", "des", "en", "au", "aux", "à"),
        *("der", "die", "das", "dem", "den", "von", "nach", "im", "el", "los", "las", "del", "al"),
        *("il", "lo", "gli", "della", "dello", "degli", "di", "da", "do", "dos", "em", "het", "van"),
        *("в", "во", "из", "на"),
    )
)
_ELIDED = re.compile(r"(?:[ldmnst]|qu|dell|all|nell|dall|sull)['’ʼ]", re.IGNORECASE)  # noqa: RUF001 - apostrophes as they are typed


class _Letters(dict[int, str]):
    """What becomes of each character, taken apart; made as they come."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        left_out = sign in _LEFT_OUT or unicodedata.combining(sign)
        self[code] = found = "" if left_out else sign if sign.isalnum() else " "
        return found


_LEFT_OUT = ".'’ʼ"  # noqa: RUF001 - the apostrophes that are typed
_INSTEAD = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "&": "n"}  # noqa: RUF001 - no dot
_LETTERS = _Letters({ord(sign): instead for sign, instead in _INSTEAD.items()})


def spelled(name: str) -> str:
    """What all spellings of a name have in common: its letters and digits, in words."""
    if name.isascii():
        name = name.lower()
    else:  # letters of mathematics have small ones only once they are taken apart, others are only then whole
        name = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return " ".join(name.translate(_LETTERS).split())


def spellings(spelling: str) -> Iterator[str]:
    """A name as it is written, else in one word, else in two: Nord Korea, Northkorea."""
    yield spelling
    least, long = _PARTS
    words = spelling.split(" ")
    if len(words) > 1:
        if len(spelling) > _WRITTEN_APART and all(len(word) >= long for word in words):
            yield "".join(words)
        return
    yield from (f"{spelling[:at]} {spelling[at:]}" for at in range(least, len(spelling) - least + 1))


def bare(name: str) -> Iterator[str]:
    """A name as it stands, then without the small words before it: la Corée, in the UN, de l'Ukraine."""
    yield name
    words = name.split(" ")
    while len(words) > 1 and words[0].lower() in _BEFORE:
        del words[0]
        yield " ".join(words)
    rest = " ".join(words)
    if (found := _ELIDED.match(rest)) and found.end() < len(rest):
        yield rest[found.end() :]
