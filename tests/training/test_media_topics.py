"""The table of Media Topics: made from IPTC's rows, in which each topic names all levels above it."""

import json
import lzma
from math import nan
from pathlib import Path
from typing import Any

import pytest

from training import media_topics
from training.media_topics import table


def row(name: str, *levels: str) -> dict[str, Any]:
    given = [f"medtop:{level}" for level in levels]
    return {"Name (en-GB)": name} | dict(
        zip(media_topics.LEVELS, [*given, *[nan] * (6 - len(given))], strict=True)
    )


ROWS = {
    "medtop:20000003": row("animation", "01000000", "20000002", "20000003"),
    "medtop:20000002": row("arts", "01000000", "20000002"),
    "medtop:01000000": row("culture", "01000000"),
}


def test_each_topic_has_the_one_above_it() -> None:
    assert table(ROWS) == {
        "01000000": ("", "culture"),
        "20000002": ("01000000", "arts"),
        "20000003": ("20000002", "animation"),
    }


def test_the_command_writes_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / media_topics.SOURCE).parent.mkdir()
    (tmp_path / media_topics.SOURCE).write_bytes(lzma.compress(json.dumps(ROWS).encode()))
    monkeypatch.setattr(media_topics, "TABLE", tmp_path / "table.json")
    monkeypatch.setattr("sys.argv", ["media_topics", "--data", str(tmp_path)])
    media_topics.main()
    assert "3 topics" in capsys.readouterr().out
    assert json.loads((tmp_path / "table.json").read_text())["20000003"] == ["20000002", "animation"]
