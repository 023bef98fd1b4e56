"""One hop: a Faust app in a consumer group of its own, set up to lose nothing and to pile nothing up."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import Any, NoReturn, TypeVar, cast

import faust
import structlog
from faust.tables.manager import TableManager
from faust.types import EventT, StreamT
from mode.utils.times import Seconds

from pipeline import kafka_security, kafka_topics
from pipeline.agents.batches import Batches
from pipeline.agents.consumer import App
from pipeline.agents.conveyor import Bounds, Conveyor, size_of
from pipeline.agents.outcomes import Report, Settled
from pipeline.agents.outlet import topic
from pipeline.settings import MIB, Settings

QUEUE = 128
"""Events that Faust may hold in front of the agent, and as many more that it reads at once."""

BATCHES_AHEAD = 8
"""Batches whose articles may be done while the acks wait for an earlier one."""

_FOREVER_S = 7 * 24 * 3600.0
_FETCH_BYTES = MIB
_PRODUCED_BYTES = 128 * 1024
_NEW_PARTITIONS_MS = 30_000

Done = TypeVar("Done")
Work = Callable[[Sequence[EventT[Any]]], Awaitable[Done]]
Deliver = Callable[[Sequence[EventT[Any]], Done], Awaitable[Sequence[Settled] | None]]

log = structlog.get_logger(__name__)


class Hop:
    """Takes batches of events from a topic, and acks each event once its outcome is confirmed.

    Args:
        name: what it does, in a word: the last part of the consumer group's name.
        source: the topic that it reads.
        settings: where the broker is, and how much may be under way.
        report: where it tells of its work.
    """

    def __init__(self, name: str, source: str, settings: Settings, report: Report | None = None) -> None:
        self.name = name
        self.source = source
        self.app = _app(f"{settings.group}-{name}", settings)
        self._settings = settings
        self._report = report
        self._stop = asyncio.Event()
        self._left = asyncio.Event()
        self.running = False
        """Whether its agent is at work."""

    @property
    def group(self) -> str:
        """The consumer group's name."""
        return str(self.app.conf.id)

    def assigned(self) -> set[int]:
        """The partitions of the source that this process has now."""
        consumer = self.app._consumer  # noqa: SLF001 - asking for it by its public name would make one
        if consumer is None or not self.app.started:
            return set()
        return {each.partition for each in consumer.assignment() if each.topic == self.source}

    def run(
        self,
        work: Work[Done],
        deliver: Deliver[Done],
        *,
        batch: int,
        width: int,
        linger_s: Callable[[], float] | None = None,
    ) -> None:
        """Make the agent; it begins when the app is started.

        An error that nobody foresaw ends the process, and so does an agent that ends by itself. Were the
        agent merely started again, as Faust does, the events that it held would be neither done nor read
        again until the next rebalance, and later acks would step over them; a process that is started again
        reads all of them.

        Args:
            work: from a batch to its results.
            deliver: makes a batch's results durable, and says what became of each event; nothing if each is
                done.
            batch: how many events a batch holds at most.
            width: how many batches may be in work at once.
            linger_s: tells for each batch how many seconds its first event waits at most for others; by
                default those of the settings.
        """
        size = self._settings.in_flight_mib * MIB
        bounds = Bounds(batches=width, articles=(width + BATCHES_AHEAD) * batch, size=size)
        batches: Batches[EventT[Any]] = Batches(
            batch, size // 4, linger_s or (lambda: self._settings.linger_s), size_of
        )

        async def agent(stream: StreamT[bytes]) -> None:
            stream.enable_acks = False
            self.running = True
            try:
                async with Conveyor(work, deliver, bounds, self._report) as line:
                    events = cast("AsyncIterable[EventT[Any]]", stream.events())
                    async for events_of_batch in batches.of(events, self._stop):
                        await line.put(events_of_batch)
                self._left.set()
                if self._stop.is_set():
                    await asyncio.Event().wait()
            except Exception:  # noqa: BLE001 - whatever it is, going on would lose articles
                self._die("the agent failed", with_traceback=True)
            finally:
                self.running = False
                if not self._stop.is_set():
                    self._die("the agent ended")

        self.app.agent(topic(self.app, self.source), name=f"{self.group}-agent")(agent)

    async def drain(self, within_s: float) -> None:
        """Take no more, and give what is under way so many seconds; what is left then is read again."""
        self._stop.set()
        if not self.running:
            return
        try:
            await asyncio.wait_for(self._left.wait(), within_s)
        except TimeoutError:
            log.warning("what is under way is left to the next worker", agent=self.group, waited_s=within_s)

    async def stop(self) -> None:
        """Leave the group; what is not acked is read again by whoever gets the partitions."""
        self._stop.set()
        await self.app.stop()

    def _die(self, what: str, *, with_traceback: bool = False) -> NoReturn:
        log.critical(
            "the worker stops; start it again and it goes on where it was",
            reason=what,
            agent=self.group,
            exc_info=with_traceback,
        )
        logging.shutdown()
        os._exit(os.EX_SOFTWARE)


class _NoTables(TableManager):
    """Faust gives the tables of an app a second to be made, before it joins the group; we have none."""

    mundane_level = "debug"

    async def sleep(self, n: Seconds) -> None:
        """Not at all."""


def _app(group: str, settings: Settings) -> faust.App:
    settings.var.mkdir(parents=True, exist_ok=True)
    return App(
        group,
        broker=[f"kafka://{broker}" for broker in settings.brokers],
        broker_credentials=kafka_security.faust(settings),
        datadir=str(settings.var / "faust"),
        store="memory://",
        TableManager=_NoTables,
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        producer_max_request_size=settings.max_message_bytes,
        producer_compression_type=kafka_topics.COMPRESSION,
        producer_linger_ms=5,
        producer_max_batch_size=_PRODUCED_BYTES,
        consumer_max_fetch_size=_FETCH_BYTES,
        # Partitions that are added while we run are seen within so long.
        consumer_metadata_max_age_ms=_NEW_PARTITIONS_MS,
        producer_metadata_max_age_ms=_NEW_PARTITIONS_MS,
        broker_max_poll_records=QUEUE,
        stream_buffer_maxsize=QUEUE,
        # What is under way at a rebalance is read again: waiting for it would stall the whole group.
        stream_wait_empty=False,
        # An agent may wait for a service for as long as that takes; its heartbeats go on meanwhile.
        broker_max_poll_interval=_FOREVER_S,
        stream_processing_timeout=_FOREVER_S,
        broker_commit_interval=1.0,
        # A worker that was killed gives its partitions up after so many seconds.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        worker_redirect_stdouts=False,
    )
