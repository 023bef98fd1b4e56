"""The picture of a soak: a file that is one, whatever was there to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import curves
from bench.memory import Sample


def samples(*names: str) -> list[Sample]:
    return [
        Sample(float(done), done, name, 1, 100.0 + done % 7, None, None)
        for done in range(0, 1000, 50)
        for name in names
    ]


@pytest.mark.parametrize(
    "names", [("Kafka", "Elasticsearch", "worker", "feeder", "models 1", "models 2"), ("worker",), ()]
)
def test_a_picture_is_drawn(names: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "soak.png"
    curves.draw(samples(*names), file, 100)
    assert file.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert file.stat().st_size > 10_000


def test_the_same_samples_give_the_same_picture_and_others_another(tmp_path: Path) -> None:
    pictures = []
    for number, names in enumerate([("worker",), ("worker",), ("worker", "feeder")]):
        file = tmp_path / f"{number}.png"
        curves.draw(samples(*names), file)
        pictures.append(file.read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]
