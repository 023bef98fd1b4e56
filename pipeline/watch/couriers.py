"""Alerts from the topic to the webhooks, each in a consumer group of its own: none waits for another."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from pipeline import kafka_security
from pipeline.article import Alert, decode_alert
from pipeline.settings import MIB, Settings
from pipeline.watch import webhook
from pipeline.watch.watcher import SKEW
from pipeline.watch.watches import Watch

LOOK_S = 1.0
"""Seconds between two looks at which watches have a webhook."""

_AT_ONCE = 100
_POLL_MS = 1000
_PAUSE_S, _MOST_PAUSE_S = 1.0, 30.0
# A receiver may be away for as long as it likes; heartbeats go on meanwhile.
_FOREVER_MS = 7 * 24 * 3600 * 1000
_SESSION_MS = 15_000

log = structlog.get_logger(__name__)


class Couriers:
    """A courier for each watch that has a webhook; they come and go with the watches.

    Args:
        settings: where the broker is, and whether webhooks may go to internal addresses.
        watches: says which watches there are.
    """

    def __init__(self, settings: Settings, watches: Callable[[], Awaitable[Sequence[Watch]]]) -> None:
        self._settings = settings
        self._watches = watches
        self._tasks: dict[Watch, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Bring alerts until cancelled."""
        try:
            async with webhook.session(self._settings) as client:
                while True:
                    await self._look(client)
                    await asyncio.sleep(LOOK_S)
        finally:
            await _end(self._tasks.values())

    async def _look(self, client: aiohttp.ClientSession) -> None:
        wanted = {each for each in await self._watches() if each.webhook is not None}
        gone = [self._tasks.pop(each) for each in set(self._tasks) - wanted]
        await _end(gone)
        for each in wanted - set(self._tasks):
            self._tasks[each] = asyncio.create_task(Courier(self._settings, each, client).run())


class Courier:
    """Brings one watch's alerts to its webhook, in order; each is committed once the receiver has taken it.

    Attributes:
        refused: alerts that the receiver will never take.
    """

    def __init__(self, settings: Settings, watch: Watch, client: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._watch = watch
        self._client = client
        self.refused = 0

    async def run(self) -> None:
        """Bring alerts until cancelled; what fails is tried again, a broker that is away is waited for."""
        pause = _PAUSE_S
        while True:
            consumer = _consumer(self._settings, f"{self._settings.group}-webhook-{self._watch.name}")
            try:
                await consumer.start()
                while True:
                    await self._round(consumer)
                    pause = _PAUSE_S
            except KafkaError as error:
                # Nothing is lost: what is not committed is read again.
                log.warning("reading alerts anew", watch=self._watch.name, error=str(error) or repr(error))
            except Exception:
                log.exception(
                    "a webhook's alerts cannot be brought; reading them anew", watch=self._watch.name
                )
            finally:
                with contextlib.suppress(KafkaError):
                    await consumer.stop()
            await asyncio.sleep(pause)
            pause = min(2 * pause, _MOST_PAUSE_S)

    async def _round(self, consumer: AIOKafkaConsumer) -> None:
        for partition, records in (await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)).items():
            for record in records:
                alert = self._mine(record.value)
                if alert is not None:
                    if not await self._bring(consumer, partition, alert):
                        break
                    await consumer.commit({partition: record.offset + 1})
            else:
                await consumer.commit({partition: records[-1].offset + 1})

    def _mine(self, value: bytes | None) -> Alert | None:
        """The alert, if it is this watch's; one of an earlier watch of the same name is not."""
        try:
            alert = decode_alert(value or b"")
        except ValueError:  # somebody else's
            return None
        mine = alert.watch == self._watch.name and alert.matched >= self._watch.created - SKEW
        return alert if mine else None

    async def _bring(self, consumer: AIOKafkaConsumer, partition: TopicPartition, alert: Alert) -> bool:
        """Post an alert until the receiver took or refused it; false where another worker took over."""
        attempt = 0
        while True:
            outcome = await webhook.post(self._client, self._watch, alert)
            if not isinstance(outcome, webhook.Trouble):
                self._say(alert, outcome, attempt)
                return True
            attempt += 1
            pause = webhook.pause_s(attempt, outcome.retry_after_s, random.random())
            log.warning(
                "a webhook does not take an alert now",
                watch=self._watch.name,
                alert=alert.id,
                reason=outcome.reason,
                attempt=attempt,
                again_in_s=round(pause, 1),
            )
            await asyncio.sleep(pause)
            if partition not in consumer.assignment():
                return False

    def _say(self, alert: Alert, refused: webhook.Refused | None, attempts: int) -> None:
        if refused is not None:
            self.refused += 1
            log.error(
                "a webhook refuses an alert, which is not sent again; it stays on the topic",
                watch=self._watch.name,
                alert=alert.id,
                reason=refused.reason,
                refused=self.refused,
            )
        elif attempts:
            log.info("a webhook is back", watch=self._watch.name, attempts=attempts)


def _consumer(settings: Settings, group: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        settings.topic_alerts,
        bootstrap_servers=settings.kafka,
        client_id="newswire-webhook",
        **kafka_security.aiokafka(settings),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MIB,
        fetch_max_bytes=4 * MIB,
        max_poll_interval_ms=_FOREVER_MS,
        session_timeout_ms=_SESSION_MS,
    )


async def _end(tasks: Any) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
