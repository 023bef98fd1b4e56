"""Many short documents, put in quickly: what an index holds before anything is measured.

They are made of pieces of real news, a headline from one and a text from another, so that about as many
of them share bands of a signature as do in truth: on that depends what finding a story costs. Each has some
words that nobody else has, so that the index's dictionaries grow as they do.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec
from elasticsearch import AsyncElasticsearch
from msgspec import structs

from bench.ever_new import made_up
from pipeline.article import EnrichedArticle, Span, article_id
from pipeline.settings import Settings
from pipeline.sink import connection, names, templates
from pipeline.sink.document import document, said
from pipeline.sink.finding import packed
from pipeline.sink.months import Months
from pipeline.stories import sketch as sketches
from pipeline.stories.sketch import LEAST_HEAD, SIGNED, WINDOW, Sketch

WORDS = 60
"""Words of a piece; of them 45 are compared."""

NAMED = 3
"""Names of a piece at most, the first: each is a document of its own within the index."""

HEAD_WORDS = 10
"""Words of a headline that is made of a text."""

HEAD_EVERY = 20
"""Words from one such headline to the next."""

NEW_WORDS = 4
"""Made-up words at the end of each text."""

TAKES = 1 / 6
"""Share of the documents that have headline and text of one piece: further takes of what it tells."""

BATCH = 2000
AT_ONCE = 2

_TIMEOUT_S = 300.0
_WORD = re.compile(r"\S+")
_VARIED = (
    "id",
    "guid",
    "received",
    "enriched",
    "created",
    "modified",
    "@timestamp",
    "indexed",
    "headline",
    "title",
)


@dataclass(frozen=True, slots=True)
class Head:
    """A headline.

    Attributes:
        text: as it is shown.
        told: what is compared of it.
        numbers: its signature.
    """

    text: str
    told: str
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an article, with what the models found in it.

    Attributes:
        language: its primary subtag.
        head: the article's headline, or the first words of the piece.
        body: its text.
        fields: those of its document that every document made of it has, as JSON without braces.
        told: what is compared of the body.
        numbers: the signature of the body.
    """

    language: str
    head: Head
    body: str
    fields: bytes
    told: str
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Stock:
    """What documents of one language are made of: headlines and pieces, in any pairs."""

    heads: list[Head]
    pieces: list[Piece]


def stocks(bases: Sequence[EnrichedArticle]) -> dict[str, Stock]:
    """What documents can be made of, by language: only of languages that words can be made up for."""
    found = {"fr": Stock([], []), "en": Stock([], [])}
    for one in bases:
        stock = found.get((one.language or "").partition("-")[0])
        if stock is None:
            continue
        language = (one.language or "").partition("-")[0]
        body = str(one.body or "")
        stock.heads.extend(_heads(body))
        stock.pieces.extend(
            made for start, end in _parts(body) if (made := _piece(one, language, start, end))
        )
    return {language: stock for language, stock in found.items() if stock.pieces and stock.heads}


def _heads(body: str) -> Iterator[Head]:
    """Words that stand side by side, now and then: as many headlines as there are stories in some days."""
    words = body.split()
    for start in range(0, len(words) - HEAD_WORDS + 1, HEAD_EVERY):
        if made := _head(" ".join(words[start : start + HEAD_WORDS])):
            yield made


def _head(text: str) -> Head | None:
    """A headline that has enough words to be compared as it is."""
    told = list(sketches.words(text))
    if len(told) < LEAST_HEAD:
        return None
    return Head(text, " ".join(told), sketches.signature(sketches._stems(told)))  # noqa: SLF001 - what it is made of


def _parts(body: str) -> Iterator[tuple[int, int]]:
    """Where runs of ``WORDS`` words stand; what is left at the end is none."""
    words = [found.span() for found in _WORD.finditer(body)]
    for first in range(0, len(words) - WORDS + 1, WORDS):
        yield words[first][0], words[first + WORDS - 1][1]


def _piece(one: EnrichedArticle, language: str, start: int, end: int) -> Piece | None:
    body = str(one.body)[start:end]
    headline = str(one.headline) if not start and one.headline else " ".join(body.split()[:HEAD_WORDS])
    made, head = sketches.of_text(headline, body, language, one.received), _head(headline)
    if made is None or head is None:
        return None
    entities = tuple(
        structs.replace(entity, mentions=mentions, count=len(mentions))
        for entity in one.entities
        if (mentions := tuple(_within(entity.mentions, start, end)))
    )[:NAMED]
    bare = dict.fromkeys(("headings", "tables", "key_sentences", "quotes"), ())
    part = structs.replace(one, headline=headline, body=body, entities=entities, **bare)
    fields = document(part, one.received, templates.languages())
    fixed = {
        name: value for name, value in fields.items() if name not in (*_VARIED, "body", f"text_{language}")
    }
    signed = made.lead.split()[:SIGNED]
    numbers = sketches.signature(sketches._stems(signed))  # noqa: SLF001 - what it is made of
    return Piece(language, head, body, msgspec.json.encode(fixed)[1:-1], made.lead, numbers)


def _within(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    for each in spans:
        if start <= each.start and each.end <= end:
            yield Span(each.start - start, each.end - start)


def joined(head: Head, lead: Piece, written: datetime) -> Sketch:
    """What is compared of a document with one headline and the body of one piece.

    Of two sets of words together, each number of the signature is the lesser of theirs.
    """
    numbers = list(map(min, head.numbers, lead.numbers))
    return Sketch(written, head.told, lead.told, sketches.bands(numbers), 0, 0)


class Maker:
    """Makes documents, from the oldest to the newest; each is there once.

    Args:
        by_language: what to make them of.
        seed: of the choice of headlines, pieces and words.
    """

    def __init__(self, by_language: Mapping[str, Stock], seed: int = 1) -> None:
        self._stocks = by_language
        self.languages = sorted(by_language)
        self._weights = [len(by_language[each].pieces) for each in self.languages]
        self._chooser = random.Random(seed)
        self._stories: dict[str, tuple[datetime, str]] = {}
        self.made = 0
        """Documents that were made so far."""

    def sketches(self, language: str, count: int) -> list[Sketch]:
        """What is compared of so many documents that might be made."""
        now = datetime.now(UTC)
        return [joined(*self._chosen(language), now) for _ in range(count)]

    def documents(self, count: int, now: datetime, days: int) -> Iterator[tuple[datetime, str, bytes]]:
        """When each was received, its id, and its fields as JSON.

        Args:
            count: how many.
            now: aware of its time zone.
            days: they are of so many days before now, evenly.
        """
        self._stories.clear()
        for number in range(count):
            written = now - timedelta(days=days) * (1 - number / count)
            guid = f"filled:{self.made}"
            self.made += 1
            (language,) = self._chooser.choices(self.languages, self._weights)
            head, lead = self._chosen(language)
            article = article_id("filled", guid, "")
            story = self._story(head, article, written)
            yield written, article, self._fields(article, guid, (head, lead), written, story)

    def _chosen(self, language: str) -> tuple[Head, Piece]:
        """A piece, now and then with the headline that it has in truth."""
        stock = self._stocks[language]
        lead = self._chooser.choice(stock.pieces)
        return (lead.head if self._chooser.random() < TAKES else self._chooser.choice(stock.heads)), lead

    def _story(self, head: Head, article: str, written: datetime) -> str:
        """That of the last one with this headline, as the sink would find it; its own after some time."""
        at, story = self._stories.get(head.told, (written, _founded(article, written)))
        if written - at > WINDOW:
            story = _founded(article, written)
        self._stories[head.told] = written, story
        return story

    def _fields(
        self, article: str, guid: str, made_of: tuple[Head, Piece], written: datetime, story: str
    ) -> bytes:
        head, lead = made_of
        new = " ".join(made_up(lead.language, self._chooser) for _ in range(NEW_WORDS))
        body = f"{lead.body} {new}."
        moment = said(written)
        made = joined(head, lead, written)
        own = {
            "id": article,
            "guid": guid,
            "headline": head.text,
            "title": head.text,
            "body": body,
            **dict.fromkeys(("received", "enriched", "created", "@timestamp", "indexed"), moment),
            f"text_{lead.language}": [head.text, body],
            "story_id": story,
            "story_bands": made.bands,
            "story_text": packed(made),
        }
        return b"".join((msgspec.json.encode(own)[:-1], b",", lead.fields, b"}"))


def _founded(article: str, written: datetime) -> str:
    return f"{written:%Y%m%dT%H%M%S}-{article[:12]}"


async def fill(settings: Settings, maker: Maker, count: int, days: int) -> None:
    """Put documents of so many days where the sink would; wait until all is merged and searchable."""
    now = datetime.now(UTC)
    async with AsyncElasticsearch(**connection.options(settings, timeout_s=_TIMEOUT_S)) as client:
        months = Months(client, settings)
        await months.ready()
        wanted = {names.month_of(now - timedelta(days=day), now) for day in range(days + 1)}
        await months.make(wanted)
        index = f"{settings.index}-*"
        quick = {"refresh_interval": "-1", "translog.durability": "async"}
        before = (await client.indices.get_settings(index=index, name="index.refresh_interval")).body
        (usual,) = {each["settings"]["index"]["refresh_interval"] for each in before.values()}
        await client.indices.put_settings(index=index, settings=quick)
        try:
            await _put(client, months, maker.documents(count, now, days), now)
        finally:
            as_before = {"refresh_interval": usual, "translog.durability": "request"}
            await client.indices.put_settings(index=index, settings=as_before)
        await settled(client, index)


async def _put(
    client: AsyncElasticsearch,
    months: Months,
    source: Iterator[tuple[datetime, str, bytes]],
    now: datetime,
) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def send(operations: list[bytes]) -> None:
        try:
            answer = await client.bulk(
                operations=operations,  # type: ignore[arg-type]  # lines that are encoded pass as they are
                filter_path=["errors", "items.*.error"],
            )
        finally:
            room.release()
        if answer["errors"]:
            raise RuntimeError(f"a document was refused: {next(filter(None, answer['items']))}")

    async with asyncio.TaskGroup() as tasks:
        while batch := list(islice(source, BATCH)):
            operations = [
                line
                for received, article, fields in batch
                for line in (
                    msgspec.json.encode(
                        {
                            "index": {
                                "_index": names.entrance(months.index(names.month_of(received, now))),
                                "_id": article,
                                "version": 1,
                                "version_type": "external_gte",
                            }
                        }
                    ),
                    fields,
                )
            ]
            await room.acquire()
            tasks.create_task(send(operations))


async def settled(client: AsyncElasticsearch, index: str) -> None:
    """Wait until all is searchable and nothing is merged any more."""
    await client.indices.flush(index=index)
    await client.indices.refresh(index=index)
    calm = 0
    while calm < 3:  # noqa: PLR2004 - one merge may follow another
        stats = await client.indices.stats(index=index, metric=["merge"])
        calm = 0 if stats["_all"]["total"]["merges"]["current"] else calm + 1
        await asyncio.sleep(0.5)
