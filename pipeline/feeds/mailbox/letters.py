"""Which messages of a mailbox are dealt with: all below a number, and some above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias, cast

from pipeline.feeds.ledger import Ledger

Became: TypeAlias = Literal["todo", "done", "failed", "kept"]
"""``todo``: below the floor and still to be fed. ``done`` and ``failed``: fed, and the server is to be told.
``kept``: nothing is left to be done."""


class Letters:
    """Kept in a ledger, so that it outlives a kill; UIDs are those of one UIDVALIDITY (RFC 3501, 2.3.1.1).

    Below ``floor`` all messages are settled but those that are noted as ``todo``; from it on none is but
    those that are noted.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Touches nothing yet."""
        self._ledger = ledger
        self.validity: int | None = None
        self.floor = 1
        self._became: dict[int, Became] = {}

    def load(self) -> None:
        """Read what is remembered.

        Raises:
            OSError: it cannot be read.
        """
        rows = self._ledger.all()
        self.validity = int(rows.pop("validity")) if "validity" in rows else None
        self.floor = int(rows.pop("floor", "1"))
        self._became = {int(uid): cast("Became", became) for uid, became in rows.items()}

    def begin(self, validity: int, floor: int, todo: Iterable[int]) -> None:
        """Forget all: these are to be fed, and what comes from ``floor`` on.

        Raises:
            OSError: it cannot be remembered.
        """
        became: dict[int, Became] = {uid: "todo" for uid in todo if uid < floor}
        rows = {"validity": str(validity), "floor": str(floor)} | {
            str(uid): one for uid, one in became.items()
        }
        self._ledger.put(rows, drop=[str(uid) for uid in self._became if uid not in became])
        self.validity, self.floor, self._became = validity, floor, became

    def unsettled(self, there: Iterable[int]) -> list[int]:
        """What is to be fed, when these are ``there`` from the floor on, in the order of the UIDs."""
        todo = [uid for uid, became in self._became.items() if became == "todo"]
        return sorted({*todo, *(uid for uid in there if uid >= self.floor and uid not in self._became)})

    def settle(self, uids: Iterable[int], became: Became) -> None:
        """These were fed.

        Raises:
            OSError: it cannot be remembered.
        """
        changed = dict.fromkeys(uids, became)
        if changed:
            self._ledger.put({str(uid): became for uid in changed})
            self._became |= changed

    def drop(self, uids: Iterable[int]) -> None:
        """These are gone from the server.

        Raises:
            OSError: it cannot be remembered.
        """
        gone = [uid for uid in uids if uid in self._became]
        if gone:
            self._ledger.put({}, drop=map(str, gone))
            for uid in gone:
                del self._became[uid]

    def unmarked(self) -> dict[int, Became]:
        """What the server is still to be told of."""
        return {uid: became for uid, became in self._became.items() if became in ("done", "failed")}

    def marked(self, uids: Iterable[int]) -> None:
        """The server was told of these.

        Raises:
            OSError: it cannot be remembered.
        """
        self.settle([uid for uid in uids if uid in self._became], "kept")

    def advance(self, there: list[int]) -> None:
        """Raise the floor to the first that is not settled of those that are ``there``; keeps the notes few.

        Raises:
            OSError: it cannot be remembered.
        """
        open_ones = [uid for uid in there if uid >= self.floor and uid not in self._became]
        floor = min(open_ones) if open_ones else max(there, default=self.floor - 1) + 1
        over = [uid for uid, became in self._became.items() if became == "kept" and uid < floor]
        if floor > self.floor or over:
            self._ledger.put({"floor": str(floor)}, drop=map(str, over))
            self.floor = floor
            for uid in over:
                del self._became[uid]
