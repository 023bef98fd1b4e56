"""What the tests of metrics need on this machine: Prometheus and promtool, from Debian's packages.

``python -m tests.monitoring.programs`` unpacks the package beside the tests where the programs are missing;
what cannot be had is told, and the tests that need it are skipped. It is not installed: that would start a
daemon, now and whenever the machine starts.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests import installing

FOLDER = Path(__file__).parent
UNPACKED = FOLDER / "unpacked"
HOW = "`make prometheus` brings it, on Debian or Ubuntu"
_NAMES = ("prometheus", "promtool")
_BIN = Path("usr", "bin")


def program(name: str) -> str | None:
    """One of the two, if it is on the path or was unpacked."""
    return shutil.which(name) or shutil.which(name, path=str(UNPACKED / _BIN))


def fetch() -> list[str]:
    """Unpack what is missing.

    Returns:
        Why something still is: a line for each.
    """
    if all(map(program, _NAMES)):
        return []
    if not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        return ["there is no Prometheus, and it is unpacked only where apt-get is: install it yourself"]
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix=".fetch-") as name:
        return _unpack(Path(name))


def _unpack(folder: Path) -> list[str]:
    """Take the package that apt has checked, and what is in it; whole or not at all."""
    faults = _run("apt-get", "download", "prometheus", folder=folder)
    if faults and os.geteuid() == 0:  # a new machine has no lists of packages yet
        faults = _run("apt-get", "update", folder=folder) or _run(
            "apt-get", "download", "prometheus", folder=folder
        )
    if faults:
        return faults
    (package,) = folder.glob("*.deb")
    whole = folder / "whole"
    faults = _run("dpkg-deb", "--extract", str(package), str(whole), folder=folder)
    if faults:
        return faults
    shutil.rmtree(UNPACKED, ignore_errors=True)
    whole.rename(UNPACKED)
    return [] if all(map(program, _NAMES)) else [f"{package.name} holds no {' or '.join(_NAMES)}"]


def _run(*command: str, folder: Path) -> list[str]:
    return installing.run(*command, folder=folder)


if __name__ == "__main__":
    for fault in fetch():
        sys.stderr.write(f"the tests of metrics and alerts will be skipped in part: {fault}\n")
