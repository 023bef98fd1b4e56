"""What is typed, cut into words, phrases, fields and signs; each knows where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.query.error import QueryError
from pipeline.query.fields import FIELDS, clause, nearest

MAX_CHARACTERS = 1000
MAX_CLAUSES = 50

_QUOTES = '"“”„«»'
# ``feed://…`` is an address, not a feed.
_TOKEN = re.compile(
    rf"(?P<minus>-*)"
    rf"(?:(?P<open>\()"
    rf"|(?:(?P<field>(?ai:{'|'.join(FIELDS)})):(?!//))?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?)|(?P<word>[^\s()|{_QUOTES}]+)))"
    rf"|(?P<close>\))|(?P<or>\|+)"
)
_NAMED = re.compile(r"([^\W\d_]+):(?!//)")

Kind = Literal["word", "phrase", "field", "open", "close", "or"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of what was typed.

    Attributes:
        start: the index of its first character, after any ``-``.
        text: of a word or phrase, or the value of a field; composed characters.
        field: the field's name.
        negated: whether there is a ``-`` before it.
    """

    kind: Kind
    start: int
    text: str = ""
    field: str = ""
    negated: bool = False


def plain(text: str) -> str:
    """A space for each sign that no text holds: control characters, halves of surrogate pairs."""
    return "".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text)


def composed(text: str) -> str:
    """Letters and their marks as one character, where there is one."""
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> Iterator[Token]:
    """Its pieces in turn; words and phrases that have no letter are passed over.

    Args:
        text: what was typed, ``plain``.

    Raises:
        QueryError: a quotation mark is not closed, a field or its value is none, or there are too many words.
    """
    count = 0
    for match in _TOKEN.finditer(text):
        token = _sign(match) or _named(text, match) or _said(text, match)
        if token is None:
            continue
        count += token.kind in {"word", "phrase", "field"}
        if count > MAX_CLAUSES:
            raise QueryError(
                f"more than {MAX_CLAUSES} words, phrases and fields: leave some out", text, token.start
            )
        yield token


def _sign(match: re.Match[str]) -> Token | None:
    if match["open"]:
        return Token("open", match.start("open"), negated=bool(match["minus"]))
    if match["close"]:
        return Token("close", match.start())
    if match["or"] or match[0] == "OR":
        return Token("or", match.start())
    return None


def _named(text: str, match: re.Match[str]) -> Token | None:
    """A field with its value, if this is one."""
    if match["field"] is None:
        return None
    value, _, at = _content(text, match)
    name, start = match["field"].lower(), match.start("field")
    if not _says_something(value):
        raise QueryError(_needs_value(match["field"]), text, start)
    try:
        clause(name, value)
    except ValueError as error:
        raise QueryError(f"{name}: {error}", text, at) from error
    return Token("field", start, value, name, bool(match["minus"]))


def _said(text: str, match: re.Match[str]) -> Token | None:
    """A word or phrase, unless it has no letter."""
    said, kind, start = _content(text, match)
    if kind == "word":
        _check_name(text, start, match.end())
    return Token(kind, start, said, negated=bool(match["minus"])) if _says_something(said) else None


def _content(text: str, match: re.Match[str]) -> tuple[str, Literal["word", "phrase"], int]:
    """The words, whether they are in quotation marks, and where they start."""
    if match["phrase"] is None:
        return composed(match["word"]), "word", match.start("word")
    start = match.start("phrase") - 1
    if not match["end"]:
        raise QueryError(
            "the quotation mark is not closed: write another where the phrase ends, or leave it out",
            text,
            start,
        )
    return " ".join(composed(match["phrase"]).split()), "phrase", start


def _check_name(text: str, start: int, end: int) -> None:
    """No field's name without a value, and nothing that is almost a field's name."""
    named = _NAMED.match(text, start, end)
    if not named:
        return
    name = named[1].lower()
    if name in FIELDS:
        raise QueryError(_needs_value(named[1]), text, start)
    followed = text[named.end() : named.end() + 1].strip()
    if followed and (near := nearest(name)):
        raise QueryError(
            f"there is no field '{named[1]}', is {near}: meant? The fields are {', '.join(FIELDS)};"
            ' what stands in "quotation marks" is searched for as it is',
            text,
            start,
        )


def _needs_value(name: str) -> str:
    return (
        f'{name}: needs a word or a "phrase" directly after it; for several write ({name}:one OR {name}:two),'
        f' for the word itself "{name}"'
    )


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text))
