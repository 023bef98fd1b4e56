"""Who bears a name: the tables as they ship, whatever the language and spelling; ambiguous names."""

# ruff: noqa: RUF001 - names are of all scripts

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.article import Identity, Label
from pipeline.enrich.identity.alias_lists import EVERY, Entry
from pipeline.enrich.identity.places_table import read
from pipeline.search.known import MOST, Known, Lists, Meaning, known

NOWHERE = Path("/nonexistent/entities")


@pytest.fixture(scope="module")
def names() -> Known:
    return known(NOWHERE)


@pytest.mark.parametrize(
    "name",
    [
        *("North Korea", "Corée du Nord", "corée du nord", "Coree du Nord", "CORÉE DU NORD", "Nordkorea"),
        *("Северная Корея", "Северной Корее", "北朝鮮", "북한", "كوريا الشمالية", "Northkorea", "nord korea"),
        *("la Corée du Nord", "de la Corée du Nord", "in North Korea", "DPRK", "Corea del Norte"),
    ],
)
def test_a_country_is_one_whatever_it_is_called(name: str, names: Known) -> None:
    assert names.meaning(name) == names.meaning(name, "LOC") == Meaning(("iso:KP",))


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        *(
            (name, ("org:united-nations",))
            for name in ("ONU", "UN", "U.N.", "ООН", "Vereinte Nationen", "l’ONU")
        ),
        ("EU", ("org:european-union",)),
        ("USA", ("iso:US",)),
        ("États-Unis", ("iso:US",)),
        ("l'Ukraine", ("iso:UA",)),
        ("Pékin", ("geonames:1816670",)),
        ("korea", ("iso:KP", "iso:KR")),
        ("Congo", ("iso:CD", "iso:CG")),
        ("paris", ("geonames:2988507",)),
        ("cologne", ("geonames:2886242",)),
        ("new york", ("geonames:5128581",)),
        ("newyork", ("geonames:5128581",)),
        ("to go", ()),
        ("poutine", ()),
        ("the", ()),
        ("²", ()),
        ("", ()),
    ],
)
def test_a_name_means(name: str, ids: tuple[str, ...], names: Known) -> None:
    assert names.meaning(name).ids == ids


@pytest.mark.parametrize(
    "word", ["nice", "Nice", "bath", "of", "un", "Un", "us", "who", "total", "le monde", "man", "كان"]
)
def test_what_may_be_a_word_is_doubtful(word: str, names: Known) -> None:
    assert names.meaning(word).doubtful


@pytest.mark.parametrize(
    "name",
    [
        "UN",
        "NICE",
        "Shell",
        "Orange",
        "nordkorea",
        "moscou",
        "new york",
        "北朝鮮",
        "북한",
        "北京",
        "باريس",
        "texas",
    ],
)
def test_what_is_in_capitals_or_a_country_region_or_large_town_is_not(name: str, names: Known) -> None:
    meaning = names.meaning(name)
    assert meaning.ids
    assert not meaning.doubtful


def test_a_field_says_of_what_kind_a_name_is(names: Known) -> None:
    assert names.meaning("lyon", "LOC") == Meaning(("geonames:2996944",))
    assert names.meaning("lyon", "ORG") == Meaning(("org:olympique-lyonnais",))
    assert names.meaning("lyon", "PER") == names.meaning("ONU", "LOC") == Meaning()


def listed(id_: str, *listed_names: str, label: Label = "PER", language: str = EVERY) -> Entry:
    identity = Identity(id=id_, name=listed_names[0], score=1.0)
    return Entry(identity, label, tuple((language, name) for name in listed_names))


def of(*own: Entry, shipped: tuple[Entry, ...] = ()) -> Known:
    return Known(Lists(own), Lists(shipped), read())


def test_a_list_of_the_newsroom_goes_before_all_others() -> None:
    names = of(listed("desk:paris", "Paris Hilton", "Paris"))
    assert names.meaning("Paris").ids == ("desk:paris",)
    assert names.meaning("Paris", "LOC").ids == ("geonames:2988507",)


def test_who_has_a_name_as_the_first_of_all_is_meant_rather_than_who_has_it_too() -> None:
    names = of(listed("a", "Kim"), listed("b", "Lee", "Kim"), listed("c", "Kim", label="ORG"))
    assert names.meaning("kim").ids == ("a", "c")
    assert names.meaning("kim", "PER").ids == ("a",)


def test_what_means_too_many_means_nobody() -> None:
    several = [listed(str(number), f"Name {number}", "Alias") for number in range(MOST + 1)]
    assert of(*several[:MOST]).meaning("Alias").ids == ("0", "1", "2")
    assert of(*several).meaning("Alias") == Meaning()


def test_a_name_that_counts_in_all_languages_goes_before_one_of_a_single_one() -> None:
    names = of(
        shipped=(
            listed("fr", "Un", "XY", label="ORG", language="fr"),
            listed("all", "Deux", "XY", label="ORG"),
        )
    )
    assert names.meaning("XY").ids == ("all",)


def test_the_tables_are_read_once_and_by_one_thread(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: id(known(tmp_path)), range(32)))
    assert len(found) == 1


@given(st.text(max_size=100), st.sampled_from([None, "PER", "LOC", "ORG"]))
def test_whatever_is_typed_means_a_few_or_nobody(text: str, label: Label | None) -> None:
    meaning = known(NOWHERE).meaning(text, label)
    assert len(meaning.ids) <= MOST
    assert len(set(meaning.ids)) == len(meaning.ids)
    assert not (meaning.doubtful and label)


def test_what_is_very_long_is_no_name(names: Known) -> None:
    start = time.process_time()
    for name in ("a" * 1000, "a " * 500, "де " * 300, "l'" * 500):
        assert names.meaning(name) == Meaning()
    assert time.process_time() - start < 5


def test_where_lists_cannot_be_read_what_ships_is_known_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "entities"
    file.write_text("no folder")
    assert known(file).meaning("Nordkorea").ids == ("iso:KP",)


def test_of_several_lists_one_with_faults_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("id,name,label,aliases\ndesk:meier,Anna Meier,PER,Meier\n", "utf-8")
    (tmp_path / "bad.csv").write_text("nonsense", "utf-8")
    assert known(tmp_path).meaning("meier", "PER").ids == ("desk:meier",)
    assert known(tmp_path).meaning("nonsense") == Meaning()


def test_a_name_that_one_has_twice_means_one() -> None:
    names = of(listed("a", "Jean Dupont", "J. Dupont", "J Dupont", "JEAN DUPONT"))
    assert names.meaning("jean dupont").ids == names.meaning("J. Dupont").ids == ("a",)
