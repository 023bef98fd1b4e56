"""The command line: help with examples, one clear line for each error, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from pipeline import __version__, cli

AWAY = {"NEWSWIRE_KAFKA": "127.0.0.1:9", "NEWSWIRE_ELASTICSEARCH": "http://127.0.0.1:9"}


def newswire(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder,
        env={**os.environ, "NEWSWIRE_VAR": str(folder / "var"), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


COMMANDS = ["up", "down", "status", "logs", "feed", "worker", "search", "show", "demo"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str) -> None:
    group = typer.main.get_command(cli.cli)
    with group.make_context("newswire", [command, "--help"], resilient_parsing=True) as context:
        found = group.get_command(context, command)  # type: ignore[attr-defined]  # a group it is
    assert found.help
    assert f"newswire {command}" in found.epilog
    assert all(option.help for option in found.params if option.name != "help")


def test_the_version(tmp_path: Path) -> None:
    assert newswire("--version", folder=tmp_path).stdout.strip() == __version__


def test_without_a_command_there_is_help(tmp_path: Path) -> None:
    done = newswire(folder=tmp_path)
    assert "Usage" in done.stdout + done.stderr
    for command in COMMANDS:
        assert command in done.stdout + done.stderr


def test_an_unknown_option_is_a_usage_error(tmp_path: Path) -> None:
    assert newswire("search", "x", "--colour", folder=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "variables", "complaint"),
    [
        (["search", "x"], AWAY, "newswire up"),
        (["search", '"open'], AWAY, "not closed"),
        (["search"], AWAY, "error:"),
        (["show", "0" * 32], AWAY, "newswire up"),
        (["status"], {"NEWSWIRE_KAFKA": "nowhere"}, "NEWSWIRE_KAFKA"),
        (["status"], {"NEWSWIRE_PARTITIONS": "none"}, "NEWSWIRE_PARTITIONS"),
    ],
)
def test_an_error_is_one_clear_line(
    arguments: list[str], variables: dict[str, str], complaint: str, tmp_path: Path
) -> None:
    done = newswire(*arguments, folder=tmp_path, **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_status_tells_what_is_not_there(tmp_path: Path) -> None:
    done = newswire("status", "--json", folder=tmp_path, **AWAY)
    assert done.returncode == 3
    assert {one["service"]: one["state"] for one in json.loads(done.stdout)} == {
        "kafka": "stopped",
        "elasticsearch": "stopped",
    }


def test_the_settings_can_be_had_as_json(tmp_path: Path) -> None:
    (tmp_path / "newswire.toml").write_text("partitions = 12\n")
    done = newswire("config", "show", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["partitions"] == 12
    assert "NEWSWIRE_PARTITIONS=12" in newswire("config", "show", folder=tmp_path).stdout


def test_a_setting_is_shown_as_its_variable_takes_it(tmp_path: Path) -> None:
    (tmp_path / "newswire.toml").write_text('[spacy]\nfr = "fr_core_news_lg"\n')
    shown = newswire("config", "show", folder=tmp_path).stdout
    assert 'NEWSWIRE_SPACY={"fr": "fr_core_news_lg"} ' in shown
    assert "NEWSWIRE_ELASTICSEARCH_HOME= " in shown
    again = newswire("config", "show", "--json", folder=tmp_path, NEWSWIRE_SPACY='{"en": "en_core_web_lg"}')
    assert json.loads(again.stdout)["spacy"] == {"en": "en_core_web_lg", "fr": "fr_core_news_lg"}


@pytest.mark.parametrize("command", [["worker"], ["feed", "-"]])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_waiting_for_kafka_is_visible_and_can_be_stopped(
    command: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *command],
            cwd=tmp_path,
            env={**os.environ, **AWAY, "NEWSWIRE_VAR": str(tmp_path / "var")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 60
        while "waiting for Kafka" not in (tmp_path / "output").read_text():
            assert process.poll() is None, (tmp_path / "output").read_text()
            assert time.monotonic() < end, "nothing was said about waiting"
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(20) in ((0,) if command == ["worker"] else (1, 130, -number))
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in (tmp_path / "output").read_text()
