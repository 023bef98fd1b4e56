"""The table of the run, and where it is to be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.report import Report

_REPORT = pytest.StashKey[Report]()


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The table of this run: the file that ``CHAOS_REPORT`` names, else one in pytest's folder."""
    named = os.environ.get("CHAOS_REPORT")
    made = Report(Path(named) if named else tmp_path_factory.mktemp("chaos") / "report.md")
    request.config.stash[_REPORT] = made
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the table at the end of the run."""
    report = config.stash.get(_REPORT, None)
    if report is not None and report.rows:
        terminalreporter.section(f"chaos: {report.path}")
        terminalreporter.write_line(report.path.read_text(encoding="utf-8"))
