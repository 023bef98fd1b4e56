"""From articles to alerts: which watches there are, what they find, and what an embargo holds back."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError
from elasticsearch.helpers import BulkIndexError
from msgspec import Struct

from pipeline.article import Alert, EnrichedArticle, InvalidArticleError, decode_enriched, encode
from pipeline.query import visible
from pipeline.query.fields import Query
from pipeline.settings import Settings
from pipeline.sink import connection, templates, waiting
from pipeline.sink.document import document, title
from pipeline.sink.waiting import Attempt
from pipeline.watch.matching import AgainError, Match, Matcher, Search
from pipeline.watch.store import Mark, Store, Waiting
from pipeline.watch.watches import Watch, query_of, trouble_of

LOOK_S = 1.0
"""Seconds that what is known of the watches may be old."""

SKEW = timedelta(minutes=1)
"""How far the clocks of the machines may be apart."""

PREPARE_S = 10.0
"""Seconds between two attempts to prepare what is needed, where something but a silence is in the way."""

DUE = 10
"""Articles whose embargo has ended that are taken at once."""

_REQUEST_TIMEOUT_S = 60.0
_TITLE_CHARACTERS = 500
_SHOWN = "shown"

Send = Callable[[Sequence[Alert]], Awaitable[None]]
"""Makes alerts durable."""

log = structlog.get_logger(__name__)


class Arrived(Struct, frozen=True):
    """An article, and when it reached the topic."""

    article: EnrichedArticle
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
        self._entities = settings.entities
        self._store = Store(self._client, settings.index)
        # Copy that comes and copy that is released are matched at the same time.
        self._coming = Matcher(self._client, settings.index, self._patiently)
        self._released = Matcher(self._client, settings.index, self._patiently)
        self._watches: dict[str, Watch] = {}
        self._searches: dict[str, Search] = {}
        self._mark: Mark | None = None
        self._names: object = None
        self._looked = float("-inf")
        self._unready: str | None = None
        self._heard: str | None = None

    @property
    def waiting(self) -> str | None:
        """What is waited for, in a few words; None while Elasticsearch does what it is asked."""
        return self._unready or self._heard

    async def prepare(self) -> None:
        """Be ready, for as long as it takes; whatever is in the way is in the log and in ``waiting``."""
        self._unready = "the watches are not ready yet"
        while True:
            try:
                await self.ready()
            except Exception as error:  # noqa: BLE001 - whatever it is, the other hops go on
                reason = waiting.said(error)
                self._unready = f"the watches cannot be prepared: {reason}"
                log.error(  # noqa: TRY400 - a person needs the reason, not the way to it
                    "no watch alerts before its indices can be made, which is tried again: see to the rights"
                    " for watches-* and watched-*, and to the cluster's limit of shards",
                    reason=reason,
                    again_in_s=PREPARE_S,
                )
                await asyncio.sleep(PREPARE_S)
            else:
                self._unready = None
                return

    async def ready(self) -> None:
        """Wait for Elasticsearch, and see to it that what is needed is there.

        Raises:
            UnfitIndexError: something there contradicts what is needed.
        """
        async for attempt in self._patiently("waiting for Elasticsearch"):
            with attempt:
                await self._store.ensure()
                await self._coming.ensure()
        try:
            await self._coming.tidy()
        except ApiError as error:
            log.warning("indices of earlier versions stay: delete watched-* by hand", reason=str(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def watches(self) -> list[Watch]:
        """The watches, as they were a second ago at most."""
        if time.monotonic() - self._looked > LOOK_S:
            # Whatever is wrong here is no article's fault: none may be given up for it.
            what = "waiting for Elasticsearch to say which watches there are"
            async for attempt in self._patiently(what, on=_concerns_elasticsearch):
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
        going, ended = _going(arrived)
        for each in going:
            embargo = each.article.embargo
            (held if embargo and embargo > over else free).append(each)
        if ended:
            async for attempt in self._patiently("waiting for Elasticsearch to forget what was killed"):
                with attempt:
                    await self._store.drop(ended)
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
            free = [_arrived(each, now) for each in due if each.article not in overtaken]
            await self._match(self._released, [each for each in free if each], send)
            async for attempt in self._patiently("waiting for Elasticsearch to forget embargoes"):
                with attempt:
                    await self._store.done(due)
            if len(due) < DUE:
                return

    async def _look(self) -> None:
        began = time.monotonic()
        mark = await self._store.mark()
        names = await asyncio.to_thread(self._known) if mark.count else None
        if mark != self._mark or names is not self._names:
            self._watches = {each.name: each async for each in self._store.all()}
            self._searches = {}
            for each in self._watches.values():
                if trouble := trouble_of(each):
                    log.error(
                        "a watch finds nothing: write its query otherwise", watch=each.name, reason=trouble
                    )
                else:
                    self._searches[each.name] = Search(each.name, query_of(each, self._entities))
            self._mark, self._names = mark, names
        self._looked = began

    def _known(self) -> object:
        """What changes with the names that are known; reading them the first time takes a while."""
        from pipeline.search.known import known  # noqa: PLC0415 - only watches need the enricher's tables

        return known(self._entities)

    async def _hold(self, held: Sequence[Arrived]) -> None:
        if not held:
            return
        kept = [
            Waiting(each.article.id, each.article.version, each.article.embargo, _kept(each.article))
            for each in held
            if each.article.embargo
        ]
        try:
            async for attempt in self._patiently("waiting for Elasticsearch to keep what is under embargo"):
                with attempt:
                    await self._store.hold(kept)
        except Exception as error:  # noqa: BLE001 - one article must not end the worker again and again
            if len(held) == 1:
                _given_up(held[0], error)
                return
            for each in held:
                await self._hold([each])

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

    async def _killed(self, articles: Sequence[EnrichedArticle]) -> set[str]:
        """Those of which the index has the kill, of the same version or a later one."""
        versions = {each.id: each.version for each in articles}
        killed: list[Query] = [{"ids": {"values": list(versions)}}, {"term": {"status": "canceled"}}]
        found: dict[str, int] = {}
        async for attempt in self._patiently("waiting for Elasticsearch to say what was killed"):
            with attempt:
                answer = await self._client.search(
                    index=self._alias,
                    query={"bool": {"filter": killed}},
                    size=len(versions),
                    version=True,
                    source=False,
                    allow_partial_search_results=False,
                    ignore_unavailable=True,
                )
                found = {hit["_id"]: int(hit["_version"]) for hit in answer["hits"]["hits"]}
        return {each.id for each in articles if found.get(each.id, -1) >= each.version}

    async def _match(self, matcher: Matcher, arrived: Sequence[Arrived], send: Send) -> None:
        if not arrived:
            return
        await self.watches()
        async for alerts in self._alerts(matcher, arrived):
            await send(alerts)

    async def _alerts(self, matcher: Matcher, arrived: Sequence[Arrived]) -> AsyncIterator[list[Alert]]:
        """The alerts for some articles; where that fails, for each by itself; one at fault is logged."""
        try:
            async for alerts in self._found(matcher, arrived):
                yield alerts
        except Exception as error:  # noqa: BLE001 - one article must not end the worker again and again
            if len(arrived) == 1:
                _given_up(arrived[0], error)
                return
            for each in arrived:
                async for alerts in self._alerts(matcher, [each]):
                    yield alerts

    async def _found(self, matcher: Matcher, arrived: Sequence[Arrived]) -> AsyncIterator[list[Alert]]:
        newest = max(each.at for each in arrived) + SKEW
        concerned = [each.name for each in self._watches.values() if each.created <= newest]
        searches = [self._searches[name] for name in concerned if name in self._searches]
        if not searches:  # most wires have copy all day and no watch: it is written nowhere for that
            return
        watches = {one.name: self._watches[one.name] for one in searches}
        documents, known = _documents(arrived)
        if not documents:
            return
        async for matches in matcher.matches(documents, searches):
            meant = [
                (watches[match.watch], known[match.place].article, match)
                for match in matches
                if watches[match.watch].created <= known[match.place].at + SKEW
            ]
            killed = await self._killed([article for _, article, _ in meant]) if meant else set()
            if alerts := [_alert(*one) for one in meant if one[1].id not in killed]:
                yield alerts

    def _patiently(
        self, what: str, *, on: Callable[[Exception], bool] | None = None
    ) -> AsyncIterator[Attempt]:
        return waiting.patiently(what, self._address, on=on or _may_pass, told=self._hear)

    def _hear(self, what: str | None) -> None:
        self._heard = what


def _may_pass(error: Exception) -> bool:
    return isinstance(error, AgainError | BulkIndexError) or waiting.may_pass(error)


def _concerns_elasticsearch(error: Exception) -> bool:
    return isinstance(error, ApiError) or _may_pass(error)


def _going(arrived: Sequence[Arrived]) -> tuple[list[Arrived], dict[str, int]]:
    """What may be seen some day, and of each article that may not be, up to which version that is so.

    A kill counts for what comes after it, too; copy that is withheld without an end for what came before.
    """
    ended: dict[str, int] = {}
    for each in arrived:
        if each.article.status == "canceled":
            ended[each.article.id] = max(each.article.version, ended.get(each.article.id, 0))
    going = []
    for each in reversed(arrived):
        article = each.article
        if article.status == "canceled":
            continue
        if article.status == "withheld" and not article.embargo:
            ended[article.id] = max(article.version, ended.get(article.id, 0))
        elif article.version > ended.get(article.id, -1):
            going.append(each)
    return going[::-1], ended


def _kept(article: EnrichedArticle) -> bytes:
    """What is kept of copy under embargo: notes that nobody may see are not searched."""
    return encode(msgspec.structs.replace(article, ednotes_nonpublic=()))


def _given_up(arrived: Arrived, error: Exception) -> None:
    log.error(
        "an article cannot be held against the watches, and none alerts for it: read it yourself, and report"
        " this",
        article=arrived.article.id,
        version=arrived.article.version,
        reason=waiting.said(error),
        exc_info=error,
    )


def _arrived(held: Waiting, now: datetime) -> Arrived | None:
    """The article that waited; None where this version of Newswire cannot read it any more."""
    try:
        return Arrived(decode_enriched(held.message), now)
    except InvalidArticleError as error:
        log.warning(
            "an article whose embargo has ended cannot be read, and no watch alerts for it: feed it again",
            article=held.article,
            reason=str(error),
        )
        return None


def _documents(arrived: Sequence[Arrived]) -> tuple[list[dict[str, object]], list[Arrived]]:
    """What is held against the watches, and the articles that it is made of."""
    now = datetime.now(UTC)
    documents, known = [], []
    for each in arrived:
        try:
            documents.append(document(each.article, now, templates.languages()))
        # A date of no calendar: the index hop makes a dead letter of it.
        except (ValueError, OverflowError):
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
