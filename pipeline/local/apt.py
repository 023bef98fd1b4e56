"""Java and Maven by package name, on Debian and Ubuntu, when root and they are missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from pipeline.local.errors import LocalServiceError
from pipeline.local.java import INSTALL_JAVA, OLDEST, find_maven, java_for
from pipeline.local.user import unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JDK = re.compile(r"^(?:openjdk-(\d+)-jdk-headless|temurin-(\d+)-jdk) ", re.MULTILINE | re.ASCII)
SHOWN_LINES = 5


def ensure_tools(progress: Callable[[str], None]) -> None:
    """Sees to it that there are Java and Maven; installs what is missing if it can.

    Args:
        progress: is told what is installed.

    Raises:
        LocalServiceError: something is missing and cannot be installed here, or installing failed.
    """
    faults = missing()
    if not faults:
        return
    if not installable():
        raise LocalServiceError("\n".join(map(str, faults.values())))
    progress("apt-get update")
    _run(["apt-get", "update"])
    packages = []
    if "java" in faults:
        offered = _run(["apt-cache", "search", "--names-only", "^(openjdk|temurin)-[0-9]+-jdk(-headless)?$"])
        packages.append(choose_jdk(offered))
    if "maven" in faults:
        packages.append("maven")
    progress(f"apt-get install {' '.join(packages)}")
    _run(["apt-get", "install", "-y", "--no-install-recommends", *packages])
    faults = missing()
    if faults:
        raise LocalServiceError(
            f"installed {' '.join(packages)}, but still: " + "\n".join(map(str, faults.values()))
        )


def installable() -> bool:
    """Whether anything can be installed here: by root, where apt is."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def missing() -> dict[str, LocalServiceError]:
    """What is missing, ``java`` or ``maven``, each with the error that says so."""
    faults = {}
    try:
        java_for(unprivileged())
    except LocalServiceError as error:
        faults["java"] = error
    try:
        find_maven()
    except LocalServiceError as error:
        faults["maven"] = error
    return faults


def choose_jdk(offered: str) -> str:
    """The package of the oldest JDK that is new enough.

    Args:
        offered: what ``apt-cache search`` printed, a package a line.

    Raises:
        LocalServiceError: none is new enough; says which there are.
    """
    found = {int(one[1] or one[2]): one[0].strip() for one in JDK.finditer(offered)}
    enough = [version for version in found if version >= OLDEST]
    if not enough:
        there = ", ".join(found[version] for version in sorted(found)) or "none"
        raise LocalServiceError(
            f"no Java {OLDEST} or newer, and this system's package sources offer none (they have {there}). "
            f"{INSTALL_JAVA} A JDK from another maker, as Temurin, will do."
        )
    return found[min(enough)]


def _run(command: Sequence[str]) -> str:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    try:
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise LocalServiceError(f"cannot run {command[0]}: {error.strerror}. {INSTALL_JAVA}") from error
    if result.returncode:
        said = "\n".join((result.stdout + result.stderr).strip().splitlines()[-SHOWN_LINES:])
        raise LocalServiceError(
            f"`{' '.join(command)}` failed with exit code {result.returncode}:\n{said}\n"
            "Mend that, or install the packages by hand, and run the command again."
        )
    return result.stdout
