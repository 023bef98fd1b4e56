"""What the browser tests need on this machine: Chromium from Debian's packages, and axe-core from npm.

``python -m tests.web.browser`` installs what is missing, where it can; what cannot be installed is told, and
the tests that need it are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.local.apt import installable

FOLDER = Path(__file__).parent
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
INSTALL = "`make browser` installs it, as root on Debian or Ubuntu"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_LIMIT_S = 900
_LINES = 5


def chromium() -> str | None:
    """The program, if one is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def install() -> list[str]:
    """Install what is missing.

    Returns:
        Why something still is: a line for each.
    """
    faults = []
    if chromium() is None:
        if installable():
            faults += _run("apt-get", "update") or _run(
                "apt-get", "install", "-y", "--no-install-recommends", "chromium"
            )
        else:
            faults.append("there is no Chromium, and only root on Debian or Ubuntu can install it here")
    if not AXE.exists():
        if shutil.which("npm"):
            faults += _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        else:
            faults.append("there is no npm, which brings axe-core: install Node.js")
    return faults


def _run(*command: str) -> list[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            cwd=FOLDER,
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


if __name__ == "__main__":
    for fault in install():
        sys.stderr.write(f"the browser tests will be skipped in part: {fault}\n")
