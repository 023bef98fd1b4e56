"""Java and Maven: where they are on this machine, and whether they will do."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.local.errors import LocalServiceError
from pipeline.local.user import barrier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.local.user import User

# What Elasticsearch 9 asks for.
OLDEST = 21
# Modules that a trimmed Java lacks and Elasticsearch loads at start.
NEEDED_MODULES = frozenset({"jdk.jlink", "jdk.jdi", "jdk.incubator.vector"})
USUAL_PLACES = ("/usr/lib/jvm/*", "/usr/java/*", "/opt/java/*", "/opt/jdk*")
USUAL_PLACES_AT_HOME = (".sdkman/candidates/java/*", ".jdks/*")
INSTALL_JAVA = (
    f"Install a JDK of version {OLDEST} or newer (Debian, Ubuntu: apt-get install openjdk-21-jdk-headless, "
    "where offered) and set JAVA_HOME to its folder if it is not found by itself."
)
INSTALL_MAVEN = "Install Maven (Debian, Ubuntu: apt-get install maven) so that `mvn` is found by PATH."


@dataclass(frozen=True)
class Java:
    """An installed Java."""

    home: Path
    version: int
    modules: frozenset[str]

    @property
    def program(self) -> Path:
        """The ``java`` command."""
        return self.home / "bin" / "java"


def parse_release(text: str) -> tuple[int, frozenset[str]]:
    """The major version and the modules in the text of a Java's ``release`` file.

    Raises:
        ValueError: it names no version.
    """
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE | re.ASCII)
    if found is None:
        raise ValueError("no JAVA_VERSION in it")
    modules = re.search(r'^MODULES="([^"]*)"', text, re.MULTILINE)
    return int(found[1]), frozenset(modules[1].split() if modules else ())


def places(environment: Mapping[str, str]) -> list[Path]:
    """Folders where a Java may be: JAVA_HOME, then PATH, then the usual places, newest name first."""
    found = [Path(environment["JAVA_HOME"])] if environment.get("JAVA_HOME") else []
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path:
        found.append(Path(on_path).resolve().parent.parent)
    patterns = [(Path("/"), place.removeprefix("/")) for place in USUAL_PLACES]
    if environment.get("HOME"):
        patterns += [(Path(environment["HOME"]), place) for place in USUAL_PLACES_AT_HOME]
    for root, pattern in patterns:
        found += sorted(root.glob(pattern), reverse=True)
    return list(dict.fromkeys(found))


def find_java(homes: Iterable[Path], user: User) -> Java:
    """The first Java that is new enough, whole, and open to the user who will run it.

    Args:
        homes: folders to look at, as ``places`` gives them.
        user: who will run it.

    Raises:
        LocalServiceError: there is none; lists what was seen and why it will not do.
    """
    rejected = []
    for home in homes:
        if not (home / "bin" / "java").is_file():
            continue
        try:
            java = Java(home, *parse_release((home / "release").read_text()))
        except (OSError, ValueError) as error:
            rejected.append(f"{home} (its release file cannot be read: {error})")
            continue
        fault = _fault(java, user)
        if not fault:
            return java
        rejected.append(f"{home} ({fault})")
    seen = f" Found only {', '.join(rejected)}." if rejected else ""
    raise LocalServiceError(f"no Java {OLDEST} or newer.{seen} {INSTALL_JAVA}")


def _fault(java: Java, user: User) -> str:
    if java.version < OLDEST:
        return f"version {java.version}"
    if java.modules and not java.modules >= NEEDED_MODULES:
        missing = ", ".join(sorted(NEEDED_MODULES - java.modules))
        return f"version {java.version}, but no full JDK: lacks {missing}"
    closed = barrier(java.program.resolve().parent, user)
    return f"{closed} is closed to {user.name}, whom the service runs as" if closed else ""


def java_for(user: User) -> Java:
    """The Java of this machine that the user can run; see ``find_java``."""
    return find_java(places(os.environ), user)


def find_maven() -> Path:
    """The ``mvn`` command.

    Raises:
        LocalServiceError: it is not on the PATH.
    """
    found = shutil.which("mvn")
    if found is None:
        raise LocalServiceError(f"no Maven: it fetches the embedded services' programs. {INSTALL_MAVEN}")
    return Path(found)
