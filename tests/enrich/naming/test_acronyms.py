"""Acronyms and what the article says that they stand for."""

from time import process_time

import pytest
from hypothesis import given, settings

from pipeline.enrich.mentions import Mention
from pipeline.enrich.naming.acronyms import links
from tests.enrich.naming.marking import read, texts_with_mentions


def explained(marked: str) -> list[tuple[str, str]]:
    text, mentions = read(marked)
    return [(text[slice(*link.acronym)], text[slice(*link.expansion)]) for link in links(text, mentions)]


EXPLAINED = [
    # The name before the brackets is known.
    ("Le {ORG Rassemblement national} (RN) gagne.", "RN", "Rassemblement national"),
    ("L'{ORG Union européenne} (UE)", "UE", "Union européenne"),
    ("« {ORG Union européenne} » (« UE »)", "UE", "Union européenne"),
    ("{ORG Union européenne}\u00a0( UE )", "UE", "Union européenne"),
    ("{ORG Fonds monétaire international} (FMI, Washington)", "FMI", "Fonds monétaire international"),
    ("{ORG International Monetary Fund}’s (IMF) plan", "IMF", "International Monetary Fund"),
    ("{LOC Émirats arabes unis} (EAU)", "EAU", "Émirats arabes unis"),
    ("{MISC Coupe d'Afrique des nations} (CAN)", "CAN", "Coupe d'Afrique des nations"),
    ("{ORG Bureau of Meteorology} (BoM)", "BoM", "Bureau of Meteorology"),
    ("{ORG United Nations} (U.N.)", "U.N", "United Nations"),
    ("{ORG United Nations} ({ORG U.N.})", "U.N.", "United Nations"),
    ("{PER Andrés Manuel López Obrador} (AMLO)", "AMLO", "Andrés Manuel López Obrador"),
    ("{ORG Procter & Gamble} (P&G)", "P&G", "Procter & Gamble"),
    ("{ORG The Ghana News Agency} (GNA)", "GNA", "The Ghana News Agency"),
    # Written as a word.
    (
        "L'{ORG Organisation du traité de l'Atlantique nord} (Otan)",
        "Otan",
        "Organisation du traité de l'Atlantique nord",
    ),
    (
        "{ORG Institut national de la statistique et des études économiques} (Insee)",
        "Insee",
        "Institut national de la statistique et des études économiques",
    ),
    # With letters from within the words, if it is an organisation.
    ("{ORG Bundesnachrichtendienst} (BND)", "BND", "Bundesnachrichtendienst"),
    ("{ORG Deutscher Wetterdienst} (DWD)", "DWD", "Deutscher Wetterdienst"),
    # One word in three letters is left out.
    ("{ORG Agence de la biomédecine française} (ABM)".replace("ABM", "ABF"), "ABF", None),
    ("{ORG Comité international de l'olympisme moderne} (CIO)", "CIO", None),
    # Of the name, only the end or nothing was seen.
    ("L'Organisation des {LOC Nations unies} (ONU)", "ONU", "Organisation des Nations unies"),
    ("La Fédération française de tennis ({ORG FFT})", "FFT", "Fédération française de tennis"),
    ("Selon la Ligue, la Fédération française ({ORG FF})", "FF", "Fédération française"),
    ("Les {PER Forces armées maliennes} ({ORG FAM})", "FAM", "Forces armées maliennes"),
    # The other way round.
    ("Le {ORG RN} (Rassemblement national) gagne.", "RN", "Rassemblement national"),
    ("Le RN ({ORG Rassemblement national}) gagne.", "RN", "Rassemblement national"),
    ("Le RN ({ORG Rassemblement national}, ex-FN) gagne.", "RN", "Rassemblement national"),
    ("Le {ORG RN} (Rassemblement national, ex-FN) gagne.", "RN", "Rassemblement national"),
    ("Die {ORG U.N.} (United Nations) tagt.", "U.N.", "United Nations"),
]


@pytest.mark.parametrize(("marked", "acronym", "expansion"), EXPLAINED)
def test_an_explained_acronym(marked: str, acronym: str, expansion: str | None) -> None:
    text, _ = read(marked)
    whole = expansion or text.partition(" (")[0].removeprefix("L'")
    assert explained(marked) == [(acronym, whole)]


LANGUAGES = [
    ("Die {ORG Sozialdemokratische Partei Deutschlands} (SPD)", "SPD"),
    ("Der {ORG Deutsche Fußball-Bund} (DFB)", "DFB"),
    ("Die {ORG Vereinten Nationen} (VN)", "VN"),
    ("El {ORG Partido Socialista Obrero Español} (PSOE)", "PSOE"),
    ("El {ORG Fondo Monetario Internacional} (FMI)", "FMI"),
    ("La {ORG Organización del Tratado del Atlántico Norte} (OTAN)", "OTAN"),
    ("Il {ORG Partito Democratico} (PD)", "PD"),
    ("L'{ORG Organizzazione mondiale della sanità} (OMS)", "OMS"),
    ("A {ORG Confederação Brasileira de Futebol} (CBF)", "CBF"),
    ("De {ORG Volkspartij voor Vrijheid en Democratie} (VVD)", "VVD"),
    ("{ORG Prawo i Sprawiedliwość} (PiS)", "PiS"),
    ("{ORG Международный валютный фонд} (МВФ)", "МВФ"),
    ("{ORG Организация Объединенных Наций} (ООН)", "ООН"),  # noqa: RUF001 - Russian
    ("{ORG African National Congress} (ANC)", "ANC"),
    ("{ORG Federal Bureau of Investigation} (FBI)", "FBI"),
    ("{ORG Food and Agriculture Organization} (FAO)", "FAO"),
    ("{ORG Fédération Internationale de Football Association} (Fifa)", "Fifa"),
]


@pytest.mark.parametrize(("marked", "acronym"), LANGUAGES)
def test_acronyms_of_many_languages(marked: str, acronym: str) -> None:
    text, [name] = read(marked)
    assert explained(marked) == [(acronym, text[name.start : name.end])]


UNEXPLAINED = [
    "",
    "(",
    "()",
    "(RN)",
    "Le Rassemblement national (RN) gagne.",  # neither is known as a name
    "{PER Olivier Faure} (PS)",
    "{PER Paul Simon} (PS)",  # somebody's initials may well be a party
    "{ORG Manchester City} (ENG)",
    "{PER Cristiano Ronaldo} (POR)",
    "{ORG Rassemblement national} (30 %)",
    "{ORG Rassemblement national} (2024)",
    "{ORG Rassemblement national} (le parti)",
    "{ORG Rassemblement national} (Le)",
    "{ORG Kenya Airways} (KQ)",
    "{ORG Rassemblement}, national (RN)",
    "Il a dit. Rassemblement. National ({ORG RN})",
    "Une intelligence artificielle ({ORG IA})",
    "L'{ORG IA} (intelligence artificielle)",
    "Le {ORG parti} (Rassemblement national)",
    "Le {ORG RN} (voir page 3)",
    "Le {ORG RN}\n\nIl (Rassemblement national)",
    "{ORG Cercle des amis du Rassemblement national} (RN)",  # it only ends with what fits
    "Haut Commissariat des Nations unies pour les réfugiés ({ORG HCR})",  # two words without a letter
]


@pytest.mark.parametrize("marked", UNEXPLAINED)
def test_what_explains_nothing(marked: str) -> None:
    assert explained(marked) == []


def test_all_explanations_are_told_in_order() -> None:
    marked = "{ORG Union européenne} (UE), {ORG RN} (Rassemblement national), {ORG Union africaine} (UA)"
    assert [acronym for acronym, _ in explained(marked)] == ["UE", "RN", "UA"]


@given(texts_with_mentions())
@settings(deadline=None)
def test_any_text_is_read(case: tuple[str, list[Mention]]) -> None:
    text, mentions = case
    for link in links(text, mentions):
        for start, end in link:
            assert 0 <= start < end <= len(text)
            assert text[start].isalpha()
        assert link.acronym[1] <= link.expansion[0] or link.expansion[1] <= link.acronym[0]


@pytest.mark.parametrize(
    "marked",
    [
        "(" * 500_000 + "{ORG RN}",
        "(RN" * 100_000 + "{ORG RN}",
        "{ORG Aaa} (A" * 50_000,
        ("Abc " * 14 + "({ORG AAAAAAAAAA}) ") * 1_500,
        "(" + "A." * 200_000 + ")",
    ],
)
def test_no_text_takes_long(marked: str) -> None:
    text, mentions = read(marked)
    started = process_time()
    list(links(text, mentions))
    assert process_time() - started < 20  # measured at below 0.5 s
