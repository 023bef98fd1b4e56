"""Agencies are known by all their names, and by nothing that only looks like one."""

# ruff: noqa: RUF001 - the names stand in the letters of their languages

import pytest
from hypothesis import given

from pipeline.enrich.datelines.agencies import IDEOGRAPHIC, are_agencies, first_in, is_agency
from tests.enrich.datelines.hostile import texts

NAMES = {
    "Agence France-Presse": [
        "AFP",
        "Afp",
        "afp",
        "A.F.P.",
        "Agence France-Presse",
        "أ ف ب",
        "ا ف ب",
        "أ.ف.ب",
        "法新社",
    ],
    "Reuters": ["Reuters", "REUTERS", "Thomson Reuters", "Рейтер", "رويترز", "路透社", "ロイター", "로이터"],
    "Associated Press": ["AP", "Associated Press", "The Associated Press", "АП", "أسوشيتد برس", "美联社"],
    "Deutsche Presse-Agentur": ["dpa", "DPA", "Deutsche Presse-Agentur", "dpa-AFX", "د ب أ", "د ب ا"],
    "in German": ["APA", "sda", "Keystone-SDA", "SID", "epd", "KNA"],
    "in French": ["ats", "Belga", "La Presse Canadienne", "Agence Belga"],
    "in the south": [
        "EFE",
        "Agencia EFE",
        "Efe",
        "ANSA",
        "Ansa",
        "AGI",
        "Adnkronos",
        "Lusa",
        "Télam",
        "TELAM",
        "Europa Press",
    ],
    "in the north": ["TT", "NTB", "Ritzau", "STT", "ANP"],
    "in the east": [
        "PAP",
        "ČTK",
        "TASR",
        "HINA",
        "Hina",
        "Tanjug",
        "ТАНЈУГ",
        "TASS",
        "ТАСС",
        "ИТАР-ТАСС",
        "РИА Новости",
    ],
    "in Asia": [
        "Xinhua",
        "新华社",
        "新華社",
        "Kyodo",
        "共同",
        "Yonhap",
        "聯合ニュース",
        "연합뉴스",
        "PTI",
        "ANI",
        "Bernama",
    ],
    "in Arabic": ["WAM", "وام", "SPA", "واس", "أ ش أ", "KUNA", "كونا", "QNA", "قنا", "SANA", "سانا"],
    "elsewhere": [
        "AA",
        "Anadolu Agency",
        "Ukrinform",
        "Укринформ",
        "Interfax",
        "ИНТЕРФАКС",
        "Bloomberg",
        "UPI",
        "AAP",
        "IRNA",
    ],
    "the Canadian": ["CP", "The Canadian Press"],
    "in Brazil": ["Agência Brasil", "AGENCIA BRASIL"],
}


@pytest.mark.parametrize("name", [name for names in NAMES.values() for name in names])
def test_a_name_is_known(name: str) -> None:
    assert is_agency(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "-",
        "Paris",
        "ONU",
        "Le Monde",
        "A F",
        "President",
        "AFPX",
        "dpa Reuters",
        "北京",
        "Petra",
        "x" * 99,
    ],
)
def test_another_text_is_not(name: str) -> None:
    assert not is_agency(name)


@pytest.mark.parametrize(
    "names", ["AFP", "AFP/Reuters", "dpa, AFP", "AP and AFP", "AFP et Reuters", "ANSA-AFP", "APA/dpa"]
)
def test_agencies_and_nothing_more(names: str) -> None:
    assert are_agencies(names)


@pytest.mark.parametrize("names", ["", "/", "AFP/Le Monde", "AFP and the government", "dpa/lby", "AFP," * 40])
def test_agencies_and_something_more(names: str) -> None:
    assert not are_agencies(names)


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("AFP", "AFP"),
        (" AFP ", "AFP"),
        ("dpa/lby", "dpa"),
        ("lby/dpa", "dpa"),
        ("Reuters Health", "Reuters"),
        ("AP Photo/Ann Smith", "AP"),
        ("ANSA-AFP", "ANSA"),
        ("Agence France-Presse", "Agence France-Presse"),
        ("Agence France-Presse/Reuters", "Agence France-Presse"),
        ("Le Monde, AFP", "AFP"),
        ("أ ف ب", "أ ف ب"),
        ("Paris", None),
        ("", None),
        ("   ", None),
        ("x" * 61 + "/AFP", None),
    ],
)
def test_the_first_agency_of_a_credit(credit: str, agency: str | None) -> None:
    place = first_in(f"({credit})", 1, 1 + len(credit))
    assert (f"({credit})"[slice(*place)] if place else None) == agency


def test_what_stands_beside_the_credit_does_not_count() -> None:
    text = "AFP (Paris) AFP"
    assert first_in(text, 5, 10) is None


def test_the_names_without_blanks_are_tried_longest_first() -> None:
    lengths = [len(name) for name in IDEOGRAPHIC]
    assert lengths == sorted(lengths, reverse=True)
    assert IDEOGRAPHIC.index("新华社") < IDEOGRAPHIC.index("新华")
    assert IDEOGRAPHIC.index("共同通信") < IDEOGRAPHIC.index("共同")
    assert "AFP" not in IDEOGRAPHIC


@given(texts)
def test_any_text_is_read(text: str) -> None:
    place = first_in(text, 0, len(text))
    if place:
        assert 0 <= place.start < place.end <= len(text)
        assert is_agency(text[slice(*place)])
    if text and are_agencies(text):
        assert place
