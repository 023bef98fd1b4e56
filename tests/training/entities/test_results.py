"""Results survive being written and read, and tell what data was used for what."""

from pathlib import Path

import msgspec
import pytest

from training.entities import results
from training.entities.catalogue import Source
from training.entities.corpora import Sentence
from training.entities.sources import Parts

from .measured import french

NEWS = Source("News", "CC0", "Us 2024", "here", "gold")


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "results.json"
    results.write([french(), french(0.7)], file)
    assert results.read(file) == [french(), french(0.7)]


def test_the_file_is_for_people_too(tmp_path: Path) -> None:
    results.write([french()], tmp_path / "results.json")
    lines = (tmp_path / "results.json").read_text("utf-8").splitlines()
    assert len(lines) > 50
    assert '"model": "fr_entities 1.0",' in [line.strip() for line in lines]


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('[{"language": "fr"}]')
    with pytest.raises(msgspec.ValidationError, match="ours"):
        results.read(tmp_path / "results.json")


def test_data_is_told_by_its_use() -> None:
    parts = Parts()
    parts.learn(NEWS, [[Sentence("Ada", ((0, 3, "PER"),)), Sentence("b")], *([[Sentence("c")]] * 9)])
    parts.measure("news", NEWS, [[Sentence("d"), Sentence("Oslo", ((0, 4, "LOC"),))]])
    got = [(datum.use, datum.sentences, datum.names) for datum in results.data_of(parts)]
    assert got == [("fitted to", 10, 1), ("chosen by", 1, 0), ("measured on", 1, 1)]
    assert {datum.licence for datum in results.data_of(parts)} == {"CC0"}
