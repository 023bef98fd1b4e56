"""Requests on their way to the broker: they wait in line, are handed over together, and are answered."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
import time
from collections.abc import Iterable
from typing import BinaryIO

from msgspec import Struct

from pipeline.article import Id, RawArticle, Status, Version
from pipeline.feeds.shape import Result


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article as its sender is told of it."""

    id: Id
    guid: str | None = None
    version: Version
    status: Status


class Post:
    """The copy in one request, and what became of it."""

    def __init__(self, client: str, body: bytes, format_name: str | None = None) -> None:
        """Made in the loop that waits for the answer."""
        self.location = f"POST /articles from {client}"
        self.format = format_name
        self.articles: list[Taken] = []
        self.taken = False
        """Whether it left the line to be sent, so that nobody can say any more that it was not."""
        self._body = body
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Result | None] = self._loop.create_future()

    def open(self) -> BinaryIO:
        """Its bytes."""
        return io.BytesIO(self._body)

    def note(self, article: RawArticle) -> None:
        """An article was found in it."""
        self.articles.append(
            Taken(id=article.id, guid=article.guid or None, version=article.version, status=article.status)
        )

    def settle(self, result: Result | None) -> None:
        """Say what became of it, None where nobody knows; from any thread, and only the first time counts."""
        with contextlib.suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(self._set, result)

    def _set(self, result: Result | None) -> None:
        if not self._answer.done():
            self._answer.set_result(result)

    async def answer(self, seconds: float) -> Result | None:
        """What became of it.

        Raises:
            TimeoutError: nothing yet.
        """
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self._answer)


class Line:
    """The requests that wait, bounded; all that wait are taken at once. From any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Post, None] = {}
        self._changed = threading.Condition()
        self._open = False
        self._since: float | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, post: Post) -> bool:
        """Whether there was room for it."""
        with self._changed:
            if not self._open or len(self._waiting) >= self._most:
                return False
            self._waiting[post] = None
            self._changed.notify_all()
            return True

    def leave(self, post: Post) -> None:
        """Wait no more; what was taken already stays so."""
        with self._changed:
            self._waiting.pop(post, None)

    def take(self, seconds: float) -> list[Post]:
        """All that wait; none where none comes in so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or not self._open, seconds)
            taken = self._clear()
            for post in taken:
                post.taken = True
            self._since = time.monotonic() if taken else None
            return taken

    def settled(self, taken: Iterable[Post]) -> None:
        """What was taken is done with; of what was not answered nobody knows what became."""
        self._since = None
        for post in taken:
            post.settle(None)

    @property
    def stuck_s(self) -> float:
        """Seconds since the requests were taken that are not settled yet; 0 where there are none."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def begin(self) -> None:
        """Let requests join."""
        with self._changed:
            self._open = True
            self._since = None

    def end(self) -> None:
        """Let no more join; those that wait are answered, and not taken."""
        with self._changed:
            self._open = False
            for post in self._clear():
                post.settle(None)
            self._changed.notify_all()

    def _clear(self) -> list[Post]:
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting
