"""One case from its first process to its row: feed, strike, wait until all is settled, judge."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from pipeline import kafka_topics
from tests.chaos import found, verdict, wire
from tests.chaos.cases import Case
from tests.chaos.cast import Cast, until
from tests.chaos.feed import Writer
from tests.chaos.progress import Progress, recovery
from tests.chaos.report import Row
from tests.chaos.verdict import Verdict
from tests.services import Stack, apart

WARM = 50
WARM_S = 120.0

QUICK = {"partitions": 4, "processes": 1, "enrich_batch": 16, "index_batch": 100, "enrich_timeout_s": 20}
"""Settings that make much happen in little time: small batches, so that several are always under way."""


def play(case: Case, stack: Stack, folder: Path, articles: int) -> tuple[Row, Verdict]:
    """Play a case with so many articles; its row, and what it found in detail.

    Raises:
        AssertionError: nothing moves at the start, or a process is not started again.
    """
    began = time.monotonic()
    for service in (stack.kafka, stack.elasticsearch):
        service.start()  # a case before this one may have been cut off in the middle
    copy = case.copy(wire.stories(articles, seed=1))
    own = apart(stack.settings, var=folder / "var", **{**QUICK, **case.settings})
    asyncio.run(kafka_topics.ensure(own, patience_s=60))
    with case.around(own, folder) as (settings, variables):
        cast = Cast(settings, stack, folder, variables, case.poisonable)
        case.casting(cast)
        with Progress(own) as progress, cast, Writer(copy, cast.inbox, own, case.feed_s) as writer:
            progress.await_commits(WARM, WARM_S)
            writer.go()
            case.act(cast)
            calm = time.monotonic()
            writer.join()
            until(lambda: progress.settled() and copy.versions <= found.fed(own), case.settle_s, step_s=0.5)
            samples = progress.samples
        judged = verdict.judge(copy.wanted, copy.poison, found.documents(own), found.letters(own))
    row = Row(
        fault=case.fault,
        target=case.target,
        times=case.times,
        fed=judged.fed,
        found=judged.found,
        dead=judged.dead,
        lost=len(judged.lost),
        twice=len(judged.twice),
        stale=len(judged.stale),
        lag=samples[-1].lag,
        stopped=max(cast.stopped, default=None),
        recovery=recovery(samples, calm),
        seconds=time.monotonic() - began,
        ends=cast.ends(),
    )
    return row, judged
