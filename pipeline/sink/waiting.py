"""Waiting for Elasticsearch: attempts with growing pauses, for as long as it takes, and said in the log."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TypeAlias

import stamina
import structlog
from elasticsearch import ApiError, TransportError

from pipeline.sink import connection
from pipeline.sink.bulk import curable

Attempt: TypeAlias = AbstractContextManager[None]

_SAID_CHARACTERS = 500
_TOO_BUSY = {408, 429}
_SERVER_ERRORS = 500

log = structlog.get_logger(__name__)


def may_pass(error: Exception) -> bool:
    """Whether the same question may get another answer later: nobody answered, or it was not the time."""
    return curable(error.status_code) if isinstance(error, ApiError) else isinstance(error, TransportError)


def nobody_answers(error: Exception) -> bool:
    """Whether Elasticsearch is away or too busy; unlike for a worker, a refusal is not waited out."""
    if isinstance(error, ApiError):
        return error.status_code in _TOO_BUSY or error.status_code >= _SERVER_ERRORS
    return isinstance(error, TransportError)


async def patiently(
    what: str,
    address: str,
    *,
    on: Callable[[Exception], bool] = may_pass,
    told: Callable[[str | None], None] = lambda _: None,
) -> AsyncIterator[Attempt]:
    """Attempts with growing, jittered pauses, without end; failures and the recovery are logged.

    Args:
        what: what is waited for, as the log says it.
        address: of whom.
        on: whether an error may pass; any other comes out.
        told: hears what is waited for, and ``None`` when it came.
    """
    began = time.monotonic()
    since = datetime.now(UTC).isoformat(timespec="seconds")
    attempts = 0

    def goes_on(error: Exception) -> bool:
        nonlocal attempts
        if not on(error):
            return False
        attempts += 1
        told(f"{what} since {since}: {said(error)}")
        log.warning(what, address=address, error=said(error), attempt=attempts, since=since)
        return True

    async for attempt in stamina.retry_context(
        on=goes_on, attempts=None, timeout=None, wait_initial=0.2, wait_max=10, wait_jitter=1
    ):
        yield attempt
    told(None)
    if attempts:
        log.info("Elasticsearch is back", address=address, waited_s=round(time.monotonic() - began, 1))


def said(error: Exception) -> str:
    """The error for the log; as text, the client's own connection errors say nothing but their name."""
    text = str(error.message if isinstance(error, TransportError) else error)[:_SAID_CHARACTERS]
    advice = connection.advice(error, "")
    return f"{text}; {advice}" if advice else text
