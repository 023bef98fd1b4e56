"""Log files read from the end and followed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.local import logs
from pipeline.local.logs import follow, tail
from pipeline.local.services import log_files, log_lines
from pipeline.settings import Settings

lines_of_text = st.lists(st.text("abc é", min_size=1, max_size=30), max_size=30)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "POLL_S", 0.0)


def rounds(*actions: Callable[[], object]) -> Callable[[], bool]:
    """An ``until`` that does the next thing before each round, and ends with the last."""
    left = list(actions)

    def until() -> bool:
        if left:
            left.pop(0)()
        return not left

    return until


@given(lines=lines_of_text, count=st.integers(1, 40))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_tail_is_the_last_lines(file: Path, lines: list[str], count: int) -> None:
    file.write_text("".join(f"{line}\n" for line in lines))
    assert tail(file, count) == lines[-count:]


def test_of_a_long_file_only_the_end_is_read(file: Path) -> None:
    file.write_text("".join(f"line {number}\n" for number in range(100_000)))
    assert tail(file, 3) == ["line 99997", "line 99998", "line 99999"]


def test_a_piece_of_a_line_is_not_shown_as_one(file: Path) -> None:
    file.write_text("x" * 5000 + "\n" + "last\n")
    assert tail(file, 2) == ["last"]


def test_a_single_line_that_is_longer_than_what_is_read_is_cut(file: Path) -> None:
    file.write_text("x" * 5000)
    assert tail(file, 1) == ["x" * logs.BYTES_PER_LINE]


def test_bytes_that_are_no_text_do_not_matter(file: Path) -> None:
    file.write_bytes(b"caf\xe9\nok\n")
    assert tail(file, 2) == ["caf\N{REPLACEMENT CHARACTER}", "ok"]


def test_a_file_that_is_not_there_has_no_lines(file: Path) -> None:
    assert tail(file, 5) == []


def append(file: Path, text: str) -> Callable[[], object]:
    def act() -> None:
        with file.open("a") as stream:
            stream.write(text)

    return act


def followed(files: list[Path], *actions: Callable[[], object]) -> list[str]:
    found: Iterator[tuple[Path, str]] = follow(files, rounds(*actions))
    return [line for _, line in found]


def test_only_what_is_written_from_now_on_is_followed(file: Path) -> None:
    file.write_text("old\n")
    assert followed([file], append(file, "one\n"), append(file, "two\nthree\n")) == ["one", "two", "three"]


def test_a_line_is_given_when_it_is_whole(file: Path) -> None:
    file.write_text("")
    assert followed([file], append(file, "on"), append(file, "e\ntw"), append(file, "o\n")) == ["one", "two"]


def test_a_file_that_is_replaced_is_read_from_its_start(file: Path) -> None:
    file.write_text("a long line of before\n")

    def rotate() -> None:
        file.rename(file.with_suffix(".1.log"))
        file.write_text("new\n")

    assert followed([file], append(file, "last\n"), rotate, append(file, "more\n")) == ["last", "new", "more"]


def test_a_file_that_is_emptied_is_read_from_its_start(file: Path) -> None:
    file.write_text("a long line of before\n")
    assert followed([file], lambda: file.write_text("new\n")) == ["new"]


def test_a_file_is_awaited(file: Path) -> None:
    assert followed([file], lambda: None, lambda: file.write_text("first\n")) == ["first"]


def test_each_line_comes_with_its_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    found = list(follow([one, two], rounds(append(one, "a\n"), append(two, "b\n"))))
    assert found == [(one, "a"), (two, "b")]


def test_log_lines_carry_the_services_name(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    for name in ("kafka", "elasticsearch"):
        (tmp_path / name / "logs").mkdir(parents=True)
        (tmp_path / name / "logs" / "server.log").write_text(f"{name} 1\n{name} 2\n")
    (tmp_path / "kafka" / "output.log").write_text("printed\n")
    assert list(log_lines(settings, lines=1)) == [
        "kafka | kafka 2",
        "kafka | printed",
        "elasticsearch | elasticsearch 2",
    ]
    assert list(log_lines(settings, only=["elasticsearch"])) == [
        "elasticsearch | elasticsearch 1",
        "elasticsearch | elasticsearch 2",
    ]


def test_log_lines_go_on_when_followed(tmp_path: Path) -> None:
    file = tmp_path / "kafka" / "output.log"
    file.parent.mkdir()
    file.write_text("before\n")
    lines = log_lines(Settings(var=tmp_path), only=["kafka"], follow=True)
    assert next(lines) == "kafka | before"
    # What is followed begins when the end has been shown: write until the first of it comes.
    written = threading.Event()
    writer = threading.Thread(target=lambda: keep_writing(file, written))
    writer.start()
    assert next(lines) == "kafka | after"
    written.set()
    writer.join()
    lines.close()  # type: ignore[attr-defined]  # it is a generator


def keep_writing(file: Path, enough: threading.Event) -> None:
    """Appends a line again and again."""
    while not enough.wait(0.01):
        with file.open("a") as stream:
            stream.write("after\n")


def test_external_services_have_no_logs_here(tmp_path: Path) -> None:
    settings = Settings(kafka="kafka.example:9092", var=tmp_path)
    assert list(log_files(settings)) == ["elasticsearch"]
    assert list(log_lines(settings, only=["kafka"])) == []
