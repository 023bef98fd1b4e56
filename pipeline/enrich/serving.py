"""The life of a model process: batch by batch from its pipe, until the pipe ends."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from typing import NamedTuple, Protocol

from pipeline import article
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError, RawArticle
from pipeline.settings import Settings

Outcome = bytes | Failure


class Models(Protocol):
    """What runs in a model process: from articles to as many enriched ones, in their order."""

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> list[EnrichedArticle]:
        """May raise; then the articles are tried one by one.

        Args:
            raws: the articles.
            now: the time.
            skipped: parts of the work to leave out, by name, and why.
            begins: to be told the name of each part before it is begun.
        """
        ...


Load = Callable[[Settings], Models | Callable[[], Models]]
"""Loads models: once, for all model processes. Where it gives a function, each calls that for itself."""


class Batch(NamedTuple):
    """Raw articles, and the parts of the work to leave out."""

    values: list[bytes]
    skipped: dict[str, str]


def serve(pipe: Connection, settings: Settings, loaded: Models | Callable[[], Models]) -> None:
    """Say what went wrong with the models, if anything, then answer batches."""
    threading.Thread(target=end_with, args=(pipe.fileno(),), daemon=True).start()
    models: list[Models] = []
    pipe.send(attempted(lambda: models.append(loaded() if callable(loaded) else loaded), settings))
    while models:
        try:
            outcomes = _work(pipe.recv(), models[0], settings.max_article_bytes, pipe.send)
        except EOFError:
            return
        except MemoryError:
            # Whatever was under way in native code may be half done: a new process takes over.
            pipe.send(None)
            return
        pipe.send(outcomes)


def attempted(load: Callable[[], object], settings: Settings) -> str:
    """Why models could not be loaded; empty if they could."""
    try:
        load()
    except MemoryError:
        return out_of_memory(settings)
    except Exception as error:  # noqa: BLE001 - told to the parent, which stops with it
        return f"{type(error).__name__}: {error}"
    return ""


def out_of_memory(settings: Settings) -> str:
    """What a person is told who may have set too low a limit."""
    limit = settings.process_memory_mib
    allowed = f" of the {limit} MiB that they may take (NEWSWIRE_PROCESS_MEMORY_MIB)" if limit else ""
    return f"the models ran out of memory{allowed}"


def end_with(pipe: int, unless: int | None = None) -> None:
    """End this process as soon as nobody holds the other end of a pipe, a hanging model included.

    Args:
        pipe: its file descriptor; a worker's ends are closed however the worker ends, ``kill -9`` included.
        unless: end of another pipe; once nobody holds that one's other end, this returns.
    """
    ends = select.poll()
    for each in (pipe, unless):
        if each is not None:
            ends.register(each, 0)  # hanging up is told of always
    if pipe in dict(ends.poll()):
        os._exit(1)


def _work(batch: Batch, models: Models, max_bytes: int, begins: Callable[[str], None]) -> list[Outcome]:
    """Decode, enrich the whole batch, encode."""
    outcomes: list[Outcome | None] = [None] * len(batch.values)
    articles: dict[int, RawArticle] = {}
    for place, value in enumerate(batch.values):
        try:
            articles[place] = _decode(value, max_bytes)
        except InvalidArticleError as error:
            outcomes[place] = Failure("validate", type(error).__name__, str(error))
    enrich = partial(models.enrich, now=datetime.now(UTC), skipped=batch.skipped, begins=begins)
    done = _enrich(list(articles.values()), enrich)
    for place, outcome in zip(articles, done, strict=True):
        outcomes[place] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def _decode(value: bytes, max_bytes: int) -> RawArticle:
    if len(value) > max_bytes:
        raise InvalidArticleError(f"{len(value)} bytes are over the limit of {max_bytes} for an article")
    return article.decode_raw(value)


def _enrich(
    articles: list[RawArticle], enrich: Callable[[list[RawArticle]], list[EnrichedArticle]]
) -> list[Outcome]:
    """The batch at once; if the models raise, one by one, so that only the culprit fails."""
    try:
        return [article.encode(each) for each in enrich(articles)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a model raises is an article's outcome
        if len(articles) == 1:
            return [Failure("enrich", type(error).__name__, str(error) or repr(error))]
        return [outcome for each in articles for outcome in _enrich([each], enrich)]
