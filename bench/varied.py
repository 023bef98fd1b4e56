"""Enriched articles as many as one likes: real news, enriched once, with other words and dates in each."""

from __future__ import annotations

import asyncio
import random
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import structs

from bench import corpus
from bench.ever_new import made_up
from pipeline.article import (
    EnrichedArticle,
    Failure,
    Provenance,
    RawArticle,
    Span,
    article_id,
    decode_enriched,
    encode,
)
from pipeline.enrich.pool import ModelPool
from pipeline.settings import Settings
from training.topics import corpora

DAYS = 90
"""The articles are of so many days before now, evenly."""

LEAD = 400
"""Code points at the beginning of a body that are most of them new: another event, told by the same desk."""

NEW_IN_LEAD, NEW = 0.7, 0.12
TAKES = 6
"""One article in so many keeps its lead: a further take of something that was told already."""

SOURCES = ("afp", "reuters", "ap", "dpa", "ansa", "belga")
_WORD = re.compile(r"\w{4,}")


def raw(data: Path, samples: int = 400) -> list[RawArticle]:
    """The news to begin with: MasakhaNEWS, whole articles; where that is not there, the project's samples.

    Args:
        data: the folder with ``masakhanews``.
        samples: how many articles to mix of the samples.
    """
    if not (data / "masakhanews").is_dir():
        return corpus.articles(samples, "samples")
    return [
        _article(number, language, item.text)
        for language in ("fr", "en")
        for number, item in enumerate(corpora.masakhanews(data, language))
    ]


def _article(number: int, language: str, text: str) -> RawArticle:
    headline, _, body = text.partition("\n\n")
    guid = f"{language}:{number}"
    return RawArticle(
        id=article_id("base", guid, body),
        source="base",
        guid=guid,
        version=1,
        status="usable",
        received=datetime.now(UTC),
        provenance=Provenance(feed="bench", format="text", location=guid),
        language_declared=language,
        headline=" ".join(headline.split()),
        body="\n\n".join(" ".join(each.split()) for each in body.split("\n") if each.strip()),
    )


def enriched(articles: Sequence[RawArticle], settings: Settings) -> list[EnrichedArticle]:
    """The articles with what the models find; those that fail are left out."""

    async def run() -> list[bytes | Failure]:
        values = [encode(each) for each in articles]
        size = settings.enrich_batch
        async with ModelPool(settings) as pool:
            batches = (values[start : start + size] for start in range(0, len(values), size))
            return [each for batch in batches for each in await pool.enrich(batch)]

    return [decode_enriched(each) for each in asyncio.run(run()) if isinstance(each, bytes)]


def articles(bases: Sequence[EnrichedArticle], count: int, seed: int = 1) -> Iterator[EnrichedArticle]:
    """So many articles, from the oldest to the newest; the same seed gives the same words.

    Args:
        bases: the enriched news to make them of.
        count: how many.
        seed: of the choice of news and words.
    """
    chooser = random.Random(seed)
    start = datetime.now(UTC) - timedelta(days=DAYS)
    for number in range(count):
        written = start + timedelta(days=DAYS) * (number / count)
        yield varied(chooser.choice(bases), number, written, chooser)


def varied(one: EnrichedArticle, number: int, written: datetime, chooser: random.Random) -> EnrichedArticle:
    """The article with made-up words in the place of some; names stay, and all offsets are right again."""
    lead = NEW if number % TAKES == 0 else NEW_IN_LEAD
    language = str(one.language or "").partition("-")[0]
    language = language if language in ("fr", "en") else "en"
    body = _Renewed(str(one.body or ""), one, language, (lead, NEW), chooser)
    headline = _Renewed(str(one.headline or body.text[:60]), None, language, (lead, lead), chooser)
    source = SOURCES[number % len(SOURCES)]
    guid = f"bench:{number}"
    return structs.replace(
        one,
        id=article_id(source, guid, ""),
        guid=guid,
        source=source,
        received=written,
        enriched=written,
        created=f"{written:%Y-%m-%dT%H:%M:%SZ}",
        provenance=structs.replace(one.provenance, feed=f"{source}-wire"),
        headline=headline.text,
        body=body.text,
        headings=tuple(map(body.moved, one.headings)),
        tables=(),
        key_sentences=tuple(map(body.moved, one.key_sentences)),
        entities=tuple(
            structs.replace(each, mentions=tuple(map(body.moved, each.mentions))) for each in one.entities
        ),
        quotes=tuple(
            structs.replace(
                each,
                span=body.moved(each.span),
                mention=body.moved(each.mention) if each.mention else each.mention,
            )
            for each in one.quotes
        ),
    )


class _Renewed:
    """A text with new words, and where its old offsets are in it.

    Args:
        text: the old one.
        one: whose spans are in it; names in it stay as they are.
        language: what the new words sound like.
        shares: of the words that are new: in the first ``LEAD`` code points, and after.
        chooser: chooses the words.
    """

    def __init__(
        self,
        text: str,
        one: EnrichedArticle | None,
        language: str,
        shares: tuple[float, float],
        chooser: random.Random,
    ) -> None:
        names = (
            sorted((span.start, span.end) for each in one.entities for span in each.mentions) if one else []
        )
        fixed = sorted({place for span in _spans(one) for place in (span.start, span.end)}) if one else []
        parts: list[str] = []
        self._ends: list[int] = []
        self._shifts: list[int] = [0]
        last = 0
        for found in _WORD.finditer(text):
            start, end = found.span()
            share = shares[0] if start < LEAD else shares[1]
            if chooser.random() > share or _touches(names, start, end) or _cut(fixed, start, end):
                continue
            word = made_up(language, chooser)
            word = word.capitalize() if found[0][0].isupper() else word
            parts += [text[last:start], word]
            self._ends.append(end)
            self._shifts.append(self._shifts[-1] + len(word) - (end - start))
            last = end
        self.text = "".join([*parts, text[last:]])

    def moved(self, span: Span) -> Span:
        """Where a span of the old text is in the new one."""
        return Span(self._moved(span.start), self._moved(span.end))

    def _moved(self, place: int) -> int:
        """A place at the end of a new word stands behind it."""
        return place + self._shifts[bisect_left(self._ends, place + 1)]


def _spans(one: EnrichedArticle) -> Iterator[Span]:
    yield from one.headings
    yield from one.key_sentences
    for entity in one.entities:
        yield from entity.mentions
    for quote in one.quotes:
        yield quote.span
        if quote.mention:
            yield quote.mention


def _touches(names: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a word overlaps one of the names, which are in order and do not overlap."""
    place = bisect_left(names, (end, 0))
    return place > 0 and names[place - 1][1] > start


def _cut(fixed: Sequence[int], start: int, end: int) -> bool:
    """Whether a span begins or ends within a word."""
    return bisect_left(fixed, end) > bisect_left(fixed, start + 1)
