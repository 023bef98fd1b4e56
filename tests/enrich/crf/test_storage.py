"""A model on disk is small, shares its tables where it can, and finds what it found before."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from pipeline.enrich.crf import storage, tables
from pipeline.enrich.crf.pipe import FACTORY
from pipeline.enrich.crf.reading import Reader

from .small import TEXTS, WANTED, names, pipeline, taught


def weights(nlp: Language) -> list[Any]:
    model = nlp.get_pipe(FACTORY).model  # type: ignore[attr-defined]  # ours has it
    return [np.asarray(node.get_param(name)) for node in model.walk() for name in node.param_names]


def kinds(nlp: Language) -> set[np.dtype[Any]]:
    return {one.dtype for one in weights(nlp)}


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def nlp() -> Language:
    made = pipeline()
    taught(made)
    return made


@pytest.fixture(scope="module")
def saved(nlp: Language, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "en_entities"
    storage.save(nlp, folder)
    return folder


def reader(nlp: Language) -> Reader:
    component: Any = nlp.get_pipe(FACTORY)
    found: Reader = component.reader
    return found


SINGLE = {np.dtype(np.float32)}


def test_what_is_read_finds_what_was_found(saved: Path) -> None:
    assert names(storage.load(saved), TEXTS) == WANTED


def test_scores_change_by_no_more_than_rounding(nlp: Language, saved: Path) -> None:
    docs = [nlp.make_doc(text) for text in TEXTS]
    before = nlp.get_pipe(FACTORY).model.predict(docs)  # type: ignore[attr-defined]  # ours has it
    after = reader(storage.load(saved)).scores(docs)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, atol=0.15)


def test_in_memory_weights_are_in_single_precision(saved: Path) -> None:
    assert kinds(storage.load(saved)) == SINGLE


def test_on_disk_they_are_in_half_precision(saved: Path) -> None:
    assert kinds(spacy.load(saved, exclude=storage.WITHOUT)) == {np.dtype(np.float16)}


def test_tables_take_a_quarter_of_the_room_and_other_weights_half(tmp_path: Path) -> None:
    large = pipeline(width=64, rows=[1000] * 6)
    large.to_disk(tmp_path / "whole", exclude=storage.WITHOUT)
    storage.save(large, tmp_path / "small")
    rows = 6 * 1000 * 64
    others = size(tmp_path / "whole") - 4 * rows
    assert size(tmp_path / "small" / FACTORY) == pytest.approx(others / 2, rel=0.05)
    assert (tmp_path / "small" / tables.FILE).stat().st_size == pytest.approx(rows, rel=0.05)


def test_nothing_of_spacys_own_lies_beside_it(saved: Path) -> None:
    assert {path.name for path in saved.iterdir()} == {"config.cfg", "meta.json", tables.FILE, FACTORY}
    assert {path.name for path in (saved / FACTORY).iterdir()} == {"cfg", "model"}


def test_the_pipeline_goes_on_after_it_was_saved(tmp_path: Path) -> None:
    nlp = pipeline()
    taught(nlp, 30)
    storage.save(nlp, tmp_path / "early")
    assert kinds(nlp) == SINGLE
    assert taught(nlp, 20)[-1] < 1
    assert names(nlp, TEXTS) == WANTED


def test_saved_again_it_is_the_same(saved: Path, tmp_path: Path) -> None:
    storage.save(storage.load(saved), tmp_path / "again")
    for file in (Path(FACTORY, "model"), Path(tables.FILE)):
        assert (tmp_path / "again" / file).read_bytes() == (saved / file).read_bytes()


def test_tables_of_the_model_of_all_languages_are_not_written_again(saved: Path, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / tables.EVERY)
    storage.save(storage.load(saved), tmp_path / "en_entities")
    assert not (tmp_path / "en_entities" / tables.FILE).exists()
    one, other = (storage.load(tmp_path / name) for name in ("en_entities", tables.EVERY))
    assert names(one, TEXTS) == WANTED
    assert reader(one).tables is reader(other).tables


def test_the_model_of_all_languages_always_brings_its_tables(saved: Path, tmp_path: Path) -> None:
    for _ in range(2):
        storage.save(storage.load(saved), tmp_path / tables.EVERY)
        assert (tmp_path / tables.EVERY / tables.FILE).exists()


def test_without_tables_anywhere_that_is_told(saved: Path, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "en_entities")
    (tmp_path / "en_entities" / tables.FILE).unlink()
    with pytest.raises(OSError, match=rf"{tables.EVERY}.*{tables.FILE}"):
        storage.load(tmp_path / "en_entities")


def test_a_folder_that_cannot_be_written_leaves_the_pipeline_whole(tmp_path: Path) -> None:
    nlp = pipeline()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        storage.save(nlp, tmp_path / "file" / "model")
    assert kinds(nlp) == SINGLE
    assert len(names(nlp, TEXTS)) == len(TEXTS)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        storage.load(tmp_path / "none")


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_a_language_without_blanks_keeps_its_tokeniser(language: str, tmp_path: Path) -> None:
    nlp = pipeline(language)
    storage.save(nlp, tmp_path / "model")
    text = "東京タワーへ24日"
    assert [token.text for token in storage.load(tmp_path / "model")(text)] == [
        token.text for token in nlp.make_doc(text)
    ]
    assert [token.text for token in nlp.make_doc(text)] == ["東", "京", "タワー", "へ", "24", "日"]
