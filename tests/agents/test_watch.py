"""The watch hop on the real services: each alert stands on the topic before the article is acked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.agents import outlet, watch, worker
from pipeline.agents.hop import Hop
from pipeline.article import encode
from pipeline.settings import Settings
from pipeline.watch import watcher
from pipeline.watch.watcher import Watcher
from tests.agents.broker import acked, committed, put
from tests.agents.hops import going
from tests.feeding import fresh
from tests.services import Stack
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy
from tests.watch.receiver import Receiver, until
from tests.watch.saved import alerts, keep, made, store
from tests.workers import Worker, eventually

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=1, webhooks_internal=True)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Watcher]:
    """The hop at work."""
    held = Watcher(settings)
    try:
        async with going(watch.hop(settings, held)):
            yield held
    finally:
        await held.close()


def message(guid: str = "g", **fields: Any) -> bytes:
    return encode(article(guid, **{"body": "Un traité de paix.", **fields}))


def test_what_matches_is_on_the_topic_when_the_article_is_acked(settings: Settings) -> None:
    keep(settings, made(settings, "peace", "paix"), made(settings, "war", "guerre"))
    values = [message("a"), b"[]", None, message("b", version=2), message("c", body="Un mot.")]
    put(settings, settings.topic_enriched, *values)

    async def main() -> None:
        async with running(settings):
            await acked(settings, "watch", settings.topic_enriched, len(values))

    before = datetime.now(UTC)
    asyncio.run(main())
    found = alerts(settings)
    assert [(alert.watch, alert.version) for alert in found] == [("peace", 1), ("peace", 2)]
    assert all(before <= alert.matched for alert in found)


def test_nothing_is_acked_whose_alert_is_not_on_the_topic(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed while the broker does not answer leaves the article to the next one."""
    keep(settings, made(settings))
    put(settings, settings.topic_enriched, message())

    async def stuck() -> None:
        reached = asyncio.Event()

        async def send(*_: Any) -> None:
            reached.set()
            await asyncio.Event().wait()

        with monkeypatch.context() as broken:
            broken.setattr(outlet.Outlet, "send", send)
            async with running(settings):
                await asyncio.wait_for(reached.wait(), 60)

    asyncio.run(stuck())
    assert committed(settings, "watch", settings.topic_enriched) is None

    async def main() -> None:
        async with running(settings):
            await acked(settings, "watch", settings.topic_enriched, 1)

    asyncio.run(main())
    assert [alert.version for alert in alerts(settings)] == [1]


def test_kill_minus_nine_loses_no_alert(settings: Settings, tmp_path: Path) -> None:
    """Killed while it alerts, and started again, it alerts of every version at least once."""
    settings = settings.model_copy(update={"index_batch": 5})
    keep(settings, made(settings, "a"), made(settings, "b", "paix"))
    put(settings, settings.topic_enriched, *(message(f"g{each}", version=each) for each in range(100)))
    wanted = {(name, each) for name in ("a", "b") for each in range(100)}
    held: set[tuple[str, int]] = set()

    def more() -> bool:
        before = len(held)
        held.update((alert.watch, alert.version) for alert in alerts(settings))
        return len(held) > before

    with Worker(settings, tmp_path, "--only", "watch") as killed:
        eventually(more, within_s=60, what="alerts before the kill")
        killed.stop(signal.SIGKILL)
    with Worker(settings, tmp_path, "--only", "watch"):
        eventually(lambda: (more(), held == wanted)[1], within_s=90, what="all alerts")
    assert held == wanted


def test_an_embargo_that_ends_alerts_without_anybody_doing_anything(settings: Settings) -> None:
    keep(settings, made(settings))
    end = datetime.now(UTC) + timedelta(seconds=5)
    put(settings, settings.topic_enriched, message(status="withheld", embargo=end))

    async def main() -> None:
        async with running(settings), asyncio.timeout(60):
            while not await asyncio.to_thread(alerts, settings):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.2)

    asyncio.run(main())
    (alert,) = alerts(settings)
    assert alert.matched >= end


def test_articles_wait_for_what_the_watches_need(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elasticsearch refuses the first template, as it does without the rights or with too many shards."""
    monkeypatch.setattr(watcher, "PREPARE_S", 0.1)
    keep(settings, made(settings))
    put(settings, settings.topic_enriched, message())

    async def main() -> None:
        with FaultyProxy(settings, [400, 400], path="/_index_template") as proxy:
            async with running(proxy.settings):
                await acked(settings, "watch", settings.topic_enriched, 1)

    asyncio.run(main())
    assert [alert.version for alert in alerts(settings)] == [1]


def test_the_worker_starts_whatever_is_in_the_way_of_the_watches(settings: Settings) -> None:
    async def main() -> str | None:
        away = Watcher(settings.model_copy(update={"elasticsearch": "http://127.0.0.1:9"}))
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            parts = replace(worker._parts(settings, None, stack), watcher=away)
            stack.push_async_callback(away.close)
            names: list[worker.Name] = ["index", "watch"]
            hops: list[Hop] = []
            stack.push_async_callback(worker._stop, hops)
            after_s = await worker._start(settings, names, parts, hops, asyncio.Event())
            assert {hop.name for hop in hops} == set(names)
            assert set(after_s) == {"topics", *names}
            put(settings, settings.topic_enriched, message())
            await acked(settings, "index", settings.topic_enriched, 1)
            return away.waiting

    assert "watches" in (asyncio.run(main()) or "")


def test_work_that_fails_beside_the_agent_is_done_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watch, "PAUSE_S", 0.1)
    release = Watcher.release
    broken = [LookupError("unforeseen")]

    async def fails_once(self: Watcher, *rest: Any) -> None:
        if broken:
            raise broken.pop()
        await release(self, *rest)

    monkeypatch.setattr(Watcher, "release", fails_once)
    keep(settings, made(settings))
    put(settings, settings.topic_enriched, message(embargo=datetime.now(UTC)))

    async def main() -> None:
        async with running(settings), asyncio.timeout(60):
            while not await asyncio.to_thread(alerts, settings):  # noqa: ASYNC110 - the broker tells nobody
                await asyncio.sleep(0.2)

    asyncio.run(main())
    assert not broken
    assert "unforeseen" in capsys.readouterr().out


@pytest.mark.parametrize("timestamp", [1e18, -1e18, float("nan"), float("inf"), 9e11])
def test_a_time_that_no_clock_tells_is_now(timestamp: float) -> None:
    event: Any = SimpleNamespace(message=SimpleNamespace(timestamp=timestamp))
    before = datetime.now(UTC)
    assert before <= watch._at(event) <= datetime.now(UTC)


def test_each_webhook_gets_its_watchs_alerts_in_order(settings: Settings) -> None:
    """One that answers nobody holds up no other; one that comes back gets all that it missed."""

    async def main() -> None:
        async with Receiver() as good, Receiver() as bad, running(settings), store(settings) as kept:
            bad.answers.extend([(503, {})])
            await kept.add(made(settings, "good", webhook=f"{good.url}/hook"))
            await kept.add(made(settings, "bad", "paix", webhook=f"{bad.url}/hook"))
            await kept.add(made(settings, "mute"))
            await asyncio.sleep(watcher.LOOK_S)
            put(settings, settings.topic_enriched, *(message(f"g{each}", version=each) for each in range(5)))
            await until(lambda: len(good.posts) == 5, "five posts")
            await until(lambda: len(bad.posts) == 6, "six posts")
            found = await asyncio.to_thread(alerts, settings)
            for receiver, name, posts in ((good, "good", good.posts), (bad, "bad", bad.posts[1:])):
                wanted = [encode(alert) for alert in found if alert.watch == name]
                assert [post.body for post in posts] == wanted
                assert {post.path for post in receiver.posts} == {"/hook"}

    asyncio.run(main())
