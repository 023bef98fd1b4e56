"""The cases: which fault, on whom, how often, under which settings."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.settings import Settings
from tests.chaos import faults, models, others
from tests.chaos.cast import Cast
from tests.chaos.clock import Clock
from tests.chaos.proxy import BusyProxy
from tests.chaos.wire import Copy, poisoned

START_S = {"broker": 8.0, "Elasticsearch": 15.0}
"""Seconds that a service takes to be back."""

Act = Callable[[Cast], None]
Around = Callable[[Settings, Path], AbstractContextManager[tuple[Settings, Mapping[str, str]]]]


def parted(cast: Cast) -> None:
    """Two workers that enrich and two that index, so that each can be hit alone."""
    cast.enrichers += [cast.worker(f"enrich-{each}", "enrich") for each in (1, 2)]
    cast.indexers += [cast.worker(f"index-{each}", "index") for each in (1, 2)]


def _all_good(copy: Copy) -> Copy:
    return copy


@contextmanager
def _as_it_is(settings: Settings, _: Path) -> Iterator[tuple[Settings, Mapping[str, str]]]:
    yield settings, {}


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        fault: what is done.
        target: to whom.
        times: how often.
        act: does it; returns when the last fault is over.
        feed_s: seconds over which the copy comes in, so that the faults happen under load.
        settings: what is set otherwise than in other cases.
        copy: makes of good copy what is fed.
        casting: who works.
        around: what stands around the processes: the settings and the variables that they get.
        poisonable: whether the workers' models heed what poisoned copy says.
        settle_s: seconds that all may take to be done when the last fault is over and all is fed.
    """

    fault: str
    target: str
    times: int
    act: Act
    feed_s: float
    settings: dict[str, Any] = field(default_factory=dict)
    copy: Callable[[Copy], Copy] = _all_good
    casting: Callable[[Cast], None] = parted
    around: Around = _as_it_is
    poisonable: bool = False
    settle_s: float = 240

    @property
    def name(self) -> str:
        """What pytest knows it by."""
        return f"{self.fault}-{self.target}-{self.times}".replace(" ", "-").lower()


def _matrix() -> list[Case]:
    cases = []
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        for target in faults.TARGETS:
            each_s = faults.FROZEN_S if number == signal.SIGSTOP else START_S.get(target, 3.0)
            for times in (1, 3):
                act = partial(faults.strike, number=number, target=target, times=times)
                feed_s = 8 + times * each_s + (times - 1) * faults.PAUSE_S
                cases.append(Case(number.name, target, times, act, feed_s))
    return cases


@contextmanager
def _busy(settings: Settings, _: Path) -> Iterator[tuple[Settings, Mapping[str, str]]]:
    with BusyProxy(settings.nodes[0]) as proxy:
        yield settings.model_copy(update={"elasticsearch": proxy.url}), {}
    assert min(proxy.seen[each] for each in ("passed", "refused", "cut")) > 0, f"too few faults: {proxy.seen}"


@contextmanager
def _clock(settings: Settings, folder: Path) -> Iterator[tuple[Settings, Mapping[str, str]]]:
    clock = Clock(folder)
    clock.build()
    yield settings, clock.variables


def alone(cast: Cast) -> None:
    """One worker that does all."""
    cast.enrichers.append(cast.worker("worker", "enrich", "index"))


def _others() -> list[Case]:
    small = {"enrich_batch": 4, "enrich_timeout_s": 6}
    deadly = [models.DIES, models.HANGS, models.DIES]
    hungry = [models.SWELLS, models.BURSTS] * 2
    return [
        Case("refuses connections", "broker", 1, others.refuse_connections, others.AWAY_S + 15),
        Case(
            "429 and cut connections",
            "Elasticsearch",
            1,
            others.nothing,
            20,
            {"index_batch": 50},
            around=_busy,
        ),
        Case("full disk", "Elasticsearch", 1, others.fill_disk, others.FULL_S + 12),
        Case("clock jumps", "all of ours", 4, others.jump_clocks, 44, around=_clock),
        Case("partitions added", "raw and enriched", 1, others.add_partitions, 60),
        Case("joins and leaves", "second worker", 2, others.come_and_go, 45, casting=alone),
        Case(
            *("poison", "1 of 50 articles", 1, others.nothing, 20, small),
            copy=partial(poisoned, every=50, bodies=deadly),
            poisonable=True,
            settle_s=480,
        ),
        Case(
            *("out of memory", "model process", 4, others.nothing, 30, small | {"process_memory_mib": 700}),
            copy=partial(poisoned, every=500, bodies=hungry),
            poisonable=True,
            settle_s=480,
        ),
    ]


CASES = {case.name: case for case in [*_matrix(), *_others()]}

SHORT = {
    "sigterm-enrich-worker-3",
    "sigkill-index-worker-1",
    "sigkill-broker-1",
    "sigkill-elasticsearch-1",
    "sigkill-feeder-1",
    "poison-1-of-50-articles-1",
}
"""The cases that ``make test`` plays too, with few articles: those that find most in the least time."""
