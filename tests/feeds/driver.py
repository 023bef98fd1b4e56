"""Runs one feed in a thread as a run does: opens each item, acknowledges it, batch by batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self

from pipeline.feeds.shape import Feed, Item, Result, StoppedReadingError, Unreadable

if TYPE_CHECKING:
    from types import TracebackType

DONE = Result(accepted=1, rejected=0, failed=0)
REJECTED = Result(accepted=0, rejected=1, failed=0, reasons=("no article",))
TRUNCATED = Result(accepted=0, rejected=1, failed=0, truncated=True)
FAILED = Result(accepted=0, rejected=0, failed=1)

PATIENCE_S = 20.0


class Driver:
    """Drives ``feed`` until the block ends; ``result`` is an item's, None: it is not acknowledged.

    Attributes:
        read: location and bytes of each item, in order.
        troubles: location and reason of what could not be read.
        error: what ended the feed, if anything did.
    """

    def __init__(
        self,
        feed: Feed,
        stop: threading.Event,
        result: Result | Callable[[Item, bytes], Result | None] = DONE,
    ) -> None:
        self.read: list[tuple[str, bytes]] = []
        self.troubles: list[tuple[str, str]] = []
        self.error: Exception | None = None
        self.sizes: list[int] = []
        self._feed = feed
        self._stop = stop
        self._result = result if callable(result) else lambda *_: result
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop the feed, and wait until it has."""
        self._stop.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            batches = self._feed.batches()
            for batch in batches:
                self.sizes.append(0)
                for item in batch:
                    if self._stop.is_set():
                        return
                    self.sizes[-1] += 1
                    self._take(item)
        except StoppedReadingError:
            pass
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error
        finally:
            batches.close()  # type: ignore[attr-defined]  # it is a generator
            with self._changed:
                self._changed.notify_all()

    def _take(self, item: Item | Unreadable) -> None:
        if isinstance(item, Unreadable):
            self._note(self.troubles, (item.location, item.reason))
            return
        try:
            with item.open() as file:
                data = file.read()
        except OSError as error:
            self._note(self.troubles, (item.location, error.strerror or str(error)))
            return
        result = self._result(item, data)
        if result is not None:
            self._feed.acknowledge(item, result)
        self._note(self.read, (item.location, data))

    def _note(
        self, notes: list[tuple[str, bytes]] | list[tuple[str, str]], note: tuple[str, bytes | str]
    ) -> None:
        with self._changed:
            notes.append(note)  # type: ignore[arg-type]  # each list takes its own kind
            self._changed.notify_all()

    def wait_for(self, items: int = 0, troubles: int = 0) -> None:
        """Wait until so many were read, and so many could not be."""
        self._until(lambda: len(self.read) >= items and len(self.troubles) >= troubles)

    def wait_for_error(self) -> Exception:
        """Wait until the feed fails; the error."""
        self._thread.join(PATIENCE_S)
        assert self.error is not None, "the feed did not fail"
        return self.error

    def _until(self, ready: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: ready() or self.error is not None, PATIENCE_S)
        assert ready(), (self.read, self.troubles, self.error)

    @property
    def names(self) -> list[str]:
        """The last parts of the locations of what was read."""
        return [location.rpartition("/")[2] for location, _ in self.read]

    @property
    def content(self) -> list[bytes]:
        """The bytes of what was read."""
        return [data for _, data in self.read]
