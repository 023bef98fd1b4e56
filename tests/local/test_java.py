"""Java and Maven on this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local import java
from pipeline.local.errors import LocalServiceError
from pipeline.local.java import NEEDED_MODULES, find_java, find_maven, java_for, parse_release, places
from pipeline.local.user import User, me, unprivileged

FULL = " ".join(["java.base", *sorted(NEEDED_MODULES)])
TEMURIN = f"""IMPLEMENTOR="Eclipse Adoptium"
JAVA_RUNTIME_VERSION="25.0.3+9-LTS"
JAVA_VERSION="25.0.3"
JAVA_VERSION_DATE="2026-04-21"
MODULES="{FULL}"
"""


def installed(home: Path, version: str, modules: str = FULL) -> Path:
    """A folder that looks like a Java of that version."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("")
    program.chmod(0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return home


def test_the_version_and_the_modules_are_in_the_release_file() -> None:
    assert parse_release(TEMURIN) == (25, frozenset(FULL.split()))


@pytest.mark.parametrize(
    ("written", "version"),
    [("21", 21), ("21.0.2", 21), ("17.0.15", 17), ("1.8.0_412", 8), ("26-ea", 26), ("11.0.2+7", 11)],
)
def test_versions_of_all_times_are_read(written: str, version: int) -> None:
    assert parse_release(f'JAVA_VERSION="{written}"')[0] == version


@given(st.integers(1, 999), st.text("0123456789.+-_ea", max_size=12))
def test_what_follows_the_major_version_does_not_matter(major: int, rest: str) -> None:
    text = f'A="b"\nJAVA_VERSION="{major}.{rest}"\n'
    expected = major if major != 1 or not rest[:1].isdigit() else None
    if expected is not None:
        assert parse_release(text)[0] == expected


@given(st.text(max_size=80))
def test_any_text_gives_a_version_or_one_error(text: str) -> None:
    try:
        version, _ = parse_release(text)
    except ValueError:
        return
    assert version >= 0


def test_a_release_file_without_modules_names_none() -> None:
    assert parse_release('JAVA_VERSION="21"') == (21, frozenset())


def test_java_home_comes_first_then_the_path(tmp_path: Path) -> None:
    by_variable = installed(tmp_path / "a", "21")
    by_path = installed(tmp_path / "b", "21")
    found = places({"JAVA_HOME": str(by_variable), "PATH": str(by_path / "bin"), "HOME": str(tmp_path)})
    assert found[:2] == [by_variable, by_path]


def test_a_link_on_the_path_is_followed_home(tmp_path: Path) -> None:
    home = installed(tmp_path / "jdk", "21")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(home / "bin" / "java")
    assert places({"PATH": str(tmp_path / "bin")})[0] == home


def test_the_usual_places_at_home_are_looked_at(tmp_path: Path) -> None:
    home = installed(tmp_path / ".sdkman" / "candidates" / "java" / "25-tem", "25")
    assert home in places({"HOME": str(tmp_path), "PATH": ""})


def test_the_usual_places_of_the_system_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = installed(tmp_path / "jvm" / "jdk-21", "21")
    monkeypatch.setattr(java, "USUAL_PLACES", (f"{tmp_path}/jvm/*",))
    assert places({"PATH": ""}) == [home]


def test_the_first_that_will_do_is_taken(tmp_path: Path) -> None:
    homes = [installed(tmp_path / name, version) for name, version in [("a", "17"), ("b", "21"), ("c", "25")]]
    found = find_java([tmp_path / "none", *homes], me())
    assert (found.home, found.version) == (homes[1], 21)
    assert found.program == homes[1] / "bin" / "java"


def test_no_java_at_all_says_what_to_install() -> None:
    with pytest.raises(LocalServiceError, match=r"^no Java 21 or newer\. Install") as caught:
        find_java([], me())
    assert "JAVA_HOME" in str(caught.value)


def test_what_will_not_do_is_listed_with_the_reason(tmp_path: Path) -> None:
    old = installed(tmp_path / "old", "17.0.15")
    trimmed = installed(tmp_path / "trimmed", "25", "java.base jdk.jdi jdk.incubator.vector")
    broken = installed(tmp_path / "broken", "21")
    (broken / "release").unlink()
    with pytest.raises(LocalServiceError) as caught:
        find_java([old, trimmed, broken], me())
    message = str(caught.value)
    assert f"{old} (version 17)" in message
    assert f"{trimmed} (version 25, but no full JDK: lacks jdk.jlink)" in message
    assert f"{broken} (its release file cannot be read" in message


def test_a_java_that_the_services_user_cannot_reach_will_not_do(tmp_path: Path) -> None:
    home = installed(tmp_path / "jdk", "25")
    tmp_path.chmod(0o700)
    with pytest.raises(LocalServiceError, match="is closed to uid 54321"):
        find_java([home], User(54321, 54321))


def test_this_machines_java_is_as_new_as_it_says() -> None:
    found = java_for(unprivileged())
    said = subprocess.run(
        [found.program, "-XshowSettings:properties", "-version"], capture_output=True, text=True, check=True
    ).stderr
    assert f"java.specification.version = {found.version}\n" in said


def test_this_machines_maven_runs() -> None:
    environment = {**os.environ, "JAVA_HOME": str(java_for(me()).home)}
    said = subprocess.run(
        [find_maven(), "-v"], capture_output=True, text=True, check=True, env=environment
    ).stdout
    assert "Apache Maven 3" in said or "Apache Maven 4" in said


def test_no_maven_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalServiceError, match="no Maven") as caught:
        find_maven()
    assert "apt-get install maven" in str(caught.value)
