"""Every corpus says whose it is and what may be done with it."""

import re
from pathlib import Path

import pytest

from training.entities import catalogue
from training.entities.catalogue import THREE, Source
from training.entities.corpora import LABELS

TREEBANKS = ["da_ddt", "en_ewt", "hr_set", "pt_bosque", "sk_snk", "sr_set", "sv_talbanken", "zh_gsdsimp"]
ALL = [value for value in vars(catalogue).values() if isinstance(value, Source)] + [
    catalogue.uner(name) for name in TREEBANKS
]


@pytest.mark.parametrize("source", ALL, ids=[source.name for source in ALL])
def test_a_source_is_told_in_full(source: Source) -> None:
    assert all([source.name, source.licence, source.citation, source.origin])
    assert source.labels in {LABELS, THREE}
    assert source.kind in {"gold", "silver"}


@pytest.mark.parametrize("source", ALL, ids=[source.name for source in ALL])
def test_a_source_is_cited_with_its_year_or_its_maker(source: Source) -> None:
    assert re.search(r"\b(19|20)\d\d\b|Inc\.|Corpus|guidelines|training/\S+\.py", source.citation)


OURS = (catalogue.FRENCH_NEWS, catalogue.FRENCH_SILVER)


@pytest.mark.parametrize("source", OURS, ids=[source.name for source in OURS])
def test_a_source_of_ours_names_the_file_that_reads_it(source: Source) -> None:
    assert (Path(__file__).parents[3] / source.origin).is_file()


@pytest.mark.parametrize("source", ALL, ids=[source.name for source in ALL])
def test_a_source_elsewhere_is_pinned_to_a_commit(source: Source) -> None:
    assert source in OURS or re.search(r"^github\.com/\S+ [0-9a-f]{40}$", source.origin)


def test_no_two_sources_have_one_name() -> None:
    names = [source.name for source in ALL]
    assert len(set(names)) == len(names)


def test_machines_annotated_wikineural_and_the_french_news() -> None:
    silver = [source for source in ALL if source.kind == "silver"]
    assert silver == [catalogue.WIKINEURAL, catalogue.FRENCH_NEWS, catalogue.FRENCH_SILVER]


def test_a_round_takes_a_part_of_what_there_is_very_much_of() -> None:
    assert {source.name for source in ALL if source.share < 1} == {catalogue.FRENCH_SILVER.name}
    assert all(0 < source.share <= 1 for source in ALL)


def test_data_that_may_not_be_sold_says_so() -> None:
    assert {source.name for source in ALL if "NC" in source.licence} == {"WikiNEuRal", "KIND (Wikinews)"}


def test_a_treebank_has_a_commit_of_its_own_and_no_other_names() -> None:
    origins = {catalogue.uner(name).origin for name in TREEBANKS}
    assert len(origins) == len(TREEBANKS)
    assert {catalogue.uner(name).labels for name in TREEBANKS} == {THREE}


def test_a_treebank_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError, match="tlh_none"):
        catalogue.uner("tlh_none")
