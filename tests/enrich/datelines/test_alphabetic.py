"""Datelines of the agencies that write with blanks between words, in all our languages, and what is none."""

# ruff: noqa: RUF001 - the copy stands in the letters of its languages

import pytest
from hypothesis import given

from pipeline.enrich.datelines.alphabetic import with_agency, without_agency
from pipeline.enrich.datelines.capitals import is_well_known
from pipeline.enrich.datelines.dateline import Dateline
from tests.enrich.datelines.hostile import megabytes, texts

STORY = "Le gouvernement a présenté mardi un projet de loi que ses adversaires combattent."

WITH_AGENCY = [
    # French
    ("PARIS (AFP) – ", ["PARIS"], "AFP"),
    ("PARIS, 12 juin (AFP) - ", ["PARIS"], "AFP"),
    ("Paris (AFP) — ", ["Paris"], "AFP"),
    ("PARIS/LONDRES (AFP) - ", ["PARIS", "LONDRES"], "AFP"),
    ("Saint-Étienne (France), 12 juin 2024 (AFP) - ", ["Saint-Étienne", "France"], "AFP"),
    ("Paris, lundi 12 juin (AFP) - ", ["Paris"], "AFP"),
    ("Genève (ats) ", ["Genève"], "ats"),
    ("Bruxelles (Belga) ", ["Bruxelles"], "Belga"),
    ("BRUXELLES (BELGA) = ", ["BRUXELLES"], "BELGA"),
    ("MONTRÉAL — (La Presse Canadienne) ", ["MONTRÉAL"], "La Presse Canadienne"),
    # English
    ("WASHINGTON, June 12 (Reuters) - ", ["WASHINGTON"], "Reuters"),
    ("LONDON (AP) -- ", ["LONDON"], "AP"),
    ("SEOUL, South Korea (AP) — ", ["SEOUL", "South Korea"], "AP"),
    ("UNITED NATIONS (AP) — ", ["UNITED NATIONS"], "AP"),
    ("CAPE EXAMPLE, Fla. (EP) — ", ["CAPE EXAMPLE"], "EP"),
    ("SYDNEY and KUALA LUMPUR, Jul 26 2022 (IPS) - ", ["SYDNEY", "KUALA LUMPUR"], "IPS"),
    ("New Delhi [India], June 12 (ANI): ", ["New Delhi", "India"], "ANI"),
    ("NANJING, July 18 (Xinhua) - - ", ["NANJING"], "Xinhua"),
    ("ABU DHABI, 12th June, 2024 (WAM) -- ", ["ABU DHABI"], "WAM"),
    ("Riyadh, June 12, 2024, SPA -- ", ["Riyadh"], "SPA"),
    ("Tehran, IRNA – ", ["Tehran"], "IRNA"),
    ("Damascus, SANA- ", ["Damascus"], "SANA"),
    ("Ulaanbaatar / MONTSAME /. ", ["Ulaanbaatar"], "MONTSAME"),
    ("NEW YORK, June 12, 2024 /PRNewswire/ -- ", ["NEW YORK"], "PRNewswire"),
    ("MOSCOW, June 12. /TASS/. ", ["MOSCOW"], "TASS"),
    ("By Ann Smith WASHINGTON (Reuters) - ", ["WASHINGTON"], "Reuters"),
    ("By Ann Smith and Max Example WASHINGTON, June 12 (Reuters) - ", ["WASHINGTON"], "Reuters"),
    # German
    ("BERLIN, 12. Juni (dpa) - ", ["BERLIN"], "dpa"),
    ("Berlin (dpa) - ", ["Berlin"], "dpa"),
    ("München (dpa/lby) - ", ["München"], "dpa"),
    ("Frankfurt/Main (dpa) - ", ["Frankfurt/Main"], "dpa"),
    ("München/Hamburg (dpa) ", ["München", "Hamburg"], "dpa"),
    ("Wien (APA/dpa) - ", ["Wien"], "APA"),
    ("Bern (sda) ", ["Bern"], "sda"),
    # Spanish, Italian, Portuguese
    ("MADRID, 12 jun (EFE).- ", ["MADRID"], "EFE"),
    ("MADRID, 12 Jun. (EUROPA PRESS) - ", ["MADRID"], "EUROPA PRESS"),
    ("Buenos Aires, 12 de junio (Télam) - ", ["Buenos Aires"], "Télam"),
    ("Caracas, 12 Jun (Prensa Latina) ", ["Caracas"], "Prensa Latina"),
    ("ROMA (ANSA) - ", ["ROMA"], "ANSA"),
    ("(ANSA) - ROMA, 12 GIU - ", ["ROMA"], "ANSA"),
    ("(ANSA-AFP) - PARIGI, 12 GIU - ", ["PARIGI"], "ANSA"),
    ("(AGI) - Roma, 12 giu. - ", ["Roma"], "AGI"),
    ("Roma, 12 giu. (askanews) – ", ["Roma"], "askanews"),
    ("Lisboa, 12 jun 2024 (Lusa) – ", ["Lisboa"], "Lusa"),
    # Dutch, Danish, Norwegian, Swedish, Finnish
    ("DEN HAAG (ANP) - ", ["DEN HAAG"], "ANP"),
    ("'s-Hertogenbosch (ANP) - ", ["'s-Hertogenbosch"], "ANP"),
    ("København (Ritzau) - ", ["København"], "Ritzau"),
    ("Oslo (NTB): ", ["Oslo"], "NTB"),
    ("STOCKHOLM (TT) – ", ["STOCKHOLM"], "TT"),
    ("Helsinki (STT) - ", ["Helsinki"], "STT"),
    # Polish, Czech, Slovak, Croatian, Serbian
    ("Warszawa, 12 czerwca (PAP) - ", ["Warszawa"], "PAP"),
    ("PRAHA 12. června (ČTK) - ", ["PRAHA"], "ČTK"),
    ("Bratislava 12. júna (TASR) - ", ["Bratislava"], "TASR"),
    ("ZAGREB, 12. lipnja 2024. (Hina) - ", ["ZAGREB"], "Hina"),
    ("BEOGRAD, 12. JUNA /TANJUG/ - ", ["BEOGRAD"], "TANJUG"),
    ("БЕОГРАД, 12. јуна (Танјуг) - ", ["БЕОГРАД"], "Танјуг"),
    # Russian, Ukrainian, Turkish, Arabic
    ("МОСКВА, 12 июня. /ТАСС/. ", ["МОСКВА"], "ТАСС"),
    ("МОСКВА, 12 июн - РИА Новости. ", ["МОСКВА"], "РИА Новости"),
    ("МОСКВА, 12 июн — РИА Новости, Иван Примеров. ", ["МОСКВА"], "РИА Новости"),
    ("Москва. 12 июня. INTERFAX.RU - ", ["Москва"], "INTERFAX.RU"),
    ("КИЇВ, 12 червня /Укрінформ/. ", ["КИЇВ"], "Укрінформ"),
    ("ANKARA (AA) - ", ["ANKARA"], "AA"),
    ("İSTANBUL (DHA) - ", ["İSTANBUL"], "DHA"),
    ("القاهرة (أ ف ب) - ", ["القاهرة"], "أ ف ب"),
    ("القاهرة في 12 يونيو /أ ش أ/ ", ["القاهرة"], "أ ش أ"),
    ("باريس 15-3 (اف ب)- ", ["باريس"], "اف ب"),
    ("دبي (رويترز) - ", ["دبي"], "رويترز"),
    # the agency alone, or first
    ("(Reuters) - ", [], "Reuters"),
    ("(AFP) ", [], "AFP"),
    ("AFP - ", [], "AFP"),
    ("AFP. - London - ", ["London"], "AFP"),
    ("رويترز - ", [], "رويترز"),
]


def read(text: str, found: Dateline | None) -> tuple[list[str], str | None, str] | None:
    """The places and the agency of a dateline, and what follows it."""
    if found is None:
        return None
    agency = text[found.agency.start : found.agency.end] if found.agency else None
    return [text[each.start : each.end] for each in found.places], agency, text[found.end :]


def named(text: str) -> tuple[list[str], str | None, str] | None:
    return read(text, with_agency(text, 0, min(len(text), 160), is_well_known))


def bare(text: str, *, small: bool = False) -> tuple[list[str], str | None, str] | None:
    return read(text, without_agency(text, 0, min(len(text), 160), is_well_known, small=small))


@pytest.mark.parametrize(("opening", "places", "agency"), WITH_AGENCY)
def test_a_dateline_with_an_agency(opening: str, places: list[str], agency: str) -> None:
    assert named(opening + STORY) == (places, agency, STORY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PARIS",
        "PARIS (AFP",
        "L'Agence France-Presse (AFP) a annoncé mardi la nomination de sa directrice.",
        "Agence France-Presse (AFP) – Le directeur",
        "Le président (LR) – Marie Exemple – a démissionné.",
        "Marie Exemple (LR) - Jean Dupont (PS) : le débat",
        "Real Exemple (ESP) - FC Paris (FRA) : 1-0",
        "Marie Exemple (Bloomberg) : le pétrole monte encore",
        "Selon l'AFP, le gouvernement recule.",
        "Emmanuel Macron (Reuters) a dit mardi que tout allait bien.",
        "TODAY EXAMPLE (EFE) The Government",
        "NASA (ESA) - The agencies",
        "MA PIRE SOIRÉE (ELECTORALE). Aux législatives",
        "Modane (Savoie) - cinq engins ont brûlé",
        "Paris (75) - Le maire",
        "Reuters: le pétrole monte",
        "Bloomberg : le pétrole monte",
        "reuters - le pétrole monte",
        "AP - Le pétrole monte",
        "Le Monde, AFP, Reuters et d'autres protestent.",
        "Von der Leyen (AFP) sagt, dass es reicht.",
    ],
)
def test_no_dateline(text: str) -> None:
    assert named(text) is None


def test_a_dateline_may_stand_in_a_line_of_its_own() -> None:
    assert named(f"Sallanches (AFP)\n\n{STORY}") == (["Sallanches"], "AFP", STORY)
    assert named("Sallanches (AFP)") == (["Sallanches"], "AFP", "")


def test_without_a_dash_the_place_must_be_known() -> None:
    assert named(f"Nürnberg (dpa) {STORY}") == (["Nürnberg"], "dpa", STORY)
    assert named(f"Kleinkleckersdorf (dpa) {STORY}") is None


def test_an_unknown_agency_needs_more_than_a_place() -> None:
    assert named(f"Durban, May 17 2022 (XYZ) - {STORY}") == (["Durban"], "XYZ", STORY)
    assert named(f"CAPE EXAMPLE (XYZ) - {STORY}") == (["CAPE EXAMPLE"], "XYZ", STORY)
    assert named(f"Durban (XYZ) - {STORY}") == (["Durban"], "XYZ", STORY)
    assert named(f"CAPE EXAMPLE (Example News) - {STORY}") == (["CAPE EXAMPLE"], "Example News", STORY)
    assert named(f"SARAJEVO, Bosna i Hercegovina (BiH) -- {STORY}") is None
    assert named(f"Kleinkleckersdorf (XYZ) - {STORY}") is None
    assert named(f"Durban, May 17 2022 (XYZ). {STORY}") is None


def test_the_dateline_begins_where_its_byline_does() -> None:
    text = f"By Ann Smith PARIS (AFP) - {STORY}"
    found = with_agency(text, 0, len(text), is_well_known)
    assert found is not None
    assert found.start == 0


@pytest.mark.parametrize(
    ("opening", "places"),
    [
        ("NEW DELHI: ", ["NEW DELHI"]),
        ("KUALA LUMPUR: ", ["KUALA LUMPUR"]),
        ("TEHRAN – ", ["TEHRAN"]),
        ("AMMAN — ", ["AMMAN"]),
        ("HIROSHIMA -- ", ["HIROSHIMA"]),
        ("ROMA - ", ["ROMA"]),
        ("ROMA.- ", ["ROMA"]),
        ("ZAGREB - ", ["ZAGREB"]),
        ("CAIRO – 26 July 2022: ", ["CAIRO"]),
        ("KUWAIT CITY, July 24: ", ["KUWAIT CITY"]),
        ("SINGAPORE (May 6, 2021) — ", ["SINGAPORE"]),
        ("LONDON/PARIS – ", ["LONDON", "PARIS"]),
        ("BEOGRAD, Srbija -- ", ["BEOGRAD", "Srbija"]),
        ("SENNAN, Osaka Prefecture -- ", ["SENNAN", "Osaka Prefecture"]),
        ("ANAHEIM, Calif. — ", ["ANAHEIM"]),
        ("القاهرة: ", ["القاهرة"]),
    ],
)
def test_a_place_alone(opening: str, places: list[str]) -> None:
    expected = None if opening == "القاهرة: " else (places, None, STORY)  # no capitals speak for it
    assert bare(opening + STORY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ROMA",
        "ROMA - ",
        "ROMA - Lazio",
        f"PSG: {STORY}",
        f"DÉCRYPTAGE - {STORY}",
        f"TODAY EXAMPLE – {STORY}",
        f"SNCF : {STORY}",
        f"PARIS : {STORY}",
        f"Paris - {STORY}",
        f"Paris – {STORY}",
        f"Paris: {STORY}",
        f"PARIS 2024. J - 94. {STORY}",
        f"PARIS 2024 – {STORY}",
        f"ANGOLA, UNE TRAGÉDIE -- {STORY}",
        f"EXAMPLE, Une tragédie: {STORY}",
        f"ROMA - LAZIO MILAN 1-0, {STORY}",
        f"ROMA - le gouvernement {STORY}",
        f"ROMA - Le gouvernement\n\n{STORY}",
        f"Paris, la capitale – {STORY}",
    ],
)
def test_no_place_alone(text: str) -> None:
    assert bare(text) is None


@pytest.mark.parametrize(
    "opening", ["Muscat: ", "Pretoria – ", "Durban — ", "New York (November 25, 2021): "]
)
def test_english_papers_write_a_place_small(opening: str) -> None:
    assert bare(opening + STORY, small=True) is not None
    assert bare(opening + STORY, small=False) is None


@pytest.mark.parametrize(
    "text",
    [
        f"Durban - {STORY}",
        f"Paris : {STORY}",
        f"Rugby: {STORY}",
        "Muscat: The score was 1-0.",
        f"Muscat, {STORY}",
    ],
)
def test_even_english_papers_write_some_things_that_are_no_dateline(text: str) -> None:
    assert bare(text, small=True) is None


def test_who_knows_more_places_finds_more() -> None:
    text = f"KLANG: {STORY}"
    assert without_agency(text, 0, len(text), is_well_known, small=False) is None
    found = without_agency(text, 0, len(text), {"KLANG"}.__contains__, small=False)
    assert read(text, found) == (["KLANG"], None, STORY)


def test_an_acronym_is_no_town_though_one_has_that_name() -> None:
    text = f"TUI: {STORY}"
    assert without_agency(text, 0, len(text), {"TUI"}.__contains__, small=False) is None


def test_a_town_in_small_letters_must_be_one_that_all_papers_know() -> None:
    for name in ("Chelsea", "Cher", "Klang"):
        text = f"{name}: {STORY}"
        assert without_agency(text, 0, len(text), {name}.__contains__, small=True) is None


@given(texts)
def test_any_text_is_read(text: str) -> None:
    stop = min(len(text), 160)
    for found in (
        with_agency(text, 0, stop, is_well_known),
        without_agency(text, 0, stop, is_well_known, small=True),
    ):
        if found:
            mentions = [*found.places, *([found.agency] if found.agency else [])]
            assert mentions
            assert all(found.start <= each.start < each.end <= found.end <= len(text) for each in mentions)


@pytest.mark.timeout(20)
def test_a_megabyte_is_read_at_once() -> None:
    for text in megabytes:
        with_agency(text, 0, 160, is_well_known)
        without_agency(text, 0, 160, is_well_known, small=True)
