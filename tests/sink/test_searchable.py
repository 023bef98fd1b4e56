"""When what was written can be found, measured on the real Elasticsearch; what goes wrong hurts nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from elasticsearch import Elasticsearch
from structlog.testing import capture_logs

from pipeline.article import EnrichedArticle
from pipeline.settings import Settings
from pipeline.sink import searchable
from pipeline.sink.bulk import Document
from pipeline.sink.document import said
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.searchable import Probe, indexed_at
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy

AWAY = Settings(elasticsearch="http://127.0.0.1:9")
Seen = list[tuple[float, float]]


def document(article_id: str = "a", **fields: str) -> Document:
    now = datetime.now(UTC)
    return Document(article_id, 1, now - timedelta(seconds=100), fields or {"indexed": said(now)})


def probing(settings: Settings, work: Callable[[Probe, Seen], Awaitable[None]]) -> Seen:
    """What a probe has told when some work with it has ended."""
    seen: Seen = []

    async def main() -> None:
        probe = Probe(settings, lambda *seconds: seen.append(seconds))
        try:
            await work(probe, seen)
        finally:
            await probe.close()

    asyncio.run(main())
    return seen


async def told(seen: Seen, count: int = 1) -> None:
    async with asyncio.timeout(60):
        while len(seen) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def write(
    settings: Settings, written: Callable[[list[Document]], None], *batch: EnrichedArticle
) -> None:
    sink = Sink(settings)
    await sink.ready()
    await sink.index(batch, written)
    await sink.close()


@pytest.mark.services
def test_an_article_that_was_written_is_found_and_its_seconds_are_told(own: Settings) -> None:
    began = time.time()

    async def work(probe: Probe, seen: Seen) -> None:
        await write(own, probe.offer, article("a"), article("b"))
        await told(seen)

    ((since_indexed, since_received),) = probing(own, work)
    # The index is refreshed each second.
    assert 0 < since_indexed < time.time() - began
    assert since_received > since_indexed


@pytest.mark.services
def test_an_older_version_that_is_found_is_not_taken_for_the_newer(
    own: Settings, client: Elasticsearch
) -> None:
    async def work(probe: Probe, seen: Seen) -> None:
        await write(own, lambda _: None, article("a", version=1))
        client.indices.refresh(index=own.index)
        client.indices.put_settings(index=own.index, settings={"refresh_interval": "-1"})
        await write(own, probe.offer, article("a", version=2))
        await asyncio.sleep(5 * searchable.EVERY_S)
        assert seen == []
        client.indices.refresh(index=own.index)
        await told(seen)

    ((since_indexed, _),) = probing(own, work)
    assert since_indexed > 4 * searchable.EVERY_S


@pytest.mark.services
def test_a_repeat_of_the_same_version_is_found_when_itself_is(own: Settings, client: Elasticsearch) -> None:
    async def work(probe: Probe, seen: Seen) -> None:
        await write(own, lambda _: None, article("a"))
        client.indices.refresh(index=own.index)
        client.indices.put_settings(index=own.index, settings={"refresh_interval": "-1"})
        await write(own, probe.offer, article("a"))
        await asyncio.sleep(3 * searchable.EVERY_S)
        assert seen == []
        client.indices.refresh(index=own.index)
        await told(seen)

    assert len(probing(own, work)) == 1


@pytest.mark.services
def test_searches_that_fail_are_made_again(own: Settings) -> None:
    with FaultyProxy(own, [503, "lost", "garbled"], path="/_search") as proxy:

        async def work(probe: Probe, seen: Seen) -> None:
            await write(own, probe.offer, article("a"))
            await told(seen)

        assert len(probing(proxy.settings, work)) == 1
        assert len(proxy.sizes) > 3


@pytest.mark.services
def test_one_article_is_looked_for_at_a_time_and_the_next_not_before_a_second(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(probe: Probe, seen: Seen) -> None:
        monkeypatch.setattr(searchable, "APART_S", 3600)
        await write(own, probe.offer, article("a"))
        await write(own, probe.offer, article("b"))  # while the first is looked for, or too soon after
        await told(seen)
        await write(own, probe.offer, article("c"))
        assert not busy(probe)
        monkeypatch.setattr(searchable, "APART_S", 0)
        await write(own, probe.offer, article("d"))
        assert busy(probe)
        await told(seen, 2)

    assert len(probing(own, work)) == 2


def busy(probe: Probe) -> bool:
    return probe._task is not None and not probe._task.done()


def test_what_is_never_found_counts_as_found_when_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchable, "GIVE_UP_S", 0.2)

    async def work(probe: Probe, seen: Seen) -> None:
        probe.offer([document()])
        await told(seen)

    with capture_logs() as logs:
        ((since_indexed, since_received),) = probing(AWAY, work)
    assert since_indexed >= 0.2
    assert since_received >= 100.2
    (warning,) = [each for each in logs if each["log_level"] == "warning"]
    assert warning["event"] == "what was written is not found"


def test_of_an_empty_batch_nothing_is_looked_for() -> None:
    async def work(probe: Probe, _: Seen) -> None:
        probe.offer([])
        assert not busy(probe)

    assert probing(AWAY, work) == []


def test_closing_ends_the_search_and_tells_nothing() -> None:
    async def work(probe: Probe, _: Seen) -> None:
        probe.offer([document()])
        await asyncio.sleep(0.1)
        assert busy(probe)

    assert probing(AWAY, work) == []


def test_closing_before_anything_was_offered_is_no_error() -> None:
    async def work(_: Probe, __: Seen) -> None:
        pass

    assert probing(AWAY, work) == []


@pytest.mark.services
def test_an_error_that_nobody_foresaw_is_in_the_log_and_the_next_article_is_measured(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searchable, "APART_S", 0)

    async def work(probe: Probe, seen: Seen) -> None:
        probe.offer([document(title="without an instant")])
        async with asyncio.timeout(60):
            while busy(probe):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        assert seen == []
        await write(own, probe.offer, article("a"))
        await told(seen)

    with capture_logs() as logs:
        assert len(probing(own, work)) == 1
    assert [each["event"] for each in logs if each["log_level"] == "error"] == [
        "when articles can be found is not measured"
    ]


def test_a_document_says_when_it_was_indexed() -> None:
    moment = datetime(2024, 6, 19, 12, 0, 0, 250_000, tzinfo=UTC)
    assert indexed_at(document(indexed=said(moment))) == moment
