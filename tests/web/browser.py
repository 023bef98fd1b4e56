"""What the browser tests need on this machine: Chromium from Debian's packages, and axe-core from npm.

``python -m tests.web.browser`` installs what is missing, where it can; what cannot be installed is told, and
the tests that need it are skipped.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from pipeline.local.apt import installable
from tests import installing

FOLDER = Path(__file__).parent
AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
INSTALL = "`make browser` installs it, as root on Debian or Ubuntu"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
    return installing.run(*command, folder=FOLDER)


if __name__ == "__main__":
    for fault in install():
        sys.stderr.write(f"the browser tests will be skipped in part: {fault}\n")
