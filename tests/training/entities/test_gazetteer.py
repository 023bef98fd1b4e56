"""The names that training texts are varied with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.entities import gazetteer, sources
from training.entities.corpora import Sentence

SENTENCES = [
    Sentence("Ada Lovelace, Ada, Yverdon", ((0, 12, "PER"), (14, 17, "PER"), (19, 26, "LOC"))),
    Sentence("Zirkus Knie de Nantes, ébahi", ((0, 11, "ORG"), (15, 21, "LOC"), (23, 28, "MISC"))),
]


@pytest.mark.parametrize(
    ("language", "place", "organisation"),
    [
        ("fr", "Norvège", "Croix-Rouge"),
        ("en", "Norway", "Red Cross"),
        ("de", "Norwegen", "FC Köln"),
        ("fi", "Norja", "Aalto-yliopisto"),
        ("ru", "Норвегия", "Справедливая Россия"),
    ],
)
def test_places_and_organisations_are_in_the_language(language: str, place: str, organisation: str) -> None:
    names = gazetteer.load(language)
    assert place in names.places
    assert any(organisation in name for name in names.organisations)
    assert names.people == ()


def test_the_names_of_the_texts_are_among_them() -> None:
    names = gazetteer.load("fr", SENTENCES)
    assert "Yverdon" in names.places
    assert "Zirkus Knie" in names.organisations
    assert names.people == ("Ada Lovelace",)
    assert "ébahi" not in {*names.places, *names.organisations}


def test_people_are_names_of_two_words_each_once() -> None:
    assert gazetteer.load("en", SENTENCES * 2).people == ("Ada Lovelace",)


def test_where_names_have_no_blanks_people_have_one_word() -> None:
    assert gazetteer.load("ja", [Sentence("安倍晋三", ((0, 4, "PER"),))]).people == ("安倍晋三",)


@pytest.mark.parametrize("language", ["fr", "en", "da"])
def test_names_are_clean(language: str) -> None:
    names = gazetteer.load(language)
    assert all(name == name.strip() != "" for name in names.places + names.organisations)
    assert all(set(name).isdisjoint("#|’") for name in names.organisations)
    assert not any(name.partition(":")[0] in sources.LANGUAGES for name in names.organisations)
    assert len(set(names.places)) > 250
    assert len(set(names.organisations)) > 1000


def test_unions_of_countries_are_no_places() -> None:
    assert not {"Union européenne", "Nations Unies", "zone euro"} & set(gazetteer.load("fr").places)


@pytest.mark.parametrize("language", gazetteer.SCRIPTS)
def test_other_scripts_are_given_no_english_names(language: str) -> None:
    listed = gazetteer.load(language).organisations
    assert not {"Red Cross", "1. FC Heidenheim", "FC Köln"} & set(listed)
    assert not any(name.isascii() and " " in name for name in listed)


@pytest.mark.parametrize(
    ("language", "own"),
    [
        ("ar", "الصليب الأحمر"),
        ("ja", "ACミラン"),
        ("ru", "Красный Крест"),
        ("zh", "红十字会"),
    ],
)
def test_names_in_another_script_are_for_who_writes_it(language: str, own: str) -> None:
    assert [each for each in sources.LANGUAGES if own in gazetteer.load(each).organisations] == [language]


def test_latin_languages_are_given_latin_names() -> None:
    others = re.compile(r"[\u0370-\u1dff\u2e80-\uffef]")
    assert not [name for name in gazetteer.load("fr").organisations if others.search(name)]


@pytest.mark.parametrize("language", sources.LANGUAGES)
def test_every_language_has_names(language: str) -> None:
    names = gazetteer.load(language)
    assert len(set(names.places)) > 250
    assert language in gazetteer.SCRIPTS or len(names.organisations) > 1000


@given(
    st.lists(
        st.tuples(st.text("ab c", min_size=1, max_size=9), st.sampled_from(["PER", "ORG", "LOC", "MISC"]))
    )
)
def test_no_name_of_the_texts_has_another_label(given_names: list[tuple[str, str]]) -> None:
    sentences = [Sentence(name, ((0, len(name), label),)) for name, label in given_names]
    plain, names = PLAIN, gazetteer.load("sk", sentences)
    added = {
        "LOC": names.places[len(plain.places) :],
        "ORG": names.organisations[len(plain.organisations) :],
        "PER": names.people,
    }
    for label, got in added.items():
        wanted = {name for name, each in given_names if each == label}
        assert list(got) == sorted(name for name in wanted if label != "PER" or " " in name)


PLAIN = gazetteer.load("sk")
