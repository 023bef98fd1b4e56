"""Runs a feed in its real lane, with a broker in memory that takes, refuses, or keeps silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from pipeline.article import RawArticle
from pipeline.feeds.handed import Broken, Message, Refused, Send, Tally, Trouble
from pipeline.feeds.lane import Lane
from pipeline.formats import Context, Outcome, Rejected

if TYPE_CHECKING:
    from types import TracebackType

    from pipeline.feeds.shape import Feed, Unreadable

PATIENCE_S = 20.0


def until(ready: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Taking:
    """Drives ``feed`` until the block ends. ``takes`` says whether the broker takes a piece, None: no answer.

    Attributes:
        articles, letters: what the broker took, in order.
        waiting: what was rejected and did not reach the broker.
        troubles: what the feed itself told.
        errors: what broke the feed.
    """

    def __init__(
        self,
        feed: Feed,
        stop: threading.Event,
        takes: Callable[[Outcome], bool | None] = lambda _: True,
        *,
        restart: bool = False,
    ) -> None:
        self.articles: list[RawArticle] = []
        self.letters: list[Rejected] = []
        self.waiting: list[Rejected] = []
        self.troubles: list[Unreadable] = []
        self.errors: list[Exception] = []
        self._silent: list[tuple[Tally, Outcome]] = []
        self._takes = takes
        self._stop = stop
        base = Context(source="-", feed="-", location="-", received=datetime.now(UTC), limit=1024 * 1024)
        self.lane = Lane(feed, base, self._post, stop, restart=restart)

    def __enter__(self) -> Self:
        self.lane.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop the feed, and wait until it has ended."""
        self._stop.set()
        self.lane.abandon(PATIENCE_S)
        assert not self.lane._thread.is_alive()

    def _post(self, message: Message) -> None:
        match message:
            case Send():
                self.lane.took()
                self._settle(message.tally, message.outcome, taken=self._takes(message.outcome))
            case Refused():
                self.waiting.append(message.rejected)
            case Trouble():
                self.troubles.append(message.what)
            case Broken():
                self.errors.append(message.error)
            case _:
                pass

    def _settle(self, tally: Tally, outcome: Outcome, *, taken: bool | None) -> None:
        if taken is None:
            self._silent.append((tally, outcome))
            return
        article = isinstance(outcome, RawArticle)
        if taken and isinstance(outcome, RawArticle):
            self.articles.append(outcome)
        elif taken and isinstance(outcome, Rejected):
            self.letters.append(outcome)
        tally.settle(accepted=int(taken and article), failure="" if taken else "it was refused")

    def answer_all(self) -> None:
        """The broker answers at last."""
        while self._silent:
            self._settle(*self._silent.pop(0), taken=True)

    @property
    def guids(self) -> list[str]:
        """Those of the articles that the broker took, in order."""
        return [str(article.guid) for article in self.articles]

    @property
    def reasons(self) -> list[str]:
        """What the feed told of its troubles, in order."""
        return [trouble.reason for trouble in self.troubles]
