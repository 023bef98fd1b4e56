"""Puts tokens together as a writer of the language would space them."""

from __future__ import annotations

from collections.abc import Sequence

from training.languages import UNSPACED

_CLOSING = frozenset(
    [*",.;:!?)]}%…”’'،؛؟।。", "..", "...", "'s", "’s", "n't", "n’t", "'re", "'ve", "'ll", "'d", "'m"]
)
_OPENING = frozenset("([{“‘¿¡$£€#")
_SPACED_IN_FRENCH = frozenset(":;!?%»")
_ELIDING = frozenset({"fr", "it"})
_CLIPPED = frozenset({"po'", "mo'", "po’", "mo’"})
"""Italian words that end in an apostrophe and elide nothing."""

_SPACED_PERCENT = frozenset({"da", "de", "fi", "fr", "ru", "sk", "sv"})
_LOW_QUOTES = frozenset({"da", "de", "hr", "pl", "sk", "sr"})
"""Languages that write „so“ or „so”."""

_PROCLITICS = frozenset("وفبكل")
"""Arabic and, then, in, as, for: written together with the next word."""

_DUTCH_PLURAL = frozenset("aeiouyé")
"""Behind these letters ``'s`` is a plural (foto's); elsewhere a word of its own ('s avonds)."""


def detokenise(words: Sequence[str], language: str) -> tuple[str, list[tuple[int, int]]]:
    """Tokens as a writer would space them, and where each of them stands."""
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    position, glued, in_quotes = 0, True, False
    for index, word in enumerate(words):
        closes_quote = word == '"' and in_quotes
        between_digits = _joins_digits(words, index)
        if not (glued or closes_quote or between_digits or _hugs_left(words, index, language)):
            pieces.append(" ")
            position += 1
        pieces.append(word)
        places.append((position, position + len(word)))
        position += len(word)
        if word == '"':
            in_quotes = not in_quotes
        glued = (word == '"' and in_quotes) or between_digits or _hugs_right(words, index, language)
    return "".join(pieces), places


def _hugs_left(words: Sequence[str], index: int, language: str) -> bool:
    """Whether no blank stands before a word."""
    word = words[index]
    if language in UNSPACED:
        return True
    if word in _CLOSING:
        if language == "fr" and word in _SPACED_IN_FRENCH:
            return False
        if word == "%":
            return language not in _SPACED_PERCENT
        return not (language == "nl" and word in {"'s", "’s"} and words[index - 1][-1] not in _DUTCH_PLURAL)
    return (
        (word == "»" and language not in {"da", "de", "fr"})
        or (word == "“" and language in _LOW_QUOTES)
        or (word in {"-ci", "-là"} and language == "fr")
        or (word == "ـ" and language == "ar")
    )


def _hugs_right(words: Sequence[str], index: int, language: str) -> bool:
    """Whether no blank stands behind a word."""
    word = words[index]
    if word in _OPENING:
        return not (word == "“" and language in _LOW_QUOTES)
    if word == "„" or (word == "«" and language not in {"da", "de", "fr"}):
        return True
    if language == "ar":
        return word == "ـ" or (word in _PROCLITICS and not _is_initial(words, index))
    return language in _ELIDING and _elides(word)


def _elides(word: str) -> bool:
    return len(word) > 1 and word[-1] in "'’" and word[:-1].isalpha() and word.lower() not in _CLIPPED


def _is_initial(words: Sequence[str], index: int) -> bool:
    """Whether a single letter stands beside another, as the initials of an agency do (د ب أ)."""
    beside = (*words[max(0, index - 1) : index], *words[index + 1 : index + 2])
    return any(len(word.strip("().")) == 1 and word.strip("().").isalpha() for word in beside if word != "ـ")


def _joins_digits(words: Sequence[str], index: int) -> bool:
    return (
        words[index] in {"-", "–", "/"}
        and 0 < index < len(words) - 1
        and words[index - 1][-1].isdigit()
        and words[index + 1][0].isdigit()
    )
