"""The model processes: whatever an article does to its process, it alone suffers, and all others come out."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pipeline.article import Failure, decode_enriched
from pipeline.enrich import pool as pool_room
from pipeline.enrich import process as process_room
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import ModelStartError, Outcome
from pipeline.settings import MIB, Settings
from tests.enrich.models import Models, bodies, load, value
from tests.workers import model_processes

SETTINGS = Settings(processes=2, enrich_timeout_s=1.0, max_article_bytes=5000)


def load_nothing(_: Settings) -> Models:
    raise FileNotFoundError("no model in /models/fr")


def load_and_die(_: Settings) -> Models:
    os._exit(3)


def load_too_much(_: Settings) -> Models:
    raise ValueError(len(bytes(4096 * MIB)))


def load_slowly(_: Settings) -> Models:
    time.sleep(5)
    return Models()


def outcomes(*bodies: str | bytes, **changes: Any) -> list[Outcome]:
    async def main() -> list[Outcome]:
        async with ModelPool(SETTINGS.model_copy(update=changes), load) as pool:
            return await pool.enrich([value(body) if isinstance(body, str) else body for body in bodies])

    return asyncio.run(main())


def failed_batches(logs: Sequence[Mapping[str, Any]]) -> list[int]:
    """How many articles stood in each batch that failed, one after the other."""
    return [entry["articles"] for entry in logs if "articles" in entry]


def test_outcomes_come_in_the_order_of_the_values() -> None:
    assert bodies(outcomes(*"abcdefgh")) == list("abcdefgh")


def test_an_empty_batch_has_no_outcomes() -> None:
    assert outcomes() == []


def test_an_article_that_the_models_cannot_take_fails_alone() -> None:
    results = outcomes("a", "raise", "b", "c")
    assert bodies(results) == ["a", "enrich: ZeroDivisionError", "b", "c"]
    assert isinstance(results[1], Failure)
    assert results[1].error_message == "by this article"


@pytest.mark.parametrize(
    "bad", [b"", b"\xff\x00", b'{"id":', b"[]", b"null", value("x" * 6000), b'{"id":1,"body":2}']
)
def test_bytes_that_are_no_article_fail_alone(bad: bytes) -> None:
    assert bodies(outcomes("a", bad, "b")) == ["a", "validate: InvalidArticleError", "b"]


def test_an_article_that_kills_its_process_fails_alone() -> None:
    results = outcomes("a", "b", "die", "c", "d")
    assert bodies(results) == ["a", "b", "enrich: ProcessDiedError", "c", "d"]
    assert isinstance(results[2], Failure)
    assert "exit code 9" in results[2].error_message


def test_an_article_that_kills_its_process_is_found_by_halves_and_its_tries_are_counted() -> None:
    with capture_logs() as logs:
        results = outcomes(*"abcdef", "die", "g")
    assert failed_batches(logs) == [8, 4, 2, 1, 1]
    assert isinstance(results[6], Failure)
    assert results[6].attempts == 5


def test_a_failure_beside_an_article_that_kills_its_process_counts_its_tries_too() -> None:
    results = outcomes("raise", b"[]", "a", "die")
    assert [each.attempts for each in results if isinstance(each, Failure)] == [2, 2, 4]


def test_an_article_that_hangs_fails_alone() -> None:
    results = outcomes("a", "hang", "b")
    assert bodies(results) == ["a", "enrich: TimeoutError", "b"]
    assert isinstance(results[1], Failure)
    assert "1 s" in results[1].error_message


def test_an_article_that_hangs_in_a_large_batch_costs_its_time_thrice_not_once_a_halving() -> None:
    with capture_logs() as logs:
        results = outcomes(*"abcdefghijklm", "hang", *"abcdefghijklmnopqr")
    assert failed_batches(logs) == [32, 1, 1]
    assert [place for place, each in enumerate(results) if isinstance(each, Failure)] == [13]
    assert isinstance(results[13], Failure)
    assert results[13].attempts == 3


def test_the_time_limit_is_an_articles_and_not_a_batchs() -> None:
    """Eight articles of 0.3 s each: together over the limit of one second, each alone far below."""
    assert bodies(outcomes(*["slow"] * 8)) == ["slow"] * 8


def test_other_batches_go_on_while_an_article_hangs(tmp_path: Path) -> None:
    mark = tmp_path / "at-work"

    async def main() -> tuple[list[Outcome], list[Outcome]]:
        async with ModelPool(SETTINGS, load) as pool:
            bad = asyncio.create_task(pool.enrich([value("mark", str(mark)), value("hang")]))
            async with asyncio.timeout(30):
                while not mark.exists():  # noqa: ASYNC110 - what is waited for happens in another process
                    await asyncio.sleep(0.01)
            others = [outcome for body in "abc" for outcome in await pool.enrich([value(body)])]
            assert not bad.done()
            return others, await bad

    others, bad = asyncio.run(main())
    assert bodies(others) == list("abc")
    assert bodies(bad) == ["mark", "enrich: TimeoutError"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [("die", "exit code 9"), ("hang", "took over 1 s"), ("hog", "ran out of memory")],
)
def test_an_article_comes_out_without_the_part_of_the_work_that_it_does_not_survive(
    body: str, reason: str
) -> None:
    values = [value("fine"), value(body, headline="part one"), value("good", headline="part two")]
    first, without, last = outcomes(*values)
    assert bodies([first, without, last]) == ["fine", body, "good"]
    assert isinstance(without, bytes)
    [(part, why)] = decode_enriched(without).degraded.items()
    assert part == "part one"
    assert reason in why
    for each in (first, last):
        assert isinstance(each, bytes)
        assert decode_enriched(each).degraded == {}


def test_an_article_at_which_memory_runs_out_fails_alone_and_says_so() -> None:
    results = outcomes("a", "b", "hog", "c", process_memory_mib=256)
    assert bodies(results) == ["a", "b", "enrich: ModelMemoryError", "c"]
    assert isinstance(results[2], Failure)
    assert results[2].error_message == (
        "the models ran out of memory of the 256 MiB that they may take (NEWSWIRE_PROCESS_MEMORY_MIB)"
    )
    assert results[2].attempts == 4


def test_more_memory_than_any_machine_has_is_refused_without_a_limit_too() -> None:
    results = outcomes("a", "hog", process_memory_mib=0)
    assert bodies(results) == ["a", "enrich: ModelMemoryError"]
    assert isinstance(results[1], Failure)
    assert results[1].error_message == "the models ran out of memory"


def test_articles_that_are_too_much_only_together_come_out() -> None:
    assert bodies(outcomes(*["big"] * 4, process_memory_mib=256)) == ["big"] * 4


def test_a_process_that_grows_is_replaced_and_no_article_fails_for_it() -> None:
    async def main() -> tuple[list[Outcome], int]:
        limited = SETTINGS.model_copy(update={"process_memory_mib": 256, "processes": 1})
        async with ModelPool(limited, load) as pool:
            results = [outcome for _ in range(6) for outcome in await pool.enrich([value("leak")])]
            (child,) = model_processes(os.getpid())
            return results, child.memory_info().data

    results, taken = asyncio.run(main())
    assert bodies(results) == ["leak"] * 6
    assert taken < 512 * MIB


def test_processes_are_replaced_one_after_the_other_and_no_batch_waits_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each does half of the articles; the first is to be replaced when it has done half of its share."""
    monkeypatch.setattr(pool_room, "LIFE", 40)
    monkeypatch.setattr(process_room, "LIFE", 40)

    async def main() -> set[str]:
        pids = set()
        async with ModelPool(SETTINGS, load) as pool:
            for _ in range(15):
                for batch in await asyncio.gather(*(pool.enrich([value("a")] * 4) for _ in range(2))):
                    assert bodies(batch) == ["a"] * 4
                    pids.add(decode_enriched(bytes(batch[0])).models["pid"])  # type: ignore[arg-type]  # it has its bytes
        return pids

    assert len(asyncio.run(main())) in (4, 5)


def test_a_process_killed_from_outside_costs_no_article(tmp_path: Path) -> None:
    results = outcomes("a", value("die once", str(tmp_path / "died")), "b")
    assert bodies(results) == ["a", "die once", "b"]


def test_batches_run_in_several_processes_at_once(tmp_path: Path) -> None:
    """Each of the two batches waits until both are at work."""
    patient = SETTINGS.model_copy(update={"enrich_timeout_s": 60})

    async def main() -> list[list[Outcome]]:
        async with ModelPool(patient, load) as pool:
            meeting = value("meet", str(tmp_path))
            return list(await asyncio.gather(pool.enrich([meeting]), pool.enrich([meeting])))

    first, second = asyncio.run(main())
    assert bodies(first + second) == ["meet", "meet"]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("loader", "reason"),
    [
        (load_nothing, "no model in /models/fr"),
        (load_and_die, "ended before it was ready"),
        (load_too_much, "cannot be loaded: the models ran out of memory of the 2048 MiB"),
    ],
)
def test_models_that_do_not_load_stop_the_start(loader: Callable[[Settings], Models], reason: str) -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, loader):
            pass

    with pytest.raises(ModelStartError, match=reason):
        asyncio.run(main())


def test_processes_killed_while_idle_are_replaced() -> None:
    async def main() -> list[Outcome]:
        async with ModelPool(SETTINGS, load) as pool:
            await pool.enrich([value("a")])
            for child in model_processes(os.getpid()):
                child.kill()
            await asyncio.sleep(0.5)
            return await pool.enrich([value("b"), value("c")])

    assert bodies(asyncio.run(main())) == ["b", "c"]


def test_a_process_that_died_has_its_models_again_before_a_batch_asks_for_it() -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, load) as pool:
            before = {child.pid for child in model_processes(os.getpid())}
            await pool.enrich([value("die")])
            async with asyncio.timeout(30):
                while pool._free.qsize() < SETTINGS.processes:  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.01)
            after = {child.pid for child in model_processes(os.getpid())}
            assert len(after) == SETTINGS.processes
            assert len(after & before) == SETTINGS.processes - 1

    asyncio.run(main())


def test_what_its_processes_have_used_is_told_of_those_too_that_died() -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, load) as pool:
            assert pool.usage.living() == SETTINGS.processes
            loaded = pool.usage.cpu_s()
            assert loaded > 0
            await pool.enrich([value("die")])
            async with asyncio.timeout(30):
                while pool._free.qsize() < SETTINGS.processes:
                    await asyncio.sleep(0.01)
                    assert pool.usage.cpu_s() >= loaded
            assert pool.usage.living() == SETTINGS.processes
            # The one that took its place has been loaded, too.
            assert pool.usage.cpu_s() > loaded
        assert pool.usage.living() == 0

    asyncio.run(main())


def test_the_pool_closes_at_once_while_a_process_loads() -> None:
    async def main() -> float:
        async with ModelPool(SETTINGS, load_slowly) as pool:
            await pool.enrich([value("die")])
            began = asyncio.get_running_loop().time()
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(main()) < 4
    assert not model_processes(os.getpid())


def test_a_batch_that_comes_before_the_models_are_there_waits_for_them() -> None:
    async def main() -> list[Outcome]:
        pool = ModelPool(SETTINGS, load)
        early = asyncio.create_task(pool.enrich([value("a")]))
        await asyncio.sleep(0)
        assert not early.done()
        await pool.start()
        try:
            return await early
        finally:
            await pool.close()

    assert bodies(asyncio.run(main())) == ["a"]
    assert not model_processes(os.getpid())


def test_no_process_is_left_behind() -> None:
    before = {child.pid for child in model_processes(os.getpid())}
    outcomes("a")
    assert {child.pid for child in model_processes(os.getpid())} <= before
