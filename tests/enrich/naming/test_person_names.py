"""What people's names are made of."""

# ruff: noqa: RUF001 - names in Cyrillic letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.naming.person_names import (
    OWN_WORDS,
    PARTICLES,
    RANKS,
    SUFFIXES,
    TITLES,
    after_title,
    inflected,
    short_forms,
    without_title,
)

SHORT = [
    ("Vladimir Poutine", ["Poutine"]),
    ("Martin Luther King", ["King"]),
    ("Jean-Pierre Raffarin", ["Raffarin"]),
    ("Najat Vallaud-Belkacem", ["Vallaud-Belkacem"]),
    ("Conor O'Brien", ["O'Brien"]),
    ("Ursula von der Leyen", ["von der Leyen", "Leyen"]),
    ("Dominique de Villepin", ["de Villepin", "Villepin"]),
    ("Luiz Inácio Lula da Silva", ["da Silva", "Silva"]),
    ("Mohammed ben Salmane", ["ben Salmane", "Salmane"]),
    ("Abdel Fattah al-Sissi", ["al-Sissi", "Sissi"]),
    ("Abdel Fattah El-Sisi", ["El-Sisi", "Sisi"]),
    ("محمد بن سلمان", ["بن سلمان", "سلمان"]),
    ("Donald Trump Jr.", ["Trump"]),
    ("Charles Windsor III", ["Windsor"]),
    # China and Korea: the family name comes first.
    ("Kim Jong Un", ["Kim"]),
    ("Kim Jong-un", ["Kim"]),
    ("KIM JONG UN", ["KIM"]),
    ("Moon Jae-in", ["Moon"]),
    ("Yoon Suk Yeol", ["Yoon"]),
    ("Ban Ki-moon", ["Ban"]),
    ("Park Geun-hye", ["Park"]),
    ("Lee Kuan Yew", ["Lee"]),
    ("Xi Jinping", ["Xi"]),
    ("Li Keqiang", ["Li"]),
    ("Tsai Ing-wen", ["Tsai"]),
    ("Ma Ying-jeou", ["Ma"]),
    # And those only look so.
    ("Kim Kardashian", ["Kardashian"]),
    ("Kim Clijsters", ["Clijsters"]),
    ("Lee Harvey Oswald", ["Oswald"]),
    ("Lee Westwood", ["Westwood"]),
    ("Chan Santokhi", ["Santokhi"]),
    ("Jack Ma", ["Ma"]),
    # Nobody's full name.
    ("Poutine", []),
    ("", []),
    ("   ", []),
    ("Jr.", []),
    ("Trump Jr.", []),
    ("Ligue 1", []),
    ("Bruno Le", []),
    ("Fonds (FMI)", []),
    ("Anne –", []),
]


@pytest.mark.parametrize(("name", "forms"), SHORT)
def test_what_people_are_called_alone(name: str, forms: list[str]) -> None:
    assert list(short_forms(name)) == forms


@given(st.text(max_size=60))
def test_short_forms_are_parts_of_the_name(name: str) -> None:
    for form in short_forms(name):
        assert form
        assert form in " ".join(name.split())
        assert form != name


BEHIND_TITLES = [
    ("fr", "M. Kim", "Kim"),
    ("fr", "M Kim", "Kim"),
    ("fr", "MM. Macron", "Macron"),
    ("fr", "Mme Élisabeth Borne", "Élisabeth Borne"),
    ("fr", "Mme\u00a0Borne", "Borne"),
    ("fr", "Me Éric Dupond-Moretti", "Éric Dupond-Moretti"),
    ("fr", "Madame de Fontenay", "de Fontenay"),
    ("fr", "M", "M"),
    ("fr", "M.", "M."),
    ("fr", "M. ", "M. "),
    ("fr", "M. 6", "M. 6"),
    ("fr", "Michel", "Michel"),
    ("en", "Mr. Smith", "Smith"),
    ("en", "Ms Smith", "Smith"),
    ("en", "Prof. Dr. Smith", "Smith"),
    ("en", "President Joe Biden", "Joe Biden"),
    ("en", "King Charles III", "Charles III"),
    ("en", "M. Night Shyamalan", "M. Night Shyamalan"),
    ("de", "Frau Merkel", "Merkel"),
    ("de", "Bundeskanzler Scholz", "Scholz"),
    ("es", "Sra. Gómez", "Gómez"),
    ("it", "Signora Rossi", "Rossi"),
    ("pt", "Dona Maria", "Maria"),
    ("nl", "mevrouw De Vries", "De Vries"),
    ("pl", "pan Tusk", "Tusk"),
    ("ru", "г-жа Захарова", "Захарова"),
    ("ar", "السيد عباس", "عباس"),
    ("tr", "Sayın Erdoğan", "Erdoğan"),
    ("xx", "Mr Smith", "Smith"),
    ("xx", "Herr Müller", "Herr Müller"),
]


@pytest.mark.parametrize(("language", "name", "rest"), BEHIND_TITLES)
def test_a_name_begins_behind_its_titles(language: str, name: str, rest: str) -> None:
    around = f"xx {name} yy"
    assert around[without_title(around, 3, 3 + len(name), language) : 3 + len(name)] == rest


@pytest.mark.parametrize("name", ["President Lincoln", "Justice Department", "King Street", "Premier League"])
def test_ranks_can_be_left_on(name: str) -> None:
    assert without_title(name, 0, len(name), "en", ranks=False) == 0
    assert without_title(name, 0, len(name), "en") > 0


AFTER_TITLES = [
    ("fr", "a dit M. ", True),
    ("fr", "a dit M ", True),
    ("fr", "a dit M.\u00a0", True),
    ("fr", "Mme ", True),
    ("fr", "mme ", True),
    ("fr", "a dit M.", False),
    ("fr", "comme ", False),
    ("fr", "kMme ", False),
    ("fr", "M., ", False),
    ("fr", "M.   ", False),
    ("fr", "", False),
    ("fr", " ", False),
    ("en", "President ", True),
    ("en", "the president ", True),
    ("en", "Vice President ", True),
    ("de", "Herrn ", True),
    ("de", "Außenminister ", True),
    ("ru", "г-н ", True),
    ("ar", "الدكتور ", True),
]


@pytest.mark.parametrize(("language", "before", "titled"), AFTER_TITLES)
def test_whether_a_title_stands_before(language: str, before: str, titled: bool) -> None:
    assert after_title(f"{before}Kim", len(before), language) is titled


@given(st.text(max_size=40), st.data(), st.sampled_from([*TITLES, "xx"]))
def test_titles_are_looked_for_within_the_text_only(text: str, data: st.DataObject, language: str) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert start <= without_title(text, start, end, language) <= end
    assert after_title(text, start, language) in {True, False}


CASES = [
    ("de", "Putin", ["Putins"]),
    ("de", "Angela Merkel", ["Angela Merkels"]),
    ("de", "Scholz", []),
    ("de", "Marx", []),
    ("de", "", ["s"]),
    ("sv", "Löfven", ["Löfvens"]),
    ("da", "Frederiksen", ["Frederiksens"]),
    ("no", "Støre", ["Støres"]),
    ("fr", "Macron", []),
    ("en", "Biden", []),
    ("ru", "Путин", ["Путина", "Путину", "Путиным", "Путине", "Путина"]),
    ("ru", "Песков", ["Пескова", "Пескову", "Песковым", "Пескове", "Пескова"]),
    ("ru", "Зеленский", ["Зеленского", "Зеленскому", "Зеленским", "Зеленском", "Зеленского"]),
    ("ru", "Набиуллина", ["Набиуллиной", "Набиуллиной", "Набиуллиной", "Набиуллиной", "Набиуллину"]),
    ("ru", "Байден", ["Байдена", "Байдену", "Байденом", "Байдене", "Байдена"]),
    (
        "ru",
        "Мария Захарова",
        ["Марии Захаровой"] * 2 + ["Марией Захаровой", "Марии Захаровой", "Марию Захарову"],
    ),
    ("ru", "Москва", ["Москвы", "Москве", "Москвой", "Москве", "Москву"]),
    ("ru", "Россия", ["России", "России", "Россией", "России", "Россию"]),
    ("ru", "Макрон", ["Макрона", "Макрону", "Макроном", "Макроне", "Макрона"]),
    ("ru", "Зеленко", []),
    ("ru", "Ив", ["Ива", "Иву", "Ивом", "Иве", "Ива"]),
    ("ru", "ов", ["ова", "ову", "овом", "ове", "ова"]),
    ("ru", "Putin", []),
    ("ru", "", []),
]


@pytest.mark.parametrize(("language", "name", "cases"), CASES)
def test_the_cases_of_a_name(language: str, name: str, cases: list[str]) -> None:
    assert list(inflected(name, language)) == cases


@given(st.text(max_size=40), st.sampled_from(["de", "ru", "fr", "xx"]))
def test_any_name_can_be_asked_for_its_cases(name: str, language: str) -> None:
    assert all(case != name for case in inflected(name, language))


def test_the_lists_are_in_small_letters() -> None:
    for words in (*TITLES.values(), *RANKS.values(), PARTICLES, SUFFIXES, *OWN_WORDS.values()):
        assert all(word == word.lower() for word in words)


def test_words_of_a_language_that_are_particles_are_particles() -> None:
    assert all(words <= PARTICLES for words in OWN_WORDS.values())
