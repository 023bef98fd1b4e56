"""The poisonable chain: harmless for good copy, deadly for what says so, and for nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pipeline.article import Failure, decode_raw
from pipeline.enrich.pool import ModelPool
from pipeline.settings import Settings
from tests.chaos import models
from tests.enrich.models import Models, bodies, value

GOOD = "The government in London published a bill on Tuesday."


def quick(_: Settings) -> models.Poisonable:
    """Around models that are loaded in no time."""
    return models.Poisonable(Models())


def test_each_poison_is_the_end_of_its_own_article_only(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, processes=2, enrich_timeout_s=5, process_memory_mib=256)
    given = [GOOD, models.DIES, models.HANGS, models.SWELLS, models.BURSTS, GOOD]

    async def main() -> list[bytes | Failure]:
        async with ModelPool(settings, quick) as pool:
            outcomes = await asyncio.gather(*(pool.enrich([value(body)]) for body in given))
            return [outcome for (outcome,) in outcomes]

    assert bodies(asyncio.run(main())) == [
        GOOD,
        "enrich: ProcessDiedError",
        "enrich: TimeoutError",
        "enrich: ModelMemoryError",
        "enrich: ProcessDiedError",
        GOOD,
    ]


def test_good_copy_goes_through_the_real_chain(tmp_path: Path) -> None:
    raw = decode_raw(value(GOOD))
    (found,) = models.load(Settings(var=tmp_path)).enrich([raw], raw.received, {}, print)
    assert (found.language, found.body) == ("en", GOOD)
    assert {"language", "entities", "topics"} <= found.models.keys()


def test_a_body_that_only_speaks_of_it_is_harmless(tmp_path: Path) -> None:
    raw = decode_raw(value(f"He said: {models.DIES}"))
    (found,) = quick(Settings(var=tmp_path)).enrich([raw], raw.received, {}, print)
    assert found.body == raw.body
