"""Places as corpora mark them: names and where they end, whatever the columns."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.places import marked
from training.places.marked import Article, article, names

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not here")
LOC = frozenset({"LOC"})


def test_tokens_become_running_text() -> None:
    rows = [("In", "O"), ("Paris", "B-LOC"), (",", "O"), ("Texas", "B-LOC"), (".", "O")]
    assert article(rows, LOC) == Article("In Paris, Texas.", {"Paris": [8], "Texas": [15]})


def test_a_name_of_several_words_is_one() -> None:
    rows = [("North", "B-LOC"), ("Korea", "I-LOC"), ("'s", "O"), ("army", "O")]
    assert article(rows, LOC) == Article("North Korea's army", {"North Korea": [11]})


def test_a_name_may_hold_a_comma() -> None:
    rows = [("Toyota", "B-LOC"), (",", "I-LOC"), ("Japan", "I-LOC")]
    assert article(rows, LOC).ends == {"Toyota, Japan": [13]}


def test_names_that_touch_are_two() -> None:
    assert article([("Oslo", "B-LOC"), ("Bergen", "B-LOC")], LOC).ends == {"Oslo": [4], "Bergen": [11]}


def test_a_name_at_the_end_counts() -> None:
    assert article([("to", "O"), ("Oslo", "B-LOC")], LOC).ends == {"Oslo": [7]}


def test_other_labels_are_left_out() -> None:
    rows = [("Kim", "B-PER"), ("in", "O"), ("Oslo", "B-LOC"), ("UN", "B-ORG")]
    assert article(rows, LOC) == Article("Kim in Oslo UN", {"Oslo": [11]})


def test_a_name_counts_as_often_as_it_stands() -> None:
    rows = [("Oslo", "B-LOC"), ("and", "O"), ("Oslo", "B-LOC")]
    assert list(names(rows, LOC)) == ["Oslo", "Oslo"]


TAGS = st.sampled_from(["O", "B-LOC", "I-LOC", "B-PER", "I-PER"])


@given(
    st.lists(st.tuples(st.text(st.characters(categories=["L"]), min_size=1, max_size=8), TAGS), max_size=20)
)
def test_each_name_stands_where_it_ends(rows: list[tuple[str, str]]) -> None:
    found = article(rows, LOC)
    for name, ends in found.ends.items():
        assert all(found.text[end - len(name) : end] == name for end in ends)
    assert sum(map(len, found.ends.values())) <= sum(tag.endswith("LOC") for _, tag in rows)


@needs_data
def test_english_newswire_is_read_by_article() -> None:
    found = marked.worldwide(DATA)
    assert len(found) == 855
    assert all(each.text for each in found.values())
    assert found["af_afrol_3"].ends["Congo"]


@needs_data
@pytest.mark.parametrize(("language", "name"), [("fr", "France"), ("de", "Deutschland"), ("es", "España")])
def test_wikineural_has_places(language: str, name: str) -> None:
    found = list(marked.wikineural(DATA, language))
    assert len(found) > 5000
    assert found.count(name) > 50


@needs_data
def test_newsfane_has_countries_and_cities() -> None:
    found = list(marked.newsfane(DATA))
    assert len(found) > 4000
    assert found.count("العراق") > 20
    assert not any("\u200e" in name for name in found)
