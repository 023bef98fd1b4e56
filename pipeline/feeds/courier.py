"""Sends what feeds hand over, from a thread of its own, which waits there for a broker that is away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from pipeline.feeds.handed import Failed, Message, Parcel, Said
from pipeline.feeds.shape import Way
from pipeline.producer import Producer, StoppedError
from pipeline.settings import Settings

TICK_S = 0.2
"""Seconds after which it is looked whether the broker still answers."""

FLUSH_S = 1.0
"""Seconds that what is on its way has in the end."""

_LEAVE_S = 10.0


class Courier:
    """One parcel after the other; a feed may hand over another when its parcel is on its way.

    What is waited for, and what ends the thread, goes to ``post``.
    """

    def __init__(self, settings: Settings, post: Callable[[Message], None]) -> None:
        self._post = post
        self._ending = threading.Event()
        self._producer = Producer(
            settings,
            on_wait=lambda message: post(Said("waiting", message)),
            stop=self._ending,
            make_topics=True,
        )
        self._queue: SimpleQueue[Parcel | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)
        self._found = threading.Event()

    def start(self) -> None:
        """Begin to look for the broker, unless that was begun before."""
        if self._thread.ident is None:
            self._thread.start()

    @property
    def answered(self) -> bool:
        """Whether the broker has answered, or was never looked for."""
        return self._thread.ident is None or self._found.is_set()

    def way(self) -> Way:
        """How it stands."""
        if self._found.is_set():
            return Way()
        return Way(state="waiting", why="the broker has not answered yet")

    def put(self, parcel: Parcel) -> None:
        """Take a parcel; from any thread."""
        self._queue.put(parcel)

    def stop(self) -> None:
        """Wait for the broker no more; what it takes at once is still sent."""
        self._ending.set()

    def leave(self) -> None:
        """Leave the broker. What it did not acknowledge fails, and so does what was not sent."""
        self._ending.set()
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_S)

    def _work(self) -> None:
        try:
            self._connect()
            self._send_all()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has to hear of it
            self._post(Failed(error))
        finally:
            self._producer.close(FLUSH_S)

    def _connect(self) -> None:
        try:
            self._producer.connect()
        except StoppedError:
            return
        self._found.set()

    def _send_all(self) -> None:
        while True:
            try:
                parcel = self._queue.get(timeout=TICK_S)
            except Empty:
                self._tend()
                continue
            if parcel is None:
                return
            parcel.took()
            try:
                self._producer.post(parcel.message, parcel.done)
            except StoppedError as error:
                parcel.done(error)

    def _tend(self) -> None:
        """Look after what is on its way; once stopped, what failed stays so until the end."""
        if not self._ending.is_set():
            try:
                self._producer.tend()
            except StoppedError:
                return
