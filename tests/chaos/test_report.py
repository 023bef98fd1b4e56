"""The report: Markdown, on disk row by row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.chaos.report import HEAD, Report, Row, table_line

ROW = Row(
    fault="SIGKILL",
    target="broker",
    times=3,
    fed=2000,
    found=1999,
    dead=0,
    lost=1,
    twice=0,
    stale=0,
    lag=4,
    stopped=None,
    recovery=7.25,
    seconds=61.0,
)


def test_a_row_has_a_cell_for_each_column() -> None:
    line = table_line(ROW)
    assert line == "| SIGKILL | broker | 3 | 2000 | 1999 | 0 | 1 | 0 | 0 | 4 | – | 7.2 | 61.0 | – |"
    head, rule = HEAD.splitlines()
    assert head.count("|") == rule.count("|") == line.count("|")


def test_what_ended_and_how_long_it_took_is_there() -> None:
    line = table_line(replace(ROW, stopped=2.5, recovery=None, ends="index-1: 1 of -9"))
    assert line.endswith("| 2.5 | – | 61.0 | index-1: 1 of -9 |")


def test_rows_are_on_disk_at_once_under_one_head(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    report = Report(path)
    report.add(ROW)
    assert path.read_text() == f"{HEAD}\n{table_line(ROW)}\n"
    report.add(ROW)
    assert report.rows == 2
    assert path.read_text().count(table_line(ROW)) == 2


def test_a_run_that_goes_on_keeps_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    Report(path).add(ROW)
    Report(path).add(replace(ROW, times=1))
    assert path.read_text().count(HEAD) == 1
    assert len(path.read_text().splitlines()) == 4
