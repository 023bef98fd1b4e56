"""``newswire dead`` as a person and a script use it, on a real broker."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from kafka import KafkaConsumer, TopicPartition

from pipeline import dead
from pipeline.article import DeadLetter, Header
from pipeline.cli import dead as commands
from pipeline.dead.retry import BATCH
from pipeline.settings import Settings
from tests.dead.letters import from_feed, from_topic
from tests.dead.standing import letter, open_letters, put, put_letters
from tests.feeding import fresh, records
from tests.services import Stack
from tests.workers import environment
from tests.workers import newswire as run

AWAY = Settings(kafka="127.0.0.1:9")


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


def newswire(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(settings, "dead", *arguments)


def found(settings: Settings, *arguments: str) -> Any:
    """What a command prints as JSON."""
    done = newswire(settings, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def failed(settings: Settings, number: int, **changes: Any) -> DeadLetter:
    return from_topic(number, **{"topic": settings.topic_enriched, **changes})


@pytest.mark.parametrize("command", ["list", "show", "retry", "export"])
def test_every_command_has_help_with_examples(command: str) -> None:
    group = typer.main.get_command(commands.app)
    with group.make_context("dead", [command, "--help"], resilient_parsing=True) as context:
        one = group.get_command(context, command)  # type: ignore[attr-defined]  # a group it is
    assert one.help
    assert f"newswire dead {command}" in one.epilog
    assert all(option.help for option in one.params if option.name != "help")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["list"], "newswire status"),
        (["show", "3f2a"], "newswire status"),
        (["retry", "--all"], "newswire status"),
        (["export", "-"], "newswire status"),
        (["retry"], "say which dead letters to retry"),
        (["retry", "3f2a", "--all"], "say which"),
        (["retry", "3f2a", "--stage", "index"], "say which"),
        (["list", "--since", "yesterday"], "'yesterday' is no date"),
        (["export", "--since", "2024-02-30", "-"], "'2024-02-30' is no date"),
    ],
)
def test_an_error_is_one_clear_line_and_soon(arguments: list[str], complaint: str) -> None:
    begin = time.monotonic()
    done = newswire(AWAY, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert time.monotonic() - begin < 30


@pytest.mark.services
class TestList:
    def test_the_newest_first_with_how_many_there_are(self, here: Settings) -> None:
        put_letters(here, [failed(here, 0), failed(here, 1, stage="enrich"), from_feed(2), failed(here, 0)])
        done = newswire(here, "list", "-n", "2")
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert lines[1].split()[0] == dead.identity(from_feed(2))
        assert "the object has no end" in lines[1]
        assert lines[2].split()[0] == dead.identity(failed(here, 1))
        assert lines[-2:] == [
            "the newest 2 of 3",
            "3 dead letters open (enrich 1, index 1, parse 1), 0 retried",
        ]

    def test_as_json_and_filtered(self, here: Settings) -> None:
        put_letters(here, [failed(here, number) for number in range(3)])
        put_letters(here, [from_feed(9)])
        every = found(here, "list")
        assert every["counts"] == {"open": 4, "stages": {"index": 3, "parse": 1}, "retried": 0}
        assert every["letters"][0]["origin"] == "/in/wire-9.jsonl, byte 0"
        some = found(here, "list", "--stage", "index", "--since", "2024-06-19T10:01:00Z", "-n", "1")
        assert (len(some["letters"]), some["matching"], some["counts"]["open"]) == (1, 2, 4)

    def test_none(self, here: Settings) -> None:
        assert newswire(here, "list").stdout == "0 dead letters open, 0 retried\n"

    def test_what_is_no_letter_is_told(self, here: Settings) -> None:
        put(here, *({"topic": here.topic_dead, "value": b"?", "partition": 0} for _ in range(12)))
        done = newswire(here, "list")
        assert done.returncode == 0
        assert f"no dead letter: {here.topic_dead}/0/0: " in done.stderr
        assert "and 2 more messages" in done.stderr
        assert found(here, "list")["strangers"] == 12

    def test_hostile_text_commands_no_terminal(self, here: Settings) -> None:
        put_letters(here, [failed(here, 0, error_message="\x1b[2J[red]gone[/red]\n\nall", value=b"\x1b[2J")])
        for arguments in (["list"], ["show", dead.identity(failed(here, 0, value=b"\x1b[2J"))]):
            done = newswire(here, *arguments)
            assert "\x1b" not in done.stdout
            assert "\\x1b[2J[red]" in done.stdout


@pytest.mark.services
class TestShow:
    def test_all_of_it(self, here: Settings) -> None:
        headers = (Header("trace", b"abc"), Header("none"))
        one = failed(here, 7, value="{«dépêche»}".encode(), headers=headers, attempts=3)
        put_letters(here, [one])
        done = newswire(here, "show", dead.identity(one)[:6])
        assert done.returncode == 0, done.stderr
        for part in (
            dead.identity(one),
            "MapperParsingError: the date of 7 cannot be read",
            "2024-06-19 10:07:00Z",
            f"{here.topic_enriched}/0/7",
            "not yet",
            "k7",
            "header trace",
            "abc",
            "(null)",
            "{«dépêche»}",
            f"newswire dead retry {dead.identity(one)}",
        ):
            assert part in done.stdout
        shown = found(here, "show", dead.identity(one))
        assert base64.b64decode(shown["value"]) == one.value
        assert shown["headers"] == [{"name": "trace", "value": "YWJj"}, {"name": "none"}]
        assert (shown["attempts"], shown["id"]) == (3, dead.identity(one))
        assert "retried" not in shown

    def test_bytes_that_are_no_text(self, here: Settings) -> None:
        put_letters(here, [from_feed(value=b"ZCZC\x01\xff")])
        done = newswire(here, "show", dead.identity(from_feed(value=b"ZCZC\x01\xff")))
        assert "00000000  5a 43 5a 43 01 ff" in done.stdout
        assert "mend the copy" in done.stdout

    def test_bytes_that_are_not_there(self, here: Settings) -> None:
        large = dead.without_bytes(failed(here, 1))
        put_letters(here, [large, failed(here, 2, value=b"", tombstone=True)])
        assert "to be read at" in newswire(here, "show", dead.identity(large)).stdout
        gone = newswire(here, "show", dead.identity(failed(here, 2, value=b""))).stdout
        assert "(the message had no value)" in gone

    def test_one_that_is_not_there(self, here: Settings) -> None:
        done = newswire(here, "show", "abc")
        assert done.returncode == 1
        assert done.stderr.startswith("error: there is no dead letter abc;")


@pytest.mark.services
class TestRetry:
    def test_those_that_are_named(self, here: Settings) -> None:
        put_letters(here, [failed(here, number) for number in range(3)])
        one = dead.identity(failed(here, 1))
        done = newswire(here, "retry", one[:10], one)
        assert (done.returncode, done.stdout) == (0, "1 dead letter sent back\n")
        (record,) = records(here, here.topic_enriched)
        assert (record.key, record.headers) == (b"k1", [("newswire-attempts", b"1")])
        assert found(here, "list")["counts"] == {"open": 2, "stages": {"index": 2}, "retried": 1}
        assert len(found(here, "list", "--all")["letters"]) == 3
        again = newswire(here, "retry", dead.identity(failed(here, 2)), one)
        assert again.returncode == 1
        assert "nothing was sent" in again.stderr
        assert len(records(here, here.topic_enriched)) == 1

    def test_all_of_a_stage_then_all(self, here: Settings) -> None:
        put_letters(here, [failed(here, number) for number in range(4)])
        put_letters(here, [failed(here, 4, stage="enrich")])
        assert found(here, "retry", "--stage", "enrich") == {"sent": 1, "not_sent": []}
        assert found(here, "retry", "--all") == {"sent": 4, "not_sent": []}
        assert found(here, "retry", "--all") == {"sent": 0, "not_sent": []}
        assert len(records(here, here.topic_enriched)) == 5

    def test_what_cannot_be_sent_makes_the_exit_code(self, here: Settings) -> None:
        put_letters(here, [failed(here, 0), from_feed(1)])
        done = newswire(here, "retry", "--all", "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert told["sent"] == 1
        assert [each["id"] for each in told["not_sent"]] == [dead.identity(from_feed(1))]
        assert f"{dead.identity(from_feed(1))}: it came from no topic" in done.stderr
        assert newswire(here, "retry", "--all").stdout == "0 dead letters sent back, 1 not\n"

    def test_killed_again_and_again_it_loses_nothing(self, here: Settings) -> None:
        letters = [failed(here, number) for number in range(3000)]
        put_letters(here, letters)
        kills = 0
        for share in (1, 800, 1600):
            process = subprocess.Popen(
                [sys.executable, "-m", "pipeline", "dead", "retry", "--all"], env=environment(here)
            )
            end = time.monotonic() + 60
            while count_while_stopped(process, here) < share:
                assert time.monotonic() < end
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        assert kills == 3, "it was done before it could be killed"
        assert open_letters(here)
        assert newswire(here, "retry", "--all").returncode == 0
        assert open_letters(here) == []
        sent = records(here, here.topic_enriched)
        assert {record.key for record in sent} == {each.key for each in letters}
        assert len(sent) - len(letters) <= kills * BATCH, "at most what was under way is sent twice"


def count_while_stopped(process: subprocess.Popen[bytes], settings: Settings) -> int:
    """Messages on the topic of enriched articles; the process works 30 ms more, then stands still meanwhile.

    Where it went on, it would be done on a fast machine before a slow count comes back.
    """
    process.send_signal(signal.SIGCONT)
    time.sleep(0.03)
    process.send_signal(signal.SIGSTOP)
    return count(settings)


def count(settings: Settings) -> int:
    """Messages on the topic of enriched articles."""
    consumer = KafkaConsumer(bootstrap_servers=settings.kafka)
    try:
        places = [TopicPartition(settings.topic_enriched, number) for number in range(settings.partitions)]
        return sum(consumer.end_offsets(places).values())
    finally:
        consumer.close()


@pytest.mark.services
class TestExport:
    def test_to_a_file_and_to_standard_output(self, here: Settings, tmp_path: Path) -> None:
        letters = [failed(here, 0), from_feed(1, value=b"\xff")]
        put_letters(here, letters)
        put(here, letter(here, letters[0]))
        file = tmp_path / "letters.jsonl"
        done = newswire(here, "export", str(file))
        assert (done.returncode, done.stdout) == (0, f"2 dead letters written to {file}\n"), done.stderr
        lines = file.read_bytes().splitlines()
        assert {dead.identity(msgspec.json.decode(line, type=DeadLetter)) for line in lines} == {
            dead.identity(each) for each in letters
        }
        assert sorted(newswire(here, "export", "-").stdout.splitlines()) == sorted(map(bytes.decode, lines))
        assert len(newswire(here, "export", "--stage", "parse", "-").stdout.splitlines()) == 1
        newswire(here, "retry", dead.identity(letters[0]))
        assert len(newswire(here, "export", "-").stdout.splitlines()) == 1
        assert len(newswire(here, "export", "--all", "-").stdout.splitlines()) == 2

    def test_a_reader_that_goes_away_is_no_traceback(self, here: Settings) -> None:
        put_letters(here, [from_feed(number, value=b"x" * 10_000) for number in range(50)])
        done = subprocess.run(
            ["/bin/sh", "-c", f"{sys.executable} -m pipeline dead export - | head -c 10"],
            env={**os.environ, **environment(here)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert len(done.stdout) == 10
        assert "Traceback" not in done.stderr

    def test_a_file_that_cannot_be_written(self, here: Settings, tmp_path: Path) -> None:
        done = newswire(here, "export", str(tmp_path))
        assert done.returncode == 1
        assert "cannot be written" in done.stderr
