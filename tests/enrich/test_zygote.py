"""The zygote: models are loaded once, its copies are children of the worker, and nobody outlives that."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe
from pathlib import Path

import psutil
import pytest

from pipeline.article import decode_enriched
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Outcome
from pipeline.enrich.zygote import NAME, ModelStartError, Zygote
from pipeline.settings import MIB, Settings
from tests.enrich.models import Models, bodies, load, value
from tests.workers import eventually, model_processes

SETTINGS = Settings(processes=2, enrich_timeout_s=30)
LARGE: list[bytes] = []


def load_marked(settings: Settings) -> Callable[[], Models]:
    """Leaves a mark of itself, and of each process that takes what it gives."""
    mark(settings, "loaded")

    def made() -> Models:
        mark(settings, "made")
        return Models()

    return made


def load_refused(_: Settings) -> Callable[[], Models]:
    def made() -> Models:
        raise LookupError("no such enricher")

    return made


def load_large(_: Settings) -> Models:
    LARGE.append(os.urandom(200 * MIB))
    return Models()


def load_killed_once(settings: Settings) -> Models:
    if len(list(settings.var.iterdir())) == 0:
        mark(settings, "killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return Models()


def load_forever(settings: Settings) -> Models:
    mark(settings, "loading")
    while True:
        time.sleep(600)


def mark(settings: Settings, what: str) -> None:
    (settings.var / f"{what}-{os.getpid()}").touch()


def zygotes(parent: int) -> list[psutil.Process]:
    """Those of a process that live."""
    return [
        child
        for child in psutil.Process(parent).children()
        if child.name() == NAME.decode() and child.status() != psutil.STATUS_ZOMBIE
    ]


def pids(outcomes: Sequence[Outcome]) -> set[int]:
    return {int(decode_enriched(each).models["pid"]) for each in outcomes if isinstance(each, bytes)}


def test_models_are_loaded_once_and_what_is_each_processs_own_is_made_in_each(tmp_path: Path) -> None:
    settings = Settings(processes=3, var=tmp_path)

    async def main() -> tuple[int, set[int]]:
        async with ModelPool(settings, load_marked):
            (zygote,) = zygotes(os.getpid())
            return zygote.pid, {child.pid for child in model_processes(os.getpid())}

    zygote, models = asyncio.run(main())
    expected = {f"loaded-{zygote}", *(f"made-{pid}" for pid in models)}
    assert {path.name for path in tmp_path.iterdir()} == expected
    assert len(models) == 3


def test_what_is_wrong_with_a_processs_own_part_is_told() -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, load_refused):
            pass

    with pytest.raises(ModelStartError, match="cannot be loaded: LookupError: no such enricher"):
        asyncio.run(main())
    assert not zygotes(os.getpid())


def test_model_processes_are_children_of_the_worker_and_the_zygote_has_one_thread() -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, load):
            (zygote,) = zygotes(os.getpid())
            assert zygote.num_threads() == 1
            assert [child.ppid() for child in model_processes(os.getpid())] == [os.getpid()] * 2
            assert zygote.children() == []

    asyncio.run(main())


def test_what_was_loaded_is_in_memory_once() -> None:
    async def main() -> list[int]:
        async with ModelPool(SETTINGS, load_large) as pool:
            await asyncio.gather(*(pool.enrich([value("a")]) for _ in range(4)))
            return [child.memory_full_info().uss for child in model_processes(os.getpid())]

    used = asyncio.run(main())
    assert len(used) == 2
    assert max(used) < 100 * MIB


def test_a_zygote_that_is_killed_costs_nothing_and_is_there_again_when_it_is_needed(tmp_path: Path) -> None:
    settings = Settings(processes=2, enrich_timeout_s=30, var=tmp_path)

    async def main() -> None:
        async with ModelPool(settings, load_marked) as pool:
            (zygote,) = zygotes(os.getpid())
            before = {child.pid for child in model_processes(os.getpid())}
            zygote.kill()
            batches = await asyncio.gather(*(pool.enrich([value("a")]) for _ in range(4)))
            assert set.union(*map(pids, batches)) <= before
            assert bodies(await pool.enrich([value("die"), value("b")])) == ["enrich: ProcessDiedError", "b"]
            (after,) = zygotes(os.getpid())
            assert after.pid != zygote.pid

    asyncio.run(main())
    assert len(list(tmp_path.glob("loaded-*"))) == 2
    assert not zygotes(os.getpid())


def test_a_zygote_that_is_killed_while_it_loads_is_started_again(tmp_path: Path) -> None:
    async def main() -> list[Outcome]:
        async with ModelPool(Settings(processes=2, var=tmp_path), load_killed_once) as pool:
            return await pool.enrich([value("a")])

    assert bodies(asyncio.run(main())) == ["a"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_zygote_that_hangs_is_told_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> list[Outcome]:
        async with ModelPool(Settings(processes=1, enrich_timeout_s=30), load) as pool:
            (zygote,) = zygotes(os.getpid())
            zygote.suspend()
            (models,) = model_processes(os.getpid())
            models.kill()
            models.wait()
            monkeypatch.setattr("pipeline.enrich.process.START_LIMIT_S", 0.5)
            with pytest.raises(ModelStartError, match=r"not loaded within 0\.5 s"):
                await pool.enrich([value("a")])
            monkeypatch.undo()
            return await pool.enrich([value("b")])

    assert bodies(asyncio.run(main())) == ["b"]


def test_signals_to_the_whole_group_do_not_end_it() -> None:
    async def main() -> None:
        async with ModelPool(SETTINGS, load) as pool:
            (zygote,) = zygotes(os.getpid())
            for number in (signal.SIGINT, signal.SIGTERM):
                zygote.send_signal(number)
            await pool.enrich([value("die")])
            assert [each.pid for each in zygotes(os.getpid())] == [zygote.pid]

    asyncio.run(main())


def test_who_loses_its_parent_elsewhere_is_not_adopted() -> None:
    zygote = Zygote(SETTINGS, load)
    ours, theirs = Pipe()
    pid = zygote.fork(theirs, threading.Event())
    assert pid is not None
    assert ours.recv() == ""
    assert psutil.Process(pid).ppid() == os.getpid()
    shell = subprocess.run(["/bin/sh", "-c", "sleep 60 >&- & echo $!"], capture_output=True, check=True)
    orphan = psutil.Process(int(shell.stdout))
    assert orphan.ppid() != os.getpid()
    orphan.kill()
    zygote.close()
    theirs.close()
    ours.close()  # with its pipe it ends
    assert psutil.Process(pid).wait(20) in (0, 1)


def test_nobody_is_given_a_process_that_nobody_waits_for() -> None:
    zygote = Zygote(SETTINGS, load)
    given_up = threading.Event()
    given_up.set()
    _, theirs = Pipe()
    assert zygote.fork(theirs, given_up) is None
    assert zygote.pid is None


@contextmanager
def worker(mode: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that has model processes by a function of its own; it hangs in it, or in its models."""
    process = subprocess.Popen([sys.executable, "-m", "tests.enrich.program", mode, str(folder)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("mode", ["loads forever", "works forever"])
def test_however_a_worker_ends_nobody_is_left_not_even_who_hangs(mode: str, tmp_path: Path) -> None:
    with worker(mode, tmp_path) as process:
        eventually(lambda: any(tmp_path.iterdir()), within_s=60, what="a process that hangs")
        family = psutil.Process(process.pid).children(recursive=True)
        assert {child.name() for child in family} >= {NAME.decode()}
        process.send_signal(signal.SIGKILL)
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=20)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
