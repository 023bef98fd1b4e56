"""What is to be read: from what a person says, and from what is on a real topic."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from pipeline.replay import plan as plans
from pipeline.replay.plan import Offsets, Plan, ReplayError, Since, Span, decide, instant, offsets
from pipeline.settings import Settings
from tests.feeding import fresh
from tests.services import Stack

unhurried = hypothesis.settings(deadline=None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-06", datetime(2024, 6, 1, tzinfo=UTC)),
        ("2024-06-19", datetime(2024, 6, 19, tzinfo=UTC)),
        ("2024-06-19T12:00:00Z", datetime(2024, 6, 19, 12, tzinfo=UTC)),
    ],
)
def test_a_time_is_written_as_for_a_search(text: str, moment: datetime) -> None:
    assert instant(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2024-02-30", "19.6.2024", "2024-06-19T25:00:00Z"])
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ReplayError, match="is no time such as 2024"):
        instant(text)


@unhurried
@given(st.dictionaries(st.integers(0, 10**6), st.integers(0, 10**12), min_size=1))
def test_offsets_are_read_as_they_are_written(wanted: dict[int, int]) -> None:
    assert offsets([f"{partition}:{offset}" for partition, offset in wanted.items()]) == Offsets(wanted)


@pytest.mark.parametrize("text", ["", "0", ":", "0:", ":5", "a:5", "0:b", "0:-1", "-1:0", "0:1:2"])
def test_what_is_no_offset_is_said(text: str) -> None:
    with pytest.raises(ReplayError, match="no partition and offset such as 0:1200"):
        offsets([text])


def test_a_partition_that_is_named_twice_is_said() -> None:
    with pytest.raises(ReplayError, match="partition 3 is named twice"):
        offsets(["3:0", "1:4", "3:7"])


spans = st.builds(lambda start, more: Span(start, start + more), st.integers(0, 99), st.integers(0, 99))
made_plans = st.builds(
    Plan,
    id=st.text("0123456789abcdef", min_size=8, max_size=8),
    topic=st.just("news.raw"),
    partitions=st.dictionaries(st.integers(0, 99), spans),
    gone=st.integers(0, 99),
    made=st.datetimes(timezones=st.just(UTC)),
)


@unhurried
@given(made_plans)
def test_a_plan_is_read_as_it_is_kept(plan: Plan) -> None:
    assert plans.read(plan.kept()) == plan
    assert "finished" not in plan.kept()


@unhurried
@given(made_plans)
def test_a_plan_counts_its_articles(plan: Plan) -> None:
    assert plan.articles == sum(len(range(span.start, span.end)) for span in plan.partitions.values())


@pytest.mark.parametrize("kept", [{}, {"id": "a"}, {"id": 1, "topic": "t", "partitions": 3}])
def test_a_plan_that_is_none_is_said(kept: dict[str, object]) -> None:
    with pytest.raises(ReplayError, match="is not understood"):
        plans.read(kept)


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path, partitions=2)


def put(settings: Settings, *partitions: int) -> list[float]:
    """A message for each, onto that partition; when the broker had each."""
    producer = KafkaProducer(bootstrap_servers=settings.kafka)
    moments = []
    for partition in partitions:
        time.sleep(0.01)
        done = producer.send(settings.topic_raw, value=b"x", partition=partition).get(30)
        moments.append(done.timestamp / 1000)
    producer.close()
    return moments


def spans_of(settings: Settings, start: Since | Offsets) -> dict[int, tuple[int, int]]:
    plan = asyncio.run(decide(settings, start))
    return {number: (span.start, span.end) for number, span in plan.partitions.items()}


def at(second: float) -> Since:
    return Since(datetime.fromtimestamp(second, UTC))


@pytest.mark.services
def test_all_of_an_empty_topic_is_nothing(settings: Settings) -> None:
    plan = asyncio.run(decide(settings, Since()))
    assert (plan.articles, plan.gone) == (0, 0)


@pytest.mark.services
def test_from_the_beginning_from_a_time_and_from_an_offset(settings: Settings) -> None:
    _, second, third, _, last = put(settings, 0, 1, 0, 1, 0)
    assert spans_of(settings, Since()) == {0: (0, 3), 1: (0, 2)}
    assert spans_of(settings, Since(datetime(1950, 1, 1, tzinfo=UTC))) == {0: (0, 3), 1: (0, 2)}
    assert spans_of(settings, at(second)) == {0: (1, 3), 1: (0, 2)}
    assert spans_of(settings, at(third)) == {0: (1, 3), 1: (1, 2)}
    assert spans_of(settings, at(third + 0.001)) == {0: (2, 3), 1: (1, 2)}
    assert spans_of(settings, at(last + 1)) == {0: (3, 3), 1: (2, 2)}
    assert spans_of(settings, Offsets({1: 1})) == {1: (1, 2)}
    assert spans_of(settings, Offsets({0: 0, 1: 2})) == {0: (0, 3), 1: (2, 2)}


@pytest.mark.services
def test_plans_have_names_of_their_own(settings: Settings) -> None:
    one, other = (asyncio.run(decide(settings, Since())) for _ in range(2))
    assert one.id != other.id
    assert one.topic == settings.topic_raw


@pytest.mark.services
def test_what_the_topic_does_not_have_is_said(settings: Settings) -> None:
    put(settings, 0, 0)
    with pytest.raises(ReplayError, match=r"partition 0 of .* ends at 2"):
        asyncio.run(decide(settings, Offsets({0: 3})))
    with pytest.raises(ReplayError, match="has no partition 7: it has 0 to 1"):
        asyncio.run(decide(settings, Offsets({7: 0})))
    gone = settings.model_copy(update={"topic_raw": "no.such.topic"})
    with pytest.raises(ReplayError, match=r"has no topic 'no.such.topic'"):
        asyncio.run(decide(gone, Since()))


@pytest.mark.services
def test_what_retention_took_is_counted(settings: Settings) -> None:
    put(settings, 0, 0, 0, 0)
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_records({TopicPartition(settings.topic_raw, 0): 3})
    admin.close()
    plan = asyncio.run(decide(settings, Offsets({0: 1})))
    assert (plan.partitions[0], plan.gone, plan.articles) == (Span(3, 4), 2, 1)
    assert asyncio.run(decide(settings, Since())).gone == 0
