"""Nothing is lost and nothing is twice, whatever is killed, stopped, frozen, refused or poisoned."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.cases import CASES, SHORT, Case
from tests.chaos.report import Report, Row
from tests.chaos.scene import play
from tests.chaos.verdict import Verdict
from tests.services import Stack

DRAIN_S = 10.0
MANY, FEW = 2_000, 600


def test_the_matrix_is_whole() -> None:
    signals, targets = ("SIGTERM", "SIGKILL", "SIGSTOP"), faults.TARGETS
    matrix = {(signal, target, times) for signal in signals for target in targets for times in (1, 3)}
    assert len(matrix) == 36
    assert matrix <= {(case.fault, case.target, case.times) for case in CASES.values()}
    assert CASES.keys() >= SHORT


@pytest.mark.services
@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_nothing_is_lost_and_nothing_is_twice(
    case: Case, stack: Stack, report: Report, tmp_path: Path
) -> None:
    row, found = play(case, stack, tmp_path, MANY)
    report.add(row)
    kept(row, found, tmp_path)


@pytest.mark.services
@pytest.mark.parametrize("name", sorted(SHORT))
def test_with_few_articles_nothing_is_lost_and_nothing_is_twice(
    name: str, stack: Stack, tmp_path: Path
) -> None:
    kept(*play(CASES[name], stack, tmp_path, FEW), tmp_path)


def kept(row: Row, found: Verdict, tmp_path: Path) -> None:
    """Fails if a case broke a promise."""
    assert found.good, f"{found}; the processes' output is in {tmp_path}"
    assert row.lag == 0, f"{row.lag} messages are not committed; the processes' output is in {tmp_path}"
    assert row.recovery is not None, f"a partition never moved on; the processes' output is in {tmp_path}"
    assert row.stopped is None or row.stopped < DRAIN_S, "what is asked to stop ends in less than 10 s"
