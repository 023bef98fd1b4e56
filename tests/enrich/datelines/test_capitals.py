"""The cities that stand alone before a dash: which are known, and which are better not."""

# ruff: noqa: RUF001 - the names stand in the letters of their languages

import pytest

from pipeline.enrich.datelines.capitals import is_well_known


@pytest.mark.parametrize(
    "name",
    [
        *(
            "KUALA LUMPUR",
            "Kuala Lumpur",
            "NEW DELHI",
            "TEHRAN",
            "Doha",
            "ROMA",
            "MILANO",
            "SÃO PAULO",
            "BRASÍLIA",
        ),
        *(
            "Zagreb",
            "BEOGRAD",
            "DEN HAAG",
            "København",
            "Warszawa",
            "МОСКВА",
            "Київ",
            "القاهرة",
            "رام الله",
            "N’Djamena",
        ),
    ],
)
def test_a_city_is_known_in_any_case(name: str) -> None:
    assert is_well_known(name)


@pytest.mark.parametrize(
    "name", ["", "PSG", "ONU", "DÉCRYPTAGE", "Monaco", "France", "TODAY NICARAGUA", "Macron", "Nice"]
)
def test_what_is_more_often_something_else_is_not(name: str) -> None:
    assert not is_well_known(name)
