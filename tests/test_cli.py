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

SAMPLES = Path(__file__).parents[1] / "samples"
FEEDS = """
[[feed]]
name = "afp"
type = "folder"
path = "in"
source = "AFP"
language = "fr"
format = "jsonl"
"""
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


COMMANDS = [
    "up",
    "down",
    "status",
    "logs",
    "feed",
    "feed run",
    "feed check",
    "worker",
    "search",
    "suggest",
    "show",
    "web",
    "demo",
    "replay",
]


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
        (["search", "x (topic:sport"], AWAY, "\n  x (topic:sport\n    ^"),
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


def test_a_command_of_two_words_goes_before_a_path_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("Un.")
    done = newswire("feed", "run", folder=tmp_path, **AWAY)
    assert (done.returncode, done.stderr) == (
        1,
        "error: feeds.toml cannot be read: No such file or directory\n",
    )
    assert "./run" in newswire("feed", "--help", folder=tmp_path).stdout


class TestCheck:
    def test_what_a_file_would_give_needs_no_service(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text(
            '{"guid": "1", "headline": "Titre [x]", "body": "Un.", "ednotes_nonpublic": ["Secret."]}\n'
        )
        done = newswire("feed", "check", "a.jsonl", "--source", "afp", folder=tmp_path, **AWAY)
        assert done.returncode == 0, done.stderr
        for part in ("a.jsonl: 1 article\n", "Titre [x]", "source", "afp", "1 not for publication"):
            assert part in done.stdout
        assert "Secret." not in done.stdout
        assert "Secret." in newswire("feed", "check", "a.jsonl", "--all", folder=tmp_path, **AWAY).stdout

    def test_what_is_no_article_is_told_and_the_exit_code_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "bad.jsonl").write_text('{"body": "x"}\n{"body": 7}\n')
        done = newswire("feed", "check", "bad.jsonl", "none", folder=tmp_path, **AWAY)
        assert done.returncode == 1
        assert "1 article, 1 rejected" in done.stdout
        assert "byte 14 (type, 12 bytes): the member 'body'" in done.stdout
        assert "none: cannot be read" in done.stdout

    def test_as_json(self, tmp_path: Path) -> None:
        done = newswire("feed", "check", "--json", str(SAMPLES), folder=tmp_path, **AWAY)
        files = json.loads(done.stdout)
        assert done.returncode == 0
        assert sum(len(file["articles"]) for file in files) == 13

    def test_a_configuration(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").write_text(FEEDS)
        done = newswire("feed", "check", "--config", "feeds.toml", folder=tmp_path, **AWAY)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split("\n")[1].split() == ["afp", "folder", "AFP", "jsonl"]
        assert not list(tmp_path.glob("in*"))
        shown = newswire("feed", "check", "--config", "feeds.toml", "--json", folder=tmp_path, **AWAY)
        assert json.loads(shown.stdout)[0]["name"] == "afp"

    def test_a_configuration_that_is_wrong(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").write_text(FEEDS.replace("path", "pth"))
        done = newswire("feed", "check", "--config", "feeds.toml", folder=tmp_path, **AWAY)
        assert done.returncode == 1
        assert "feed 'afp': there is no key 'pth'; did you mean 'path'?" in done.stderr

    def test_a_file_as_a_feed_would_read_it(self, tmp_path: Path) -> None:
        (tmp_path / "feeds.toml").write_text(FEEDS)
        (tmp_path / "a").write_text('{"body": "x"}')
        done = newswire("feed", "check", "--feed", "afp", "--json", "a", folder=tmp_path, **AWAY)
        (article,) = json.loads(done.stdout)[0]["articles"]
        assert (article["source"], article["language"]) == ("AFP", "fr")

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (["--format", "nitff", "a"], "there is no format 'nitff'; there are"),
            (["--zone", "Pari", "a"], "there is no time zone 'Pari'"),
            (["--feed", "x", "a"], "feeds.toml cannot be read"),
            ([], "nothing to check"),
        ],
    )
    def test_what_makes_no_sense(self, options: list[str], complaint: str, tmp_path: Path) -> None:
        done = newswire("feed", "check", *options, folder=tmp_path, **AWAY)
        assert done.returncode == 1
        assert done.stderr.startswith(f"error: {complaint}")
