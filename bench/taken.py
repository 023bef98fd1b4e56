"""Where and when figures were taken: what each table of them says first."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime


def taken() -> dict[str, str]:
    """The day, the commit and the machine."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git the user has
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "when": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }
