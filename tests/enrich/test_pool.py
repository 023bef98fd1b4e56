"""The model processes: whatever an article does to its process, it alone suffers, and all others come out."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.article import Failure
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import ModelStartError, Outcome
from pipeline.settings import Settings
from tests.enrich.models import Models, bodies, load, value
from tests.workers import model_processes

SETTINGS = Settings(processes=2, enrich_timeout_s=1.0, max_article_bytes=5000)


def load_nothing(_: Settings) -> Models:
    raise FileNotFoundError("no model in /models/fr")


def load_and_die(_: Settings) -> Models:
    os._exit(3)


def outcomes(*bodies: str | bytes) -> list[Outcome]:
    async def main() -> list[Outcome]:
        async with ModelPool(SETTINGS, load) as pool:
            return await pool.enrich([value(body) if isinstance(body, str) else body for body in bodies])

    return asyncio.run(main())


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
    assert results[2].attempts == 2


def test_an_article_that_hangs_fails_alone() -> None:
    results = outcomes("a", "hang", "b")
    assert bodies(results) == ["a", "enrich: TimeoutError", "b"]
    assert isinstance(results[1], Failure)
    assert "1 s" in results[1].error_message


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
    [(load_nothing, "no model in /models/fr"), (load_and_die, "ended before it was ready")],
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


def test_no_process_is_left_behind() -> None:
    before = {child.pid for child in model_processes(os.getpid())}
    outcomes("a")
    assert {child.pid for child in model_processes(os.getpid())} <= before
