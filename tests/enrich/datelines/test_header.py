"""What stands before an agency or a dash: places, the countries behind them, a date, and nothing else."""

import pytest
from hypothesis import given

from pipeline.enrich.datelines import header
from pipeline.enrich.datelines.header import Header
from tests.enrich.datelines.hostile import megabytes, texts


def read(text: str) -> Header | None:
    return header.read(text, 0, len(text))


def places(text: str) -> list[str]:
    found = read(text)
    return [text[each.start : each.end] for each in found.places] if found else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PARIS", ["PARIS"]),
        ("Paris ", ["Paris"]),
        ("PARIS, 12 juin", ["PARIS"]),
        ("WASHINGTON, June 12", ["WASHINGTON"]),
        ("MADRID, 12 jun. 2024", ["MADRID"]),
        ("Paris, lundi 12 juin", ["Paris"]),
        ("Paris, lundi", ["Paris"]),
        ("Bratislava 12. júna", ["Bratislava"]),
        ("Москва. 12 июня", ["Москва"]),
        ("القاهرة في 12 يونيو", ["القاهرة"]),
        ("الكويت - 12 - 6", ["الكويت"]),
        ("SEOUL, South Korea", ["SEOUL", "South Korea"]),
        ("Gaza City, Palestinian Territories, May 16, 2021", ["Gaza City", "Palestinian Territories"]),
        ("Vienne (Autriche), 12 juin 2024", ["Vienne", "Autriche"]),
        ("New Delhi [India], June 12", ["New Delhi", "India"]),
        ("ANAHEIM, Calif.", ["ANAHEIM"]),
        ("New York, NY", ["New York"]),
        ("PARIS/LONDRES", ["PARIS", "LONDRES"]),
        ("Paris / Londres", ["Paris", "Londres"]),
        ("SYDNEY and KUALA LUMPUR", ["SYDNEY", "KUALA LUMPUR"]),
        ("SYDNEY AND KUALA LUMPUR", ["SYDNEY", "KUALA LUMPUR"]),
        ("Oyam & Gulu, Uganda", ["Oyam", "Gulu", "Uganda"]),
        ("München/Hamburg/Berlin", ["München", "Hamburg", "Berlin"]),
        ("Frankfurt/Main", ["Frankfurt/Main"]),
        ("Frankfurt/Oder", ["Frankfurt/Oder"]),
        ("Saint-Denis de la Réunion", ["Saint-Denis de la Réunion"]),
        ("ABOARD AIR FORCE ONE", ["ABOARD AIR FORCE ONE"]),
        ("N'DJAMENA", ["N'DJAMENA"]),
        ("Côte d’Ivoire", ["Côte d’Ivoire"]),
        ("'s-Hertogenbosch", ["'s-Hertogenbosch"]),
        ("ST. LOUIS", ["ST. LOUIS"]),
        ("รัฐบาล", []),  # the marks on its letters are no letters to Python
        ("رام الله", ["رام الله"]),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "12 juin",
        "Le président",
        "Le",
        "The",
        "de Paris",
        "paris",
        "Paris, la capitale de la France",
        "Emmanuel Macron a dit",
        "PARIS (le soir même",
        "Agence France-Presse",
        "Associated Press",
        "PARIS et le reste",
        "Schwab Falls 24% After Clients Move",
        "Modane, cinq engins de chantier ont été brûlés le 29 juillet",
        "« Paris »",
        "Paris\nLondres",
        "A" * 41,
        "One Two Three Four Five Six Seven",
        "PARIS, " + "12 " * 40,
    ],
)
def test_no_header(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "capitals", "dated", "qualified"),
    [
        ("PARIS", True, False, False),
        ("Paris", False, False, False),
        ("PARIS/Londres", False, False, False),
        ("PARIS, 12 juin", True, True, False),
        ("Paris 12 juin", False, True, False),
        ("SEOUL, South Korea", True, False, True),
        ("MARSABIT, KENYA", True, False, False),
        ("ANAHEIM, Calif.", True, False, True),
        ("Cairo, Egypt, Apr 21 2022", False, True, True),
        ("SINGAPORE (May 6, 2021)", True, True, False),
    ],
)
def test_what_speaks_for_a_dateline(text: str, *, capitals: bool, dated: bool, qualified: bool) -> None:
    found = read(text)
    assert found is not None
    assert (found.capitals, found.dated, found.qualified) == (capitals, dated, qualified)


def test_all_places_must_be_known_but_not_their_countries() -> None:
    found = read("PARIS/LONDRES, Utopie")
    assert found is not None
    assert found.names == ("PARIS", "LONDRES")
    assert found.known({"PARIS", "LONDRES"}.__contains__)
    assert not found.known({"PARIS"}.__contains__)


def test_an_acronym_is_not_shouted() -> None:
    for text, shouted in (
        ("KLANG", True),
        ("OSLO", False),
        ("NASA", False),
        ("Klang", False),
        ("KLANG/OSLO", False),
    ):
        found = read(text)
        assert found is not None
        assert found.shouted() == shouted


def test_offsets_are_those_of_the_whole_text() -> None:
    text = "😀 « é » PARIS, France (AFP)"
    found = header.read(text, text.index("PARIS"), text.index("("))
    assert found is not None
    assert [text[each.start : each.end] for each in found.places] == ["PARIS", "France"]
    assert {each.label for each in found.places} == {"LOC"}


@given(texts)
def test_any_text_is_read(text: str) -> None:
    found = read(text)
    if found:
        assert found.places
        assert len(text) <= header.LONGEST
        last = 0
        for place in found.places:
            assert last <= place.start < place.end <= len(text)
            assert text[place.start : place.end].strip() == text[place.start : place.end]
            last = place.end


@pytest.mark.timeout(20)
def test_a_megabyte_is_no_header() -> None:
    assert not any(read(text) for text in megabytes)
