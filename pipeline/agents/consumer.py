"""Faust's consumer, made to hand on every message of a partition, and to commit none that is not done.

Around a rebalance, Faust 0.15.3 can lose messages or stand still (docs/decisions/0032-consumer.md):

* what it fetches too early, and throws away, it reads again only from where something was committed: a group
  that has committed nothing yet steps over it;
* what it fetched and did not hand on looks like a hole in the topic, and what lies in a hole counts as done;
* a place noted too late makes it drop what it reads again, which then is never done: the partition stands
  still;
* a message that it skips because it was read before the rebalance is acked as if it were done, unless its
  stream is compiled.

Here each partition has one place, the offset of the message that comes next. What does not continue there is
not handed on: the partition is read again from that place. A hole is believed when it is there at the second
look.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, ClassVar

import faust
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError
from faust.transport.consumer import RecordMap, ensure_TP
from faust.transport.drivers import aiokafka
from faust.types import TP
from faust.types.transports import ConsumerT
from faust.types.tuples import Message
from mode.types import ServiceT

_FETCH_S = 1.0
_ASKED_MS = 100
"""Milliseconds for which a broker may keep a request for more open while it has nothing.

aiokafka has one request to a broker at a time, and it often names some of the partitions only: those whose
last messages were just taken. The others wait for its answer, however much the broker has of them: with
Faust's 1,500 ms, a hop with light models did a tenth less.
"""
_TURN = 16
"""Messages after which others have their turn."""

log = structlog.get_logger(__name__)

_FAUST = logging.getLogger("faust")
"""Where Faust's own classes tell of their steps: by default they would do it here, in the name of ours."""


class Consumer(aiokafka.Consumer):
    """Hands on the messages of each partition in order, from what is committed, without a gap."""

    logger = _FAUST

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The offset that comes next in each partition; none until it was sought since the last rebalance.
        self._next: dict[TP, int] = {}
        # Partitions of which nothing was handed on since.
        self._untouched: set[TP] = set()
        # Places to which a partition was put back because something else came than what comes next.
        self._looked: dict[TP, int] = {}
        # Partitions of which something was fetched that was not handed on.
        self._dropped: set[TP] = set()
        # Goes up with all that makes the places worthless.
        self._epoch = 0

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget the partitions, whose messages are nobody's until they are assigned anew."""
        self._forget()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begin anew: what was acked after the partitions were revoked says nothing of who has them now."""
        self._forget()
        await super().on_partitions_assigned(assigned, generation_id)

    def _forget(self) -> None:
        self._epoch += 1
        for known in (self._gap, self._acked, self._acked_index, self._committed_offset, self._next):
            known.clear()

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: whoever hands on waits while there is no room.

        Faust asks for the partition no more until there is some; but a request that is under way then goes on
        without it, for up to a second, even if all that the others had has come already.
        """

    def ack(self, message: Message) -> bool:
        """Note that a message is done, unless it was read before a rebalance and will be read again.

        Faust acks by itself what it skips, which is done only while it is rebalancing or after that.
        """
        if not self.flow_active or message.generation_id != self.app.consumer_generation_id:
            return False
        return bool(super().ack(message))

    async def perform_seek(self) -> None:
        """Read each partition from what is committed next; from its beginning where nothing is."""
        self._epoch += 1
        self._next.clear()
        epoch = self._epoch
        committed = await self.seek_to_committed()
        bare = [each for each, offset in committed.items() if not offset]
        begins: Mapping[Any, int] = {}
        if bare:
            await self._thread.seek_to_beginning(*bare)
            begins = await self.earliest_offsets(*bare)
        if self._epoch != epoch:
            return
        self._committed_offset.update(
            {ensure_TP(each): offset for each, offset in committed.items() if offset}
        )
        self._next = {ensure_TP(each): offset or begins[each] for each, offset in committed.items()}
        self._untouched = set(self._next)
        self._looked.clear()

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Hand on what comes until Faust stops it: by one task for all of a fetch, not by four a message."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                if found := await self._due():
                    await self._hand_on(found)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    async def _due(self) -> RecordMap:
        """What was fetched and continues where its partition is; waits for a second where nothing comes."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow.wait())
        if self._dropped and not await self._go_back():
            return {}
        records, _ = await self._wait_next_records(_FETCH_S)
        if not records:
            return {}
        self._dropped |= records.keys()
        if not self._goes_on(self._epoch):
            return {}
        return {each: found for each, found in records.items() if self._continues(each, found[0].offset)}

    async def _hand_on(self, found: RecordMap) -> None:
        """Hand on all of it, or as much as there is time for until the flow is stopped."""
        handing = asyncio.ensure_future(self._hand_on_each(found, self._epoch))
        stopping = asyncio.ensure_future(self.suspend_flow.wait())
        try:
            await asyncio.wait((handing, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            handing.cancel()
        await asyncio.wait((handing,))
        if not handing.cancelled():
            handing.result()

    async def _hand_on_each(self, found: RecordMap, epoch: int) -> None:
        if not self._goes_on(epoch):
            return
        for each in found:
            self.app.monitor.track_tp_end_offset(each, self.highwater(each))
        for number, (each, record) in enumerate(self.scheduler.iterate(found)):
            if number % _TURN == 0:
                await asyncio.sleep(0)
            if not self._goes_on(epoch):
                return
            due = await self._is_due(each, record.offset)
            if not self._goes_on(epoch):
                return
            if due:
                await self.callback(self._to_message(each, record))
                if not self._goes_on(epoch):
                    return
                self._next[each] = record.offset + 1
                self._untouched.discard(each)
        self._dropped -= found.keys()

    def _goes_on(self, epoch: int) -> bool:
        """Whether what was fetched may still be handed on."""
        return self.flow_active and not self.should_stop and epoch == self._epoch

    def _continues(self, partition: TP, found: int) -> bool:
        """Whether what was fetched of a partition begins where the partition is.

        What was fetched at once has no holes but those of the topic, so that only its first offset needs a
        look.
        """
        place = self._next.get(partition)
        if place is None:
            return False
        if found <= place or self._looked.pop(partition, None) == place:
            return True
        log.info(
            "reading again what was not handed on", partition=partition.partition, place=place, found=found
        )
        self._looked[partition] = place
        return False

    async def _go_back(self) -> bool:
        """Put the partitions back to what comes next of which something fetched was not handed on."""
        self._dropped &= self.assignment()
        try:
            if self._dropped <= self._next.keys():
                await self.seek_wait({each: self._next[each] for each in self._dropped})
            else:
                await self.perform_seek()
        except Exception as error:  # noqa: BLE001 - the partitions may be somebody else's by now; it is tried again
            log.warning("cannot go back yet to what was not handed on", reason=repr(error))
            await self.sleep(1)
            return False
        self._dropped.clear()
        return True

    async def _is_due(self, partition: TP, offset: int) -> bool:
        """Whether an offset was not handed on yet; what lies between it and what comes next is not there."""
        place = self._next[partition]
        if offset > place and partition in self._untouched:
            await self._tell_of_deleted(partition, place)
            self._committed_offset[partition] = offset
        elif offset > place:
            await self._add_gap(partition, place, offset - 1)
        return bool(offset >= place)

    async def _tell_of_deleted(self, partition: TP, place: int) -> None:
        begin = (await self.earliest_offsets(partition))[partition]
        if begin > place:
            log.error(
                "messages are lost: the topic's retention deleted them before they were read; "
                "let it keep them longer, or read faster",
                topic=partition.topic,
                partition=partition.partition,
                messages=begin - place,
            )


class _Thread(aiokafka.AIOKafkaConsumerThread):
    """The thread that has aiokafka's consumer, which is made there."""

    logger = _FAUST

    def _create_worker_consumer(self, transport: aiokafka.Transport) -> AIOKafkaConsumer:
        made = super()._create_worker_consumer(transport)
        made._fetch_max_wait_ms = _ASKED_MS  # noqa: SLF001 - Faust has no setting for it; it is read at the start
        return made


class Transport(aiokafka.Transport):
    """Faust's own, but for the consumer."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer


class App(faust.App):
    """A Faust app whose consumer loses nothing."""

    logger = _FAUST

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)
