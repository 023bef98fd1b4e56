"""The labels of each corpus are decided."""

from collections.abc import Mapping

import pytest

from training.entities.corpora import labels

TABLES = {
    "worldwide": labels.WORLDWIDE,
    "germeval": labels.GERMEVAL,
    "turku": labels.TURKU,
    "stockmark": labels.STOCKMARK,
    "ontonotes": labels.ONTONOTES,
    "wojood": labels.WOJOOD,
    "anercorp": labels.ANERCORP,
    "hiner": labels.HINER,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_leads_to_our_labels(table: Mapping[str, str]) -> None:
    assert {"PER", "ORG", "LOC"} <= set(table.values()) <= set(labels.LABELS)


def test_every_class_of_the_worldwide_newswire_is_decided() -> None:
    classes = {"Person", "Organization", "Location", "Facility", "NORP", "Product", "Misc", "Date", "Money"}
    assert labels.WORLDWIDE.keys() | labels.DROPPED == classes
    assert not labels.WORLDWIDE.keys() & labels.DROPPED


def test_words_made_from_names_are_other_names_and_compounds_are_none() -> None:
    assert labels.GERMEVAL["LOCderiv"] == "MISC"
    assert "ORGpart" not in labels.GERMEVAL


@pytest.mark.parametrize("label", ["DATE", "CARDINAL", "MONEY", "TITLE", "OCC"])
def test_dates_figures_and_titles_are_dropped(label: str) -> None:
    assert label not in labels.ONTONOTES
    assert label not in labels.WOJOOD
