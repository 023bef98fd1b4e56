"""What the gazetteer is made from: CLDR's names, and our own lists, whose rows are sound."""

import re
from collections import Counter

import pytest
from babel import Locale

from pipeline.enrich.identity.places_names import key
from training.places import sources
from training.places.sources import Name, listed, primary, tagged

LANGUAGES = {primary(locale) for locale in sources.LOCALES}
LISTS = {
    "countries.tsv": 2,
    "regions.tsv": 5,
    "areas.tsv": 5,
    "cities.tsv": 3,
    "bar.tsv": 12,
    "decided.tsv": 3,
}


def test_territories_are_those_of_iso_by_their_english_name_first() -> None:
    found = sources.territories()
    assert len(found) == 250
    assert found["KP"][0] == Name("North Korea", "en")
    assert found["MM"][0] == Name("Myanmar", "en")
    assert not sources.NO_TERRITORIES & set(found)
    assert all(re.fullmatch("[A-Z]{2}", code) for code in found)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("fr", "Corée du Nord"),
        ("de", "Nordkorea"),
        ("es", "Corea del Norte"),
        ("ar", "كوريا الشمالية"),
        ("zh", "朝鲜"),
        ("ja", "北朝鮮"),
        ("no", "Nord-Korea"),
        ("fi", "Pohjois-Korea"),
    ],
)
def test_a_territory_has_its_names_by_language(language: str, name: str) -> None:
    assert Name(name, language) in sources.territories()["KP"]


def test_continents_have_the_ids_of_geonames() -> None:
    found = sources.continents()
    assert Name("Afrique", "fr") in found["6255146"]
    assert Name("Europa", "de") in found["6255148"]
    assert len(found) == 6


def test_zones_have_the_names_of_their_city() -> None:
    found = sources.zone_cities()
    assert found["Europe/Moscow"][0] == Name("Moscow", "en")
    assert Name("Moscou", "fr") in found["Europe/Moscow"]
    assert Name("القاهرة", "ar") in found["Africa/Cairo"]
    assert found["Europe/Zurich"][0] == Name("Zurich", "en")
    assert Name("Zúrich", "es") in found["Europe/Zurich"]
    assert not any(zone.startswith("Etc/") for zone in found)


@pytest.mark.parametrize(
    ("locale", "subtag"), [("fr", "fr"), ("nb", "no"), ("sr_Latn", "sr"), ("zh_Hant", "zh"), ("pt_PT", "pt")]
)
def test_a_locale_stands_for_a_language(locale: str, subtag: str) -> None:
    assert primary(locale) == subtag


def test_every_locale_is_known_to_cldr() -> None:
    assert all(Locale.parse(locale).territories for locale in sources.LOCALES)
    assert {
        "fr",
        "en",
        "de",
        "es",
        "it",
        "pt",
        "nl",
        "pl",
        "ru",
        "ar",
        "sv",
        "da",
        "fi",
        "ja",
        "zh",
    } <= LANGUAGES
    assert {"tr", "hr", "sk", "sr", "uk"} <= LANGUAGES


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("fr:Corée du Nord", [Name("Corée du Nord", "fr", "")]),
        ("*:DPRK", [Name("DPRK", "*", "")]),
        ("en~:Korea|fr~:Corée", [Name("Korea", "en", "~"), Name("Corée", "fr", "~")]),
        ("?:Ill.|*~:New York", [Name("Ill.", "*", "?"), Name("New York", "*", "~")]),
        ("en:Dream: Land", [Name("Dream: Land", "en", "")]),
    ],
)
def test_names_as_the_lists_write_them(text: str, names: list[Name]) -> None:
    assert tagged(text) == names


@pytest.mark.parametrize(("file", "columns"), LISTS.items())
def test_each_row_of_a_list_has_all_columns(file: str, columns: int) -> None:
    rows = list(listed(file))
    assert rows
    assert {len(row) for row in rows} == {columns}
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("file", ["countries.tsv", "regions.tsv", "areas.tsv", "cities.tsv"])
def test_names_of_the_lists_are_of_known_languages_and_each_once(file: str) -> None:
    for row in listed(file):
        names = tagged(row[-1])
        assert {name.language for name in names} <= LANGUAGES | {"*"}
        assert {name.use for name in names} <= {"", "~", "?"}
        assert all(key(name.text) for name in names)
        assert max(Counter(names).values(), default=1) == 1, row


@pytest.mark.parametrize(("file", "columns"), [("countries.tsv", 1), ("regions.tsv", 1), ("areas.tsv", 1)])
def test_nothing_is_listed_twice(file: str, columns: int) -> None:
    counted = Counter(tuple(row[:columns]) for row in listed(file))
    assert counted.most_common(1)[0][1] == 1


def test_a_town_is_listed_once() -> None:
    assert Counter((row[0], row[1]) for row in listed("cities.tsv")).most_common(1)[0][1] == 1


def test_regions_and_areas_have_ids_of_geonames() -> None:
    ids = [row[0] for file in ("regions.tsv", "areas.tsv") for row in listed(file)]
    assert all(re.fullmatch(r"[1-9]\d{4,7}", id_) for id_ in ids)
    assert len(ids) == len(set(ids))


def test_areas_lie_on_the_globe() -> None:
    assert all(abs(float(row[1])) <= 90 and abs(float(row[2])) <= 180 for row in listed("areas.tsv"))


def test_our_list_of_countries_knows_only_territories() -> None:
    assert {row[0] for row in listed("countries.tsv")} <= set(sources.territories())
    assert set(sources.territories()) >= sources.DEPENDENT
    assert set(sources.CAPITALS) <= set(sources.territories())


def test_the_bar_names_the_members_of_the_united_nations_and_four_more() -> None:
    codes = [row[0] for row in listed("bar.tsv")]
    assert len(codes) == len(set(codes)) == 193 + 4
    assert {"PS", "VA", "TW", "XK"} <= set(codes) <= set(sources.territories())
    assert not sources.DEPENDENT & set(codes)


def test_both_congos_are_rather_another_s_name() -> None:
    loose = {row[0] for row in listed("countries.tsv") if Name("Congo", "fr", "~") in tagged(row[1])}
    assert loose == {"CD", "CG"}
