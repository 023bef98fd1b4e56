"""Java and Maven by package name."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.local import apt, java
from pipeline.local.apt import choose_jdk, ensure_tools, missing
from pipeline.local.errors import LocalServiceError
from pipeline.local.service import silent
from pipeline.local.services import install_tools
from pipeline.settings import Settings

UBUNTU = """openjdk-11-jdk-headless - OpenJDK Development Kit (JDK) (headless)
openjdk-17-jdk-headless - OpenJDK Development Kit (JDK) (headless)
openjdk-25-jdk-headless - OpenJDK Development Kit (JDK) (headless)
openjdk-21-jdk-headless - OpenJDK Development Kit (JDK) (headless)
"""


def test_the_oldest_that_is_new_enough_is_chosen() -> None:
    assert choose_jdk(UBUNTU) == "openjdk-21-jdk-headless"


def test_a_temurin_is_chosen_where_there_is_nothing_else() -> None:
    offered = "openjdk-17-jdk-headless - OpenJDK\ntemurin-25-jdk - Eclipse Temurin 25\n"
    assert choose_jdk(offered) == "temurin-25-jdk"


@pytest.mark.parametrize(
    ("offered", "there"),
    [("openjdk-17-jdk-headless - OpenJDK\n", "openjdk-17-jdk-headless"), ("", "none"), ("\nnoise\n", "none")],
)
def test_where_none_is_new_enough_it_says_which_there_are(offered: str, there: str) -> None:
    with pytest.raises(LocalServiceError) as caught:
        choose_jdk(offered)
    assert f"they have {there})" in str(caught.value)
    assert "JAVA_HOME" in str(caught.value)


@pytest.mark.skipif(shutil.which("apt-cache") is None, reason="no apt on this system")
def test_what_this_systems_apt_offers_can_be_read() -> None:
    offered = subprocess.run(
        [str(shutil.which("apt-cache")), "search", "--names-only", "^openjdk-[0-9]+-jdk-headless$"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert len(apt.JDK.findall(offered)) == len(offered.splitlines())


def test_nothing_is_done_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing() == {}
    monkeypatch.setattr(os, "geteuid", lambda: pytest.fail("asked who we are"))
    monkeypatch.setattr(apt, "missing", dict)
    ensure_tools(lambda _: pytest.fail("did something"))


class Machine:
    """A PATH with only an apt of ours, which writes down what it is asked and installs a mvn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = folder / "asked"
        self.command(
            "apt-get", 'case "$1" in install) printf "#!/bin/sh\\n" > "$DIR/mvn"; chmod +x "$DIR/mvn";; esac'
        )
        self.command("apt-cache", f"cat <<'END'\n{UBUNTU}END")

    def command(self, name: str, script: str) -> None:
        file = self.folder / name
        head = f'#!/bin/sh\nPATH=/usr/bin:/bin DIR="{self.folder}"\necho "{name} $*" >> "{self.asked}"\n'
        file.write_text(head + script + "\n")
        file.chmod(0o755)

    def commands(self) -> list[str]:
        return self.asked.read_text().splitlines() if self.asked.exists() else []


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without Maven, as root sees it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return Machine(tmp_path)


def test_what_is_missing_is_installed_by_name(machine: Machine) -> None:
    said: list[str] = []
    ensure_tools(said.append)
    assert machine.commands() == ["apt-get update", "apt-get install -y --no-install-recommends maven"]
    assert said == ["apt-get update", "apt-get install maven"]


def test_a_jdk_is_chosen_from_what_is_offered(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "java_for", lambda _user: java.find_java([], _user))
    with pytest.raises(LocalServiceError, match="still: no Java 21"):
        ensure_tools(silent)
    assert machine.commands()[-1].endswith("install -y --no-install-recommends openjdk-21-jdk-headless maven")


def test_who_is_not_root_is_told_what_to_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LocalServiceError, match="no Maven"):
        ensure_tools(silent)
    assert machine.commands() == []


def test_another_system_than_debian_is_told_what_to_install(machine: Machine) -> None:
    (machine.folder / "apt-get").unlink()
    with pytest.raises(LocalServiceError, match="no Maven"):
        ensure_tools(silent)


def test_an_apt_that_fails_is_quoted(machine: Machine) -> None:
    machine.command("apt-get", "echo 'E: Could not get lock /var/lib/dpkg/lock-frontend' >&2; exit 100")
    with pytest.raises(LocalServiceError) as caught:
        ensure_tools(silent)
    assert "`apt-get update` failed with exit code 100" in str(caught.value)
    assert "E: Could not get lock" in str(caught.value)


def test_an_apt_that_succeeds_without_a_maven_is_not_believed(machine: Machine) -> None:
    machine.command("apt-get", "exit 0")
    with pytest.raises(LocalServiceError, match="installed maven, but still: no Maven"):
        ensure_tools(silent)


EXTERNAL = Settings(kafka="kafka.example.org:9092", elasticsearch="http://search.example.org:9200")


def test_an_embedded_service_gets_its_tools(machine: Machine) -> None:
    install_tools(Settings())
    assert "apt-get install -y --no-install-recommends maven" in machine.commands()


def test_external_services_need_no_tools(machine: Machine) -> None:
    install_tools(EXTERNAL)
    assert machine.commands() == []


def test_tools_that_cannot_be_had_are_told_and_left_to_whoever_needs_them(machine: Machine) -> None:
    machine.command("apt-get", "echo 'E: no network' >&2; exit 100")
    said: list[str] = []
    install_tools(Settings(), progress=said.append)
    assert "E: no network" in said[-1]


def test_who_is_not_root_installs_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    install_tools(Settings())
    assert machine.commands() == []
