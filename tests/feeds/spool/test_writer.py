"""Parcels into the spool: several with one write, each told when it is on the disk, and who has to wait."""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pipeline.feeds.handed import Failed, Message, Parcel, Said
from pipeline.feeds.spool import store as stores
from pipeline.feeds.spool import writer as writers
from pipeline.feeds.spool.store import SpoolDamagedError, SpoolError, SpoolFullError, Store
from pipeline.feeds.spool.writer import Writer
from pipeline.producer import Message as Kept
from pipeline.producer import StoppedError
from tests.feeds.spool.test_store import everything, fill
from tests.feeds.taking import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT = 100_000


class Desk:
    """A writer at work, and what it said of each parcel."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.writer = Writer(store, self.inbox.put)
        self.taken: list[str] = []
        self.answers: dict[str, Exception | None] = {}

    def put(self, name: str, size: int = 10, *, patient: bool = True) -> None:
        self.writer.put(
            Parcel(
                Kept("news.raw", name.encode(), b"x" * size, [("h", b"v")]),
                patient,
                lambda: self.taken.append(name),
                lambda error: self.answers.update({name: error}),
            )
        )

    def said(self) -> list[Message]:
        found: list[Message] = []
        try:
            while True:
                found.append(self.inbox.get_nowait())
        except Empty:
            return found

    @property
    def kept(self) -> list[str]:
        """The keys of what is in the spool, in order."""
        messages = [msgspec.msgpack.decode(each.data, type=Kept) for each in everything(self.store)]
        return [(message.key or b"").decode() for message in messages]

    def clear(self) -> None:
        """All that is in it was sent."""
        for record in everything(self.store):
            self.store.remove(record)
        self.store.tidy()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "spool", LIMIT) as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    made = Desk(store)
    yield made
    made.writer.leave()


class TestWriting:
    def test_a_parcel_is_done_when_it_is_in_the_spool_byte_for_byte(self, desk: Desk) -> None:
        desk.writer.start()
        desk.put("a")
        until(lambda: desk.answers)
        assert desk.answers == {"a": None}
        (record,) = everything(desk.store)
        message = msgspec.msgpack.decode(record.data, type=Kept)
        assert message == Kept("news.raw", b"a", b"x" * 10, [("h", b"v")])

    def test_what_came_together_is_written_together_in_its_order(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batches: list[int] = []
        append = desk.store.append

        def count(records: Any) -> None:
            batches.append(len(records))
            append(records)

        monkeypatch.setattr(desk.store, "append", count)
        names = [f"{number:03}" for number in range(200)]
        for name in names:
            desk.put(name)
        desk.writer.start()
        until(lambda: len(desk.answers) == 200)
        assert desk.kept == names
        assert batches == [200]

    def test_no_more_than_so_much_is_handed_over_before_it_is_written(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writers, "BUFFER", 1000)
        for name in "abcde":
            desk.put(name, 400)
        assert desk.taken == ["a", "b"]
        desk.writer.start()
        until(lambda: len(desk.answers) == 5)
        until(lambda: desk.taken == ["a", "b", "c", "d", "e"])

    def test_at_the_end_what_came_is_written(self, desk: Desk) -> None:
        for number in range(50):
            desk.put(str(number))
        desk.writer.start()
        desk.writer.leave()
        assert len(desk.kept) == 50
        assert set(desk.answers.values()) == {None}


class TestFull:
    def test_who_can_be_told_is_and_who_cannot_waits(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writers, "SAY_S", 0.1)
        desk.writer.start()
        desk.put("first", 98_000)
        until(lambda: desk.answers)
        assert desk.writer.way().state == "ok"
        desk.put("waits", 60_000)
        desk.put("is told", 30_000, patient=False)
        desk.put("waits behind", 10)
        until(lambda: len(desk.answers) == 2)
        assert isinstance(desk.answers["is told"], SpoolFullError)
        assert str(desk.answers["is told"]).startswith("the spool is full: 1 message (0.1 of 0 MiB)")
        way = desk.writer.way()
        assert way.state == "full"
        assert "the spool is full" in way.why
        until(lambda: desk.inbox.qsize() >= 2)
        said = desk.said()[-1]
        assert isinstance(said, Said)
        assert said.kind == "waiting"
        assert f"the spool {desk.store.folder} is full: " in said.message
        desk.clear()
        until(lambda: len(desk.answers) == 4)
        assert desk.kept == ["waits", "waits behind"]
        assert desk.writer.way().state == "ok"

    def test_one_that_is_too_large_keeps_no_small_one_out(self, desk: Desk) -> None:
        desk.writer.start()
        desk.put("first", 60_000)
        desk.put("large", 60_000, patient=False)
        until(lambda: len(desk.answers) == 2)
        assert isinstance(desk.answers["large"], SpoolFullError)
        assert desk.writer.way().state == "ok"
        desk.put("small", 10_000, patient=False)
        until(lambda: len(desk.answers) == 3)
        assert desk.kept == ["first", "small"]

    def test_that_it_was_full_is_forgotten_when_there_is_room(self, desk: Desk) -> None:
        desk.writer.start()
        desk.put("first", 98_000)
        desk.put("large", 60_000, patient=False)
        until(lambda: len(desk.answers) == 2)
        assert desk.writer.way().state == "full"
        desk.put("small", 10, patient=False)
        until(lambda: len(desk.answers) == 3)
        assert desk.answers["small"] is None
        desk.clear()
        assert desk.writer.way().state == "ok"

    def test_once_stopped_nobody_waits_for_room_and_what_fits_is_taken(self, desk: Desk) -> None:
        desk.writer.start()
        desk.put("first", 99_000)
        desk.put("waits", 60_000)
        until(lambda: desk.writer.way().state == "full")
        desk.writer.stop()
        desk.put("fits", 10)
        until(lambda: len(desk.answers) == 3)
        assert isinstance(desk.answers["waits"], StoppedError)
        assert desk.kept == ["first", "fits"]


class TestTrouble:
    def test_a_full_disk_acknowledges_nothing_and_is_waited_for(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writers, "_AGAIN_S", 0.3)
        desk.store.append([b"\x94\xa1t\xc0\xc4\x01v\x90"])
        fill(desk.store)
        desk.put("waits", 50_000)
        desk.put("is told", 10, patient=False)
        desk.writer.start()
        until(lambda: desk.answers)
        assert list(desk.answers) == ["is told"]
        assert "database or disk is full; make room" in str(desk.answers["is told"])
        assert desk.writer.way().state == "broken"
        assert desk.writer.way().why == "the spool cannot be written"
        until(lambda: len(desk.answers) == 2)  # the store has a connection anew, which may grow
        assert desk.answers["waits"] is None
        assert desk.writer.way().state == "ok"
        (said,) = desk.said()
        assert isinstance(said, Said)
        assert "make room on its disk" in said.message

    def test_a_stop_ends_the_wait_for_a_disk_too(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: object) -> None:
            raise SpoolError("no room")

        monkeypatch.setattr(desk.store, "append", fail)
        desk.put("waits")
        desk.writer.start()
        until(lambda: desk.writer.way().state == "broken")
        assert not desk.answers
        desk.writer.leave()
        assert isinstance(desk.answers["waits"], SpoolError)

    @pytest.mark.parametrize("error", [SpoolDamagedError("damaged"), RuntimeError("a fault of ours")])
    def test_what_waiting_does_not_cure_ends_the_run_and_acknowledges_nothing(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def fail(_: object) -> None:
            raise error

        monkeypatch.setattr(desk.store, "append", fail)
        desk.put("a")
        desk.writer.start()
        assert desk.inbox.get(timeout=10) == Failed(error)
        assert not desk.answers


def test_parcels_from_many_threads_are_all_written(store: Store) -> None:
    desk = Desk(store)
    desk.writer.start()

    def put(lane: int) -> None:
        for number in range(50):
            desk.put(f"{lane}.{number:02}")

    threads = [threading.Thread(target=put, args=(lane,)) for lane in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.writer.leave()
    assert len(desk.taken) == len(desk.answers) == 400
    for lane in range(8):
        mine = [name for name in desk.kept if name.startswith(f"{lane}.")]
        assert mine == [f"{lane}.{number:02}" for number in range(50)]


def test_a_record_counts_what_its_parcel_does_and_little_more() -> None:
    message = Kept("news.dead", b"k" * 10, b"x" * 1000, [("newswire-stage", b"parse")])
    parcel = Parcel(message, True, lambda: None, lambda _: None)
    record = stores.Record(1, msgspec.msgpack.encode(message))
    assert parcel.size <= record.size <= parcel.size + stores.ROW + 40
