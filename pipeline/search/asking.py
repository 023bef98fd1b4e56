"""Asking Elasticsearch: one client a process, limits of time, and one clear error."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from pydantic import SecretStr

from pipeline.errors import NewswireError
from pipeline.query import QueryError
from pipeline.settings import Settings
from pipeline.sink import connection

Answer = TypeVar("Answer")
Body = Mapping[str, Any]

PATIENCE_S = 30.0
"""Seconds that one request may take on the wire; Elasticsearch itself gives up sooner."""

_SEARCH_TIMEOUT = "20s"
_CONNECTIONS = 32  # as many threads as may ask at once without a new connection
_UNAVAILABLE = {429, 502, 503, 504}
# A month's index that was made this instant is not yet there for a moment, and answers 503.
_PAUSES_S = (0.1, 0.3, 1.0)
# What failed only after a while, as a search at its limit of time, would take as long again.
_AT_ONCE_S = 2.0
# Elasticsearch's limit of clauses follows from its heap and its processors.
_TOO_MANY = "too_many"

_clients: dict[tuple[int, str, SecretStr | None, Path | None], Elasticsearch] = {}
_lock = threading.Lock()


class SearchError(NewswireError):
    """Elasticsearch could not be asked; the message says why and what to do."""


def ask(settings: Settings, question: Callable[[Elasticsearch], Answer]) -> Answer:
    """What Elasticsearch answers; may be called from several threads at once.

    Args:
        settings: where it is, and the alias.
        question: only reads, for it is put again where what failed may pass in a moment.

    Raises:
        QueryError: the question has more words than Elasticsearch takes.
        SearchError: there is no answer.
    """
    where = f"Elasticsearch at {connection.address(settings)}"
    try:
        return _again(question, _client(settings))
    except NotFoundError as error:
        raise SearchError(
            f"{where} has no index '{settings.index}' yet: start `newswire worker`, which makes it"
        ) from error
    except ApiError as error:
        if error.status_code == HTTPStatus.BAD_REQUEST and _TOO_MANY in str(error.body):
            raise QueryError(
                "the query has more words than Elasticsearch takes with its memory: take fewer words, or give"
                " it a larger heap"
            ) from error
        busy = error.status_code in _UNAVAILABLE
        usual = "try again in a moment" if busy else "see NEWSWIRE_ELASTICSEARCH and its log"
        advice = connection.advice(error, usual)
        raise SearchError(f"{where} does not answer the search: {error}; {advice}") from error
    except TransportError as error:
        usual = "start it with `newswire up`, or say where it is with NEWSWIRE_ELASTICSEARCH"
        advice = connection.advice(error, usual)
        raise SearchError(f"{where} does not answer ({error.message}): {advice}") from error


def searched(settings: Settings, body: Body, **options: Any) -> Mapping[str, Any]:
    """The answer to one search; never a part of one."""
    return ask(
        settings,
        lambda client: (
            client.search(
                index=settings.index,
                allow_partial_search_results=False,
                body={"timeout": _SEARCH_TIMEOUT, **body},
                **options,
            ).body
        ),
    )


def _again(question: Callable[[Elasticsearch], Answer], client: Elasticsearch) -> Answer:
    """The answer, asked for again a few times where the next moment may bring it."""
    for pause in _PAUSES_S:
        began = time.monotonic()
        try:
            return question(client)
        except ApiError as error:
            if error.status_code not in _UNAVAILABLE or time.monotonic() - began > _AT_ONCE_S:
                raise
        time.sleep(pause)
    return question(client)


def _client(settings: Settings) -> Elasticsearch:
    """One client for all nodes, for each key and authority; a process that was forked has its own."""
    key, authority = settings.elasticsearch_api_key, settings.elasticsearch_ca
    name = os.getpid(), settings.elasticsearch, key, authority
    with _lock:
        if name not in _clients:
            options = connection.options(settings, timeout_s=PATIENCE_S)
            _clients[name] = Elasticsearch(**options, connections_per_node=_CONNECTIONS)
        return _clients[name]
