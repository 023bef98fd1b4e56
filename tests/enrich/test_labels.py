"""The labels of published pipelines become ours, or are left out on purpose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich import labels
from pipeline.enrich.labels import is_known, label_of

ONTONOTES = (
    "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY "
    "TIME WORK_OF_ART"
)
WIKINER = "LOC MISC ORG PER"
# The labels of the component `ner` in the meta.json of each published pipeline, version 3.8.0.
PUBLISHED = {
    "ca da de es fr it pt uk xx": WIKINER,
    "en fi mk nl zh": ONTONOTES,
    "ja": ONTONOTES + " MOVEMENT PET_NAME PHONE TITLE_AFFIX",
    "el": "EVENT GPE LOC ORG PERSON PRODUCT",
    "hr sl": WIKINER + " DERIV_PER",
    "ko": "DT LC OG PS QT TI",
    "lt": "GPE LOC ORG PERSON PRODUCT TIME",
    "nb": "DRV EVT GPE_LOC GPE_ORG LOC MISC ORG PER PROD",
    "pl": "date geogName orgName persName placeName time",
    "ro": (
        "DATETIME EVENT FACILITY GPE LANGUAGE LOC MONEY NAT_REL_POL NUMERIC_VALUE ORDINAL ORGANIZATION "
        "PERIOD PERSON PRODUCT QUANTITY WORK_OF_ART"
    ),
    "ru": "LOC ORG PER",
    "sv": "EVN LOC MSR OBJ ORG PRS TME WRK",
}


@pytest.mark.parametrize("names", PUBLISHED.values(), ids=PUBLISHED)
def test_every_published_pipeline_finds_people_organisations_and_places(names: str) -> None:
    assert all(is_known(name) for name in names.split())
    assert {label_of(name) for name in names.split()} >= {"PER", "ORG", "LOC"}


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("PERSON", "PER"),
        ("PRS", "PER"),
        ("persName", "PER"),
        ("PS", "PER"),
        ("ORGANIZATION", "ORG"),
        ("orgName", "ORG"),
        ("OG", "ORG"),
        ("GPE", "LOC"),
        ("FAC", "LOC"),
        ("FACILITY", "LOC"),
        ("placeName", "LOC"),
        ("geogName", "LOC"),
        ("LC", "LOC"),
        ("GPE_LOC", "LOC"),
        ("NORP", "MISC"),
        ("NAT_REL_POL", "MISC"),
        ("DERIV_PER", "MISC"),
        ("DRV", "MISC"),
        ("WRK", "MISC"),
        ("MISC", "MISC"),
    ],
)
def test_each_family_of_labels_is_mapped(name: str, label: str) -> None:
    assert label_of(name) == label


@pytest.mark.parametrize(
    "name", ["DATE", "date", "time", "TME", "MSR", "MONEY", "DT", "QT", "NUMERIC_VALUE", "PHONE"]
)
def test_dates_and_figures_are_no_names(name: str) -> None:
    assert label_of(name) is None
    assert is_known(name)


def test_a_country_that_acts_stays_a_place() -> None:
    """As in "Oslo protested", which Norwegian pipelines tell from the city."""
    assert label_of("GPE_ORG") == "LOC"


@pytest.mark.parametrize(
    ("names", "label"),
    [
        ("Person God", "PER"),
        ("Company International_Organization Political_Party Sports_Team Government School", "ORG"),
        ("Country Province City Airport River Continental_Region Museum", "LOC"),
        ("Nationality War Book Movie Software Award", "MISC"),
        ("Date Money Disease Age N_Person Position_Vocation Rule Numex", None),
    ],
)
def test_the_extended_hierarchy_is_mapped(names: str, label: str | None) -> None:
    assert {label_of(name) for name in names.split()} == {label}
    assert all(is_known(name) for name in names.split())


def test_a_label_of_ones_own_is_not_known() -> None:
    assert label_of("SPACESUIT") is None
    assert not is_known("SPACESUIT")


def test_no_label_is_decided_twice() -> None:
    lines = [line for family in labels._NAMES.values() for line in family]
    named = [name.casefold() for line in lines for name in line.split()]
    unnamed = [name.casefold() for line in labels._NO_NAMES for name in line.split()]
    doubled = {name for name in named + unnamed if (named + unnamed).count(name) > 1}
    assert doubled == set()


@given(st.sampled_from(" ".join(PUBLISHED.values()).split()))
def test_capitals_do_not_matter(name: str) -> None:
    assert label_of(name.lower()) == label_of(name.upper()) == label_of(name)


@given(st.text(max_size=20))
def test_any_label_has_an_answer(name: str) -> None:
    assert label_of(name) in {"PER", "ORG", "LOC", "MISC", None}
    assert is_known(name) or label_of(name) is None
