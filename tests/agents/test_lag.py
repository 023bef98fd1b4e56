"""The lag exporter beside the hops: whatever becomes of it, what runs beside it goes on."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from pipeline.agents import lag
from pipeline.lag import broker
from pipeline.lag import serve as serving
from pipeline.settings import Settings

AWAY = Settings(kafka="127.0.0.1:9", elasticsearch="http://127.0.0.1:9")


def test_an_exporter_that_fails_is_told_and_tried_again_and_nothing_else_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lag, "AGAIN_S", 0.01)
    tried = 0

    async def fail(*_: Any, **__: Any) -> None:
        nonlocal tried
        tried += 1
        raise ZeroDivisionError

    monkeypatch.setattr(serving, "serve", fail)

    async def main() -> None:
        async with lag.exported(AWAY, CollectorRegistry()), asyncio.timeout(30):
            while tried < 3:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    with capture_logs() as logs:
        asyncio.run(main())
    assert logs[0]["event"].startswith("the lag is not exported")
    assert logs[0]["log_level"] == "error"


def test_services_that_are_away_are_a_metric_and_the_loop_is_not_held_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "ANSWER_MS", 400)
    registry = CollectorRegistry()
    longest = 0.0

    async def main() -> None:
        nonlocal longest
        async with lag.exported(AWAY, registry):
            before = time.monotonic()
            for _ in range(100):
                await asyncio.sleep(0.01)
                longest = max(longest, time.monotonic() - before - 0.01)
                before = time.monotonic()
            assert registry.get_sample_value("newswire_lag_up") == 0

    asyncio.run(main())
    # A look takes 0.4 s and more; the bound is far above what a busy machine takes from the loop.
    assert longest < 0.35
    assert registry.get_sample_value("newswire_lag_up") is None


def test_one_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lag, "ENDS_S", 0.05)
    stubborn = asyncio.Event()

    async def never_end(*_: Any, **__: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await stubborn.wait()

    monkeypatch.setattr(serving, "serve", never_end)

    async def main() -> bool:
        async with lag.exported(AWAY, CollectorRegistry()):
            await asyncio.sleep(0.01)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        stubborn.set()
        await asyncio.gather(*others, return_exceptions=True)
        return len(others) == 1

    assert asyncio.run(main())
