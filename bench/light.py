"""A worker whose models cost what one says: ``python -m bench.light JOB``, the job as JSON."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from pipeline.agents import worker
from pipeline.agents.metrics import Name
from pipeline.article import EnrichedArticle, RawArticle
from pipeline.settings import Settings

BURN, SLEEP = "BENCH_BURN_MS", "BENCH_SLEEP_MS"
"""Variables that tell the model processes what an article costs: milliseconds of work, and of waiting."""


class Job(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the worker is to do.

    Attributes:
        hops: those that it runs.
        burn_ms: milliseconds of CPU that an article costs the models.
        sleep_ms: milliseconds that they wait beside.
    """

    hops: list[Literal["enrich", "index"]]
    burn_ms: float = 0.0
    sleep_ms: float = 0.0


class Light:
    """Models that find nothing, and take their time."""

    def __init__(self, burn_ms: float, sleep_ms: float) -> None:
        self._burn_s = burn_ms / 1000
        self._sleep_s = sleep_ms / 1000

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],  # noqa: ARG002 - as the pool calls it
        begins: Callable[[str], None],  # noqa: ARG002 - as above
    ) -> list[EnrichedArticle]:
        """The articles as they are, in the language that they declare."""
        end = time.process_time() + self._burn_s * len(raws)
        while time.process_time() < end:
            pass
        time.sleep(self._sleep_s * len(raws))
        return [
            EnrichedArticle(**msgspec.structs.asdict(each), enriched=now, language=each.language_declared)
            for each in raws
        ]


def load(_: Settings) -> Light:
    """The models, as the environment says."""
    return Light(float(os.environ.get(BURN, "0")), float(os.environ.get(SLEEP, "0")))


def main(job: Job) -> None:
    """Run the worker; says "the worker is ready" when it is."""
    os.environ[BURN], os.environ[SLEEP] = str(job.burn_ms), str(job.sleep_ms)
    hops: list[Name] = list(job.hops)
    asyncio.run(worker.run(Settings(), hops, load))


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=Job))
