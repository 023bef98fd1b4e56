"""A replay on the real services: all of it, once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
from elasticsearch import Elasticsearch
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from structlog.testing import capture_logs

from pipeline import search
from pipeline.enrich.process import ModelStartError
from pipeline.replay import Into, Offsets, ReplayError, Since, run
from pipeline.settings import Settings
from pipeline.sink.indices import IndicesError
from pipeline.sink.switching import switch
from tests.enrich.models import load
from tests.feeding import fresh, letters, noise, records
from tests.replay.raw import put, raw, replayed, versions
from tests.services import Stack
from tests.sink.articles import article
from tests.sink.faulty import FaultyProxy
from tests.sink.setting_up import indexed
from tests.workers import environment, eventually

pytestmark = pytest.mark.services


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=2, processes=2, enrich_batch=8, enrich_timeout_s=5)


def some(number: int, start: int = 0) -> dict[str, int]:
    return {f"g{each}": 1 for each in range(start, start + number)}


def feed(settings: Settings, number: int, start: int = 0) -> dict[str, int]:
    """Feed so many articles; what is to be found of them."""
    put(settings, *(raw(f"g{each}") for each in range(start, start + number)))
    return some(number, start)


def test_all_articles_are_in_a_new_index_that_nobody_searches(settings: Settings) -> None:
    indexed(settings, [article("live")])
    expected = feed(settings, 50)
    summary = replayed(settings, Since())
    assert (summary.index, summary.exit_code) == (f"{settings.index}-000002", 0)
    assert (summary.articles, summary.done, summary.indexed, summary.dead) == (50, 50, 50, 0)
    assert versions(settings, summary.index or "") == expected
    assert versions(settings, settings.index) == {"live": 1}


def test_what_was_replayed_is_what_a_switch_makes_live(settings: Settings) -> None:
    indexed(settings, [article("only live"), article("g1", version=9)])
    feed(settings, 5)
    replayed(settings, Since())
    asyncio.run(switch(settings))
    assert versions(settings, settings.index) == some(5) | {"only live": 1, "g1": 9}
    assert search.count(settings) == 6


def test_the_newest_version_wins_and_the_last_of_equal_ones(settings: Settings) -> None:
    put(settings, raw("g", 3), raw("g", 1), raw("g", 2))
    put(settings, *(raw("same", body=f"Texte {number}.") for number in range(40)))
    summary = replayed(settings, Since())
    assert versions(settings, summary.index or "") == {"g": 3, "same": 1}
    assert (summary.indexed, summary.stale) == (41, 2)
    with Elasticsearch(str(settings.elasticsearch)) as client:
        hits = client.search(index=f"{summary.index}-*", query={"term": {"guid": "same"}})["hits"]["hits"]
    assert hits[0]["_source"]["body"] == "Texte 39."


def test_poison_is_a_dead_letter_at_its_own_place_and_stops_nobody(settings: Settings) -> None:
    put(settings, raw("a"), b"[]", raw("b"), raw("poison", body="die"), raw("c"), partition=0)
    summary = replayed(settings, Since())
    assert (summary.done, summary.indexed, summary.dead, summary.exit_code) == (5, 3, 2, 0)
    assert versions(settings, summary.index or "") == {"a": 1, "b": 1, "c": 1}
    found = {(letter.stage, letter.topic, letter.partition, letter.offset) for letter in letters(settings)}
    assert found == {("validate", settings.topic_raw, 0, 1), ("enrich", settings.topic_raw, 0, 3)}
    assert {letter.value for letter in letters(settings)} >= {b"[]"}


def test_an_article_too_large_for_the_dead_letters_leaves_a_letter(settings: Settings) -> None:
    small = settings.model_copy(update={"max_article_bytes": 60_000})
    put(settings, noise(200_000).encode(), raw("a"))
    summary = replayed(small, Since())
    assert (summary.indexed, summary.dead) == (1, 1)
    (letter,) = letters(settings)
    assert letter.value == b""
    assert "read them at that offset" in letter.error_message


def test_what_elasticsearch_refuses_is_a_dead_letter(settings: Settings) -> None:
    put(settings, raw("a"))
    with FaultyProxy(settings, [413]) as proxy:
        summary = replayed(proxy.settings, Since())
    assert (summary.indexed, summary.dead) == (0, 1)
    assert [letter.stage for letter in letters(settings)] == ["index"]


def test_from_an_offset_on_only_the_partitions_that_are_named(settings: Settings) -> None:
    put(settings, *(raw(f"zero{number}") for number in range(5)), partition=0)
    put(settings, *(raw(f"one{number}") for number in range(5)), partition=1)
    summary = replayed(settings, Offsets({0: 3}))
    assert versions(settings, summary.index or "") == {"zero3": 1, "zero4": 1}
    both = replayed(settings, Offsets({0: 4, 1: 4}))
    assert versions(settings, both.index or "") == {"zero4": 1, "one4": 1}


def test_from_a_time_on(settings: Settings) -> None:
    feed(settings, 5)
    last = max(record.timestamp for record in records(settings, settings.topic_raw))
    moment = datetime.fromtimestamp(last / 1000, UTC) + timedelta(milliseconds=1)
    eventually(lambda: datetime.now(UTC) > moment, within_s=5, what="another moment")
    later = feed(settings, 5, 5)
    summary = replayed(settings, Since(moment))
    assert versions(settings, summary.index or "") == later


def test_with_nothing_to_replay_no_index_is_made(settings: Settings) -> None:
    summary = replayed(settings, Since())
    assert (summary.index, summary.articles, summary.exit_code) == (None, 0, 0)
    with Elasticsearch(str(settings.elasticsearch)) as client:
        assert not client.indices.exists(index=f"{settings.index}-*", allow_no_indices=False)


def test_models_that_cannot_be_loaded_leave_no_index(settings: Settings) -> None:
    feed(settings, 1)
    with pytest.raises(ModelStartError):
        asyncio.run(run(settings.model_copy(update={"spacy": {"fr": "no-such-model"}}), Since()))
    with Elasticsearch(str(settings.elasticsearch)) as client:
        assert not client.indices.exists(index=f"{settings.index}-*", allow_no_indices=False)


def test_what_comes_in_meanwhile_is_left_to_the_live_index(settings: Settings) -> None:
    expected = feed(settings, 20)
    more = iter(range(100, 200))

    def told(_: object) -> None:
        put(settings, raw(f"g{next(more)}"))

    summary = asyncio.run(run(settings, Since(), load=load, told=told))
    assert (summary.articles, summary.done) == (20, 20)
    assert versions(settings, summary.index or "") == expected


def test_articles_that_are_gone_are_counted_and_told(settings: Settings) -> None:
    put(settings, *(raw(f"g{number}") for number in range(10)), partition=0)
    remove(settings, before=4)
    summary = replayed(settings, Offsets({0: 1}))
    assert (summary.gone, summary.done) == (3, 6)
    assert versions(settings, summary.index or "") == some(6, 4)


def remove(settings: Settings, *, before: int) -> None:
    """As retention does."""
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_records({TopicPartition(settings.topic_raw, 0): before})
    admin.close()


@contextmanager
def process(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A replay that runs as a process of its own."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.replay.process", *arguments],
        env=environment(settings),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(output: IO[str] | None) -> dict[str, int]:
    assert output is not None
    line: dict[str, int] = json.loads(output.readline())
    return line


def slow(settings: Settings, number: int) -> dict[str, int]:
    """Articles of which every one is a batch."""
    put(settings, *(raw(f"g{each}") for each in range(number)), partition=0)
    return some(number)


def test_killed_at_any_moment_it_goes_on_where_it_was(settings: Settings) -> None:
    one_by_one = settings.model_copy(update={"enrich_batch": 4})
    expected = slow(settings, 200)
    index, done, starts = f"{settings.index}-000001", 0, 0
    for kill_at in (20, 80, 140):
        with process(one_by_one, *([index] if starts else [])) as running:
            starts += 1
            first = said(running.stdout)["done"]
            assert first <= done
            assert first >= kill_at - 60 - 4 * 3  # what was not yet committed, and no more
            while done < kill_at:
                done = said(running.stdout)["done"]
            running.send_signal(signal.SIGKILL)
    summary = replayed(one_by_one, Into(index))
    assert (summary.articles, summary.done, summary.index) == (200, 200, index)
    assert summary.indexed < 100
    assert versions(settings, index) == expected
    assert letters(settings) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_stops_says_so_and_can_go_on(number: signal.Signals, settings: Settings) -> None:
    one_by_one = settings.model_copy(update={"enrich_batch": 2})
    expected = slow(settings, 200)
    with process(one_by_one) as running:
        while (last := said(running.stdout))["done"] < 10:
            pass
        running.send_signal(number)
        assert running.wait(20) == 1
        assert running.stdout is not None
        last = json.loads(running.stdout.readlines()[-1])
    assert last["stopped"]
    summary = replayed(one_by_one, Into(f"{settings.index}-000001"))
    assert summary.done == 200
    assert summary.indexed <= 200 - last["done"]
    assert versions(settings, f"{settings.index}-000001") == expected


def test_going_on_after_retention_took_some_tells_how_many(settings: Settings) -> None:
    one_by_one = settings.model_copy(update={"enrich_batch": 2})
    slow(settings, 100)
    with process(one_by_one) as running:
        while said(running.stdout)["done"] < 10:
            pass
        running.kill()
    remove(settings, before=90)
    with capture_logs() as logs:
        summary = replayed(one_by_one, Into(f"{settings.index}-000001"))
    assert 0 < summary.gone <= 80
    (line,) = [line for line in logs if "no longer on the topic" in line["event"]]
    assert (line["articles"], line["goes_on_at"]) == (summary.gone, 90)
    assert versions(settings, summary.index or "").items() >= some(10, 90).items()


def test_a_replay_that_is_complete_is_not_done_again(settings: Settings) -> None:
    feed(settings, 1)
    index = replayed(settings, Since()).index or ""
    with pytest.raises(ReplayError, match=f"is complete: `newswire index switch {index}`"):
        replayed(settings, Into(index))


def test_a_replay_that_never_was_is_said(settings: Settings) -> None:
    indexed(settings, [])
    for name in ("nothing", f"{settings.index}-000001"):
        with pytest.raises(ReplayError, match=f"no replay into an index {name}"):
            replayed(settings, Into(name))


def test_an_index_that_is_deleted_meanwhile_is_said(settings: Settings) -> None:
    slow(settings, 60)

    def told(_: object) -> None:
        with Elasticsearch(str(settings.elasticsearch)) as client:
            for index in client.indices.get(index=f"{settings.index}-000001-*"):
                client.indices.delete(index=index)

    with pytest.raises(IndicesError, match="is gone"):
        asyncio.run(run(settings, Since(), load=load, told=told))


def test_a_topic_that_was_made_anew_is_said(settings: Settings) -> None:
    one_by_one = settings.model_copy(update={"enrich_batch": 2})
    slow(settings, 60)
    with process(one_by_one) as running:
        while said(running.stdout)["done"] < 10:
            pass
        running.kill()
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_topics([settings.topic_raw])
    admin.close()
    eventually(
        lambda: settings.topic_raw not in topics(settings), within_s=30, what="a topic that is deleted"
    )
    with pytest.raises(ReplayError, match="the topic was made anew; start a new replay"):
        replayed(one_by_one, Into(f"{settings.index}-000001"))


def topics(settings: Settings) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        return list(admin.list_topics())
    finally:
        admin.close()


def test_its_consumer_group_is_gone_when_it_is_complete(settings: Settings) -> None:
    feed(settings, 3)
    replayed(settings, Since())
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    groups = {str(group) for group in admin.list_groups()}
    admin.close()
    assert not [group for group in groups if f"{settings.group}-replay" in group]


@pytest.mark.parametrize("path", ["/_bulk", "/_alias", "_mapping", "/_component_template"])
def test_faults_of_elasticsearch_are_waited_out(path: str, settings: Settings) -> None:
    expected = feed(settings, 20)
    with FaultyProxy(settings, [503, "lost", 429, "unheard"], path=path) as proxy:
        summary = replayed(proxy.settings, Since())
        assert not proxy.faults
    assert versions(settings, summary.index or "") == expected
    with Elasticsearch(str(settings.elasticsearch)) as client:
        indices = client.indices.get(index=f"{settings.index}-*")
    assert {index.rpartition("-")[0] for index in indices} == {summary.index}


def test_both_services_away_are_waited_for(stack: Stack, settings: Settings) -> None:
    one_by_one = settings.model_copy(update={"enrich_batch": 2})
    expected = slow(settings, 300)
    with process(one_by_one) as running:
        while said(running.stdout)["done"] < 10:
            pass
        for service in (stack.kafka, stack.elasticsearch):
            service.kill9()
            try:
                with pytest.raises(subprocess.TimeoutExpired):
                    running.wait(3)
            finally:
                service.start()
        assert running.stdout is not None
        last = json.loads(running.stdout.readlines()[-1])
        assert running.wait(60) == 0
    assert last["done"] == 300
    assert versions(settings, f"{settings.index}-000001") == expected
    assert letters(settings) == []


def test_while_kafka_is_away_it_can_be_stopped(stack: Stack, settings: Settings) -> None:
    slow(settings, 300)
    with process(settings.model_copy(update={"enrich_batch": 2})) as running:
        while said(running.stdout)["done"] < 10:
            pass
        stack.kafka.kill9()
        try:
            running.send_signal(signal.SIGTERM)
            assert running.wait(20) == 1
        finally:
            stack.kafka.start()
    summary = replayed(settings, Into(f"{settings.index}-000001"))
    assert summary.done == 300
