"""Enriched articles into Elasticsearch: what can be cured is waited for, what cannot is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from elasticsearch import ApiError, AsyncElasticsearch

from pipeline.article import EnrichedArticle
from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink import connection, templates, waiting
from pipeline.sink.bulk import (
    Document,
    Indexed,
    Outcome,
    Refused,
    Stale,
    Trouble,
    judge,
    lines,
    portions,
)
from pipeline.sink.document import document, related, said
from pipeline.sink.finding import Finder
from pipeline.sink.kin import Kin
from pipeline.sink.months import HeldError, Months
from pipeline.sink.planning import Plan
from pipeline.sink.standing import Places, Standing

__all__ = ["Indexed", "Outcome", "Refused", "SetupError", "Sink", "Stale"]

_REQUEST_TIMEOUT_S = 60.0
_BULK_TIMEOUT = "30s"
_REQUEST_REFUSED = {400, 413}
_SAID_CHARACTERS = 500
_UNAUTHORIZED = 401

FEW = 6
"""Attempts at what can be left undone; some seven seconds, for there is a batch that waits meanwhile."""


class SetupError(NewswireError):
    """Elasticsearch refuses to have the index prepared; the message says why and what to look at."""


class _NotTakenError(Exception):
    """Some documents were not taken now; says how many and what was said of the first."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(f"{len(troubles)} documents were not taken, the first: {troubles[0]}")


class Sink:
    """Writes articles to the months of a generation; each is there once, with its newest version.

    Args:
        settings: where Elasticsearch is, and the alias.
        generation: one that nobody else writes to; by default the one that is live, made where there is none.
    """

    def __init__(self, settings: Settings, *, generation: str | None = None) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_REQUEST_TIMEOUT_S))
        self._alias = settings.index
        self._months = Months(self._client, settings, generation)
        self._places = Places(self._client, self._months)
        finder = Finder(self._client, lambda: self._months.searched)
        self._kin = Kin(finder, self._look, self._write_once, self._patiently, self._briefly)
        self._address = connection.address(settings)
        self.waiting: str | None = None
        """What Elasticsearch is waited for, in a few words; None while it takes what it is sent."""
        self.repeated = 0
        """Rounds of batches that were repeated because it did not take all documents."""

    async def ready(self) -> None:
        """Wait for Elasticsearch, then see to it that templates, index and alias are there and fit.

        Raises:
            templates.UnfitIndexError: what is there contradicts what is needed; says what to do.
            months.IndicesError: the generation that was named is not there.
            SetupError: it answered that it will not do this (not signed in, for one).
        """
        try:
            async for attempt in self._patiently("waiting for Elasticsearch", refused_at_once=True):
                with attempt:
                    await self._months.ready()
        except ApiError as error:
            raise SetupError(
                f"Elasticsearch at {self._address} refuses to prepare the index '{self._alias}': {error};"
                " see the user and password in NEWSWIRE_ELASTICSEARCH and what that user may do"
            ) from error

    async def index(
        self, articles: Sequence[EnrichedArticle], written: Callable[[list[Document]], None] = lambda _: None
    ) -> list[Outcome]:
        """Write a batch and wait for as long as it takes until each article has its outcome.

        Args:
            articles: the batch.
            written: hears of documents as soon as Elasticsearch has them, in each round of those of it.

        Returns:
            One outcome an article, in their order.

        Raises:
            templates.UnfitIndexError: an index had to be made again, and what is there now does not fit.
            months.IndicesError: the generation that was named is gone, or part of it.
            finding.FindingError: what it has to do with other articles cannot be looked for.
        """
        outcomes: dict[int, Outcome] = {}
        documents: dict[int, Document] = {}
        indexed = datetime.now(UTC)
        for place, article in enumerate(articles):
            try:
                fields = document(article, indexed, templates.languages())
            except (ValueError, OverflowError) as error:
                outcomes[place] = Refused(type(error).__name__, f"created {article.created}: {error}")
            else:
                documents[place] = Document(article.id, article.version, article.received, fields)
        async with self._kin.turn:
            plan, again = Plan({}, {}), 0
            async for attempt in self._patiently("waiting for Elasticsearch to take documents"):
                self.repeated += again
                again = 1
                with attempt:
                    # What was planned before a wait may not be so any more: others write meanwhile.
                    left = {place: each for place, each in documents.items() if place not in outcomes}
                    now = {"indexed": said(datetime.now(UTC))}
                    async with self._in_doubt():
                        await self._place(left.values())
                        plan = await self._kin.plan({place: articles[place] for place in left}, plan)
                        sent = {
                            place: replace(each, fields=related(each.fields, now | plan.fields[place]))
                            for place, each in left.items()
                        }
                        try:
                            await self._round(dict(sent), outcomes)
                        finally:
                            written([sent[each] for each in sent if isinstance(outcomes.get(each), Indexed)])
            await self._kin.settle(plan, outcomes)
        return [outcomes[place] for place in range(len(articles))]

    async def write(self, documents: Mapping[int, Document]) -> dict[int, Outcome]:
        """Write documents as they are and wait until each has its outcome, by its place; as ``index``."""
        outcomes: dict[int, Outcome] = {}
        left = dict(documents)
        async for attempt in self._patiently("waiting for Elasticsearch to take documents"):
            with attempt:
                async with self._in_doubt():
                    await self._round(left, outcomes)
        return outcomes

    async def _write_once(self, documents: Mapping[int, Document]) -> dict[int, Outcome]:
        """Write documents as they are, in one attempt, which fails where one is not taken."""
        outcomes: dict[int, Outcome] = {}
        async with self._in_doubt():
            await self._round(dict(documents), outcomes)
        return outcomes

    async def close(self) -> None:
        """Close the connections; nothing is looked at a second time any more."""
        await self._kin.close()
        await self._client.close()

    async def _place(self, documents: Collection[Document]) -> None:
        """Find out where each is to be written, before it is asked what stands there."""
        if documents:
            await self._months.look()
            await self._places.place(documents)

    async def _look(self, ids: Collection[str], fields: Sequence[str] | None) -> dict[str, Standing]:
        """What stands of some articles."""
        async with self._in_doubt():
            await self._months.look()
            return await self._places.look(ids, fields)

    @asynccontextmanager
    async def _in_doubt(self) -> AsyncIterator[None]:
        """Whatever fails within: another generation may be live by now."""
        try:
            yield
        except Exception:
            self._months.doubt()
            raise

    async def _round(self, left: dict[int, Document], outcomes: dict[int, Outcome]) -> None:
        """Send what is waiting, once; what got its outcome waits no more.

        Each round begins anew with where it is to go: that may be another generation since the last one.
        """
        if not left:
            return
        await self._place(left.values())
        operations = {
            place: lines(self._places.index(each.id), each.id, each.version, each.fields)
            for place, each in left.items()
        }
        troubles: list[Trouble] = []
        for places in portions(operations):
            answers = await self._send([operations[place] for place in places])
            for place, answer in zip(places, answers, strict=True):
                if isinstance(answer, Trouble):
                    troubles.append(answer)
                else:
                    outcomes[place] = answer
                    del left[place]
        if troubles:
            raise _NotTakenError(troubles)

    async def _send(self, operations: Sequence[bytes]) -> list[Outcome | Trouble]:
        """One request; where it is refused as a whole, its halves, down to the one that is at fault."""
        try:
            response = await self._client.bulk(
                operations=operations,  # type: ignore[arg-type]  # lines that are encoded pass as they are
                require_alias=True,
                timeout=_BULK_TIMEOUT,
                include_source_on_error=False,
                filter_path=["items.*.status", "items.*.error"],
            )
        except ApiError as error:
            if error.status_code not in _REQUEST_REFUSED:
                raise
            if len(operations) == 1:
                return [Refused(error.message, str(error.body)[:_SAID_CHARACTERS])]
            half = len(operations) // 2
            return [*await self._send(operations[:half]), *await self._send(operations[half:])]
        return [judge(item) for item in response["items"]]

    def _patiently(
        self, what: str, *, refused_at_once: bool = False
    ) -> AsyncIterator[AbstractContextManager[None]]:
        """Attempts without end, as ``waiting.patiently``.

        Args:
            what: what is waited for, as the log says it.
            refused_at_once: do not wait where Elasticsearch answered that it will not.
        """

        def may_pass(error: Exception) -> bool:
            return not (refused_at_once and _signed_out(error)) and _may_pass(error)

        return waiting.patiently(what, self._address, on=may_pass, told=self._hear)

    def _briefly(self, what: str) -> AsyncIterator[AbstractContextManager[None]]:
        """At most ``FEW`` attempts, then the error comes out."""
        left = FEW

        def may_pass(error: Exception) -> bool:
            nonlocal left
            left -= 1
            if left and _may_pass(error):
                return True
            self._hear(None)
            return False

        return waiting.patiently(what, self._address, on=may_pass, told=self._hear)

    def _hear(self, what: str | None) -> None:
        self.waiting = what


def _may_pass(error: Exception) -> bool:
    return isinstance(error, _NotTakenError | HeldError) or waiting.may_pass(error)


def _signed_out(error: Exception) -> bool:
    return isinstance(error, ApiError) and (
        error.status_code == _UNAUTHORIZED or error.message == "security_exception"
    )
