"""Running what installs the programs that some tests need; what fails is told, not raised."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_LIMIT_S = 900
_LINES = 5


def run(*command: str, folder: Path) -> list[str]:
    """Run a command in a folder to its end.

    Returns:
        Why it failed, with its last words: a line, or none.
    """
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"`{' '.join(command)}` failed: {error}"]
    if done.returncode == 0:
        return []
    said = " | ".join((done.stdout + done.stderr).strip().splitlines()[-_LINES:])
    return [f"`{' '.join(command)}` failed with exit code {done.returncode}: {said}"]
