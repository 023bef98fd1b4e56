"""Where copy goes: to the broker, or, of feeds whose copy does not come again, through the spool."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.feeds.courier import Courier
from pipeline.feeds.handed import Message, Said
from pipeline.feeds.report import Waiting
from pipeline.feeds.shape import Asking, Feed, Fleeting
from pipeline.feeds.spool import Spool, Store
from pipeline.settings import Settings


class Outlets:
    """The courier and the spool, if there is one, of a run. What they have to say goes to ``post``."""

    def __init__(self, settings: Settings, store: Store | None, post: Callable[[Message], None]) -> None:
        self._post = post
        self._courier = Courier(settings, post)
        self._spool = Spool(store, settings, post) if store else None

    def of(self, feed: Feed) -> Courier | Spool:
        """Where a feed's copy goes."""
        return self._spool if self._spool and isinstance(feed, Fleeting) else self._courier

    def start(self, feeds: Iterable[Feed]) -> None:
        """Begin to send what is in the spool, and to look for the broker where a feed needs it."""
        for feed in feeds:
            outlet = self.of(feed)
            if outlet is self._courier:
                self._courier.start()
            if isinstance(feed, Asking):
                feed.ask(outlet.way)
        if self._spool:
            before = self._spool.waiting()
            if before.messages:
                self._post(Said("waiting", f"in the spool from before, and sent first: {before}"))
            self._spool.start()

    @property
    def answered(self) -> bool:
        """Whether the broker has answered, where a feed needs it."""
        return self._courier.answered

    @property
    def idle(self) -> bool:
        """Whether the broker has answered, and the spool is sent."""
        return self.answered and (self._spool is None or self._spool.idle)

    def waiting(self) -> Waiting | None:
        """What waits in the spool, if there is one; from any thread."""
        return self._spool.waiting() if self._spool else None

    def stop(self) -> None:
        """Wait no more, neither for the broker nor for room in the spool."""
        self._courier.stop()
        if self._spool:
            self._spool.stop()

    def leave(self) -> None:
        """End; what has no answer by then has failed, or stays in the spool."""
        if self._spool:
            self._spool.leave()
        self._courier.leave()
