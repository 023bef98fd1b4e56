"""Enriched articles into Elasticsearch: what can be cured is waited for, what cannot is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch

from pipeline.article import EnrichedArticle
from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink import connection, templates, waiting
from pipeline.sink.bulk import Indexed, Outcome, Refused, Stale, Trouble, judge, lines, portions
from pipeline.sink.document import document, related
from pipeline.sink.finding import Finder
from pipeline.sink.kin import Kin
from pipeline.sink.standing import standing

__all__ = ["Indexed", "Outcome", "Refused", "SetupError", "Sink", "Stale"]

Prepare = Callable[[AsyncElasticsearch, str], Awaitable[object]]
"""Sees to it that there is an index behind the alias that is named."""

_REQUEST_TIMEOUT_S = 60.0
_BULK_TIMEOUT = "30s"
_REQUEST_REFUSED = {400, 413}
_NO_INDEX = 404
_SAID_CHARACTERS = 500
_UNAUTHORIZED = 401


class SetupError(NewswireError):
    """Elasticsearch refuses to have the index prepared; the message says why and what to look at."""


class _NotTakenError(Exception):
    """Some documents were not taken now; says how many and what was said of the first."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__(f"{len(troubles)} documents were not taken, the first: {troubles[0]}")


class Sink:
    """Writes articles to the index behind an alias; each is there once, with its newest version.

    Args:
        settings: where Elasticsearch is, and the alias.
        alias: another alias to write to than the settings'.
        prepare: is called at the start, and where the alias is found to be gone; by default it makes the live
            index and its alias.
    """

    def __init__(
        self, settings: Settings, *, alias: str | None = None, prepare: Prepare = templates.ensure
    ) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_REQUEST_TIMEOUT_S))
        self._alias = alias or settings.index
        self._prepare = prepare
        self._address = connection.address(settings)
        self._index_is_missing = False
        finder = Finder(self._client, self._alias)
        self._kin = Kin(finder, standing(self._client, self._alias), self.write, self._patiently)
        self.waiting: str | None = None
        """What Elasticsearch is waited for, in a few words; None while it takes what it is sent."""

    async def ready(self) -> None:
        """Wait for Elasticsearch, then see to it that templates, index and alias are there and fit.

        Raises:
            templates.UnfitIndexError: what is there contradicts what is needed; says what to do.
            SetupError: it answered that it will not do this (not signed in, for one).
        """
        try:
            async for attempt in self._patiently("waiting for Elasticsearch", refused_at_once=True):
                with attempt:
                    await self._prepare(self._client, self._alias)
        except ApiError as error:
            raise SetupError(
                f"Elasticsearch at {self._address} refuses to prepare the index '{self._alias}': {error};"
                " see the user and password in NEWSWIRE_ELASTICSEARCH and what that user may do"
            ) from error

    async def index(self, articles: Sequence[EnrichedArticle]) -> list[Outcome]:
        """Write a batch and wait for as long as it takes until each article has its outcome.

        Returns:
            One outcome an article, in their order.

        Raises:
            templates.UnfitIndexError: the index had to be made again, and what is there now does not fit.
        """
        outcomes: dict[int, Outcome] = {}
        documents: dict[int, dict[str, Any]] = {}
        indexed = datetime.now(UTC)
        for place, article in enumerate(articles):
            try:
                documents[place] = document(article, indexed, templates.languages())
            except ValueError as error:
                outcomes[place] = Refused(type(error).__name__, f"created {article.created}: {error}")
        async with self._kin.turn:
            plan = await self._kin.plan({place: articles[place] for place in documents})
            operations = {
                place: lines(articles[place].id, articles[place].version, related(fields, plan.fields[place]))
                for place, fields in documents.items()
            }
            outcomes |= await self.write(operations)
            await self._kin.settle(plan, outcomes)
        return [outcomes[place] for place in range(len(articles))]

    async def write(self, operations: Mapping[int, bytes]) -> dict[int, Outcome]:
        """Send operations of a bulk request and wait until each has its outcome; as ``index``."""
        outcomes: dict[int, Outcome] = {}
        left = dict(operations)
        async for attempt in self._patiently("waiting for Elasticsearch to take documents"):
            with attempt:
                await self._round(left, outcomes)
        return outcomes

    async def close(self) -> None:
        """Close the connections; nothing is looked at a second time any more."""
        await self._kin.close()
        await self._client.close()

    async def _round(self, left: dict[int, bytes], outcomes: dict[int, Outcome]) -> None:
        """Send what is waiting, once; what got its outcome waits no more."""
        if self._index_is_missing:
            await self._prepare(self._client, self._alias)
            self._index_is_missing = False
        troubles: list[Trouble] = []
        for places in portions(left):
            answers = await self._send([left[place] for place in places])
            for place, answer in zip(places, answers, strict=True):
                if isinstance(answer, Trouble):
                    troubles.append(answer)
                else:
                    outcomes[place] = answer
                    del left[place]
        self._index_is_missing = any(trouble.status == _NO_INDEX for trouble in troubles)
        if troubles:
            raise _NotTakenError(troubles)

    async def _send(self, operations: Sequence[bytes]) -> list[Outcome | Trouble]:
        """One request; where it is refused as a whole, its halves, down to the one that is at fault."""
        try:
            response = await self._client.bulk(
                operations=operations,  # type: ignore[arg-type]  # lines that are encoded pass as they are
                index=self._alias,
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
            if refused_at_once and _signed_out(error):
                return False
            return isinstance(error, _NotTakenError) or waiting.may_pass(error)

        return waiting.patiently(what, self._address, on=may_pass, told=self._hear)

    def _hear(self, what: str | None) -> None:
        self.waiting = what


def _signed_out(error: Exception) -> bool:
    return isinstance(error, ApiError) and (
        error.status_code == _UNAUTHORIZED or error.message == "security_exception"
    )
