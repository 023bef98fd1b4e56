"""Alerts as they come, from a real topic."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from pipeline.article import decode_alert
from pipeline.settings import Settings
from pipeline.watch.tail import tail
from tests.agents.broker import put
from tests.feeding import fresh
from tests.services import Stack
from tests.watch.test_couriers import alert

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


def seen(settings: Settings, *names: str) -> list[tuple[str, int]]:
    """The alerts that are printed, up to the one with the number 9."""

    async def main() -> list[tuple[str, int]]:
        found = []
        put(settings, settings.topic_alerts, alert(1))

        def ready() -> None:
            put(settings, settings.topic_alerts, alert(2), b"{}", None, alert(3, "other"), alert(9))

        async with asyncio.timeout(60), aclosing(tail(settings, names, ready)) as alerts:
            async for each in alerts:
                found.append((each.watch, each.version))
                if each.version == 9:
                    break
        return found

    return asyncio.run(main())


def test_alerts_come_from_now_on(settings: Settings) -> None:
    assert seen(settings) == [("w", 2), ("other", 3), ("w", 9)]


def test_only_those_of_the_watches_that_are_named(settings: Settings) -> None:
    assert seen(settings, "w", "none") == [("w", 2), ("w", 9)]


def test_an_alert_is_what_its_schema_says() -> None:
    assert decode_alert(alert(1)).version == 1
    with pytest.raises(ValueError, match="required field"):
        decode_alert(b"{}")
