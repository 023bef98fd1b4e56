"""The sink on a real Elasticsearch: the newest version wins, and nothing is lost to any fault."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from elasticsearch import Elasticsearch
from structlog.testing import capture_logs

from pipeline.article import EnrichedArticle
from pipeline.local.ports import free_port
from pipeline.settings import Settings
from pipeline.sink import bulk
from pipeline.sink.elasticsearch import Indexed, Outcome, Refused, SetupError, Sink, Stale
from pipeline.sink.templates import UnfitIndexError
from tests.sink.articles import article
from tests.sink.faulty import Fault, FaultyProxy
from tests.sink.setting_up import month_of, this_month_of

if TYPE_CHECKING:
    from tests.services import Stack

Answer = TypeVar("Answer")


def run(settings: Settings, work: Callable[[Sink], Awaitable[Answer]]) -> Answer:
    async def inner() -> Answer:
        sink = Sink(settings)
        try:
            return await work(sink)
        finally:
            await sink.close()

    return asyncio.run(inner())


def write(settings: Settings, *batches: Sequence[EnrichedArticle]) -> list[list[Outcome]]:
    async def work(sink: Sink) -> list[list[Outcome]]:
        await sink.ready()
        return [await sink.index(batch) for batch in batches]

    return run(settings, work)


def stored(client: Elasticsearch, settings: Settings) -> dict[str, dict[str, Any]]:
    client.indices.refresh(index=settings.index)
    found = client.search(index=settings.index, size=10_000)["hits"]["hits"]
    assert len({hit["_id"] for hit in found}) == len(found)
    return {hit["_source"]["guid"]: hit["_source"] for hit in found}


def many(number: int, **fields: Any) -> list[EnrichedArticle]:
    return [article(f"g{place}", body=f"Le corps {place}.", **fields) for place in range(number)]


async def logged(logs: list[Any], event: str) -> None:
    """Wait until the log has such a line."""
    async with asyncio.timeout(60):
        while not any(line["event"] == event for line in logs):  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.05)


def away() -> Settings:
    return Settings(elasticsearch=f"http://127.0.0.1:{free_port('127.0.0.1')}")


WAITING = "waiting for Elasticsearch to take documents"


def test_an_empty_batch_asks_nobody() -> None:
    assert run(away(), lambda sink: sink.index([])) == []


def test_what_cannot_become_a_document_is_refused_without_asking() -> None:
    (outcome,) = run(away(), lambda sink: sink.index([article(created="2024-02-30")]))
    assert outcome == Refused("ValueError", "created 2024-02-30: day is out of range for month")


@pytest.mark.parametrize("call", ["ready", "index"])
def test_waiting_is_logged_and_can_be_cancelled(call: str) -> None:
    settings = away()

    async def work(sink: Sink) -> None:
        with capture_logs() as logs:
            waiting = asyncio.ensure_future(sink.ready() if call == "ready" else sink.index([article()]))
            await logged(logs, WAITING if call == "index" else "waiting for Elasticsearch")
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        line = next(line for line in logs if line["event"].startswith("waiting"))
        assert line["address"] == str(settings.elasticsearch).rstrip("/")
        assert "Cannot connect to host" in line["error"]
        assert line["attempt"] == 1
        assert line["since"].startswith("20")

    run(settings, work)


@pytest.mark.services
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_the_newest_version_wins_in_any_order(
    order: tuple[int, ...], own: Settings, client: Elasticsearch
) -> None:
    versions = [article(version=version, body=f"Version {version}.") for version in order]
    ((*outcomes,),) = write(own, versions)
    newest = [max(order[: place + 1]) for place in range(3)]
    assert outcomes == [
        Indexed() if version == best else Stale() for version, best in zip(order, newest, strict=True)
    ]
    assert stored(client, own)["g1"]["body"] == "Version 3."


@pytest.mark.services
def test_the_same_version_again_replaces_and_is_one_document(own: Settings, client: Elasticsearch) -> None:
    first, again = article(body="Avant."), article(body="Après un autre modèle.")
    assert write(own, [first], [again]) == [[Indexed()], [Indexed()]]
    assert [document["body"] for document in stored(client, own).values()] == ["Après un autre modèle."]


@pytest.mark.services
@pytest.mark.parametrize("faults", [[], [429, "half", "unheard"]], ids=str)
def test_batches_under_way_together_are_written_in_the_order_in_which_they_came(
    faults: list[Fault], own: Settings, client: Elasticsearch
) -> None:
    batches = [many(40, headline=f"Batch {number}") for number in range(4)]

    async def work(sink: Sink) -> list[list[Outcome]]:
        await sink.ready()
        return await asyncio.gather(*map(sink.index, batches))

    with FaultyProxy(own, faults) as proxy:
        assert run(proxy.settings, work) == [[Indexed()] * 40] * 4
    assert {each["headline"] for each in stored(client, own).values()} == {"Batch 3"}


@pytest.mark.services
def test_a_kill_takes_the_text_away_and_an_older_version_does_not_bring_it_back(
    own: Settings, client: Elasticsearch
) -> None:
    usable = article(version=1, headline="Vivant")
    kill = article(version=2, status="canceled", headline="Vivant")
    assert write(own, [usable], [kill], [usable]) == [[Indexed()], [Indexed()], [Stale()]]
    document = stored(client, own)["g1"]
    assert document["status"] == "canceled"
    assert not {"headline", "body", "title"} & set(document)


@pytest.mark.services
def test_the_largest_and_the_smallest_version_are_taken(own: Settings) -> None:
    ends = [article("low", version=0), article("high", version=2**63 - 1)]
    assert write(own, ends) == [[Indexed(), Indexed()]]


@pytest.mark.services
def test_a_refused_document_stops_no_other(own: Settings, client: Elasticsearch) -> None:
    bad = article("bad", created="2024-01", modified="2024-02-31")
    ((first, refused, last),) = write(own, [article("a"), bad, article("b")])
    assert (first, last) == (Indexed(), Indexed())
    assert isinstance(refused, Refused)
    assert refused.type == "document_parsing_exception"
    assert "[modified]" in refused.reason
    assert "FEBRUARY 31" in refused.reason
    assert set(stored(client, own)) == {"a", "b"}


@pytest.mark.services
def test_the_own_language_is_indexed_but_not_kept_twice(own: Settings, client: Elasticsearch) -> None:
    write(own, [article(body="Les sanctions.")])
    assert not [name for name in stored(client, own)["g1"] if name.startswith("text_")]
    assert client.count(index=own.index, query={"match": {"text_fr": "sanctionner"}})["count"] == 1


@pytest.mark.services
@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        ([429, 503], 3),
        (["lost", "lost"], 3),
        (["unheard", "unheard"], 3),
        (["garbled"], 2),
        (["half", "half", "half"], 4),
        ([401, 403, 502, "half", "unheard", 429], 7),
    ],
    ids=str,
)
def test_faults_on_the_way_lose_nothing_and_double_nothing(
    faults: list[Fault], requests: int, own: Settings, client: Elasticsearch
) -> None:
    articles = many(40)
    with FaultyProxy(own, faults) as proxy, capture_logs() as logs:
        (outcomes,) = write(proxy.settings, articles)
    assert outcomes == [Indexed()] * 40
    assert len(proxy.sizes) == requests
    assert WAITING in {line["event"] for line in logs}
    assert logs[-1]["event"] == "Elasticsearch is back"
    assert set(stored(client, own)) == {f"g{place}" for place in range(40)}


@pytest.mark.services
def test_only_what_was_not_taken_is_sent_again(own: Settings) -> None:
    with FaultyProxy(own, ["half"]) as proxy:
        write(proxy.settings, many(40))
    first, second = proxy.sizes
    assert second < 0.6 * first


@pytest.mark.services
def test_a_request_refused_as_a_whole_is_halved_down_to_what_is_at_fault(
    own: Settings, client: Elasticsearch
) -> None:
    with FaultyProxy(own, [413, 413, 413]) as proxy:
        ((one, *others),) = write(proxy.settings, many(4))
    assert isinstance(one, Refused)
    assert others == [Indexed()] * 3
    assert set(stored(client, own)) == {"g1", "g2", "g3"}


# aiohttp warns of what is larger than one MiB; ten of them are written to a socket in milliseconds.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.services
def test_a_large_batch_goes_in_requests_of_bounded_size(own: Settings, client: Elasticsearch) -> None:
    body = "Des mots et des mots. " * 25_000
    with FaultyProxy(own, []) as proxy:
        (outcomes,) = write(proxy.settings, [article(f"g{place}", body=body) for place in range(12)])
    assert outcomes == [Indexed()] * 12
    assert len(proxy.sizes) > 1
    assert max(proxy.sizes) <= bulk.MAX_BYTES
    assert len(stored(client, own)) == 12


@pytest.mark.services
def test_one_who_is_not_let_in_is_told_at_the_start(own: Settings) -> None:
    with (
        FaultyProxy(own, [401], path="/_component_template") as proxy,
        pytest.raises(SetupError, match=r"refuses .* the user and password in NEWSWIRE_ELASTICSEARCH"),
    ):
        run(proxy.settings, lambda sink: sink.ready())


@pytest.mark.services
def test_getting_ready_outlives_faults(own: Settings, client: Elasticsearch) -> None:
    with FaultyProxy(own, [503, "lost", 429, "unheard"], path="/") as proxy:
        run(proxy.settings, lambda sink: sink.ready())
    assert client.indices.exists_alias(name=own.index)


@pytest.mark.services
def test_two_workers_that_start_at_once_share_one_index(own: Settings, client: Elasticsearch) -> None:
    async def both() -> list[list[Outcome]]:
        sinks = [Sink(own), Sink(own)]
        try:
            await asyncio.gather(*(sink.ready() for sink in sinks))
            return await asyncio.gather(*(sink.index(many(20)) for sink in sinks))
        finally:
            await asyncio.gather(*(sink.close() for sink in sinks))

    assert asyncio.run(both()) == [[Indexed()] * 20] * 2
    assert len(stored(client, own)) == 20
    first = f"{own.index}-000001"
    assert set(client.indices.get(index=f"{own.index}*")) == {month_of(first), this_month_of(first)}


@pytest.mark.services
def test_a_read_only_index_is_waited_for(own: Settings, client: Elasticsearch) -> None:
    async def work(sink: Sink) -> list[Outcome]:
        await sink.ready()
        await sink.index(many(1))
        index = month_of(f"{own.index}-000001")
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": True})
        with capture_logs() as logs:
            writing = asyncio.create_task(sink.index(many(3)))
            await logged(logs, WAITING)
        client.indices.put_settings(index=index, settings={"index.blocks.read_only_allow_delete": None})
        assert "cluster_block_exception" in logs[0]["error"]
        return await writing

    assert run(own, work) == [Indexed()] * 3
    assert len(stored(client, own)) == 3


@pytest.mark.services
def test_an_index_that_vanishes_is_made_again_with_its_mapping(own: Settings, client: Elasticsearch) -> None:
    async def work(sink: Sink) -> list[Outcome]:
        await sink.ready()
        assert await sink.index(many(2)) == [Indexed()] * 2
        for index in client.indices.get(index=own.index):
            client.indices.delete(index=index)
        return await sink.index(many(3))

    assert run(own, work) == [Indexed()] * 3
    assert len(stored(client, own)) == 3
    mapping = client.indices.get_mapping(index=own.index)[month_of(f"{own.index}-000001")]["mappings"]
    assert mapping["dynamic"] == "strict"


@pytest.mark.services
def test_an_index_that_vanished_and_came_back_unfit_is_said(own: Settings, client: Elasticsearch) -> None:
    async def work(sink: Sink) -> list[Outcome]:
        await sink.ready()
        client.indices.delete(index=this_month_of(f"{own.index}-000001"))
        client.indices.create(index=own.index)
        return await sink.index(many(3))

    with pytest.raises(UnfitIndexError, match="must be an alias"):
        run(own, work)
    assert client.count(index=own.index)["count"] == 0


@pytest.mark.services
def test_elasticsearch_stopped_and_started_again_loses_nothing(
    stack: Stack, own: Settings, client: Elasticsearch
) -> None:
    async def work(sink: Sink) -> list[Outcome]:
        await sink.ready()
        before = await sink.index(many(10))
        await asyncio.to_thread(stack.elasticsearch.stop)
        try:
            with capture_logs() as logs:
                later = Sink(own)
                starting = asyncio.create_task(later.ready())
                writing = asyncio.create_task(sink.index(many(30)[10:]))
                await logged(logs, WAITING)
                await logged(logs, "waiting for Elasticsearch")
        finally:
            await asyncio.to_thread(stack.elasticsearch.start)
        await starting
        await later.close()
        return before + await writing

    assert run(own, work) == [Indexed()] * 30
    assert len(stored(client, own)) == 30


@pytest.mark.services
def test_rounds_that_are_repeated_are_counted_and_documents_heard_of_once(own: Settings) -> None:
    heard: list[list[str]] = []

    async def work(sink: Sink) -> tuple[int, int]:
        await sink.ready()
        before = sink.repeated
        await sink.index(many(4), lambda documents: heard.append([each.id for each in documents]))
        return before, sink.repeated

    with FaultyProxy(own, ["half", 503, 429]) as proxy:
        assert run(proxy.settings, work) == (0, 3)
    ids = [each.id for each in many(4)]
    assert heard == [ids[:2], [], [], ids[2:]]


@pytest.mark.services
def test_what_is_stale_or_refused_was_not_written(own: Settings) -> None:
    heard: list[str] = []

    async def work(sink: Sink) -> None:
        await sink.ready()
        await sink.index([article("a", version=2)])
        batch = [article("a", version=1), article("b"), article("c", created="2024-02-30")]
        await sink.index(batch, lambda documents: heard.extend(each.id for each in documents))

    run(own, work)
    assert heard == [article("b").id]
