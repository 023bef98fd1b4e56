"""Feeding, as the command line asks for it: files, folders, standard input, a watched folder."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from pipeline.errors import NewswireError
from pipeline.feeds import Feed, Files, StandardInput, Watch, memory_of
from pipeline.feeds.config import FeedConfig, base_context
from pipeline.feeds.report import Event, OnEvent, Summary
from pipeline.feeds.run import Run
from pipeline.feeds.spool import Store
from pipeline.feeds.stopping import until_stopped
from pipeline.formats import Context
from pipeline.settings import Settings

__all__ = ["SOURCE", "Event", "FeedError", "OnEvent", "Summary", "feed"]

SOURCE = "local"
"""The source of articles whose feed names none."""


class FeedError(NewswireError):
    """What was asked for cannot be done; says why and what to do."""


def feed(
    paths: Iterable[str | Path],
    settings: Settings,
    *,
    source: str = SOURCE,
    language: str | None = None,
    provider: str | None = None,
    zone: str | None = None,
    format: str | None = None,  # noqa: A002 - the option's name
    watch: bool = False,
    spool: Store | None = None,
    on_event: OnEvent = lambda _: None,
    stop: threading.Event | None = None,
) -> Summary:
    """Feed files, folders, or standard input (``-``); each article acknowledged before its file is fed.

    Args:
        paths: what to read; with ``watch`` exactly one folder; with ``spool`` none, if it is only to be sent.
        settings: where the broker is, and how large an article may be.
        source: the source that the articles are of; part of their ids.
        language: the language to declare for articles that declare none.
        provider: the provider to declare for articles that declare none.
        zone: the time zone of times without one; UTC by default.
        format: the format, where it is not to be told by the bytes.
        watch: go on until stopped.
        spool: where standard input's articles wait for the broker; what is in it is sent first.
        on_event: told of progress and of problems, always from the calling thread.
        stop: ends the run when set, and is set when an error ends it; without one, SIGTERM and SIGINT end it.

    Raises:
        FeedError: what was asked for cannot be done.
        SpoolError: the spool cannot be used any more.
        UnknownTopicError: the broker lacks a topic, and does not make it.
        AlreadyWatchedError: another process watches the folder for this source.
        KafkaError: the broker refuses to talk to us.
        OSError: the folder cannot be watched, or what was fed cannot be remembered.
    """
    names = [str(path) for path in paths]
    _check(names, watch=watch, sending=spool is not None)
    context = context_of(
        settings, source=source, language=language, provider=provider, zone=zone, format=format
    )
    with until_stopped(stop) as ending:
        if not watch:
            return Run(settings, context, on_event, ending, spool).run(_feeds(names, ending))
        folder = Path(names[0])
        memory = memory_of(folder, source, settings)
        try:
            return Run(settings, context, on_event, ending, spool).run([Watch(folder, memory, ending)])
        finally:
            memory.close()


def context_of(
    settings: Settings,
    *,
    source: str = SOURCE,
    language: str | None = None,
    provider: str | None = None,
    zone: str | None = None,
    format: str | None = None,  # noqa: A002 - the option's name
) -> Context:
    """What holds for all articles, as it was asked for.

    Raises:
        FeedError: something of it makes no sense; says what.
    """
    if not source.strip():
        raise FeedError("the source is empty: name where the articles come from")
    try:
        config = FeedConfig(
            type="files",
            name="files",
            source=source,
            language=language,
            provider=provider,
            timezone=zone,
            format=format,
        )
    except ValidationError as error:
        raise FeedError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    return config.context(base_context(settings))


def _check(names: list[str], *, watch: bool, sending: bool) -> None:
    if not names and not sending:
        raise FeedError("nothing to feed: name files or folders, or - for standard input")
    if names.count("-") > 1:
        raise FeedError("standard input (-) is named twice; it can be read once")
    if watch and (len(names) != 1 or not Path(names[0]).is_dir()):
        raise FeedError("--watch takes exactly one path, and that a folder that is there")


def _feeds(names: list[str], stop: threading.Event) -> list[Feed]:
    files = [Path(name) for name in names if name != "-"]
    feeds: list[Feed] = [Files(files)] if files else []
    return [*feeds, StandardInput(stop)] if "-" in names else feeds
