"""Tables in eight bits stand for the words that they stood for, in a quarter of the room."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from thinc.api import HashEmbed, Model

from pipeline.enrich.crf import tables
from pipeline.enrich.crf.tables import Floats, Tables
from pipeline.enrich.crf.words import features

CHANCE = np.random.default_rng(4)
SIZES = (50, 20, 7)
FULL = [CHANCE.normal(size=(rows, 8)).astype(np.float32) for rows in SIZES]
WORDS = np.array([features(word)[:3] for word in ("Oslo", "Bonn", "ONU", "東京", "x")], dtype=np.uint64)

ANY = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(1, 6)),
    elements=st.floats(-1000, 1000, width=32).filter(lambda number: number == 0 or abs(number) > 1e-3),
)


def looked_up(full: list[Floats]) -> Floats:
    """What thinc makes of the words."""
    found = []
    for at, table in enumerate(full):
        node: Model[Any, Any] = HashEmbed(table.shape[1], len(table), column=at, seed=at)
        node.initialize()
        for part in node.walk():
            if "E" in part.param_names:
                rows: Any = table
                part.set_param("E", rows)
        found.append(np.asarray(node.predict(WORDS)))
    return np.concatenate(found, axis=1)


def same(one: Tables, other: Tables) -> bool:
    rows = zip(one.rows, other.rows, strict=True)
    scales = zip(one.scales, other.scales, strict=True)
    return all(np.array_equal(*pair) for pair in rows) and all(np.array_equal(*pair) for pair in scales)


@given(ANY)
def test_a_number_changes_by_little_of_the_largest_of_its_row(table: Floats) -> None:
    [back] = tables.exact(tables.rounded([table]))
    largest = np.abs(table).max(axis=1, keepdims=True)
    assert (np.abs(back - table) <= largest * (0.5 / 127 + 0.001)).all()


@given(ANY)
def test_rounded_again_nothing_changes(table: Floats) -> None:
    once = tables.rounded([table])
    assert same(tables.rounded(tables.exact(once)), once)


def test_a_row_of_nothing_stays_nothing() -> None:
    [back] = tables.exact(tables.rounded([np.zeros((3, 4), dtype=np.float32)]))
    assert not back.any()


def test_words_have_the_vectors_that_they_had_in_training() -> None:
    rounded = tables.rounded(FULL)
    assert rounded.vectors(WORDS).dtype == np.float32
    np.testing.assert_allclose(rounded.vectors(WORDS), looked_up(tables.exact(rounded)), atol=1e-5)
    np.testing.assert_allclose(rounded.vectors(WORDS), looked_up(FULL), atol=0.1)


def test_no_word_has_no_vector() -> None:
    assert tables.rounded(FULL).vectors(WORDS[:0]).shape == (0, 24)


class TestFiles:
    def test_what_is_written_is_read(self, tmp_path: Path) -> None:
        tables.write(tables.rounded(FULL), tmp_path)
        found = tables.of(tmp_path)
        assert same(found, tables.rounded(FULL))
        assert {rows.dtype for rows in found.rows} == {np.dtype(np.int8)}
        assert {scales.dtype for scales in found.scales} == {np.dtype(np.float32)}

    def test_a_model_without_tables_has_those_of_all_languages_once_in_memory(self, tmp_path: Path) -> None:
        for name in (tables.EVERY, "de_entities", "it_entities"):
            (tmp_path / name).mkdir()
        tables.write(tables.rounded(FULL), tmp_path / tables.EVERY)
        every = tables.of(tmp_path / tables.EVERY)
        assert tables.of(tmp_path / "de_entities") is every
        assert tables.of(tmp_path / "it_entities") is every
        tables.write(tables.rounded(FULL[:1]), tmp_path / "it_entities")
        assert len(tables.of(tmp_path / "it_entities").rows) == 1

    def test_where_there_are_none_that_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=tables.EVERY):
            tables.of(tmp_path / "de_entities")

    def test_tables_are_told_from_those_of_all_languages(self, tmp_path: Path) -> None:
        (tmp_path / tables.EVERY).mkdir()
        own = tmp_path / "de_entities"
        assert not tables.are_shared(tables.rounded(FULL), own)
        tables.write(tables.rounded(FULL), tmp_path / tables.EVERY)
        assert tables.are_shared(tables.rounded(FULL), own)
        assert not tables.are_shared(tables.rounded(FULL), tmp_path / tables.EVERY)
        other = [table.copy() for table in FULL]
        other[1][3, 5] += 0.5
        assert not tables.are_shared(tables.rounded(other), own)

    def test_nothing_but_numbers_is_read(self, tmp_path: Path) -> None:
        harmful = {"rows0": np.array([Path("x")], dtype=object), "scales0": np.zeros(1)}
        np.savez(tmp_path / tables.FILE, allow_pickle=True, **harmful)
        with pytest.raises(ValueError, match="pickle"):
            tables.of(tmp_path)
