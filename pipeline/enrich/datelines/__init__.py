"""Tells what stands around a story from the story: its dateline, bylines, credits, sign-offs, labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.article import Span
from pipeline.enrich.datelines import alphabetic, ideographic
from pipeline.enrich.datelines.bylines import credits  # noqa: A004 - the newsroom's word for them
from pipeline.enrich.datelines.capitals import is_well_known
from pipeline.enrich.datelines.dateline import Dateline, Known
from pipeline.enrich.datelines.sections import first_letter, labels
from pipeline.enrich.mentions import Mention

__all__ = ["LINES", "WINDOW", "Dateline", "applied", "credits", "find"]

WINDOW = 160
"""Longest dateline, in code points, and longest line above one."""

LINES = 3
"""Lines that a dateline is looked for in: a short headline and a byline may stand above it."""


def find(body: str, language: str, known: Known = is_well_known) -> Dateline | None:
    """The dateline at the start of a body, or of one of its first lines where an agency is named in it.

    Args:
        body: plain text, of any size.
        language: primary subtag; English papers also write a place before a dash or a colon in small letters.
        known: whether a name, in whatever case, is that of a place. One in capitals must be known, unless an
            agency or its country backs it.

    Returns:
        The dateline; none where there is none, or nothing but the label of a section.
    """
    labelled = labels(body)
    first = labelled[-1].after if labelled else first_letter(body, 0)
    for start, stop in _lines(body, first):
        found = ideographic.find(body, start, stop) or alphabetic.with_agency(body, start, stop, known)
        if found is None and start == first:
            found = alphabetic.without_agency(body, start, stop, known, small=language == "en")
        if found is not None:
            return found
    return None


def applied(
    body: str, mentions: Sequence[Mention], language: str, known: Known = is_well_known
) -> list[Mention]:
    """The mentions of a story: without those in bylines and credits, with the dateline's own in their places.

    Args:
        body: the text that the offsets are counted in.
        mentions: what a model found in it.
        language: as ``find``.
        known: as ``find``.

    Returns:
        The mentions in the order of the text. One that reaches from the dateline into the story keeps what
        is in the story.
    """
    dateline = find(body, language, known)
    left_out = credits(body, language)
    story = mentions if dateline is None else [*_behind(mentions, dateline)]
    kept = [each for each in story if not any(_touch(each, span) for span in left_out)]
    if dateline is None:
        return sorted(kept)
    return sorted([*kept, *dateline.places, *([dateline.agency] if dateline.agency else [])])


def _lines(body: str, start: int) -> Iterator[tuple[int, int]]:
    """The first lines with text in them: where each begins, and how far it is looked at."""
    for _ in range(LINES):
        if start >= len(body):
            return
        close = body.find("\n", start, start + WINDOW + 1)
        yield start, close if close >= 0 else min(start + WINDOW, len(body))
        if close < 0:
            return
        start = first_letter(body, close)


def _behind(mentions: Sequence[Mention], dateline: Dateline) -> Iterator[Mention]:
    """The mentions, or parts of them, that are not in the dateline."""
    for each in mentions:
        if each.end <= dateline.start or each.start >= dateline.end:
            yield each
        elif each.end > dateline.end:
            yield each._replace(start=dateline.end)


def _touch(mention: Mention, span: Span) -> bool:
    return mention.start < span.end and span.start < mention.end
