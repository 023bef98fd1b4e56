"""The monitor on a real broker: what it says of groups and topics in every state that they can be in."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.lag import GroupLag, LagError, Monitor, PartitionLag, Snapshot, broker
from pipeline.settings import Settings
from tests.lag.there import There

WINDOW_S = 0.3
HOUR = 3600

pytestmark = pytest.mark.services


def of(snapshot: Snapshot, hop: str) -> GroupLag:
    [found] = [group for group in snapshot.groups if group.hop == hop]
    return found


def enrich(monitor: Monitor) -> GroupLag:
    return of(monitor.sample(), "enrich")


def first(group: GroupLag) -> PartitionLag:
    return group.partitions[0]


class TestOurGroups:
    def test_topics_that_are_not_there_yet_are_an_error_that_says_so(self, own: Settings) -> None:
        with Monitor(own) as monitor:
            snapshot = monitor.sample()
        assert [(group.group, group.hop) for group in snapshot.groups] == [
            (f"{own.group}-enrich", "enrich"),
            (f"{own.group}-index", "index"),
        ]
        assert of(snapshot, "enrich").status == "ERROR"
        assert f"there is no topic '{own.topic_raw}'" in of(snapshot, "enrich").reason
        assert (of(snapshot, "enrich").seconds, of(snapshot, "enrich").measured) == (None, False)

    def test_empty_topics_that_nobody_reads_are_ok(self, made: Settings) -> None:
        with Monitor(made, window_s=WINDOW_S) as monitor:
            group = of(monitor.settle(), "enrich")
        assert (group.status, group.reason, group.lag, group.seconds, group.catch_up_s) == ("OK", "", 0, 0, 0)
        assert [one.partition for one in group.partitions] == [0, 1]
        assert all(one.committed_offset is None and one.measured for one in group.partitions)

    def test_messages_that_nobody_reads(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 5, ago_s=HOUR)
        with Monitor(made, window_s=WINDOW_S) as monitor:
            group = of(monitor.settle(), "enrich")
        assert (group.status, group.members, group.lag, group.catch_up_s) == ("STOPPED", 0, 5, None)
        assert group.reason.startswith("partition 0: nobody reads it")
        assert group.seconds == pytest.approx(HOUR, abs=60)
        assert [one.status for one in group.partitions] == ["STOPPED", "OK"]

    def test_the_watch_hop_is_there_once_it_has_committed(self, made: Settings, there: There) -> None:
        with Monitor(made) as monitor:
            assert len(monitor.sample().groups) == 2
            there.write(made.topic_enriched, 3)
            there.commit(f"{made.group}-watch", made.topic_enriched, 1)
            watch = of(monitor.sample(), "watch")
        assert (watch.lag, watch.group) == (2, f"{made.group}-watch")

    def test_what_a_hop_read_under_another_setting_is_left_out(self, made: Settings, there: There) -> None:
        there.make(f"{made.topic_raw}.old")
        there.write(f"{made.topic_raw}.old", 3)
        there.commit(f"{made.group}-enrich", f"{made.topic_raw}.old", 1)
        with Monitor(made) as monitor:
            assert {one.topic for one in enrich(monitor).partitions} == {made.topic_raw}


class TestNumbers:
    def test_lag_and_seconds_are_those_of_the_next_message(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 10, ago_s=2 * HOUR)
        there.write(made.topic_raw, 10, ago_s=HOUR)
        there.commit(f"{made.group}-enrich", made.topic_raw, 10)
        with Monitor(made) as monitor:
            group = enrich(monitor)
            assert (group.lag, group.measured) == (10, True)
            assert group.seconds == pytest.approx(HOUR, abs=60)
            there.commit(f"{made.group}-enrich", made.topic_raw, 9)
            assert enrich(monitor).seconds == pytest.approx(2 * HOUR, abs=60)
            there.commit(f"{made.group}-enrich", made.topic_raw, 20)
            assert (enrich(monitor).seconds, enrich(monitor).lag) == (0, 0)
        one = first(group)
        assert (one.log_start_offset, one.committed_offset, one.log_end_offset) == (0, 10, 20)

    def test_the_longest_wait_is_the_groups(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 3, partition=0, ago_s=HOUR)
        there.write(made.topic_raw, 4, partition=1, ago_s=5 * HOUR)
        with Monitor(made) as monitor:
            group = enrich(monitor)
        assert group.lag == 7
        assert [one.lag for one in group.partitions] == [3, 4]
        assert group.seconds == pytest.approx(5 * HOUR, abs=60)

    def test_two_groups_far_apart_on_one_partition(self, made: Settings, there: There) -> None:
        there.write(made.topic_enriched, 2, ago_s=2 * HOUR)
        there.write(made.topic_enriched, 2, ago_s=HOUR)
        there.commit(f"{made.group}-index", made.topic_enriched, 2)
        there.commit(f"{made.group}-watch", made.topic_enriched, 0)
        with Monitor(made) as monitor:
            snapshot = monitor.sample()
        assert of(snapshot, "index").seconds == pytest.approx(HOUR, abs=60)
        assert of(snapshot, "watch").seconds == pytest.approx(2 * HOUR, abs=60)

    def test_messages_larger_than_what_is_fetched_at_once(self, made: Settings, there: There) -> None:
        for partition in (0, 1):
            there.write(made.topic_raw, 1, partition=partition, ago_s=HOUR, size=900_000)
        with Monitor(made) as monitor:
            assert all(one.measured and one.seconds for one in enrich(monitor).partitions)

    def test_offsets_that_advance_are_measured_anew_each_time(self, made: Settings, there: There) -> None:
        """Thousands of small messages in a batch: what was fetched before must not stand in the way."""
        there.write(made.topic_raw, 2000, ago_s=HOUR)
        there.write(made.topic_raw, 2000, partition=1, ago_s=HOUR)
        with Monitor(made) as monitor:
            for offset in (0, 700, 701, 1999, 3):
                there.commit(f"{made.group}-enrich", made.topic_raw, offset)
                group = enrich(monitor)
                assert (group.measured, first(group).lag) == (True, 2000 - offset)

    def test_a_message_is_fetched_once_while_it_stays_the_next_one(
        self, made: Settings, there: There, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there.write(made.topic_raw, 3, ago_s=HOUR)
        with Monitor(made) as monitor:
            first = enrich(monitor).seconds
            monkeypatch.setattr(monitor._broker, "written", lambda _: pytest.fail("it was fetched again"))
            group = enrich(monitor)
        assert group.measured
        assert first is not None
        assert group.seconds is not None
        assert HOUR <= first <= group.seconds

    def test_what_is_written_in_the_future_has_not_waited(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 1, ago_s=-HOUR)
        with Monitor(made) as monitor:
            assert (enrich(monitor).seconds, enrich(monitor).measured) == (0, True)

    def test_rates_and_the_time_to_catch_up(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 1000)
        there.commit(f"{made.group}-enrich", made.topic_raw, 0)
        with Monitor(made) as monitor:
            assert enrich(monitor).produce_rate is None
            there.write(made.topic_raw, 100)
            there.commit(f"{made.group}-enrich", made.topic_raw, 600)
            group = enrich(monitor)
        assert group.produce_rate
        assert group.consume_rate == pytest.approx(6 * group.produce_rate)
        assert group.trend == pytest.approx(-5 * group.produce_rate)
        assert group.catch_up_s == pytest.approx(500 / (5 * group.produce_rate))
        assert 0 < group.complete < 1

    def test_where_nothing_can_be_fetched_it_is_interpolated(
        self, made: Settings, there: There, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there.write(made.topic_raw, 10)
        there.commit(f"{made.group}-enrich", made.topic_raw, 10)
        with Monitor(made) as monitor:
            assert (enrich(monitor).seconds, enrich(monitor).measured) == (0, True)
            monkeypatch.setattr(monitor._broker, "written", lambda _: {})
            there.write(made.topic_raw, 10)
            group = enrich(monitor)
        assert (group.lag, group.measured) == (10, False)
        assert group.seconds is not None
        assert 0 <= group.seconds < 60


class TestStatus:
    def test_a_member_that_does_not_get_on_is_stalled_and_stopped_when_it_leaves(
        self, made: Settings, there: There
    ) -> None:
        there.write(made.topic_raw, 5)
        there.commit(f"{made.group}-enrich", made.topic_raw, 1)
        consumer = there.member(f"{made.group}-enrich", made.topic_raw)
        try:
            with Monitor(made, window_s=WINDOW_S) as monitor:
                group = of(monitor.settle(), "enrich")
                assert (group.status, group.members) == ("STALLED", 1)
                reader = first(group).reader
                assert reader is not None
                assert (reader.client, reader.host) == ("slow", "/127.0.0.1")
                consumer.close(autocommit=False)
                group = enrich(monitor)
                assert (group.status, group.members, first(group).reader) == ("STOPPED", 0, None)
        finally:
            consumer.close(autocommit=False)

    def test_a_reader_that_is_too_slow_is_warned_of(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 50)
        there.commit(f"{made.group}-enrich", made.topic_raw, 1)
        with Monitor(made, window_s=WINDOW_S) as monitor:
            monitor.sample()
            there.write(made.topic_raw, 50)
            there.commit(f"{made.group}-enrich", made.topic_raw, 2)
            time.sleep(WINDOW_S)
            group = enrich(monitor)
        assert (group.status, group.reason) == (
            "WARN",
            "partition 0: it is read more slowly than written: the lag grew by 49",
        )

    def test_commits_that_go_back(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 50)
        there.commit(f"{made.group}-enrich", made.topic_raw, 50)
        with Monitor(made) as monitor:
            assert enrich(monitor).status == "OK"
            there.commit(f"{made.group}-enrich", made.topic_raw, 20)
            assert enrich(monitor).status == "REWOUND"
            there.commit(f"{made.group}-enrich", made.topic_raw, 50)
            assert enrich(monitor).status == "OK"

    def test_a_group_that_is_deleted_is_rewound_and_then_stopped(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 50)
        there.commit(f"{made.group}-enrich", made.topic_raw, 20)
        with Monitor(made, window_s=WINDOW_S) as monitor:
            monitor.sample()
            there.forget(f"{made.group}-enrich")
            group = enrich(monitor)
            assert (group.status, group.lag) == ("REWOUND", 50)
            assert group.reason == "partition 0: the group's commit at 20 is gone"
            time.sleep(WINDOW_S)
            enrich(monitor)
            time.sleep(WINDOW_S)
            assert enrich(monitor).status == "STOPPED"

    def test_messages_deleted_before_they_were_read(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 50, ago_s=HOUR)
        there.commit(f"{made.group}-enrich", made.topic_raw, 10)
        there.expire(made.topic_raw, 30)
        with Monitor(made) as monitor:
            group = enrich(monitor)
        assert (group.status, group.lag, first(group).log_start_offset) == ("ERROR", 20, 30)
        assert "20 messages were deleted before the group had read them" in group.reason
        assert group.seconds == pytest.approx(HOUR, abs=60)


class TestTopicsThatChange:
    def test_partitions_that_are_added(self, made: Settings, there: There) -> None:
        with Monitor(made) as monitor:
            assert len(enrich(monitor).partitions) == 2
            there.widen(made.topic_raw, 4)
            there.write(made.topic_raw, 7, partition=3, ago_s=HOUR)
            group = enrich(monitor)
        assert [one.lag for one in group.partitions] == [0, 0, 0, 7]
        assert group.seconds == pytest.approx(HOUR, abs=60)

    def test_a_topic_that_is_deleted_and_made_again(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 50)
        there.commit(f"{made.group}-enrich", made.topic_raw, 50)
        with Monitor(made) as monitor:
            assert enrich(monitor).status == "OK"
            there.remove(made.topic_raw)
            assert enrich(monitor).status == "ERROR"
            there.make(made.topic_raw)
            there.write(made.topic_raw, 3, ago_s=HOUR)
            group = enrich(monitor)
        assert first(group).log_end_offset == 3
        assert first(group).produce_rate is None
        # Kafka deletes a topic's commits some time after the topic.
        if first(group).committed_offset is None:
            assert group.lag == 3
            assert group.seconds == pytest.approx(HOUR, abs=60)
        else:
            assert (group.lag, group.status) == (0, "ERROR")

    def test_a_commit_beyond_the_end_of_the_log(self, made: Settings, there: There) -> None:
        there.write(made.topic_raw, 3)
        there.commit(f"{made.group}-enrich", made.topic_raw, 50)
        with Monitor(made) as monitor:
            group = enrich(monitor)
        assert (group.status, group.lag) == ("ERROR", 0)
        assert "50 is committed, but the log ends at 3" in group.reason


class TestOtherGroups:
    def test_any_group_in_all_topics_that_it_has_commits_in(self, made: Settings, there: There) -> None:
        name = f"{made.group}.billing"
        there.write(made.topic_raw, 3)
        there.commit(name, made.topic_raw, 1)
        there.commit(name, made.topic_enriched, 0, partition=1)
        with Monitor(made, [name]) as monitor:
            [group] = monitor.sample().groups
        assert (group.group, group.hop, group.lag) == (name, None, 2)
        assert {one.topic for one in group.partitions} == {made.topic_raw, made.topic_enriched}

    def test_a_group_that_nobody_knows(self, made: Settings) -> None:
        with Monitor(made, ["nobody-knows"]) as monitor:
            [group] = monitor.sample().groups
        assert (group.status, group.partitions) == ("ERROR", ())
        assert group.reason == "there is no group 'nobody-knows', or it has committed nothing"

    def test_no_group_at_all(self, made: Settings) -> None:
        with Monitor(made, []) as monitor:
            assert monitor.sample().groups == ()

    def test_one_of_ours_by_name_is_known_as_a_hop(self, made: Settings) -> None:
        with Monitor(made, [f"{made.group}-index", f"{made.group}-index"]) as monitor:
            [group] = monitor.sample().groups
        assert group.hop == "index"
        assert {one.topic for one in group.partitions} == {made.topic_enriched}


def test_threads_may_look_at_the_same_time(made: Settings, there: There) -> None:
    there.write(made.topic_raw, 5)
    with Monitor(made) as monitor, ThreadPoolExecutor(4) as pool:
        lags = [of(each, "enrich").lag for each in pool.map(lambda _: monitor.sample(), range(8))]
    assert lags == [5] * 8


def test_a_monitor_that_was_closed_looks_again_with_new_connections(made: Settings) -> None:
    monitor = Monitor(made)
    monitor.close()
    assert monitor.sample().groups
    monitor.close()
    assert monitor.sample().groups
    monitor.close()


def test_a_broker_that_is_away_is_one_error_and_leaves_no_thread_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "ANSWER_MS", 500)
    before = set(threading.enumerate())
    with Monitor(Settings(kafka="127.0.0.1:9")) as monitor, pytest.raises(LagError) as error:
        monitor.sample()
    assert "Kafka at 127.0.0.1:9 does not say how far behind the groups are" in str(error.value)
    assert "newswire status" in str(error.value)
    assert set(threading.enumerate()) <= before
