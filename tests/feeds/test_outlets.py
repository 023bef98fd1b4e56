"""Which copy goes through the spool and which to the broker, and what is said before and after."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pipeline.feeds import shape
from pipeline.feeds.catalog import TYPES, _feed, parsed
from pipeline.feeds.courier import Courier
from pipeline.feeds.handed import Message, Said
from pipeline.feeds.outlets import Outlets
from pipeline.feeds.spool import Spool
from pipeline.feeds.spool.store import Store
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.feeds.test_lane import Given

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1024 * 1024


class Once(Given):
    """A feed whose copy does not come again, and which asks how it stands."""

    fleeting: Literal[True] = True
    way: shape.Ask | None = None

    def ask(self, way: shape.Ask) -> None:
        self.way = way


@pytest.fixture
def away() -> Settings:
    return Settings(kafka=f"127.0.0.1:{free_port('127.0.0.1')}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path, MIB) as opened:
        yield opened


def test_copy_that_comes_once_goes_through_the_spool_where_there_is_one(away: Settings, store: Store) -> None:
    inbox: SimpleQueue[Message] = SimpleQueue()
    with_spool, without = Outlets(away, store, inbox.put), Outlets(away, None, inbox.put)
    assert isinstance(with_spool.of(Once()), Spool)
    assert isinstance(with_spool.of(Given()), Courier)
    assert isinstance(without.of(Once()), Courier)
    assert without.waiting() is None


@pytest.mark.parametrize(
    ("table", "once"),
    [
        ({"type": "folder", "path": "."}, False),
        ({"type": "stdin"}, True),
        ({"type": "poll", "url": "http://127.0.0.1/"}, False),
        ({"type": "push"}, True),
        ({"type": "mailbox", "host": "127.0.0.1", "user": "u", "password": "p"}, False),
        ({"type": "topic", "topic": "wire", "brokers": "127.0.0.1:1"}, False),
        ({"type": "live", "url": "ws://127.0.0.1/"}, True),
    ],
)
def test_which_feeds_are_such(table: dict[str, Any], once: bool, tmp_path: Path) -> None:
    assert table["type"] in TYPES
    (config,), faults = parsed({"feed": [{"name": "x", **table}]})
    assert not faults
    stop, here = threading.Event(), Settings(var=tmp_path)
    kind = config.type
    given: Any = [config] if kind == "poll" else config
    feed = _feed(kind)(stop, config=config) if kind == "stdin" else _feed(kind)(given, here, stop)
    assert isinstance(feed, shape.Fleeting) is once


def test_without_a_spool_who_asks_hears_that_there_is_no_broker_yet(away: Settings) -> None:
    inbox: SimpleQueue[Message] = SimpleQueue()
    outlets, feed = Outlets(away, None, inbox.put), Once()
    outlets.start([feed])
    assert feed.way
    assert feed.way().state == "waiting"
    assert not outlets.answered
    assert not outlets.idle
    outlets.stop()
    outlets.leave()


def test_with_one_who_asks_hears_of_the_spool_and_nobody_needs_the_broker(
    away: Settings, store: Store
) -> None:
    store.append([b"a"])
    inbox: SimpleQueue[Message] = SimpleQueue()
    outlets, feed = Outlets(away, store, inbox.put), Once()
    outlets.start([feed])
    said = inbox.get(timeout=10)
    assert isinstance(said, Said)
    assert said.message == "in the spool from before, and sent first: 1 message (0.0 of 1 MiB)"
    assert feed.way
    way = feed.way()
    assert (way.state, way.why) == ("ok", "")
    assert way.spool
    assert way.spool.messages == 1
    assert outlets.answered
    assert not outlets.idle
    waiting = outlets.waiting()
    assert waiting
    assert waiting.messages == 1
    outlets.stop()
    outlets.leave()
