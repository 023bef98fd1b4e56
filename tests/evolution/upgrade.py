"""Rolls from an earlier version to this one and back under load: ``make upgrade-test OLD=<commit>``.

Workers of both run in one group on real services, fed by feeders of both. Every article has to be in the
index exactly once and none among the dead letters.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings
from tests import corpus
from tests.evolution.fleet import Member, indexed
from tests.feeding import fresh, letters
from tests.services import Stack
from tests.workers import newswire

ROOT = Path(__file__).parents[2]
EACH = 200
WITHIN_S = 240.0
STAGES = ("enrich", "index")


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """An earlier version in a folder of its own, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="newswire-old-") as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


@dataclass
class Round:
    """What came of one part of the way: articles by guid, and what each version did of them."""

    name: str
    fed: int
    old: tuple[int, ...]
    new: tuple[int, ...]
    missing: int
    twice: int
    dead: int


class Upgrade:
    """The way there and back.

    Args:
        settings: of topics and an index of its own.
        folder: for corpora and output.
        tree: the earlier version.
    """

    def __init__(self, settings: Settings, folder: Path, tree: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._tree = tree
        self._wanted: set[str] = set()
        self._rounds: list[Round] = []

    def run(self) -> list[Round]:
        """Go it; what came of each part."""
        with ExitStack() as running:
            old = running.enter_context(Member(self._settings, self._folder, self._tree))
            self._round("old alone", old, None, feeders=(self._tree,))
            new = running.enter_context(Member(self._settings, self._folder))
            self._round("side by side", old, new, feeders=(self._tree, None))
            old.stop()
            self._round("new alone", None, new, feeders=(self._tree, None))
            old.start()
            self._round("side by side again", old, new, feeders=(self._tree, None))
            new.stop()
            self._round("back: old alone, fed by new", old, None, feeders=(None,))
        return self._rounds

    def _round(
        self, name: str, old: Member | None, new: Member | None, feeders: tuple[Path | None, ...]
    ) -> None:
        before = [_done(member) for member in (old, new)]
        dead = len(letters(self._settings))
        fed: set[str] = set()
        for number, code in enumerate(feeders):
            articles = corpus.articles(EACH, prefix=f"{len(self._rounds)}-{number}")
            path = corpus.write(self._folder / f"{len(self._rounds)}-{number}.jsonl", articles)
            said = newswire(self._settings, "feed", str(path), code=code)
            assert said.returncode == 0, said.stderr
            fed |= {str(each["guid"]) for each in articles}
        self._wanted |= fed
        end = time.monotonic() + WITHIN_S
        while len(indexed(self._settings)) + len(letters(self._settings)) < len(self._wanted):
            if time.monotonic() > end:
                break
            time.sleep(1)
        time.sleep(2)  # acks are committed, and counted, once a second
        found = indexed(self._settings)
        done = [_done(member) for member in (old, new)]
        of_old, of_new = (
            tuple(now - then for now, then in zip(*both, strict=True))
            for both in zip(done, before, strict=True)
        )
        self._rounds.append(
            Round(
                name,
                fed=len(fed),
                old=of_old,
                new=of_new,
                missing=len(self._wanted - found.keys()),
                twice=sum(count > 1 for count in found.values()),
                dead=len(letters(self._settings)) - dead,
            )
        )


def _done(member: Member | None) -> tuple[int, ...]:
    return tuple(0 if member is None else member.done(stage) for stage in STAGES)


def main(commit: str) -> int:
    """Go the way from a commit and back, and say what came of it; the exit code."""
    with Stack() as stack, checkout(commit) as tree, tempfile.TemporaryDirectory() as folder:
        settings = fresh(stack.settings, Path(folder) / "var", processes=1)
        rounds = Upgrade(settings, Path(folder), tree).run()
        reasons = {f"{one.error_type}: {one.error_message}" for one in letters(settings)}
    table = Table(
        "",
        "fed",
        "enriched, indexed by old",
        "by new",
        "missing so far",
        "twice",
        "dead letters",
        title=commit,
    )
    for one in rounds:
        shares = (", ".join(map(str, each)) for each in (one.old, one.new))
        table.add_row(one.name, str(one.fed), *shares, *map(str, (one.missing, one.twice, one.dead)))
    console = Console()
    console.print(table)
    for reason in sorted(reasons)[:10]:
        console.print(reason, markup=False)
    return int(any(one.missing or one.twice or one.dead for one in rounds))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
