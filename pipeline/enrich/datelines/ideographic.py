"""Finds datelines as Chinese, Japanese and Korean copy writes them: without blanks, mostly in brackets."""

# ruff: noqa: RUF001 - the copy that it reads has full-width signs

from __future__ import annotations

import re

from pipeline.enrich.datelines.agencies import IDEOGRAPHIC, Place, is_agency
from pipeline.enrich.datelines.dateline import Dateline
from pipeline.enrich.mentions import Mention

_FIRST = 12
_PLACE_AND_REPORTER = 2
_HAN = r"\u3400-\u9fff"
_NUMBER = r"[\d〇一二三四五六七八九十]{1,3}"
_NAMES = "|".join(map(re.escape, IDEOGRAPHIC))
_REPORTER = r"(?:\s*[（(]\s*(?:记者|記者|通讯员|通訊員|文)[^（）()\n]{1,60}[）)])?"
_CHINESE = re.compile(
    rf"[（(【〔［\[]?\s*[据據]?(?P<agency>{_NAMES}|本报|本報|本网|本網|本台)[／/]?(?:記者[{_HAN}]{{3}})?"
    rf"(?P<place>[{_HAN}·]{{0,10}}?)(?:(?:[\d〇一二三四五六七八九十]{{4}}年)?(?:{_NUMBER}月)?{_NUMBER}日)?"
    rf"(?:综合|綜合|专|專|外)?[电電讯訊]\s*[）)】〕］\]]?{_REPORTER}[\s:：]*"
)
_TAIWANESE = re.compile(
    rf"[（(【〔［\[]?\s*記者[^／/\n]{{2,12}}[／/](?P<place>[{_HAN}]{{2,6}}?)(?:即時|綜合)?(?:報導|报道|電)"
    r"[）)】〕］\]]?[\s:：]*"
)
_BRACKETED = re.compile(
    r"(?P<open>[【〔［（(\[])(?P<inside>[^【】〔〕［］（）()\[\]\n]{2,40})[】〕］）)\]]"
    r"(?:\s*[\uac00-\ud7af\s,·]{2,20}(?:기자|특파원)\s*=)?[\s:：–—-]*"
)
_TOKEN = re.compile(r"[^\s＝=・／/、,]+")
_EQUALS = re.compile(r"[＝=]")
_IDEOGRAPH = re.compile(rf"[\u3040-\u30ff{_HAN}\uac00-\ud7af]")
_PLACE = re.compile(rf"[\u3040-\u30ff{_HAN}\uac00-\ud7af]{{1,12}}")


def find(text: str, start: int, stop: int) -> Dateline | None:
    """The dateline at a place of a text: ``新华社北京6月12日电``, ``【ソウル聯合ニュース】``.

    Args:
        text: any text.
        start: where the line begins, in code points.
        stop: how far to look.
    """
    if not _IDEOGRAPH.search(text, start, min(stop, start + _FIRST)):
        return None
    match = _CHINESE.match(text, start, stop)
    if match:
        own = match["agency"].startswith("本")  # "this paper"
        agency = None if own else Mention(*match.span("agency"), "ORG")
        return Dateline(_place(*match.span("place")), agency, start, match.end())
    match = _TAIWANESE.match(text, start, stop)
    if match:
        return Dateline(_place(*match.span("place")), None, start, match.end())
    match = _BRACKETED.match(text, start, stop)
    return _japanese(text, match) if match else None


def _place(start: int, end: int) -> tuple[Mention, ...]:
    return (Mention(start, end, "LOC"),) if end > start else ()


def _japanese(text: str, match: re.Match[str]) -> Dateline | None:
    """Place and agency within brackets, in either order and with a date or a reporter beside them."""
    tokens = [Place(*each.span()) for each in _TOKEN.finditer(text, *match.span("inside"))]
    for number, token in enumerate(tokens):
        agency = _agency_at_end(text, token)
        if agency is None:
            continue
        beside = [*tokens[:number], Place(token.start, agency.start)]
        place = next((each for each in beside if _PLACE.fullmatch(text, *each)), Place(0, 0))
        return Dateline(_place(*place), Mention(*agency, "ORG"), match.start(), match.end())
    reported = (
        match["open"] in "【［" and len(tokens) == _PLACE_AND_REPORTER and _EQUALS.search(match["inside"])
    )
    if reported and _PLACE.fullmatch(text, *tokens[0]):
        return Dateline(_place(*tokens[0]), None, match.start(), match.end())
    return None


def _agency_at_end(text: str, token: Place) -> Place | None:
    """The agency that a word is, or ends with: ``ワシントン共同``."""
    word = text[token.start : token.end]
    if is_agency(word):
        return token
    name = next((each for each in IDEOGRAPHIC if word.endswith(each)), None)
    return Place(token.end - len(name), token.end) if name else None
