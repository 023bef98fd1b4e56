"""What a command imports: no client and no model that it does not use, since each start pays for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"aiohttp", "aiokafka", "elasticsearch", "faust", "kafka", "numpy", "pipeline.enrich.chain", "spacy"}


def imported(program: str) -> set[str]:
    """Which of the heavy modules a program has when it ends."""
    program += f"\nimport sys; print(*({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_command_line_itself_imports_no_client_and_no_model() -> None:
    assert imported("import pipeline.cli") == set()


def test_what_begins_a_zygote_imports_next_to_nothing() -> None:
    assert imported("from pipeline.enrich import ahead") == set()
    assert imported("import pipeline.enrich.zygote") == set()


def test_the_worker_itself_imports_no_model() -> None:
    assert imported("import pipeline.agents.worker").isdisjoint({"spacy", "pipeline.enrich.chain"})


@pytest.mark.parametrize("module", ["kafka.errors", "aiokafka.errors"])
def test_what_kafkas_clients_raise_is_told_in_a_line(module: str) -> None:
    program = (
        f"import sys, {module} as errors; from pipeline import cli; sys.argv = ['newswire'];"
        "cli.cli = lambda: (_ for _ in ()).throw(errors.KafkaError('away')); cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "away" in done.stderr
