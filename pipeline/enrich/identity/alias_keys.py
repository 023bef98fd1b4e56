"""How names are compared: what two ways of writing one name have in common.

All of it takes time in proportion to the name, which is never longer than ``LONGEST``.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.article import Label

LONGEST = 200
"""Code points of the longest name that can be listed or looked up."""

SHORT = 5
"""Characters up to which a single word may be an acronym, which ``WHO`` is and ``who`` is not."""

_APOSTROPHES = "’‘‛ʼʹ´`′＇"  # noqa: RUF001 - look-alikes are what this is about
_HYPHENS = "‐‑‒–—―−﹘﹣－"  # noqa: RUF001 - as above
_MIDDLE_DOTS = "•‧∙・･"
_QUOTES = '"“”„‟«»‹›″〝〞＂'  # noqa: RUF001 - as above
# Marks that steer how a line is set: soft hyphen, Arabic stretching, joiners, directions, byte order mark.
_UNSEEN = [
    *(0x00AD, 0x0640, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
]
_EVEN = str.maketrans(
    {
        **dict.fromkeys(_APOSTROPHES, "'"),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_MIDDLE_DOTS, "·"),
        **dict.fromkeys(_QUOTES, None),
        **dict.fromkeys(_UNSEEN, None),
    }
)
# Accents, and the vowel points and hamzas of Arabic, once a letter is taken apart; letters that are not.
_ACCENTS = (range(0x0300, 0x0370), range(0x0610, 0x061B), range(0x064B, 0x0660), range(0x0670, 0x0671))
_PLAIN = str.maketrans(
    dict.fromkeys((chr(code) for codes in _ACCENTS for code in codes), "")
    | {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
    | {"ı": "i"}  # noqa: RUF001 - the Turkish letter without a dot
)
_POINT_OF_INITIAL = re.compile(r"(?<=\b[^\W\d_])\.+")
# As they stand before a name; "LA" in "LA Galaxy" is none, and neither is the "AS" of a club.
_ARTICLE = re.compile(
    r"^(?:(?:[Tt]he|[Ll][aeo]|[Ll][aeo]s|[Dd](?:er|ie|as|e)|[Ee]l|[Ii]l|[Gg]li|[Oo]s|[Hh]et) |[Ll]')"
)
_LEGAL_BEFORE = frozenset({"пао", "оао", "ооо", "ао", "зао"})  # noqa: RUF001 - Russian letters
_LEGAL_AFTER = _LEGAL_BEFORE | {
    *("sa", "sas", "sasu", "sarl", "sca", "scs"),
    *("ag", "se", "gmbh", "kg", "kgaa", "ohg"),
    *("inc", "incorporated", "corp", "corporation", "co", "ltd", "limited", "llc", "llp", "lp", "plc"),
    *("nv", "bv", "spa", "srl", "ab", "asa", "as", "oyj", "oy", "a/s", "aps", "sl", "sab", "sau"),
    *("pjsc", "pao", "oao", "ooo", "jsc", "kk", "pte", "pty", "bhd", "berhad", "tbk", "lda", "ltda"),
}


def tidy(name: str) -> str:
    """A name without what is only typography.

    Unicode form (NFKC), apostrophes, hyphens and blanks are evened out; quotation marks, marks at the ends
    and the points of initials are left out: ``U.N.`` is ``UN``. Empty where that leaves no letter or digit,
    or the name is longer than ``LONGEST``.
    """
    if len(name) > LONGEST:
        return ""
    name = name.translate(_EVEN)
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    if "." in name:
        name = _POINT_OF_INITIAL.sub("", name)
    name = " ".join(name.split())
    if name and name[0].isalnum() and name[-1].isalnum():
        return name
    places = [place for place, character in enumerate(name) if character.isalnum()]
    return name[places[0] : _after_marks(name, places[-1] + 1)] if places else ""


def _after_marks(name: str, end: int) -> int:
    """Behind the marks that some scripts put on their last letter."""
    while end < len(name) and unicodedata.category(name[end]).startswith("M"):
        end += 1
    return end


def key(tidied: str) -> str:
    """What to look a tidy name up by: a short word as it is written, else without capitals."""
    return tidied if _is_short(tidied) else tidied.casefold()


def keys(tidied: str) -> frozenset[str]:
    """What a listed name is found by: a short word as it is listed and in capitals."""
    return frozenset({tidied, tidied.upper()} if _is_short(tidied) else {tidied.casefold()})


def _is_short(tidied: str) -> bool:
    return len(tidied) <= SHORT and " " not in tidied


def loosened(tidied: str, label: Label) -> str:
    """A tidy name without what may be left out of it.

    Accents and hyphens; the article in front, unless it is a person's name; the legal form of an
    organisation. AFP writes ``Etat`` for ``État``, a balance sheet ``Airbus SE`` for ``Airbus``.
    """
    name = tidied if label == "PER" else _ARTICLE.sub("", tidied)
    if label == "ORG" and " " in name:
        name = _without_legal_form(name)
    if not name.isascii():
        name = unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).translate(_PLAIN))
    return " ".join(name.replace("-", " ").split())


def _without_legal_form(name: str) -> str:
    words = name.split(" ")
    end = len(words)
    while end > 1 and words[end - 1].strip(",.&").casefold() in _LEGAL_AFTER:
        end -= 1
    start = 1 if end > 1 and words[0].casefold() in _LEGAL_BEFORE else 0
    return " ".join(words[start:end]).rstrip(",.& ") or name
