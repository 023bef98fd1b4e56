"""Puts parcels into the spool, several with one write: a sender hears of its own when it is on the disk."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import msgspec

from pipeline.feeds.handed import Failed, Message, Parcel, Said
from pipeline.feeds.shape import Way
from pipeline.feeds.spool.store import SpoolDamagedError, SpoolError, SpoolFullError, Store
from pipeline.producer import StoppedError

BUFFER = 8 * 1024 * 1024
"""Bytes of parcels that may wait to be written; beyond it no feed hands over more."""

NEARLY = 20
"""The part of the limit, a twentieth, that has to be free for the spool not to count as full."""

SAY_S = 5.0
"""Seconds after which it is said once more that nothing can be taken."""

_TICK_S = 0.1
_MOST = 4 * 1024 * 1024
_AGAIN_S = 1.0
_LEAVE_S = 5.0


class Writer:
    """A thread that writes all that waits at once, and meanwhile gathers what comes.

    Where there is no room, a patient parcel waits, and those behind it; any other fails at once. That nothing
    can be taken goes to ``post`` every few seconds, and so does what ends the thread.
    """

    def __init__(self, store: Store, post: Callable[[Message], None]) -> None:
        self._store = store
        self._post = post
        self._changed = threading.Condition()
        self._queue: deque[Parcel] = deque()
        self._held: deque[Parcel] = deque()
        self._owed: deque[Callable[[], None]] = deque()
        self._bytes = 0
        self._refused = 0
        self._broken = ""
        self._said = 0.0
        self._stopped = self._over = False
        self._thread = threading.Thread(target=self._work, name="spool writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, parcel: Parcel) -> None:
        """Take a parcel; from any thread."""
        with self._changed:
            self._queue.append(parcel)
            self._bytes += parcel.size
            ready = self._bytes <= BUFFER
            if not ready:
                self._owed.append(parcel.took)
            self._changed.notify_all()
        if ready:
            parcel.took()

    def way(self) -> Way:
        """How it stands, for whoever has copy."""
        waiting = self._store.waiting()
        if self._broken:
            return Way(state="broken", why="the spool cannot be written", spool=waiting)
        if self._held or self._full(waiting.bytes):
            return Way(state="full", why=f"the spool is full: {waiting}", spool=waiting)
        return Way(spool=waiting)

    def stop(self) -> None:
        """Wait for room no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def leave(self) -> None:
        """Write what is left, and end."""
        with self._changed:
            self._stopped = self._over = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_S)

    def _full(self, held: int) -> bool:
        """Whether what found no room last would find none now; a large one leaves room for small ones."""
        limit = self._store.limit
        return bool(held) and limit - held < min(self._refused, limit // NEARLY)

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    ready = self._held or self._queue or self._over
                    if not ready or (self._held and not self._queue and not self._stopped):
                        self._changed.wait(_TICK_S)
                    batch, refused = self._gathered()
                    over = self._over and not self._queue
                for parcel, error in refused:
                    self._settle(parcel, error)
                if batch:
                    self._write(batch)
                elif over:
                    return
                self._say()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has to hear of it
            self._post(Failed(error))

    def _gathered(self) -> tuple[list[Parcel], list[tuple[Parcel, Exception]]]:
        """What is to be written now, and what finds no room and cannot wait for it."""
        batch: list[Parcel] = []
        refused: list[tuple[Parcel, Exception]] = []
        size = 0
        waiting, self._held = self._held, deque()
        for queue in (waiting, self._queue):
            while queue and size < _MOST:
                parcel = queue.popleft()
                behind = bool(self._held) and parcel.patient
                if not behind and self._store.fits(parcel.size, size):
                    batch.append(parcel)
                    size += parcel.size
                elif not parcel.patient:
                    self._refused = parcel.size
                    why = f"the spool is full: {self._store.waiting()}"
                    refused.append((parcel, SpoolFullError(why)))
                elif self._stopped:
                    refused.append((parcel, StoppedError("stopped while waiting for room in the spool")))
                else:
                    self._held.append(parcel)
        self._held.extend(waiting)
        return batch, refused

    def _write(self, batch: list[Parcel]) -> None:
        try:
            self._store.append([msgspec.msgpack.encode(parcel.message) for parcel in batch])
        except SpoolDamagedError:
            raise
        except SpoolError as error:
            self._failed(batch, error)
        else:
            self._broken = ""
            for parcel in batch:
                self._settle(parcel, None)

    def _failed(self, batch: list[Parcel], error: SpoolError) -> None:
        """The disk is full, or does not work: patient parcels are tried again after a while."""
        self._broken = str(error)
        again: deque[Parcel] = deque()
        for parcel in batch:
            if parcel.patient and not self._stopped:
                again.append(parcel)
            else:
                self._settle(parcel, error)
        self._say()
        with self._changed:
            self._held = again + self._held
            self._changed.wait_for(lambda: self._stopped, _AGAIN_S)

    def _settle(self, parcel: Parcel, error: Exception | None) -> None:
        parcel.done(error)
        with self._changed:
            self._bytes -= parcel.size
            took = [self._owed.popleft()] if self._owed and self._bytes <= BUFFER else []
        for each in took:
            each()

    def _say(self) -> None:
        """Say every now and then that nothing can be taken."""
        waiting = self._store.waiting()
        why = self._broken
        if not why and (self._held or self._full(waiting.bytes)):
            why = f"the spool {self._store.folder} is full: {waiting}"
            why += "; what is fed has to wait" if self._held else "; what is sent is refused"
        if why and time.monotonic() - self._said > SAY_S:
            self._said = time.monotonic()
            self._post(Said("waiting", why))
