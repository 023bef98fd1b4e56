"""The table of a run: a row a case, on disk as soon as the case has ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_COLUMNS = (
    ("fault", "---"),
    ("on", "---"),
    ("times", "--:"),
    ("fed", "--:"),
    ("found", "--:"),
    ("dead", "--:"),
    ("lost", "--:"),
    ("twice", "--:"),
    ("stale", "--:"),
    ("lag", "--:"),
    ("stopped in s", "--:"),
    ("recovery s", "--:"),
    ("seconds", "--:"),
    ("ends", "---"),
)

HEAD = "\n".join(
    f"| {' | '.join(parts)} |" for parts in ([name for name, _ in _COLUMNS], [rule for _, rule in _COLUMNS])
)


@dataclass(frozen=True, slots=True)
class Row:
    """How one case went.

    Attributes:
        fault: what was done.
        target: to whom.
        times: how often.
        fed: distinct articles and pieces of poison that were fed.
        found: distinct articles that a search finds.
        dead: distinct dead letters.
        lost: neither of them.
        twice: both of them, or one of them twice.
        stale: found, but not as their newest version.
        lag: messages that were not committed in the end.
        stopped: the longest that a process took to end when it was asked to, in seconds.
        recovery: seconds from the end of the last fault until each partition that lagged then had moved on.
        seconds: the whole case, its processes' start included.
        ends: how the processes ended that were started again, with how often.
    """

    fault: str
    target: str
    times: int
    fed: int
    found: int
    dead: int
    lost: int
    twice: int
    stale: int
    lag: int
    stopped: float | None
    recovery: float | None
    seconds: float
    ends: str = ""


def table_line(row: Row) -> str:
    """The row as a line of Markdown; what does not apply is a dash."""
    cells = (
        row.fault,
        row.target,
        row.times,
        row.fed,
        row.found,
        row.dead,
        row.lost,
        row.twice,
        row.stale,
        row.lag,
        _seconds(row.stopped),
        _seconds(row.recovery),
        _seconds(row.seconds),
        row.ends or "–",
    )
    return f"| {' | '.join(map(str, cells))} |"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


class Report:
    """A file with the table; rows are added to what is there, so that a run can be gone on with."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0

    def add(self, row: Row) -> None:
        """Write a row; it is there though the run is killed behind it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            if not file.tell():
                file.write(HEAD + "\n")
            file.write(table_line(row) + "\n")
        self.rows += 1
