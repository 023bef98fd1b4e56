"""Who is compared: each is a small file that is there, and what it needs is locked."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bench.peers import contenders
from bench.peers.contenders import FAUST, PEERS, TUTORIALS, Contender
from bench.peers.place import ROOT
from pipeline.settings import Settings

EVERYONE = [*PEERS, FAUST, *TUTORIALS]
FOLDER = ROOT / "bench" / "peers"
PORTS = (4001, 4002)


def files(command: list[str]) -> list[Path]:
    """The files of ours that a command names, as modules or by path."""
    named = [re.sub(r":flow$", "", each) for each in command]
    paths = [ROOT / (each if each.endswith(".py") else each.replace(".", "/") + ".py") for each in named]
    return [path for path in paths if path.is_relative_to(FOLDER) and path.is_file()]


@pytest.mark.parametrize("one", EVERYONE, ids=lambda one: one.command.__qualname__ + one.name)
def test_each_is_one_file_of_a_hundred_lines_at_most(one: Contender, tmp_path: Path) -> None:
    [file] = files(one.command(Settings(var=tmp_path), 0, 2, PORTS))
    assert len(file.read_text().splitlines()) <= 100


@pytest.mark.parametrize("one", EVERYONE, ids=lambda one: one.command.__qualname__ + one.name)
def test_each_names_the_page_that_it_follows(one: Contender, tmp_path: Path) -> None:
    [file] = files(one.command(Settings(var=tmp_path), 0, 2, PORTS))
    assert re.search(r"^https://\S+$", file.read_text(), re.MULTILINE)


def test_the_processes_of_a_cluster_know_each_other(tmp_path: Path) -> None:
    command = contenders.BYTEWAX.command(Settings(var=tmp_path), 1, 2, PORTS)
    assert "127.0.0.1:4001;127.0.0.1:4002" in command
    assert command[command.index("-i") + 1] == "1"


def test_a_single_process_is_no_cluster(tmp_path: Path) -> None:
    assert "-a" not in contenders.BYTEWAX.command(Settings(var=tmp_path), 0, 1, PORTS)


def test_ours_runs_the_hops_that_it_is_asked_for_in_the_projects_own_environment(tmp_path: Path) -> None:
    ours = contenders.ours("enrich", "index")
    assert ours.command(Settings(var=tmp_path), 0, 1, PORTS) == [
        sys.executable,
        "-m",
        "bench.peers.ours",
        "enrich",
        "index",
    ]
    assert [each.format("g") for each in ours.groups] == ["g-enrich", "g-index"]


def test_names_are_told_apart_within_a_part() -> None:
    for part in (PEERS, TUTORIALS):
        assert len({one.name for one in part}) == len(part)


def test_what_they_need_is_locked_by_name_version_and_hash() -> None:
    lines = (FOLDER / "requirements.txt").read_text().splitlines()
    named = [line for line in lines if not line.startswith(" ")]
    assert all(re.match(r"^[a-z0-9._-]+==\S+( ; .+)? \\$", line) for line in named)
    assert all(re.match(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", line) for line in lines if line[:1] == " ")
    assert {line.partition("==")[0] for line in named} >= {
        "bytewax",
        "confluent-kafka",
        "faststream",
        "quixstreams",
    }
