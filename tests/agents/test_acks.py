"""Acks in order, against a model of a broker: whatever finishes first, no commit steps over an article."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from pipeline.agents.acks import Acks, Ticket
from tests.agents.events import Event, Message

PARTITIONS = 3


def take(acks: Acks[Event], log: list[Message], *offsets: int, **place: int) -> list[Ticket[Event]]:
    return [acks.take(Event(Message(offset, **place), log), 10) for offset in offsets]  # type: ignore[arg-type]  # the fields are all numbers


def offsets(log: list[Message]) -> list[int]:
    return [message.offset for message in log]


def test_an_event_is_acked_when_all_before_it_are_confirmed() -> None:
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    first, second, third = take(acks, log, 5, 6, 7)
    acks.confirm(third)
    acks.confirm(second)
    assert offsets(log) == []
    assert (acks.held, acks.held_bytes) == (3, 30)
    acks.confirm(first)
    assert offsets(log) == [5, 6, 7]
    assert (acks.held, acks.held_bytes) == (0, 0)


def test_a_slow_partition_holds_back_no_other() -> None:
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    take(acks, log, 1, partition=0)
    (other,) = take(acks, log, 9, partition=1)
    acks.confirm(other)
    assert [(message.partition, message.offset) for message in log] == [(1, 9)]
    assert acks.held == 1


def test_gaps_between_offsets_are_no_reason_to_wait() -> None:
    """A topic that is compacted, or written in transactions, has offsets that hold no message."""
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    for ticket in take(acks, log, 3, 7, 20):
        acks.confirm(ticket)
    assert offsets(log) == [3, 7, 20]


def test_what_is_read_again_after_a_rebalance_waits_for_nothing_of_before() -> None:
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    old_first, old_second = take(acks, log, 10, 11, generation_id=1)
    (new_first,) = take(acks, log, 10, generation_id=2)
    acks.confirm(new_first)
    assert [(m.generation_id, m.offset) for m in log] == [(2, 10)]
    acks.confirm(old_second)
    assert len(log) == 1, "11 was acked though the 10 before it was not confirmed"
    acks.confirm(old_first)
    assert [(m.generation_id, m.offset) for m in log[1:]] == [(1, 10), (1, 11)]


def test_a_partition_that_comes_back_further_on_waits_for_nothing_of_before() -> None:
    """Another worker had it meanwhile, and did what is still in work here."""
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    take(acks, log, 10, generation_id=1)
    (later,) = take(acks, log, 30, generation_id=3)
    acks.confirm(later)
    assert offsets(log) == [30]


def test_a_partition_that_is_read_anew_under_the_same_generation_begins_a_new_line() -> None:
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    take(acks, log, 10, 11)
    (again,) = take(acks, log, 10)
    acks.confirm(again)
    assert offsets(log) == [10]


def test_who_confirms_is_told_when_the_event_itself_is_acked() -> None:
    acks: Acks[Event] = Acks()
    log: list[Message] = []
    told: list[tuple[str, int]] = []
    first, second = take(acks, log, 5, 6)
    acks.confirm(second, lambda: told.append(("second", len(log))))
    assert told == []
    acks.confirm(first, lambda: told.append(("first", len(log))))
    assert told == [("first", 1), ("second", 2)]


class Group(RuleBasedStateMachine):
    """Two workers and three partitions, read as Kafka and Faust would have them read.

    The broker's part is told here: who has which partition in which generation, and what is committed. A
    commit takes the highest acked offset, the worst that Faust may do. What was confirmed stays so when a
    worker dies, as the outcome is with another service; what it had in work is gone.
    """

    tickets: Bundle[tuple[int, int, Ticket[Event]]] = Bundle("tickets")

    def __init__(self) -> None:
        super().__init__()
        self.generation = 0
        self.committed = dict.fromkeys(range(PARTITIONS), 0)
        self.confirmed: set[tuple[int, int]] = set()
        self.workers: list[Acks[Event]] = []
        self.lives = [0, 0]
        self.owner: dict[int, int] = {}
        self.position: dict[int, int] = {}
        self.logs: list[list[Message]] = []

    @initialize()
    def start(self) -> None:
        self.workers = [Acks(), Acks()]
        self.logs = [[], []]
        self._assign([0, 1, 0])

    @rule(owners=st.lists(st.integers(0, 1), min_size=PARTITIONS, max_size=PARTITIONS), commits=st.booleans())
    def rebalance(self, owners: list[int], commits: bool) -> None:
        """Partitions change hands, with or without a last commit; all are read again from there."""
        if commits:
            for worker in (0, 1):
                self.commit(worker)
        self._assign(owners)

    @rule(worker=st.integers(0, 1))
    def crash(self, worker: int) -> None:
        """A worker is killed and another takes its place; its acks that were not committed are gone."""
        self.workers[worker] = Acks()
        self.logs[worker] = []
        self.lives[worker] += 1
        self._assign([self.owner[partition] for partition in range(PARTITIONS)])

    @rule(target=tickets, partition=st.integers(0, PARTITIONS - 1), count=st.integers(1, 5))
    def read(self, partition: int, count: int) -> MultipleResults[tuple[int, int, Ticket[Event]]]:
        worker = self.owner[partition]
        start = self.position[partition]
        self.position[partition] = start + count
        log = self.logs[worker]
        taken = []
        for offset in range(start, start + count):
            message = Message(offset, partition=partition, generation_id=self.generation)
            ticket = self.workers[worker].take(Event(message, log), 1)
            taken.append((worker, self.lives[worker], ticket))
        return multiple(*taken)

    @rule(which=consumes(tickets))
    def finish(self, which: tuple[int, int, Ticket[Event]]) -> None:
        """An outcome is confirmed: in any order, long after a rebalance too; never by a dead worker."""
        worker, life, ticket = which
        if life == self.lives[worker]:
            message = ticket.event.message
            self.confirmed.add((message.partition, message.offset))
            self.workers[worker].confirm(ticket)

    @rule(worker=st.integers(0, 1))
    def commit(self, worker: int) -> None:
        for message in self.logs[worker]:
            if self.owner[message.partition] == worker:
                self.committed[message.partition] = max(self.committed[message.partition], message.offset + 1)
        self.logs[worker].clear()

    @invariant()
    def nothing_is_stepped_over(self) -> None:
        """All before a committed offset is confirmed, and so is all before anything acked."""
        reached = dict(self.committed)
        for message in (message for log in self.logs for message in log):
            reached[message.partition] = max(reached[message.partition], message.offset + 1)
        for partition, end in reached.items():
            missing = [offset for offset in range(end) if (partition, offset) not in self.confirmed]
            assert not missing, f"partition {partition}: {missing} were stepped over"

    @invariant()
    def what_is_counted_as_held_is_held(self) -> None:
        assert all(acks.held >= 0 and acks.held == acks.held_bytes for acks in self.workers)

    def _assign(self, owners: list[int]) -> None:
        self.generation += 1
        self.owner = dict(enumerate(owners))
        self.position = dict(self.committed)


TestGroup = Group.TestCase
