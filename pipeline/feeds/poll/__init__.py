"""Polling: hundreds of RSS, Atom and JSON feeds, or any URL whose answer is copy, asked again and again."""

from __future__ import annotations

import asyncio
import hashlib
import queue
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import UNSET, structs

from pipeline.article import Provenance, encode, version_of
from pipeline.feeds.config import FeedConfigError
from pipeline.feeds.poll.polled import FAULT, Print, polled_of
from pipeline.feeds.poll.targets import PollConfig, Target
from pipeline.feeds.poll.visits import Document, Found, Manner, Visits, failed
from pipeline.feeds.shape import Item, Result, Unreadable
from pipeline.formats import Context, Outcome, Rejected
from pipeline.formats.shape import NO_ITEM
from pipeline.settings import Settings

__all__ = ["Manner", "Poll", "PollConfig"]

PATIENCE = 3
"""Visits in a row whose document may be cut off before that counts as a fault of the document."""

_COUNT = re.compile(r"\bitem [0-9]+:|\b[0-9]+ of [0-9]+ items|; and [0-9]+ more")
_LOOK_S = 0.1
_END_S = 5.0
_NEVER = datetime.fromtimestamp(0, UTC)
_NOWHERE = Provenance(feed="-", format="-", location="-")


class Poll:
    """All polled feeds. What was sent is remembered on disk, so a restart neither skips nor repeats.

    A document whose items were on their way when the process died is fetched, and sent, once more.
    """

    name = "poll"
    total: int | None = None
    atomic = False

    def __init__(
        self,
        configs: Sequence[PollConfig],
        settings: Settings,
        stop: threading.Event,
        *,
        manner: Manner | None = None,
    ) -> None:
        """Asks for nothing yet.

        Raises:
            FeedConfigError: two feeds of one source poll the same URL.
        """
        self.names = tuple(config.name for config in configs)
        self._targets = [Target(config, url) for config in configs for url in config.addresses]
        first: dict[str, Target] = {}
        for target in self._targets:
            other = first.setdefault(target.place, target)
            if other is not target:
                both = f"the feeds {other.config.name} and {target.config.name}"
                raise FeedConfigError(f"{both} poll the same URL as the same source: {target.location}")
        self._stop = stop
        self._manner = manner or Manner()
        self._polled = polled_of(settings)
        self._loop: asyncio.AbstractEventLoop | None = None

    def context(self, item: Item, base: Context) -> Context:
        """What holds for the feed that the document is of."""
        return item.target.config.context(base) if isinstance(item, Document) else base

    def batches(self) -> Iterator[Iterable[Item | Unreadable]]:
        """What has come in, whenever something has.

        Raises:
            AlreadyWatchedError: another process polls onto the same topic.
            OSError: what was polled cannot be remembered.
        """
        with self._polled.held():
            states = self._polled.states()
            self._polled.forget({target.place for target in self._targets}, time.time())
            for target in self._targets:
                target.remember(states.get(target.place))
            found: Found = queue.SimpleQueue()
            ending = threading.Event()
            visitor = threading.Thread(target=self._visit, args=(found, ending), name="poll", daemon=True)
            visitor.start()
            try:
                while not self._stop.is_set():
                    if batch := _waiting(found):
                        yield batch
                        self._go_on(batch)
            finally:
                ending.set()
                visitor.join(_END_S)

    def wanted(self, item: Item, outcome: Outcome) -> bool:
        """Whether it is new: neither an article that was sent as it is, nor a fault that was told."""
        if not isinstance(item, Document):
            return True
        if isinstance(outcome, Rejected) and outcome.reason.startswith(NO_ITEM):
            return False  # a feed that holds nothing for now is in order
        if item.known is None:
            item.known = self._polled.sent(item.target.place)
        one = _print(outcome)
        item.prints.add(one)
        return one not in item.known

    def defers(self, item: Item, rejected: Rejected) -> bool:
        """Whether to ask once more: for a document that was cut off on its way, a few times."""
        return (
            isinstance(item, Document)
            and rejected.kind == "truncated"
            and item.target.state.failures + 1 < PATIENCE
        )

    def acknowledge(self, item: Item, result: Result) -> None:
        """Remember a document that is settled; one that the broker did not take whole comes again.

        Raises:
            OSError: it cannot be remembered.
        """
        if not isinstance(item, Document):
            return
        target = item.target
        whole = result.settled and not result.truncated
        state = item.after if whole else failed(target)[0]
        if result.settled:
            self._polled.settle(target.place, state, item.prints, time.time())
        else:
            self._polled.note(target.place, state)
        target.state = state
        item.release()

    def _go_on(self, batch: Iterable[Item | Unreadable]) -> None:
        """What was given and not acknowledged, for whatever reason, comes again after a while."""
        for each in batch:
            if isinstance(each, Document) and not each.released:
                each.target.state = failed(each.target)[0]
                each.release()

    def _visit(self, found: Found, ending: threading.Event) -> None:
        """The thread that asks; what makes it fail is handed over."""
        visits = Visits(self._targets, self._manner, found, self._polled.note)
        try:
            asyncio.run(visits.go_on(ending))
        except BaseExceptionGroup as errors:
            found.put(errors.exceptions[0])
        except BaseException as error:  # noqa: BLE001 - raised again where the batches are asked for
            found.put(error)


def _waiting(found: Found) -> list[Document | Unreadable]:
    """All that has come in; waits a moment where nothing has.

    Raises:
        BaseException: what made the visits fail.
    """
    batch: list[Document | Unreadable] = []
    timeout = _LOOK_S
    while True:
        try:
            one = found.get(timeout=timeout)
        except queue.Empty:
            return batch
        if isinstance(one, BaseException):
            raise one
        batch.append(one)
        timeout = 0


def _print(outcome: Outcome) -> Print:
    """What tells an article, or a fault, from any other: what it is, and a digest of what it says.

    When and where it came in is left out, and so is a version that was made of it, and the place of an item
    among the others, which moves with each new one.
    """
    if isinstance(outcome, Rejected):
        reason = _COUNT.sub("#", f"{outcome.kind} {outcome.reason}")
        return FAULT, hashlib.sha256(reason.encode(errors="replace")).hexdigest()
    made = version_of(UNSET, UNSET, UNSET, outcome.received)
    version = 0 if outcome.version == made else outcome.version
    same = structs.replace(outcome, received=_NEVER, version=version, provenance=_NOWHERE)
    return outcome.id, hashlib.sha256(encode(same)).hexdigest()
