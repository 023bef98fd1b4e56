"""What figures say of themselves."""

from __future__ import annotations

import os
import subprocess
from datetime import date

import pytest

from bench.taken import taken


def test_figures_name_their_day_their_commit_and_their_machine() -> None:
    found = taken()
    assert date.fromisoformat(found["when"])
    assert found["machine"].startswith(f"{os.cpu_count()} cores, ")
    if not found["commit"]:
        pytest.skip("this is no git checkout")
    known = subprocess.run(
        ["git", "cat-file", "-t", found["commit"]],  # noqa: S607 - whichever git the user has
        capture_output=True,
        text=True,
        check=False,
    )
    assert known.stdout.strip() == "commit"
