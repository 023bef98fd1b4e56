"""Alerts from a real topic to real receivers: none is skipped, whoever is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from pipeline.article import Alert, decode_alert, encode
from pipeline.settings import Settings
from pipeline.watch import Watch, couriers, webhook
from pipeline.watch.couriers import Couriers
from tests.agents.broker import committed
from tests.feeding import fresh
from tests.services import Stack
from tests.watch.receiver import Receiver, until
from tests.watch.saved import made

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, webhooks_internal=True)


@asynccontextmanager
async def running(settings: Settings, watches: list[Watch]) -> AsyncIterator[asyncio.Task[None]]:
    """Couriers for these watches, which a test may change."""

    async def known() -> list[Watch]:
        return list(watches)

    task = asyncio.create_task(Couriers(settings, known).run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def alert(number: int, watch: str = "w", matched: datetime | None = None) -> bytes:
    return encode(
        Alert(
            id=f"{number:032x}",
            watch=watch,
            query="q",
            article="0" * 32,
            version=number,
            title="t",
            source="s",
            matched=matched or datetime.now(UTC),
        )
    )


def put(settings: Settings, *values: bytes | None) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.kafka, linger_ms=5)
    for value in values:
        producer.send(settings.topic_alerts, key=b"w", value=value)
    producer.flush()
    producer.close()


def versions(receiver: Receiver) -> list[int]:
    return [decode_alert(post.body).version for post in receiver.posts]


async def taken(settings: Settings, watch: str, count: int) -> None:
    async with asyncio.timeout(60):
        where = settings, f"webhook-{watch}", settings.topic_alerts
        while await asyncio.to_thread(committed, *where) != count:  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.2)


def test_a_watchs_own_alerts_are_brought_and_no_others(settings: Settings) -> None:
    """Not those of an earlier watch of the same name either, nor what is no alert."""
    early = datetime.now(UTC) - timedelta(hours=1)
    put(settings, alert(1), alert(2, "other"), b"{}", None, alert(3, matched=early), alert(4))

    async def main() -> list[int]:
        async with Receiver() as receiver, running(settings, [made(settings, webhook=receiver.url)]):
            await taken(settings, "w", 6)
            return versions(receiver)

    assert asyncio.run(main()) == [1, 4]


def test_an_alert_that_is_not_taken_is_brought_again_and_those_behind_it_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_FIRST_PAUSE_S", 0.05)
    put(settings, *(alert(number) for number in range(3)))

    async def main() -> list[int]:
        async with Receiver() as receiver, running(settings, [made(settings, webhook=receiver.url)]):
            receiver.answers.extend([(500, {}), (429, {}), (204, {}), (404, {}), (204, {})])
            await taken(settings, "w", 3)
            return versions(receiver)

    assert asyncio.run(main()) == [0, 0, 0, 1, 2]


def test_what_the_receiver_did_not_answer_for_is_brought_by_the_next_worker(settings: Settings) -> None:
    """The first worker is stopped in the middle of a post, as by a kill: it commits nothing."""
    put(settings, alert(1))

    async def main() -> list[int]:
        async with Receiver() as receiver:
            watch = made(settings, webhook=receiver.url)
            async with running(settings, [watch]):
                await taken(settings, "w", 1)
            put(settings, alert(2), alert(3))
            receiver.silent = True
            async with running(settings, [watch]):
                await until(lambda: len(receiver.posts) >= 2, "a post in the middle")
            receiver.silent = False
            async with running(settings, [watch]):
                await taken(settings, "w", 3)
            return versions(receiver)

    assert asyncio.run(main()) == [1, 2, 2, 3]


def test_a_dead_receiver_holds_up_no_other(settings: Settings) -> None:
    put(settings, *(alert(number, name) for number in range(3) for name in ("dead", "w")))

    async def main() -> list[int]:
        async with Receiver() as receiver:
            watches = [
                made(settings, "dead", webhook="http://127.0.0.1:9/"),
                made(settings, "w", webhook=receiver.url),
            ]
            async with running(settings, watches):
                await taken(settings, "w", 6)
            return versions(receiver)

    assert asyncio.run(main()) == [0, 1, 2]
    assert committed(settings, "webhook-dead", settings.topic_alerts) is None


def test_couriers_come_and_go_with_the_watches(settings: Settings) -> None:
    async def main() -> list[int]:
        async with Receiver() as receiver:
            watches: list[Watch] = []
            async with running(settings, watches):
                watches.append(made(settings, webhook=receiver.url))
                put(settings, alert(1))
                await taken(settings, "w", 1)
                watches.clear()
                await asyncio.sleep(couriers.LOOK_S + 1)
                put(settings, alert(2))
                await asyncio.sleep(1)
                watches.append(made(settings, "x", webhook=receiver.url))
                put(settings, alert(3, "x"))
                await taken(settings, "x", 3)
            return versions(receiver)

    assert asyncio.run(main()) == [1, 3]


def test_an_error_that_nobody_foresaw_skips_no_alert_and_holds_up_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [LookupError("unforeseen")]
    bring = couriers.Courier._bring

    async def fails_once(self: couriers.Courier, *rest: Any) -> bool:
        if self._watch.name == "broken" and broken:
            raise broken.pop()
        return await bring(self, *rest)

    monkeypatch.setattr(couriers.Courier, "_bring", fails_once)
    put(settings, alert(1, "broken"), alert(2))

    async def main() -> list[int]:
        async with Receiver() as receiver:
            watches = [made(settings, name, webhook=receiver.url) for name in ("broken", "w")]
            async with running(settings, watches):
                for name in ("broken", "w"):
                    await taken(settings, name, 2)
            return versions(receiver)

    assert sorted(asyncio.run(main())) == [1, 2]
    assert not broken
    assert "unforeseen" in capsys.readouterr().out


def test_a_broker_that_is_away_is_waited_for(settings: Settings) -> None:
    away = settings.model_copy(update={"kafka": "127.0.0.1:9"})

    async def main() -> bool:
        async with running(away, [made(settings, webhook="http://127.0.0.1:9/")]) as task:
            await asyncio.sleep(2)
            return task.done()

    assert not asyncio.run(main())
