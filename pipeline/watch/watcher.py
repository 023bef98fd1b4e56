"""From articles to alerts: which watches there are, what they find, and what an embargo holds back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from elasticsearch import AsyncElasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError
from msgspec import Struct

from pipeline.article import Alert, EnrichedArticle, InvalidArticleError, decode_enriched
from pipeline.query import visible
from pipeline.query.fields import Query
from pipeline.settings import Settings
from pipeline.sink import connection, templates, waiting
from pipeline.sink.document import document, title
from pipeline.watch.matching import AgainError, Match, Matcher, Search
from pipeline.watch.store import Mark, Store, Waiting
from pipeline.watch.watches import Watch, query_of, trouble_of

LOOK_S = 1.0
"""Seconds that what is known of the watches may be old."""

SKEW = timedelta(minutes=1)
"""How far the clocks of the machines may be apart."""

DUE = 10
"""Articles whose embargo has ended that are taken at once."""

_REQUEST_TIMEOUT_S = 60.0
_TITLE_CHARACTERS = 500
_SHOWN = "shown"

Send = Callable[[Sequence[Alert]], Awaitable[None]]
"""Makes alerts durable."""

log = structlog.get_logger(__name__)


class Arrived(Struct, frozen=True):
    """An article with the bytes that it came in, and when they reached the topic."""

    article: EnrichedArticle
    message: bytes
    at: datetime


class Watcher:
    """Holds articles against the watches of one index's alias; whatever is away is waited for.

    Args:
        settings: where Elasticsearch is, and the alias.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_REQUEST_TIMEOUT_S))
        self._address = connection.address(settings)
        self._alias = settings.index
        self._store = Store(self._client, settings.index)
        # Copy that comes and copy that is released are matched at the same time.
        self._coming = Matcher(self._client, settings.index, self._patiently)
        self._released = Matcher(self._client, settings.index, self._patiently)
        self._watches: dict[str, Watch] = {}
        self._searches: dict[str, Search] = {}
        self._mark: Mark | None = None
        self._looked = float("-inf")
        self.waiting: str | None = None
        """What Elasticsearch is waited for, in a few words; None while it does what it is asked."""

    async def ready(self) -> None:
        """Wait for Elasticsearch, and see to it that what is needed is there.

        Raises:
            UnfitIndexError: something there contradicts what is needed.
        """
        async for attempt in self._patiently("waiting for Elasticsearch"):
            with attempt:
                await self._store.ensure()
                await self._coming.ensure()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def watches(self) -> list[Watch]:
        """The watches, as they were a second ago at most."""
        if time.monotonic() - self._looked > LOOK_S:
            async for attempt in self._patiently("waiting for Elasticsearch to say which watches there are"):
                with attempt:
                    await self._look()
        return list(self._watches.values())

    async def alert(self, arrived: Sequence[Arrived], send: Send) -> None:
        """Send an alert for each article that a watch was waiting for.

        Args:
            arrived: articles as they came; what an embargo holds back is kept until it ends.
            send: is called several times, with as many alerts as are known then.
        """
        over = datetime.now(UTC) - SKEW
        held: list[Arrived] = []
        free: list[Arrived] = []
        for each in arrived:
            if each.article.status != "canceled":
                embargo = each.article.embargo
                (held if embargo and embargo > over else free).append(each)
        await self._hold(held)
        await self._match(self._coming, free, send)

    async def release(self, send: Send) -> None:
        """Send alerts for the articles whose embargo has ended since the last time."""
        while True:
            async for attempt in self._patiently(
                "waiting for Elasticsearch to say which embargoes have ended"
            ):
                with attempt:
                    due = await self._store.due(DUE)
                    overtaken = await self._overtaken(due)
            now = datetime.now(UTC)
            free = [_arrived(each.message, now) for each in due if each.article not in overtaken]
            await self._match(self._released, [each for each in free if each], send)
            async for attempt in self._patiently("waiting for Elasticsearch to forget embargoes"):
                with attempt:
                    await self._store.done(due)
            if len(due) < DUE:
                return

    async def _look(self) -> None:
        began = time.monotonic()
        mark = await self._store.mark()
        if mark != self._mark:
            self._watches = {each.name: each async for each in self._store.all()}
            self._searches = {}
            for each in self._watches.values():
                if trouble := trouble_of(each):
                    log.error(
                        "a watch finds nothing: write its query otherwise", watch=each.name, reason=trouble
                    )
                else:
                    self._searches[each.name] = Search(each.name, query_of(each))
            self._mark = mark
        self._looked = began

    async def _hold(self, held: Sequence[Arrived]) -> None:
        if not held:
            return
        kept = [
            Waiting(each.article.id, each.article.version, each.article.embargo, each.message)
            for each in held
            if each.article.embargo
        ]
        async for attempt in self._patiently("waiting for Elasticsearch to keep what is under embargo"):
            with attempt:
                await self._store.hold(kept)

    async def _overtaken(self, due: Sequence[Waiting]) -> set[str]:
        """The articles that the index has in a later version, which speaks for itself, or shows nobody.

        One that the index does not have yet is not among them.
        """
        if not due:
            return set()
        versions = {each.article: each.version for each in due}
        shown: Query = {"constant_score": {"filter": visible(), "_name": _SHOWN}}
        try:
            found = await self._client.search(
                index=self._alias,
                query={"bool": {"filter": [{"ids": {"values": list(versions)}}], "should": [shown]}},
                size=len(versions),
                version=True,
                source=False,
                allow_partial_search_results=False,
            )
        except NotFoundError:
            return set()
        return {
            hit["_id"]
            for hit in found["hits"]["hits"]
            if hit["_version"] > versions[hit["_id"]] or _SHOWN not in hit.get("matched_queries", ())
        }

    async def _match(self, matcher: Matcher, arrived: Sequence[Arrived], send: Send) -> None:
        if not arrived:
            return
        newest = max(each.at for each in arrived) + SKEW
        concerned = [each.name for each in await self.watches() if each.created <= newest]
        searches = [self._searches[name] for name in concerned if name in self._searches]
        watches = {one.name: self._watches[one.name] for one in searches}
        documents, known = _documents(arrived)
        if not documents:
            return
        async for matches in matcher.matches(documents, searches):
            alerts = [
                _alert(watches[match.watch], known[match.place].article, match)
                for match in matches
                if watches[match.watch].created <= known[match.place].at + SKEW
            ]
            if alerts:
                await send(alerts)

    def _patiently(self, what: str) -> AsyncIterator[waiting.Attempt]:
        return waiting.patiently(what, self._address, on=_may_pass, told=self._hear)

    def _hear(self, what: str | None) -> None:
        self.waiting = what


def _may_pass(error: Exception) -> bool:
    return isinstance(error, AgainError | BulkIndexError) or waiting.may_pass(error)


def _arrived(message: bytes, now: datetime) -> Arrived | None:
    """The article of a message that waited; None where this version of Newswire cannot read it any more."""
    try:
        return Arrived(decode_enriched(message), message, now)
    except InvalidArticleError as error:
        log.warning("an article whose embargo has ended cannot be read", reason=str(error))
        return None


def _documents(arrived: Sequence[Arrived]) -> tuple[list[dict[str, object]], list[Arrived]]:
    """What is held against the watches, and the articles that it is made of."""
    now = datetime.now(UTC)
    documents, known = [], []
    for each in arrived:
        try:
            documents.append(document(each.article, now, templates.languages()))
        except ValueError:  # a date of no calendar: the index hop makes a dead letter of it
            continue
        known.append(each)
    return documents, known


def _alert(watch: Watch, article: EnrichedArticle, match: Match) -> Alert:
    what = "\0".join((watch.name, watch.query, article.id, str(article.version)))
    return Alert(
        id=hashlib.sha256(what.encode()).hexdigest()[:32],
        watch=watch.name,
        query=watch.query,
        article=article.id,
        version=article.version,
        title=title(article)[:_TITLE_CHARACTERS],
        source=article.source,
        matched=datetime.now(UTC),
        kind=article.kind,
        language=article.language,
        created=article.created,
        url=article.url,
        highlights=tuple(filter(None, match.highlights)),
    )
