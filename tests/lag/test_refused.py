"""Real brokers that are away, ask for a login or refuse: the exporter stays, says so, and recovers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import structlog
from kafka.admin import ResourceType

from pipeline.lag import Monitor
from pipeline.lag import serve as serving
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from tests.lag.guarded import Guarded
from tests.lag.socks import Socks
from tests.lag.there import There
from tests.services import apart, new_folder

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    with Guarded(new_folder()) as running:
        yield running


@pytest.fixture
def refused(guarded: Guarded) -> Iterator[Settings]:
    """Settings of that broker, with topics of their own that hold three messages."""
    settings = apart(guarded.settings)
    with There(settings) as there:
        there.make(settings.topic_raw, settings.topic_enriched)
        there.write(settings.topic_raw, 3)
    yield settings
    for name in (f"{settings.group}-{hop}" for hop in ("enrich", "index", "watch")):
        guarded.allow(ResourceType.GROUP, name)
    guarded.allow(ResourceType.TOPIC, settings.topic_raw)


def exported(settings: Settings, *steps: Callable[[], None]) -> tuple[list[str], list[dict[str, Any]]]:
    """Serve metrics; when what is exported has changed, take the next step.

    Returns:
        Each page as it changed, and what was logged of trouble.
    """
    port, left = free_port("127.0.0.1"), list(steps)
    pages: list[str] = []

    async def until_done() -> None:
        done = asyncio.Event()

        def look(_: object) -> None:
            page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            up = f"newswire_lag_up {1 - len(pages) % 2}.0"
            if up not in page:
                return
            pages.append(page)
            if left:
                left.pop(0)()
            else:
                done.set()

        work = asyncio.create_task(
            serving.serve(settings, every_s=0.1, index=False, port=port, on_sample=look)
        )
        await asyncio.wait([work, asyncio.create_task(done.wait())], return_when=asyncio.FIRST_COMPLETED)
        work.cancel()
        [ended] = await asyncio.gather(work, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), f"it ended by itself: {ended!r}"

    with structlog.testing.capture_logs() as logs:
        asyncio.run(asyncio.wait_for(until_done(), 60))
    return pages, [dict(each) for each in logs if each.get("of") == "Kafka"]


def assert_told_and_over(
    settings: Settings, pages: list[str], logs: list[dict[str, Any]], *reasons: str
) -> None:
    """What was not known was not exported; one line said why, and one that it was over."""
    lag = f'kafka_consumergroup_lag{{consumergroup="{settings.group}-enrich"'
    assert [lag in page for page in pages] == [True, False, True]
    assert [(each["log_level"], each["event"]) for each in logs] == [
        ("warning", "not well"),
        ("info", "well again"),
    ]
    assert logs[0]["reason"].startswith(
        f"Kafka at {settings.kafka} does not say how far behind the groups are"
    )
    assert all(reason in logs[0]["reason"] for reason in reasons), logs[0]["reason"]


def test_a_broker_that_goes_away_and_comes_back(made: Settings, socks: Socks) -> None:
    pages, logs = exported(made, socks.away, socks.back)
    assert_told_and_over(made, pages, logs, "newswire status")


def test_a_broker_that_asks_for_a_login(refused: Settings, guarded: Guarded, socks: Socks) -> None:
    def ask() -> None:
        socks.away()
        socks.instead = guarded.login_port
        socks.back()

    def ask_no_more() -> None:
        socks.away()
        socks.instead = None
        socks.back()

    pages, logs = exported(refused, ask, ask_no_more)
    assert_told_and_over(refused, pages, logs, "NEWSWIRE_KAFKA_SECURITY")


def test_a_group_that_may_not_be_described(refused: Settings, guarded: Guarded) -> None:
    group = f"{refused.group}-index"
    pages, logs = exported(
        refused,
        lambda: guarded.forbid(ResourceType.GROUP, group),
        lambda: guarded.allow(ResourceType.GROUP, group),
    )
    assert_told_and_over(refused, pages, logs, "GroupAuthorizationFailedError", "the right (ACL) to describe")


def test_a_topic_that_may_not_be_described_is_an_error_of_its_groups_alone(
    refused: Settings, guarded: Guarded
) -> None:
    guarded.forbid(ResourceType.TOPIC, refused.topic_raw)
    with Monitor(refused) as monitor:
        enrich, index = monitor.sample().groups
        assert (enrich.status, index.status) == ("ERROR", "OK")
        assert "the right to describe it is missing" in enrich.reason
        guarded.allow(ResourceType.TOPIC, refused.topic_raw)
        assert monitor.sample().groups[0].lag == 3
