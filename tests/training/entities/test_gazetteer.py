"""The names that training texts are varied with."""

import pytest

from training.entities import gazetteer


@pytest.mark.parametrize(
    ("language", "place", "organisation"), [("fr", "Norvège", "Croix-Rouge"), ("en", "Norway", "Red Cross")]
)
def test_places_and_organisations_are_in_the_language(language: str, place: str, organisation: str) -> None:
    names = gazetteer.load(language, ["Ada Lovelace"])
    assert place in names.places
    assert organisation in names.organisations
    assert names.people == ("Ada Lovelace",)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_names_are_clean(language: str) -> None:
    names = gazetteer.load(language)
    assert all(name == name.strip() != "" for name in names.places + names.organisations)
    assert all(set(name).isdisjoint("#(’") for name in names.organisations)
    assert len(set(names.organisations)) == len(names.organisations)
    assert len(set(names.places)) > 250


def test_unions_of_countries_are_no_places() -> None:
    assert not {"Union européenne", "Nations Unies", "zone euro"} & set(gazetteer.load("fr").places)
