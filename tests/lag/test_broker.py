"""What is asked of the broker, and what becomes of a broker that goes away while it is asked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import CoordinatorNotAvailableError, GroupAuthorizationFailedError

from pipeline.lag import Monitor, broker
from pipeline.lag.broker import Broker, LagError, Place
from pipeline.settings import Settings
from tests.lag.socks import Socks
from tests.lag.there import There

GROUP = {"group_state": "Stable", "members": []}


class Answers:
    """An admin client that gives canned answers, where the real broker cannot be brought to give them."""

    def __init__(self, *errors: Exception, topics: tuple[dict[str, Any], ...] = ()) -> None:
        self.errors = list(errors)
        self.topics = topics
        self.closed = 0

    def list_group_offsets(self, groups: dict[str, None]) -> dict[str, Any]:
        if self.errors:
            raise self.errors.pop(0)
        return {name: {} for name in groups}

    def describe_topics(self, _: list[str]) -> tuple[dict[str, Any], ...]:
        return self.topics

    def list_partition_offsets(self, specs: dict[TopicPartition, object]) -> dict[TopicPartition, Any]:
        raise AssertionError(specs)

    def describe_groups(self, groups: list[str]) -> dict[str, Any]:
        return dict.fromkeys(groups, GROUP)

    def close(self) -> None:
        self.closed += 1


def answering(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> Broker:
    monkeypatch.setattr(broker, "_made", lambda *_, **__: answers)
    monkeypatch.setattr(broker, "_AGAIN_S", (0.0, 0.0))
    return Broker(Settings())


class TestErrors:
    def test_one_that_passes_is_tried_again_with_new_clients(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = Answers(CoordinatorNotAvailableError(), CoordinatorNotAvailableError())
        assert "g" in answering(answers, monkeypatch).look(["g"], []).groups
        assert answers.closed == 2

    def test_one_that_does_not_pass_within_the_tries_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = Answers(*[CoordinatorNotAvailableError()] * 3)
        with pytest.raises(LagError, match="CoordinatorNotAvailableError"):
            answering(answers, monkeypatch).look(["g"], [])

    def test_a_refusal_is_told_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = Answers(*[GroupAuthorizationFailedError()] * 2)
        with pytest.raises(LagError, match="GroupAuthorizationFailedError"):
            answering(answers, monkeypatch).look(["g"], [])
        assert len(answers.errors) == 1


def test_a_partition_without_a_leader_is_silent_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    topic = {"name": "t", "topic_id": "1", "partitions": [{"partition_index": 4, "leader_id": -1}]}
    found = answering(Answers(topics=(topic,)), monkeypatch).look(["g"], ["t"])
    assert found.silent == {("t", 4): "no broker leads this partition"}
    assert found.logs == {}


@pytest.mark.parametrize("assignment", ["", b"\x00\x01", None, {}])
def test_a_member_that_does_not_say_what_it_has_counts_as_a_member(assignment: object) -> None:
    member = {"member_id": "m", "member_assignment": assignment}
    group = broker._group({"members": [member], "group_state": "Stable"}, {})
    assert (group.members, group.readers, group.steady) == (1, {}, True)


def test_while_partitions_are_given_out_nobody_is_to_blame() -> None:
    assert not broker._group({"members": [{}], "group_state": "PreparingRebalance"}, {}).steady


def test_a_group_that_the_broker_does_not_describe_is_not_said_to_be_without_readers() -> None:
    described = {"error": "[Error 14] CoordinatorLoadInProgressError", "members": [], "group_state": ""}
    assert not broker._group(described, {}).steady


@pytest.mark.services
class TestAway:
    def test_a_broker_that_goes_away_is_told_and_found_again(
        self, made: Settings, there: There, socks: Socks
    ) -> None:
        there.write(made.topic_raw, 3)
        with Monitor(made) as monitor:
            assert monitor.sample().groups[0].lag == 3
            socks.away()
            for _ in range(2):
                with pytest.raises(LagError, match="does not say how far behind"):
                    monitor.sample()
            socks.back()
            there.write(made.topic_raw, 2)
            group = monitor.sample().groups[0]
        assert (group.lag, group.measured) == (5, True)
        assert group.produce_rate, "what was seen before counts"

    def test_a_broker_that_takes_requests_and_answers_none(self, made: Settings, socks: Socks) -> None:
        with Monitor(made) as monitor:
            monitor.sample()
            socks.silent.set()
            with pytest.raises(LagError):
                monitor.sample()
            socks.back()
            socks.away()
            socks.back()
            assert monitor.sample().groups


@pytest.mark.services
def test_all_that_is_asked_of_many_partitions_and_groups_is_as_many_requests_as_of_one(
    own: Settings, there: There, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.make(own.topic_raw, partitions=1)
    there.make(own.topic_enriched, partitions=20)
    names = [f"{own.group}.{number}" for number in range(20)]
    for name in names:
        there.commit(name, own.topic_enriched, 0)
    few = requests_for(own, ["g"], own.topic_raw, monkeypatch)
    assert few == requests_for(own, names, own.topic_enriched, monkeypatch)


@pytest.mark.services
def test_a_topic_that_a_group_begins_to_read_is_there_at_the_next_look(own: Settings, there: There) -> None:
    there.make(own.topic_raw, own.topic_enriched)
    looking = Broker(own)
    there.commit(own.group, own.topic_raw, 0)
    assert {place.topic for place in looking.look([own.group], []).logs} == {own.topic_raw}
    there.commit(own.group, own.topic_enriched, 0)
    found = looking.look([own.group], [])
    assert {place.topic for place in found.logs} == {own.topic_raw, own.topic_enriched}
    looking.close()


def requests_for(settings: Settings, groups: list[str], topic: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many requests a look at a topic is; the first look, which finds the brokers, is not counted."""
    looking, count = Broker(settings), 0
    looking.look(groups, [topic])
    manager = looking._admin._manager
    send = manager.send

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        return send(*arguments, **options)

    monkeypatch.setattr(manager, "send", counted)
    assert looking.look(groups, [topic]).logs
    looking.close()
    return count


@pytest.mark.services
class TestWritten:
    def test_a_mark_of_a_transaction_is_no_message(self, own: Settings, there: There) -> None:
        """A reader that has read it all stands before the mark, and there is nothing more to come."""
        there.make(own.topic_raw, partitions=1)
        there.transact(own.topic_raw)
        looking = Broker(own)
        [place] = looking.look([], [own.topic_raw]).logs
        assert looking.written({place: [1]}) == {}
        assert list(looking.written({place: [0, 1]})) == [(place, 0)]
        there.write(own.topic_raw, 1, ago_s=3600)
        assert time.time() - looking.written({place: [1]})[place, 1] == pytest.approx(3600, abs=60), (
            "the next one"
        )
        looking.close()

    def test_a_topic_that_went_away_meanwhile_is_unknown(self, own: Settings) -> None:
        looking = Broker(own)
        assert looking.written({Place(own.topic_raw, 0, "1"): [5]}) == {}
        looking.close()
