"""Enriched articles into Elasticsearch: what can be cured is waited for, what cannot is said."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import stamina
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, TransportError

from pipeline.article import EnrichedArticle
from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink import connection, templates
from pipeline.sink.bulk import Indexed, Outcome, Refused, Stale, Trouble, curable, judge, operation, portions

__all__ = ["Indexed", "Outcome", "Refused", "SetupError", "Sink", "Stale"]

log = structlog.get_logger(__name__)

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
    """

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncElasticsearch(**connection.options(settings, timeout_s=_REQUEST_TIMEOUT_S))
        self._alias = settings.index
        self._address = connection.address(settings)
        self._index_is_missing = False

    async def ready(self) -> None:
        """Wait for Elasticsearch, then see to it that templates, index and alias are there and fit.

        Raises:
            templates.UnfitIndexError: what is there contradicts what is needed; says what to do.
            SetupError: it answered that it will not do this (not signed in, for one).
        """
        try:
            async for attempt in self._patiently("waiting for Elasticsearch", refused_at_once=True):
                with attempt:
                    await templates.ensure(self._client, self._alias)
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
        waiting: dict[int, bytes] = {}
        indexed = datetime.now(UTC)
        for place, article in enumerate(articles):
            try:
                waiting[place] = operation(article, indexed, templates.languages())
            except ValueError as error:
                outcomes[place] = Refused(type(error).__name__, f"created {article.created}: {error}")
        async for attempt in self._patiently("waiting for Elasticsearch to take documents"):
            with attempt:
                await self._round(waiting, outcomes)
        return [outcomes[place] for place in range(len(articles))]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _round(self, waiting: dict[int, bytes], outcomes: dict[int, Outcome]) -> None:
        """Send what is waiting, once; what got its outcome waits no more."""
        if self._index_is_missing:
            await templates.ensure(self._client, self._alias)
            self._index_is_missing = False
        troubles: list[Trouble] = []
        for places in portions(waiting):
            answers = await self._send([waiting[place] for place in places])
            for place, answer in zip(places, answers, strict=True):
                if isinstance(answer, Trouble):
                    troubles.append(answer)
                else:
                    outcomes[place] = answer
                    del waiting[place]
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

    async def _patiently(
        self, what: str, *, refused_at_once: bool = False
    ) -> AsyncIterator[AbstractContextManager[None]]:
        """Attempts with growing, jittered pauses, without end; failures and the recovery are logged.

        Args:
            what: what is waited for, as the log says it.
            refused_at_once: do not wait where Elasticsearch answered that it will not.
        """
        began = time.monotonic()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        attempts = 0

        def may_pass(error: Exception) -> bool:
            nonlocal attempts
            if not _may_pass(error, refused_at_once=refused_at_once):
                return False
            attempts += 1
            log.warning(what, address=self._address, error=_said(error), attempt=attempts, since=since)
            return True

        async for attempt in stamina.retry_context(
            on=may_pass, attempts=None, timeout=None, wait_initial=0.2, wait_max=10, wait_jitter=1
        ):
            yield attempt
        if attempts:
            log.info(
                "Elasticsearch is back", address=self._address, waited_s=round(time.monotonic() - began, 1)
            )


def _may_pass(error: BaseException, *, refused_at_once: bool) -> bool:
    if isinstance(error, ApiError):
        signed_out = error.status_code == _UNAUTHORIZED or error.message == "security_exception"
        return curable(error.status_code) and not (refused_at_once and signed_out)
    return isinstance(error, TransportError | _NotTakenError)


def _said(error: Exception) -> str:
    """The error for the log; as text, the client's own connection errors say nothing but their name."""
    text = error.message if isinstance(error, TransportError) else error
    return str(text)[:_SAID_CHARACTERS]
