"""Finds datelines in scripts that part words by blanks: ``PARIS (AFP) – ``, ``МОСКВА, 12 июня. /ТАСС/. ``."""

# ruff: noqa: RUF001, RUF002 - the copy that it reads is in many languages

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from pipeline.enrich.datelines import header
from pipeline.enrich.datelines.agencies import Place, first_in, is_agency
from pipeline.enrich.datelines.capitals import is_well_known
from pipeline.enrich.datelines.dateline import Dateline, Known
from pipeline.enrich.datelines.header import Header
from pipeline.enrich.datelines.sections import first_letter
from pipeline.enrich.mentions import Mention

_LEAST_STORY = 40
_LEAST_OF_SMALL = 60
_MOST_BARE = 24
_LEAST_BARE = 3  # "AA", "AP" and "TT" say too little without brackets

_SMALL = "a-zß-öø-ÿ"
_MAY_BE = re.compile(
    rf"[(\[/]|(?:['’]s-)?[^\W\d_{_SMALL}][^\s,،(/:]*(?:[\s/]+(?:&|[{_SMALL}]{{1,4}}|[^\W\d_{_SMALL}][^\s,،(/:]*)){{0,9}}"
    rf"(?:\s*[(\[/:|–—\d]|\s*[,،]\s*(?:[^\W{_SMALL}]|[{_SMALL}]+\.?\s*[\d(])|-\s|(?<=\.)\s|\s-)"
)
"""What each dateline matches, and few other texts do: it keeps the closer looks for those that may be one."""

_BRACKETS = re.compile(r"\((?P<round>[^()\n]{2,60})\)|(?<!\w)/{1,2}(?P<slash>[^/\n]{2,40})/{1,2}(?!\w)")
_MARK = re.compile(r"\s*\.?\s?(?P<dash>[-–—―−=_|]+(?:\s[-–—]+)*)\s*|\s*(?::|\.(?=\s|$))\s*")
_LINE_END = re.compile(r"[^\S\n]*(?:\n|$)")
_BREAK = re.compile(r"\s*(?:[–—―|]|--|\.?-(?=\s|\.)|[:/]|[.,](?=\s))[-–—.\s]*")
_DATE_AND_COLON = re.compile(r"\s*[-–—]\s*\d{1,2}\.?\s[^\W\d_]{3,12}\.?\s\d{4}\s?:\s*")
_WORD = re.compile(r"[\"'“„«‘¿¡(\[]*\s?(?P<word>\w+)")
_TWO_IN_CAPITALS = re.compile(r"\w*[A-ZÀ-Þ]{3}\b\W*[A-ZÀ-Þ]{3}")
_UNKNOWN_AGENCY = re.compile(r"[A-Z][A-Z.&-]{1,9}|[A-Z][a-z]{2,11}(?:[ -][A-Za-z]{2,11}){0,2}")
_BYLINE = re.compile(
    r"(?:By|Par|Von|Por|Door)(?:\s+(?:[A-ZÀ-Þ][a-zß-ÿ][\w'’.-]{0,20}|[A-Z]\.|and|et|und|y)){2,8}\s+(?=[A-ZÀ-Þ]{3})"
)


def with_agency(text: str, start: int, stop: int, known: Known) -> Dateline | None:
    """The dateline at a place of a text, if it names an agency; a byline may stand before it.

    Args:
        text: any text.
        start: where the line begins, in code points.
        stop: how far to look.
        known: whether a name is that of a place.
    """
    byline = _BYLINE.match(text, start, stop)
    first = byline.end() if byline else start
    if not _MAY_BE.match(text, first, stop):
        return None
    found = (
        _bracketed(text, first, stop, known)
        or _unbracketed(text, first, stop, known)
        or _agency_first(text, first, stop, known)
    )
    return found._replace(start=start) if found else None


def without_agency(text: str, start: int, stop: int, known: Known, *, small: bool) -> Dateline | None:
    """A place before a dash or a colon: ``NEW DELHI: ``, ``CAIRO – 26 July 2022: ``, ``ANAHEIM, Calif. — ``.

    Args:
        text: any text.
        start: where the line begins, in code points.
        stop: how far to look.
        known: whether a name is that of a place; one that is not needs a country or a state behind it.
        small: whether a city that all papers know is taken in small letters, too.
    """
    placed = _placed(text, start, stop) if _MAY_BE.match(text, start, stop) else None
    if placed is None:
        return None
    head = placed.header
    marked = head.capitals or placed.dated
    taken = head.known(is_well_known) and (marked or (small and (placed.long_dash or placed.colon)))
    if not taken and marked:  # in small letters, towns share their names with people and clubs
        named = (placed.dated or head.shouted()) and head.known(known)
        taken = named or (head.qualified and placed.long_dash)
    behind = head.places[0].end + 1
    figure = text[behind : behind + 1].isdigit()  # "PARIS 2024. J - 94" has no date
    if not taken or figure or not _is_story(text, placed.end, _LEAST_STORY if marked else _LEAST_OF_SMALL):
        return None
    return Dateline(head.places, None, start, placed.end)


def _is_story(text: str, start: int, least: int) -> bool:
    """Whether so much of a story stands there in one line, and no two words in capitals, as in a headline."""
    end = start + least
    one_line = len(text) >= end and text.find("\n", start, end) < 0
    return one_line and _begins_sentence(text, start) and not _TWO_IN_CAPITALS.match(text, start, end)


def _bracketed(text: str, start: int, stop: int, known: Known) -> Dateline | None:
    """``PARIS, 12 juin (AFP) - ``, ``МОСКВА, 12 июня. /ТАСС/. ``, ``CAPE EXAMPLE, Fla. (EX) — ``."""
    for match in _BRACKETS.finditer(text, start, stop):
        inside = match.span(match.lastgroup or 0)
        head = header.read(text, start, match.start())
        if head is None:
            continue
        agency = first_in(text, *inside)
        backed = head.dated or head.known(known)
        mark = _MARK.match(text, match.end())
        end = mark.end() if mark else first_letter(text, match.end())
        dashed = mark is not None and mark["dash"] is not None
        if agency is None:
            named = dashed and _UNKNOWN_AGENCY.fullmatch(text, *inside) is not None
            good = named and (backed or head.shouted()) and _begins_sentence(text, end)
        elif mark is None:
            good = (backed or _LINE_END.match(text, match.end()) is not None) and _begins_sentence(text, end)
        else:
            good = dashed or backed or head.capitals
        if good:
            return Dateline(head.places, Mention(*(agency or inside), "ORG"), start, end)
    return None


def _unbracketed(text: str, start: int, stop: int, known: Known) -> Dateline | None:
    """``МОСКВА, 12 июн - РИА Новости. ``, ``Riyadh, June 12, 2024, SPA -- ``, ``Tehran, IRNA – ``."""
    breaks = list(_BREAK.finditer(text, start, min(stop, start + header.LONGEST)))
    for number, (before, after) in enumerate(pairwise(breaks), 1):
        agency = Mention(before.end(), after.start(), "ORG")
        if agency.end - agency.start > _MOST_BARE or not _is_bare_agency(text[agency.start : agency.end]):
            continue
        head = header.read(text, start, before.start())
        # A reporter may follow, as in "РИА Новости, Иван Иванов."
        last = next((each for each in breaks[number:] if "," not in each[0]), None)
        if head is None or last is None or not _begins_sentence(text, last.end()):
            return None
        backed = head.capitals or head.dated or head.known(known)
        return Dateline(head.places, agency, start, last.end()) if backed else None
    return None


def _agency_first(text: str, start: int, stop: int, known: Known) -> Dateline | None:
    """``(Reuters) - ``, ``(ANSA) - ROMA, 12 GIU - ``, ``AFP. - London - ``."""
    bracket = _BRACKETS.match(text, start, stop)
    if bracket:
        agency = first_in(text, *bracket.span(bracket.lastgroup or 0))
        mark = _MARK.match(text, bracket.end())
        end = mark.end() if mark else first_letter(text, bracket.end())
    else:
        mark = _BREAK.search(text, start, min(stop, start + header.LONGEST))
        dashed = mark is not None and _is_dash(mark[0]) and ":" not in mark[0]
        bare = mark is not None and dashed and _is_bare_agency(text[start : mark.start()])
        agency = Place(start, mark.start()) if mark and bare else None
        end = mark.end() if mark else start
    if agency is None or not _begins_sentence(text, end):
        return None
    placed = _placed(text, end, stop) if mark else None
    if placed and (placed.header.dated or placed.header.known(known)):
        return Dateline(placed.header.places, Mention(*agency, "ORG"), start, placed.end)
    return Dateline((), Mention(*agency, "ORG"), start, end)


class _Placed(NamedTuple):
    """Places and the dash or colon behind them; ``dated`` says that a date stands between those two."""

    header: Header
    end: int
    long_dash: bool
    colon: bool
    dated: bool


def _placed(text: str, start: int, stop: int) -> _Placed | None:
    """The places that a piece of text begins with, if a dash or a colon sets them apart; `` : `` does not."""
    dash = next((each for each in _BREAK.finditer(text, start, stop) if _is_dash(each[0])), None)
    head = header.read(text, start, dash.start()) if dash else None
    if dash is None or head is None or (dash[0][0].isspace() and ":" in dash[0]):
        return None
    dated = _DATE_AND_COLON.match(text, dash.start(), stop)
    long_dash = any(sign in dash[0] for sign in ("–", "—", "--", "- -"))
    return _Placed(head, (dated or dash).end(), long_dash, ":" in dash[0], dated is not None)


def _is_bare_agency(text: str) -> bool:
    """Whether an agency is named there well enough to be one without brackets."""
    return len(text) >= _LEAST_BARE and not text.islower() and is_agency(text)


def _is_dash(text: str) -> bool:
    """Whether a break between words is more than a comma, a point or a slash."""
    return any(sign in text for sign in "-–—―|:")


def _begins_sentence(text: str, at: int) -> bool:
    """Whether a sentence may begin there: no word that is all in small letters does."""
    word = _WORD.match(text, at)
    return word is None or not word["word"].islower()
