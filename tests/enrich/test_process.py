"""One model process: however it ends, whoever waits for it is told, and the next batch has a new one."""

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from pipeline import article
from pipeline.article import EnrichedArticle, RawArticle
from pipeline.enrich import process as process_room
from pipeline.enrich.process import (
    ModelMemoryError,
    ModelProcess,
    ModelStartError,
    Outcome,
    ProcessDiedError,
)
from pipeline.enrich.zygote import Zygote
from pipeline.settings import MIB, Settings
from tests.enrich.models import Models, bodies, load, value
from tests.workers import model_processes

SETTINGS = Settings(enrich_timeout_s=30, max_article_bytes=20_000)
Result = TypeVar("Result")


class Slow(Models):
    """Models that take their time, as real ones do, and leave a mark once at work."""

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> list[EnrichedArticle]:
        if raws and raws[0].body == "slow":
            Path(str(raws[0].headline)).touch()
            time.sleep(600)
        return super().enrich(raws, now, skipped, begins)


def load_slow(_: Settings) -> Models:
    return Slow()


def load_late(settings: Settings) -> Models:
    """Dies the first time; the folder keeps count."""
    first = settings.var / "first"
    if not first.exists():
        first.touch()
        os._exit(7)
    return Models()


def load_forever(settings: Settings) -> Models:
    (settings.var / "loading").touch()
    time.sleep(600)
    return Models()


def run(
    what: Callable[[ModelProcess], Awaitable[Result]],
    settings: Settings = SETTINGS,
    load: Callable[[Settings], Models] = load,
) -> Result:
    async def main() -> Result:
        zygote = Zygote(settings, load)
        process = ModelProcess(settings, zygote)
        try:
            return await what(process)
        finally:
            await process.close()
            zygote.close()

    result = asyncio.run(main())
    assert not model_processes(os.getpid()), "a model process was left behind"
    return result


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


def ended(process: ModelProcess, pid: int) -> bool:
    """Whether the process of this number is seen to have ended, or was replaced already."""
    running = process._process
    return running is None or running.pid != pid or running.status() == psutil.STATUS_ZOMBIE


def test_the_same_process_does_one_batch_after_the_other() -> None:
    async def what(process: ModelProcess) -> list[list[Outcome]]:
        return [await process.enrich([value(body)]) for body in "ab"]

    first, second = run(what)
    assert bodies(first + second) == ["a", "b"]
    assert _pid(first[0]) == _pid(second[0])


def _pid(outcome: Outcome) -> bytes:
    assert isinstance(outcome, bytes)
    return outcome.partition(b'"pid":')[2]


def test_a_process_is_replaced_between_batches_when_it_has_done_its_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process_room, "LIFE", 4)

    async def main() -> list[str]:
        zygote = Zygote(SETTINGS, load)
        process = ModelProcess(SETTINGS, zygote, first_life=3)
        pids = []
        for _ in range(6):
            outcomes = await process.enrich([value("one"), value("two")])
            assert bodies(outcomes) == ["one", "two"]
            pids.append(article.decode_enriched(bytes(outcomes[0])).models["pid"])  # type: ignore[arg-type]  # it has its bytes
        await process.close()
        zygote.close()
        return pids

    pids = asyncio.run(main())
    assert [pid == other for pid, other in itertools.pairwise(pids)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_closing_a_process_that_was_never_started_is_no_error() -> None:
    async def what(_: ModelProcess) -> None:
        pass

    run(what)


def test_a_process_that_dies_in_a_batch_says_how_and_is_replaced() -> None:
    async def what(process: ModelProcess) -> list[Outcome]:
        with pytest.raises(ProcessDiedError, match="exit code 9"):
            await process.enrich([value("die")])
        return await process.enrich([value("a")])

    assert bodies(run(what)) == ["a"]


def test_a_process_killed_from_outside_says_what_may_have_done_it(tmp_path: Path) -> None:
    async def what(process: ModelProcess) -> None:
        mark = tmp_path / "at-work"
        task = asyncio.create_task(process.enrich([value("slow", str(mark))]))
        await until(mark.exists)
        (child,) = model_processes(os.getpid())
        child.kill()
        with pytest.raises(ProcessDiedError, match=r"killed \(SIGKILL\).*out of memory"):
            await task

    run(what, load=load_slow)


@pytest.mark.parametrize("mib", [256, 2048])
def test_a_limit_holds_for_what_a_process_takes_beyond_its_libraries(mib: int) -> None:
    async def what(process: ModelProcess) -> None:
        await process.start()
        (child,) = model_processes(os.getpid())
        soft, hard = child.rlimit(psutil.RLIMIT_DATA)
        assert mib * MIB < soft < (mib + 1024) * MIB
        assert hard == psutil.RLIM_INFINITY

    run(what, SETTINGS.model_copy(update={"process_memory_mib": mib}))


def test_no_limit_is_no_limit() -> None:
    async def what(process: ModelProcess) -> None:
        await process.start()
        (child,) = model_processes(os.getpid())
        assert child.rlimit(psutil.RLIMIT_DATA) == (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY)

    run(what, SETTINGS.model_copy(update={"process_memory_mib": 0}))


def test_a_process_that_ran_out_of_memory_is_replaced() -> None:
    async def what(process: ModelProcess) -> tuple[int, int, list[Outcome]]:
        await process.start()
        (before,) = model_processes(os.getpid())
        with pytest.raises(ModelMemoryError, match="ran out of memory"):
            await process.enrich([value("hog")])
        done = await process.enrich([value("a")])
        (after,) = model_processes(os.getpid())
        return before.pid, after.pid, done

    before, after, done = run(what)
    assert before != after
    assert bodies(done) == ["a"]


def test_a_batch_over_its_time_ends_the_process(tmp_path: Path) -> None:
    hasty = SETTINGS.model_copy(update={"enrich_timeout_s": 0.5})

    async def what(process: ModelProcess) -> list[Outcome]:
        with pytest.raises(TimeoutError):
            await process.enrich([value("slow", str(tmp_path / "at-work"))])
        return await process.enrich([value("a")])

    assert bodies(run(what, hasty, load_slow)) == ["a"]


def test_a_batch_that_nobody_waits_for_is_dropped_at_once(tmp_path: Path) -> None:
    async def what(process: ModelProcess) -> list[Outcome]:
        mark = tmp_path / "at-work"
        dropped = asyncio.create_task(process.enrich([value("slow", str(mark))]))
        await until(mark.exists)
        dropped.cancel()
        with suppress(asyncio.CancelledError):
            await dropped
        async with asyncio.timeout(20):
            return await process.enrich([value("a")])

    assert bodies(run(what, load=load_slow)) == ["a"]


def test_a_process_killed_at_any_moment_leaves_nobody_waiting() -> None:
    """A batch takes some 50 ms, most of them for 20 MB of outcomes: most kills come in the middle of it."""
    batch = [value("x" * 10_000)] * 2000

    async def what(process: ModelProcess) -> int:
        died = 0
        await process.start()
        for turn in range(12):
            (child,) = model_processes(os.getpid())
            task = asyncio.create_task(process.enrich(batch))
            await asyncio.sleep(0.004 * turn)
            child.kill()
            async with asyncio.timeout(20):
                try:
                    assert len(await task) == len(batch)
                except ProcessDiedError:
                    died += 1
            await until(lambda pid=child.pid: ended(process, pid))  # type: ignore[misc]  # a default binds the loop's value
            await process.start()
        return died

    assert run(what) > 0


def test_signals_to_the_whole_group_leave_the_stop_to_the_parent() -> None:
    async def what(process: ModelProcess) -> list[Outcome]:
        first = await process.enrich([value("a")])
        (child,) = model_processes(os.getpid())
        for number in (signal.SIGINT, signal.SIGTERM):
            child.send_signal(number)
        second = await process.enrich([value("b")])
        assert _pid(first[0]) == _pid(second[0])
        return second

    assert bodies(run(what)) == ["b"]


def test_a_process_killed_while_idle_is_replaced_before_the_next_batch() -> None:
    async def what(process: ModelProcess) -> list[Outcome]:
        await process.start()
        (child,) = model_processes(os.getpid())
        child.kill()
        await until(lambda: ended(process, child.pid))
        return await process.enrich([value("a")])

    assert bodies(run(what)) == ["a"]


def test_a_process_that_dies_while_it_loads_is_started_again(tmp_path: Path) -> None:
    async def what(process: ModelProcess) -> list[Outcome]:
        return await process.enrich([value("a")])

    assert bodies(run(what, SETTINGS.model_copy(update={"var": tmp_path}), load_late)) == ["a"]


def test_a_start_that_nobody_waits_for_ends_and_is_not_tried_again(tmp_path: Path) -> None:
    async def what(process: ModelProcess) -> None:
        start = asyncio.create_task(process.start())
        await until((tmp_path / "loading").exists)
        (tmp_path / "loading").unlink()
        start.cancel()
        with suppress(asyncio.CancelledError):
            await start
        async with asyncio.timeout(20):
            await process.close()
        assert not (tmp_path / "loading").exists()

    async def main() -> None:
        settings = SETTINGS.model_copy(update={"var": tmp_path})
        zygote = Zygote(settings, load_forever)
        await what(ModelProcess(settings, zygote))
        zygote.close()

    asyncio.run(main())
    assert not model_processes(os.getpid())


def test_models_that_take_forever_to_load_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.enrich.process.START_LIMIT_S", 0.5)

    async def what(process: ModelProcess) -> None:
        with pytest.raises(ModelStartError, match=r"not loaded within 0\.5 s"):
            await process.start()

    run(what, SETTINGS.model_copy(update={"var": tmp_path}), load_forever)
