"""Who is visited when: each URL by itself, again and again, and few of them at the same time."""

from __future__ import annotations

import asyncio
import contextlib
import io
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeAlias

import structlog
from msgspec import Struct, structs

from pipeline import formats
from pipeline.feeds.poll import schedule
from pipeline.feeds.poll.polled import Print, State
from pipeline.feeds.poll.targets import Target
from pipeline.feeds.poll.visit import Answer, Clients, VisitError, clients, shown, visit
from pipeline.feeds.shape import Unreadable
from pipeline.formats.unpacked import MAGIC

UNCERTAIN = ("html", "text")
"""Formats that an error page has as well: they are read only where the configuration names them."""

_LOOK_S = 0.05
_SHOWN = 200

log = structlog.get_logger(__name__)


class Manner(Struct, frozen=True, kw_only=True):
    """How polite to be: documents held at once, requests to one host at once, seconds to wait for an answer.

    ``spread_s`` is how far apart, in the mean, the URLs are asked for the first time.
    """

    at_once: int = 32
    per_host: int = 2
    timeout_s: float = 60.0
    spread_s: float = 0.1


class Document:
    """What a URL gave: to be read, less the items that were sent before.

    ``after`` is where polling stands once it is settled, ``prints`` are the items that were met in it.
    """

    def __init__(self, target: Target, body: bytes, after: State) -> None:
        self.target = target
        self.location = target.location
        self.after = after
        self.prints: set[Print] = set()
        self.known: frozenset[Print] | None = None
        self.released = False
        self._body = body
        self._loop = asyncio.get_running_loop()
        self._settled = asyncio.Event()

    def open(self) -> BinaryIO:
        """Its bytes."""
        return io.BytesIO(self._body)

    def release(self) -> None:
        """Let the visits to its URL go on; from any thread."""
        self.released = True
        with contextlib.suppress(RuntimeError):  # the visits have ended
            self._loop.call_soon_threadsafe(self._settled.set)

    async def settled(self) -> None:
        """Wait until it is released."""
        await self._settled.wait()


Found: TypeAlias = queue.SimpleQueue[Document | Unreadable | BaseException]
"""What was found, on its way from the thread that visits; an exception is what ended it."""


class _Host:
    """A server: few requests at once, and none before the time that it asked for."""

    def __init__(self, at_once: int) -> None:
        self.slots = asyncio.Semaphore(at_once)
        self.closed_until = 0.0


class Visits:
    """Visits to all targets, until cancelled; what they find is put into a queue."""

    def __init__(
        self,
        targets: Sequence[Target],
        manner: Manner,
        found: Found,
        note: Callable[[str, State], None],
    ) -> None:
        self._targets = targets
        self._manner = manner
        self._found = found
        self._note = note
        self._room = asyncio.Semaphore(manner.at_once)
        self._hosts: dict[str, _Host] = defaultdict(lambda: _Host(manner.per_host))

    async def go_on(self, ending: threading.Event) -> None:
        """Visit all of them until ``ending``.

        Raises:
            OSError: what was found cannot be remembered.
        """
        async with (
            clients(self._manner.at_once, self._manner.timeout_s) as ours,
            asyncio.TaskGroup() as group,
        ):
            tasks = [group.create_task(self._again_and_again(ours, target)) for target in self._targets]
            while not ending.is_set():  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(_LOOK_S)
            for task in tasks:
                task.cancel()

    async def _again_and_again(self, ours: Clients, target: Target) -> None:
        delay: float | None = self._first(target)
        while delay is not None:
            await asyncio.sleep(delay)
            delay = await self._visit(ours, target)

    def _first(self, target: Target) -> float:
        """Seconds until the first visit: what an earlier process left of them, or few by chance."""
        left = target.state.due - time.time()
        longest = max(target.config.every, schedule.DAY_S) * 2
        if 0 < left < longest:  # else the clock was changed, or it is time
            return left
        return schedule.spread(target.config.every, len(self._targets), self._manner.spread_s)

    async def _visit(self, ours: Clients, target: Target) -> float | None:
        """Ask once; the seconds until the next time, None for never.

        The room is kept until the document is settled, so that no more are held than ``at_once``.
        """
        host = self._hosts[target.host]
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with host.slots:
                    closed = host.closed_until - time.monotonic()
                    if closed > 0:
                        return closed + schedule.spread(closed, len(self._targets), self._manner.spread_s)
                    await stack.enter_async_context(self._room)
                    answer = await visit(ours, target.request())
                if answer.body is not None:
                    _check(answer.body, target)
            except VisitError as error:
                return self._failed(target, host, error)
            after, delay = _after(target, answer)
            if answer.body is None:
                target.state = after
                self._note(target.place, after)
                return delay
            document = Document(target, answer.body, after)
            del answer
            self._found.put(document)
            await document.settled()
            return max(0.0, target.state.due - time.time())

    def _failed(self, target: Target, host: _Host, error: VisitError) -> float | None:
        """Note what stood in the way, and tell it if it is another thing than the last time."""
        if error.host and error.retry_after:
            host.closed_until = max(host.closed_until, time.monotonic() + error.retry_after)
        reason = str(error)
        gone = error.gone and not target.state.moved
        if gone:
            reason += ": it is not asked any more; take it off the list"
        if error.sign != target.state.told:
            self._found.put(Unreadable(location=target.location, reason=reason, feed=target.config.name))
        state, delay = failed(target, retry_after=schedule.DAY_S if gone else error.retry_after)
        # Where the URL has moved for good was no good: the next visit asks the old address again.
        target.state = structs.replace(state, told=error.sign, moved="")
        self._note(target.place, target.state)
        return None if gone else delay


def failed(target: Target, *, retry_after: float | None = None) -> tuple[State, float]:
    """Where a target stands after one more failure, and the seconds until the next try."""
    failures = target.state.failures + 1
    delay = schedule.back_off(target.config.every, failures, retry_after)
    return structs.replace(target.state, failures=failures, due=time.time() + delay), delay


def _after(target: Target, answer: Answer) -> tuple[State, float]:
    """Where a target stands once an answer is settled, and the seconds until the next visit."""
    state = target.state
    delay = schedule.regular(target.config.every, answer.hint)
    if answer.moved and answer.moved != state.moved:
        log.warning("a feed has moved for good", url=target.location, to=shown(answer.moved[:_SHOWN]))
    if state.told:
        log.info("a feed answers again", url=target.location)
    after = structs.replace(
        state,
        etag=answer.etag,
        modified=answer.modified,
        digest=answer.digest,
        moved=answer.moved or state.moved,
        told="",
        failures=0,
        due=time.time() + delay,
    )
    return after, delay


def _check(body: bytes, target: Target) -> None:
    """Refuse what is more likely an error page than copy.

    Raises:
        VisitError: it is no known format, and the configuration names none.
    """
    if target.config.format or body.startswith(MAGIC):
        return
    name = formats.choose(formats.Stream(io.BytesIO(body))).NAME
    if name in UNCERTAIN:
        what = "an HTML page" if name == "html" else "nothing in a known format"
        start = " ".join(body[:60].decode(errors="replace").split())
        raise VisitError(
            f"{what} came instead of a feed (it begins {start!r}); if that is what is wanted, "
            f'say format = "{name}"',
            sign=what,
        )
