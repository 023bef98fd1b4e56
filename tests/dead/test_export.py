"""The export: one letter a line, in a file that is whole or not there."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import msgspec
import pytest

from pipeline.article import DeadLetter
from pipeline.dead.export import ExportError, export
from tests.dead.letters import from_feed, from_topic

SCHEMA = Path(__file__).parents[2] / "schemas" / "dead-letter.schema.json"
LETTERS = [from_topic(), from_feed(1, value=b"\xff\x00"), from_topic(2, key=b"", tombstone=True, value=b"")]


def read(data: bytes) -> list[DeadLetter]:
    return [msgspec.json.decode(line, type=DeadLetter) for line in data.splitlines()]


def test_each_letter_is_a_line_by_the_schema(tmp_path: Path) -> None:
    seen: list[int] = []
    assert export(LETTERS, str(tmp_path / "out.jsonl"), on_progress=seen.append) == 3
    data = (tmp_path / "out.jsonl").read_bytes()
    assert read(data) == LETTERS
    assert seen == [1, 2, 3]
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    for line in data.splitlines():
        validator.validate(json.loads(line))


def test_none_is_an_empty_file(tmp_path: Path) -> None:
    assert export([], str(tmp_path / "out.jsonl")) == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_until_it_is_whole_the_old_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text("old")

    def failing() -> Iterator[DeadLetter]:
        yield LETTERS[0]
        assert file.read_text() == "old"
        raise RuntimeError("the broker went")

    with pytest.raises(RuntimeError):
        export(failing(), str(file))
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    export(LETTERS, str(file))
    assert read(file.read_bytes()) == LETTERS


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    export(LETTERS, str(tmp_path / "link.jsonl"))
    assert (tmp_path / "link.jsonl").is_symlink()
    assert read((tmp_path / "real.jsonl").read_bytes()) == LETTERS


def test_a_device_or_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reading = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reading.start()
    export(LETTERS, str(pipe))
    reading.join()
    assert read(got[0]) == LETTERS
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_dash_is_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", SimpleNamespace(buffer=out))
    assert export(LETTERS, "-") == 3
    assert read(out.getvalue()) == LETTERS


@pytest.mark.parametrize("name", ["", "no/such/folder/out.jsonl", "/dev/full"])
def test_what_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        export(LETTERS, str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []
