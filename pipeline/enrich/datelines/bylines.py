"""Finds what stands around a story and is no part of it: labels, bylines, credits, copyright, sign-offs."""

# ruff: noqa: RUF001 - the copy that it reads is in many languages, and has full-width signs

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from pipeline.article import Span
from pipeline.enrich.datelines import tables
from pipeline.enrich.datelines.agencies import are_agencies, first_in, is_agency
from pipeline.enrich.datelines.sections import first_letter, labels

FIRST = 3
"""Lines from the start that may be bylines."""

LAST = 6
"""Lines from the end that may be bylines, credits or sign-offs."""

LONGEST_LINE = 600
"""Longest line that may be a credit, in code points; a longer one ends the search from either end."""

_LONGEST_BYLINE = 160
_LONGEST_SHORT = 90
_MOST_WORDS = 8
_MOST_OTHERS = 6  # words in small letters beside the names

_WORDS = {
    "da": "Af",
    "de": "Von",
    "en": "By",
    "es": "Por",
    "fr": "Par",
    "it": "Di",
    "nl": "Door",
    "no": "Av",
    "pt": "Por",
    "sv": "Av",
}
"""The word before the writer's name, by language."""

_OPENERS = {
    each: (f"{word} ", f"{word}: ", f"{word.upper()} ", f"{word.lower()} ") for each, word in _WORDS.items()
}
_ALL_OPENERS = tuple({opener for openers in _OPENERS.values() for opener in openers})
_WITHIN = "a al d' da de del della den der des di do du la le les ten ter van vom von zu"
_BETWEEN = "à and aus avec con e en et från fra i in met mit och og para pour und with y &"
_PARTICLES = frozenset(_WITHIN.split())
_JOINERS = _PARTICLES | frozenset(_BETWEEN.split())
"""Words within and between names that are written small."""

_PHRASES = {
    heading: sorted(phrases, key=len, reverse=True) for heading, phrases in tables.read("credits.txt").items()
}
_BEGINNINGS = frozenset(phrase[:4] for phrases in _PHRASES.values() for phrase in phrases)
"""The first four letters of credits: few lines begin so, and only those are held against the phrases."""


def _either(heading: str) -> str:
    return "|".join(map(re.escape, _PHRASES[heading]))


_CREDIT = re.compile(
    rf"(?:(?:{_either('before a name')})\s+(?P<name>[^\W\d_])|(?:{_either('alone')})(?!\w)"
    rf"|(?P<colon>{_either('before a colon')})\s?[:：©]|(?P<rights>{_either('rights')}))",
    re.IGNORECASE,
)
_CONTRIBUTED = "contributed to this "
_A_CONTRIBUE = "contribué à cet "
_WITH = frozenset({"avec", "by", "com", "con", "med", "met", "mit", "s", "via", "with", "z", "с"})
_SIGNED = re.compile(r"(?P<names>[^(),/|\n]{3,40}?)\s?[(,/|]\s?(?P<agency>[^()\n]{2,25})\)?")
_ROLE = re.compile(r"\s*[,(|–—]\s*|\s+-\s+")
_EDGES = " \t*_|–—-"
_BRACKETS = ("(", "（", "[", "【")
_IN_BRACKETS = "()（）[]【】. "
_COPYRIGHT = ("©", "(c)", "(C)", "(©")
_SMALL = "a-zß-öø-ÿ"
_ONE = rf"[{_SMALL}]{{1,5}}"
_INITIALS = rf"{_ONE}(?:-{_ONE}){{0,4}}/(?:{_ONE}(?:[-/]{_ONE}){{0,7}}/?)?"
_SIGN_OFF = re.compile(
    rf"(?:\w{{2,6}}\s)?{_INITIALS}|[A-ZÀ-Þ]{{2,5}}(?:\s?//?\s?[A-ZÀ-Þ]{{2,5}}){{1,6}}/?"
    rf"|[A-Z][a-z]{{2,5}}/[Ff]im|dpa(?: [{_SMALL}\d]{{1,5}}){{1,8}}|\W?(?:完|了|ends?|Ends?|END|ENDS)\W?"
)
_TRAILING_INITIALS = re.compile(rf"(?<=[.!?…\"»”)])\s{_INITIALS}$")
_TRAILING_RIGHTS = re.compile(r"(?:copyright\s*)?\(?©[^\n]*$", re.IGNORECASE)
_SENTENCE_END = frozenset(".!?…\"»”’'。！？」』؟")


def credits(body: str, language: str) -> tuple[Span, ...]:  # noqa: A001 - the newsroom's word for them
    """The places of a body that are no part of the story: labels, bylines, credits, copyright, sign-offs.

    A byline stands alone in one of the first or last lines; credits do too, or in brackets at the very end.

    Args:
        body: plain text, of any size; no more than some lines at either end are read.
        language: primary subtag; it tells with which word a byline begins. All are tried where none is known.

    Returns:
        The places in the order of the text; none of them overlap.
    """
    openers = _OPENERS.get(language, _ALL_OPENERS)
    start, end = first_letter(body, 0), len(body.rstrip())
    found = [Span(each.start, each.end) for each in labels(body)]
    found += _opening(body, start, end, openers)
    if body.find("\n", start, end) < 0:  # what stands alone is the story
        found += _trailing(body, max(start, end - LONGEST_LINE), end)
    else:
        lines = _first_lines(body, start, end)
        found += [Span(*line) for line in lines if _is_credit(body[slice(*line)], openers)]
        found += _below(body, start, end, openers)
    return tuple(_apart(sorted(found, key=lambda span: (span.start, -span.end))))


def _apart(spans: Iterable[Span]) -> Iterator[Span]:
    """Without those that reach into the one before."""
    last = 0
    for span in spans:
        if span.start >= last:
            yield span
            last = span.end


def _first_lines(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The first lines with text in them, without the blanks around them; the first long one ends them."""
    for _ in range(FIRST):
        close = body.find("\n", start, start + _LONGEST_BYLINE)
        if start >= end or close < 0:
            return
        yield start, start + len(body[start:close].rstrip())
        start = first_letter(body, close)


def _last_lines(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The last lines with text in them, the very last first; the second long one ends them.

    Of a line that is too long for a credit no more than its end is given, and that is too long as well.
    """
    long = 0
    for _ in range(LAST):
        least = max(start, end - LONGEST_LINE - 1)
        first = max(least, body.rfind("\n", least, end) + 1)
        if end <= first:
            return
        yield end - len(body[first:end].lstrip()), end
        long += end - first > _LONGEST_BYLINE
        if long > 1 or first == least:
            return
        end = _without_blanks(body, start, first)


def _without_blanks(body: str, start: int, end: int) -> int:
    """Where the text before a place ends."""
    while end > start and body[end - 1].isspace():
        end -= 1
    return end


def _opening(body: str, start: int, end: int, openers: tuple[str, ...]) -> Iterator[Span]:
    """A byline in brackets before the story: ``(Von Max Muster, dpa) Der ...``."""
    close = body.find(")", start, min(end, start + _LONGEST_BYLINE)) if body.startswith("(", start) else -1
    if close > 0 and _is_byline(body[start + 1 : close], openers, bracketed=True):
        yield Span(start, close + 1)


def _below(body: str, first: int, end: int, openers: tuple[str, ...]) -> Iterator[Span]:
    """The credits below a story, and those at the end of its last line."""
    signing = True
    for start, stop in _last_lines(body, first, end):
        text = body[start:stop]
        if _is_credit(text, openers) or (signing and _is_sign_off(text)):
            yield Span(start, stop)
        elif signing:
            yield from _trailing(body, start, stop)
            signing = False


def _trailing(body: str, start: int, end: int) -> Iterator[Span]:
    """What a story's last line ends with: ``(AFP)``, ``(Reporting by …)``, ``© AFP``, ``mas/lma/abl``."""
    least = max(start, end - _LONGEST_SHORT)
    initials = _TRAILING_INITIALS.search(body, least, end) if "/" in body[least:end] else None
    if initials:
        yield Span(initials.start() + 1, end)
        end = initials.start()
    sign = _TRAILING_RIGHTS.search(body, least, end) if "©" in body[least:end] else None
    if sign and sign.start() > start:
        yield Span(sign.start(), end)
        end = _without_blanks(body, start, sign.start())
    close = end if body.endswith(")", start, end) else end - 1
    opened = body.rfind("(", max(start, close - LONGEST_LINE), close)
    if opened < 0 or body.find(")", opened, end) != close - 1 or not _ends_sentence(body, start, opened):
        return
    if _is_credit(body[opened:close], _ALL_OPENERS):
        yield Span(opened, close)


def _ends_sentence(body: str, start: int, at: int) -> bool:
    """Whether a sentence ends before a place, or its line begins there."""
    before = body[max(start, at - 3) : at].rstrip()
    return not before or before[-1] in _SENTENCE_END


def _is_sign_off(line: str) -> bool:
    """Whether a line is the initials of those who wrote and edited: ``mas/lma/abl``, ``Jan Nowak (PAP)``."""
    if len(line) > _LONGEST_SHORT:
        return False
    signed = _SIGNED.fullmatch(line)
    if signed and len(signed["names"].split()) > 1 and is_agency(signed["agency"]):
        return all(_is_capital(word) or word in _JOINERS for word in signed["names"].split())
    return bool(_SIGN_OFF.fullmatch(line))


def _is_credit(line: str, openers: tuple[str, ...]) -> bool:
    """Whether a whole line is a byline, a credit, or a note of whose copy it is."""
    if len(line) > LONGEST_LINE:
        return False
    inner, bracketed = line, False
    if not line[0].isalpha():
        if line.startswith(_COPYRIGHT):
            return True
        inner = line.strip(_EDGES)
        bracketed = inner.startswith(_BRACKETS)
        inner = inner.strip(_IN_BRACKETS) if bracketed else inner
    head = inner[:4].casefold()
    if (head in _BEGINNINGS or head[:2] in _BEGINNINGS) and _begins_credit(inner, bracketed=bracketed):
        return True
    if inner.startswith(openers) and _is_byline(inner, openers, bracketed=bracketed):
        return True
    if len(line) <= _LONGEST_SHORT and _is_agencies_own(inner):
        return True
    return _CONTRIBUTED in inner or _A_CONTRIBUE in inner


def _begins_credit(text: str, *, bracketed: bool) -> bool:
    """Whether a text begins as a credit, and goes on as none but a credit does."""
    match = _CREDIT.match(text)
    if match is None:
        return False
    if match["rights"] or bracketed:
        return True
    if match["colon"]:
        return len(text) <= _LONGEST_SHORT
    return not (match["name"] or "").islower() and _are_names(text[match.end() - 1 :])


def _is_agencies_own(text: str) -> bool:
    """Whether a text names agencies and nothing more, or who wrote with them: ``Le Soir avec AFP``."""
    words = text.rstrip(".").split()
    last = next((number for number, word in enumerate(words[:_MOST_WORDS], 1) if word.casefold() in _WITH), 0)
    return are_agencies(" ".join(words[last:]).removeprefix("l'").removeprefix("l’"))


def _are_names(text: str) -> bool:
    """Whether a text is names, with a few other words at most."""
    return sum(word.islower() and word not in _JOINERS for word in text.split()) <= _MOST_OTHERS


def _is_byline(text: str, openers: tuple[str, ...], *, bracketed: bool) -> bool:
    """Whether a text is an opening word and names, and perhaps what they are: ``By Ann Smith, AP Writer``."""
    if len(text) > _LONGEST_BYLINE or not text.startswith(openers) or (text[0].islower() and not bracketed):
        return False
    rest = text.partition(" ")[2].strip().removesuffix(".")
    cut = _ROLE.search(rest)
    names, role = (rest[: cut.start()], rest[cut.end() :]) if cut else (rest, "")
    if are_agencies(names):
        return True
    return bool(names) and _are_people(names, role) and _is_role(role, ended=text.endswith("."))


def _are_people(names: str, role: str) -> bool:
    """Whether a text is names and no other words; one name alone in capitals, or backed by an agency."""
    words = names.split()
    if not all(_is_capital(word) or word in _JOINERS for word in words) or not _is_capital(words[-1]):
        return False
    first = [*takewhile(lambda word: _is_capital(word) or word in _PARTICLES, words)]
    full = sum(map(_is_capital, first)) > 1 or names.isupper() or first_in(role, 0, len(role)) is not None
    return full and _is_capital(words[0])


def _is_capital(word: str) -> bool:
    """Whether a word begins with a capital, or a letter of a script that has none."""
    return word[0].isalpha() and not word[0].islower()


def _is_role(text: str, *, ended: bool) -> bool:
    """Whether a text says what somebody is, and is no sentence."""
    if len(text) > _LONGEST_SHORT or any(mark in text for mark in "!?;:«»"):
        return False
    return _are_names(text) and not (ended and any(word.islower() for word in text.split()))
