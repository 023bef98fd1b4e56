"""One feed at work in a thread of its own: what it reads is handed over, settled, and acknowledged."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, BinaryIO

import structlog
from msgspec import structs

from pipeline import formats
from pipeline.feeds.handed import Broken, Done, Ended, Message, Read, Refused, Send, Started, Tally, Trouble
from pipeline.feeds.shape import Deferring, Feed, Item, Selective, StoppedReadingError, Unreadable
from pipeline.producer import StoppedError

GRACE_S = 10.0
"""Seconds that a stopped feed waits for the acknowledgements of what it handed over."""

LONGEST_S = 60.0
"""Seconds after which a feed that failed again and again is tried at the latest; from 1 on they double."""

AHEAD = 8
"""Pieces that a feed may have handed over and that are not sent yet."""

HELD = 256
"""Pieces of an item that are read before the first is sent, where the feed may wait for its rest."""

PROGRESS = 64 * 1024
"""Bytes after which progress is told."""

_STEP_S = 0.25

log = structlog.get_logger(__name__)


class Lane:
    """Reads one feed to its end or until stopped; all of the feed is used in this one thread.

    What it reads goes to ``post``. Whoever takes a ``Send`` from there calls ``took`` of its lane, and
    ``settle`` of its tally once the broker has answered.
    """

    def __init__(
        self,
        feed: Feed,
        context: formats.Context,
        post: Callable[[Message], None],
        stop: threading.Event,
        *,
        restart: bool = False,
    ) -> None:
        self.feed = feed
        self.changed = threading.Condition()
        self._context = context
        self._post = post
        self._stop = stop
        self._restart = restart
        self._credit = threading.Semaphore(AHEAD)
        self._abandoned = False
        self._settled = False
        self._thread = threading.Thread(target=self._work, name=f"feed {feed.name}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def took(self) -> None:
        """A piece was taken, so another may be handed over."""
        self._credit.release()

    def abandon(self, timeout_s: float) -> None:
        """Wait for no acknowledgement any more, and so many seconds for the end of the thread."""
        with self.changed:
            self._abandoned = True
            self.changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        failures = 0
        stopped = False
        while True:
            self._settled = False
            self._post(Started(self))
            try:
                self._read_all()
            except (StoppedError, StoppedReadingError):
                stopped = True
            except Exception as error:  # noqa: BLE001 - whatever breaks one feed must not stop the others
                failures = 0 if self._settled else failures
                delay = min(LONGEST_S, 2.0**failures) if self._restart and not self._stop.is_set() else None
                failures += 1
                self._post(Broken(self, error, delay))
                if delay is not None and not self._stop.wait(delay):
                    continue
            break
        self._post(Ended(self, stopped))

    def _read_all(self) -> None:
        batches: Any = self.feed.batches()
        with closing(batches) if hasattr(batches, "close") else threading.Lock():
            for batch in batches:
                self._read_batch(batch)
                self._settled = True

    def _read_batch(self, batch: Iterable[Item | Unreadable]) -> None:
        tallies: deque[Tally] = deque()
        try:
            for item in batch:
                self._go_on()
                if isinstance(item, Unreadable):
                    self._post(Trouble(item.feed or self.feed.name, item))
                    continue
                self._read(item, tallies)
                self._acknowledge(tallies)
        finally:
            self._await(tallies)
            self._acknowledge(tallies)

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise StoppedError("stopped before all was read")

    def _read(self, item: Item, tallies: deque[Tally]) -> None:
        """Hand over all that an item holds."""
        base = structs.replace(
            self._context, feed=self.feed.name, location=item.location, received=datetime.now(UTC)
        )
        context = self.feed.context(item, base)
        tally = Tally(self, item, context.feed)
        tallies.append(tally)
        counted = None
        try:
            with item.open() as file:
                counted = _Counted(file, lambda size: self._post(Read(context.feed, size)))
                for outcome in self._chosen(tally, _outcomes(counted, context)):
                    self._hand(tally, outcome)
        except OSError as error:
            reason = error.strerror or str(error)
            self._post(Trouble(context.feed, Unreadable(location=item.location, reason=reason)))
        else:
            tally.read = True
        finally:
            if counted:
                counted.tell()

    def _chosen(self, tally: Tally, outcomes: Iterator[formats.Outcome]) -> Iterator[formats.Outcome]:
        """What is to be sent of an item.

        Of an atomic feed's item nothing is, if a piece of it is rejected, and no more of one whose rest is
        awaited.
        """
        feed = self.feed
        if feed.atomic:
            known = list(outcomes)
            refused = [one for one in known if isinstance(one, formats.Rejected)]
            for one in refused:
                self._refuse(tally, one)
            outcomes = iter(() if refused else known)
        elif isinstance(feed, Deferring):
            head = list(islice(outcomes, HELD))
            if any(self._deferred(feed, tally, outcome) for outcome in head):
                return
            outcomes = chain(head, outcomes)
        for place, outcome in enumerate(outcomes):
            if isinstance(feed, Deferring) and place >= HELD and self._deferred(feed, tally, outcome):
                return
            if not isinstance(feed, Selective) or feed.wanted(tally.item, outcome):
                yield outcome

    def _deferred(self, feed: Deferring, tally: Tally, outcome: formats.Outcome) -> bool:
        if not isinstance(outcome, formats.Rejected) or not feed.defers(tally.item, outcome):
            return False
        self._refuse(tally, outcome, deferred=True)
        return True

    def _refuse(self, tally: Tally, rejected: formats.Rejected, *, deferred: bool = False) -> None:
        tally.reject(rejected, deferred=deferred)
        self._post(Refused(tally, rejected, deferred))

    def _hand(self, tally: Tally, outcome: formats.Outcome) -> None:
        self._go_on()
        while not self._credit.acquire(timeout=_STEP_S):
            if self._stop.is_set():  # it goes all the same, so that it is counted with what has no answer
                break
        with self.changed:
            tally.pending += 1
        if isinstance(outcome, formats.Rejected):
            tally.reject(outcome)
        self._post(Send(tally, outcome))

    def _await(self, tallies: deque[Tally]) -> None:
        """Wait until all that was handed over is settled; once stopped not for long."""
        end = None
        with self.changed:
            while any(tally.pending for tally in tallies) and not self._abandoned:
                if self._stop.is_set():
                    end = end or time.monotonic() + GRACE_S
                    if time.monotonic() > end:
                        break
                self.changed.wait(_STEP_S)

    def _acknowledge(self, tallies: deque[Tally]) -> None:
        """Tell the feed of the first items as far as they are done with."""
        while tallies and not tallies[0].pending:
            tally = tallies.popleft()
            if tally.read and not tally.lost:
                self.feed.acknowledge(tally.item, tally.result)
                if not tally.result.deferred:
                    self._post(Done(tally))


class _Counted:
    """A file that tells how many bytes were read of it."""

    def __init__(self, file: BinaryIO, on_read: Callable[[int], None]) -> None:
        self._file = file
        self._on_read = on_read
        self._untold = 0
        self.total = 0

    def read(self, size: int, /) -> bytes:
        return self._count(self._file.read, size)

    def readline(self, size: int, /) -> bytes:
        return self._count(self._file.readline, size)

    def tell(self) -> None:
        """Tell what was not told yet."""
        if self._untold:
            self._on_read(self._untold)
            self._untold = 0

    def _count(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            data = read(size)
        except (OSError, StoppedReadingError, StoppedError):
            raise
        except Exception as error:  # else it would count as a fault of the format's
            raise OSError(f"{type(error).__name__}: {error}") from error
        self.total += len(data)
        self._untold += len(data)
        if self._untold >= PROGRESS:
            self.tell()
        return data


def _outcomes(counted: _Counted, context: formats.Context) -> Iterator[formats.Outcome]:
    """What a format makes of a file; one that fails on it, which none should, rejects the file."""
    try:
        yield from formats.read(formats.Stream(counted), context)
    except (OSError, StoppedReadingError, StoppedError):
        raise
    except Exception as error:
        log.exception("a format failed", location=context.location)
        yield formats.Rejected(
            stage="parse",
            kind="format",
            reason=f"its format's reader failed, which is our fault: {type(error).__name__}: {error}",
            location=context.location,
            offset=0,
            size=counted.total,
            data=b"",
        )
