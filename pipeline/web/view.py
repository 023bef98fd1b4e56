"""How values are said on the page: times, languages, what matched, lengths of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup, escape

from pipeline.search import CLOSE, OPEN
from pipeline.web.languages import LANGUAGES

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"})
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def direction(language: str | None) -> str:
    """The direction of a text in this language; ``auto``, its first letter's, where that does not say it."""
    return "rtl" if language and language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "auto"


def language_name(tag: str) -> str:
    """The language's English name; its tag where it has none here."""
    code, dash, region = tag.partition("-")
    name = LANGUAGES.get(code.lower())
    return tag if name is None else f"{name} ({region})" if dash else name


def marked(text: str) -> Markup:
    """A passage with what matched marked: escaped first, then the markers become tags, each closed."""
    pieces = []
    opened = False
    begin, end = Markup("<mark>"), Markup("</mark>")
    for piece in re.split(f"([{OPEN}{CLOSE}])", text):
        if piece == OPEN and not opened:
            pieces.append(begin)
            opened = True
        elif piece == CLOSE and opened:
            pieces.append(end)
            opened = False
        elif piece not in {OPEN, CLOSE}:
            pieces.append(escape(piece))
    return Markup("").join([*pieces, end] if opened else pieces)


def moment(text: str) -> str:
    """A date as exact as it is, for a reader, in UTC: ``19 June 2024, 12:05 UTC``, ``June 2024``, ``2024``.

    What is no such date comes back as it is.
    """
    try:
        if _INSTANT.match(text):
            return f"{_utc(text):%-d %B %Y, %H:%M} UTC"
        match len(text):
            case 10:
                return f"{datetime.fromisoformat(text):%-d %B %Y}"
            case 7:
                return f"{datetime.fromisoformat(text + '-01'):%B %Y}"
            case _:
                return text
    except ValueError:
        return text


def machine(text: str) -> str:
    """The same for ``<time datetime>``: an instant to the second."""
    try:
        return f"{_utc(text):%Y-%m-%dT%H:%M:%SZ}" if _INSTANT.match(text) else text
    except ValueError:
        return text


def span(seconds: float | None) -> str:
    """A length of time for a reader: ``0.4 s``, ``42 s``, ``3 min 05 s``, ``2 h 10 min``, ``3 d 4 h``."""
    if seconds is None:
        return "unknown"
    if seconds < 10:  # noqa: PLR2004 - tenths count only there
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def web_address(text: object) -> str | None:
    """The text if it is an address that a link may lead to; no ``javascript:``, which copy could hold."""
    try:
        parts = urlsplit(str(text or ""))
    except ValueError:
        return None
    return str(text) if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def link(path: str, **parameters: object) -> str:
    """An address on this page; parameters that are empty are left out."""
    given = {name: str(value) for name, value in parameters.items() if value not in {None, ""}}
    return f"{path}?{urlencode(given)}" if given else path


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
