"""Feeding, as the command line asks for it: files, folders, standard input, a watched folder."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pipeline.errors import NewswireError
from pipeline.feeds import Feed, Files, StandardInput, Watch, memory_of
from pipeline.feeds.report import Event, OnEvent, Summary
from pipeline.feeds.run import Run
from pipeline.formats import Context
from pipeline.settings import Settings

__all__ = ["SOURCE", "Event", "FeedError", "OnEvent", "Summary", "feed"]

SOURCE = "local"
"""The source of articles whose feed names none."""

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class FeedError(NewswireError):
    """What was asked for cannot be done; says why and what to do."""


def feed(
    paths: Iterable[str | Path],
    settings: Settings,
    *,
    source: str = SOURCE,
    language: str | None = None,
    watch: bool = False,
    on_event: OnEvent = lambda _: None,
    stop: threading.Event | None = None,
) -> Summary:
    """Feed files, folders, or standard input (``-``); each article acknowledged before its file is fed.

    Args:
        paths: what to read; with ``watch`` exactly one folder.
        settings: where the broker is, and how large an article may be.
        source: the source that the articles are of; part of their ids.
        language: the language to declare for articles that declare none.
        watch: go on until stopped.
        on_event: told of progress and of problems, always from the calling thread.
        stop: ends the run when set; without one, SIGTERM and SIGINT end it.

    Raises:
        FeedError: what was asked for cannot be done.
        UnknownTopicError: the broker lacks a topic.
        AlreadyWatchedError: another process watches the folder for this source.
        KafkaError: the broker refuses to talk to us.
        OSError: the folder cannot be watched, or what was fed cannot be remembered.
    """
    names = [str(path) for path in paths]
    _check(names, source, language, watch=watch)
    with _until_stopped(stop) as ending:
        context = Context(
            source=source,
            feed="",
            location="",
            received=datetime.now(UTC),
            limit=settings.max_article_bytes,
            language=language,
        )
        if not watch:
            return Run(settings, context, on_event, ending).run(_feeds(names, ending))
        folder = Path(names[0])
        memory = memory_of(folder, source, settings)
        try:
            memory.forget(_gone)
            return Run(settings, context, on_event, ending).run([Watch(folder, memory, ending)])
        finally:
            memory.close()


def _gone(location: str) -> bool:
    """Whether a file is no more; one whose name cannot be shown as it is cannot be looked for."""
    return "\ufffd" not in location and not os.path.lexists(location)


def _check(names: list[str], source: str, language: str | None, *, watch: bool) -> None:
    if not names:
        raise FeedError("nothing to feed: name files or folders, or - for standard input")
    if names.count("-") > 1:
        raise FeedError("standard input (-) is named twice; it can be read once")
    if not source.strip():
        raise FeedError("the source is empty: name where the articles come from")
    if language is not None and not _TAG.fullmatch(language):
        raise FeedError(f"'{language}' is no language tag like fr or en-GB")
    if watch and (len(names) != 1 or not Path(names[0]).is_dir()):
        raise FeedError("--watch takes exactly one path, and that a folder that is there")


def _feeds(names: list[str], stop: threading.Event) -> list[Feed]:
    files = [Path(name) for name in names if name != "-"]
    feeds: list[Feed] = [Files(files)] if files else []
    return [*feeds, StandardInput(stop)] if "-" in names else feeds


@contextmanager
def _until_stopped(stop: threading.Event | None) -> Iterator[threading.Event]:
    """The event that ends the run; without one of the caller's, SIGTERM and SIGINT set it."""
    if stop is not None or threading.current_thread() is not threading.main_thread():
        yield stop or threading.Event()
        return
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
