"""Bylines, credits, copyright and sign-offs around a story, and what only looks like them."""

# ruff: noqa: RUF001 - the copy stands in the letters of its languages

import pytest
from hypothesis import given

from pipeline.enrich.datelines.bylines import FIRST, LAST, LONGEST_LINE, credits  # noqa: A004 - its name
from tests.enrich.datelines.hostile import megabytes, texts

STORY = "Le gouvernement a présenté mardi un projet de loi que ses adversaires combattent."
LONG = f"{STORY} " * 40

BYLINES = [
    ("fr", "Par Jean Dupont"),
    ("fr", "PAR JEAN DUPONT"),
    ("fr", "Par Jean Dupont et Marie Exemple"),
    ("fr", "Par Jean Dupont, envoyé spécial à Kiev"),
    ("fr", "Par Jean Dupont avec AFP"),
    ("fr", "Par Le Quotidien avec AFP"),
    ("fr", "Le Quotidien avec AFP"),
    ("fr", "Avec AFP"),
    ("fr", "Par AFP"),
    ("fr", "De notre correspondant à Berlin, Jean Dupont"),
    ("fr", "De notre envoyée spéciale, Marie Exemple"),
    ("fr", "Propos recueillis par Marie Exemple"),
    ("fr", "Reportage de Jean Dupont, édité par Marie Exemple"),
    ("en", "By JOHN SMITH"),
    ("en", "By John Smith"),
    ("en", "BY JOHN SMITH"),
    ("en", "By Ann Smith, AP Science Writer."),
    ("en", "By Ann Smith, BBC East Example Today health correspondent"),
    ("en", "By Ann Smith and Max Example in London"),
    ("en", "By Ann Smith | Reuters"),
    ("en", "_By Ann Smith_"),
    ("en", "By The Associated Press"),
    ("en", "By Reuters"),
    ("en", "By H. J. van der Example"),
    ("en", "Written by Ann Smith"),
    ("en", "Additional reporting by Ann Smith in Paris"),
    ("en", "With additional reporting by business reporter Ann Smith in New York."),
    ("en", "Edited by: Ann Smith"),
    ("en", "Video journalist: Ann Smith"),
    ("de", "Von Max Muster, dpa"),
    ("de", "Von Max Muster"),
    ("de", "Von Muster, dpa"),
    ("de", "VON MAX MUSTER UND ANN SCHMIDT"),
    ("de", "Mit Material von dpa"),
    ("de", "Mit Material der Nachrichtenagentur dpa"),
    ("es", "Por Juan Ejemplo"),
    ("es", "Con información de EFE"),
    ("pt", "Por João Exemplo, da Lusa"),
    ("it", "Di Mario Esempio"),
    ("it", "(di Mario Esempio)"),
    ("it", "Dal nostro inviato Mario Esempio"),
    ("nl", "Door Jan Voorbeeld"),
    ("nl", "Van onze correspondent Jan Voorbeeld"),
    ("sv", "Av Anna Exempel"),
    ("da", "Af Anne Eksempel, Ritzau"),
    ("no", "Av Ola Eksempel, NTB"),
    ("ru", "Автор: Иван Примеров"),
    ("pl", "Autor: Jan Przykład"),
    ("ar", "إعداد: فلان الفلاني"),
]

CREDITS = [
    "(Reporting by Ann Smith in Paris; Editing by Max Example)",
    "(Reporting by Ann Smith and Max Example in Paris; Writing by Jo Doe; Editing by Al Roe and Bo Poe)",
    "(Reportage de Jean Dupont, version française Marie Exemple, édité par Luc Martin)",
    "(Reporte de Juan Ejemplo; editado por Ana Muestra)",
    "(Bericht von Max Muster, redigiert von Ann Schmidt. Bei Rückfragen wenden Sie sich an die Redaktion)",
    "(This article was written by Ann Smith and Max Example.)",
    "Ann Smith in Berlin contributed to this report.",
    "Associated Press writers Ann Smith and Max Example contributed to this story.",
    "Jean Dupont a contribué à cet article.",
    "Copyright © AFP",
    "Copyright 2024 AFP. Tous droits réservés.",
    "Copyright Example Press",
    "© 2024 The Associated Press. All rights reserved.",
    "© dpa-infocom, dpa:240612-99-123456/3",
    "(c) dpa",
    "(©NTB)",
    "All rights reserved. This material may not be published, broadcast, rewritten or redistributed.",
    "Tous droits de reproduction et de représentation réservés.",
    "RIPRODUZIONE RISERVATA © Copyright Esempio",
    "Все права защищены.",
    "(AFP)",
    "(dpa/AFP)",
    "(avec AFP)",
    "AFP",
    "dpa/Reuters",
    "AFP et Reuters",
    "Photo: Ann Smith/AFP",
    "Crédit photo : Jean Dupont",
    "Foto: Max Muster/dpa",
    "Quelle: dpa",
    "Fuente: EFE",
    "Источник: ТАСС",
    "المصدر: رويترز",
    "来源：新华社",
    "（责任编辑：张三）",
    "Jan Przykład (PAP)",
    "Max Muster, dpa",
    "/ritzau/",
]

SIGN_OFFS = [
    "mas/lma/abl",
    "bur-dar-gl/fz",
    "ab/",
    "abc/def/",
    "afp mas/lma",
    "ABC/DEF",
    "ABC // DEF",
    "Lusa/Fim",
    "dpa abc xy de",
    "（完）",
    "ENDS",
]

PROSE = [
    ("fr", "Par Paris, la Seine coule lentement vers la mer."),
    ("fr", "Par manque de moyens, la ville renonce."),
    ("fr", "Par 190 voix contre 108, la chambre haute a tranché."),
    ("fr", "Par Toutatis !"),
    ("fr", "Par Dupont"),
    ("fr", "Avec Kylian Exemple, le club espère mieux."),
    ("fr", "Reportage dans les ateliers du théâtre."),
    (
        "fr",
        "Notre correspondant à Londres a recueilli le témoignage d'un marchand danois qui alerta le musée.",
    ),
    ("fr", "Tous droits compris, cela fait dix euros."),
    ("en", "By London standards, this was a small fire."),
    ("en", "By car"),
    ("en", "By Land and Sea"),
    ("en", "By Monday, Ann Smith had changed her mind about it all."),
    ("en", "Written by hand in 1820, the letter was lost for years."),
    ("en", "Copyright law is about to change, says the minister."),
    ("en", "The agencies AFP and Reuters reported it first."),
    (
        "en",
        "Source code: the minister said nothing of it in his speeches, nor did his many friends.",
    ),
    ("de", "Von der Leyen"),
    ("de", "Von der Leyen sagt, dass es reicht."),
    ("de", "Von Paris nach Berlin"),
    ("de", "Von Trier aus ging es weiter."),
    ("es", "Por eso el gobierno cede."),
    ("it", "Di Maio"),
    ("it", "Di Maio ha detto che va bene."),
    ("fr", "Di Mario Esempio"),
    ("xx", "and"),
    ("xx", "lui-même"),
]


def found(body: str, language: str = "fr") -> list[str]:
    return [body[span.start : span.end] for span in credits(body, language)]


@pytest.mark.parametrize(("language", "line"), BYLINES)
def test_a_byline_above_the_story(language: str, line: str) -> None:
    assert found(f"{line}\n\n{STORY}\n\n{STORY}", language) == [line]


@pytest.mark.parametrize(("language", "line"), BYLINES)
def test_a_byline_below_the_story(language: str, line: str) -> None:
    assert found(f"{STORY}\n\n{line}\n", language) == [line]


@pytest.mark.parametrize(("language", "line"), BYLINES)
def test_a_byline_under_a_headline_where_the_language_is_unknown(language: str, line: str) -> None:
    assert language
    assert found(f"Le ministre part\n{line}\n{STORY}", "") == [line]


@pytest.mark.parametrize("line", CREDITS)
def test_a_credit_below_the_story(line: str) -> None:
    assert found(f"{STORY}\n\n{line}") == [line]
    assert found(f"{STORY}\r\n{line}\r\n\r\n") == [line]


@pytest.mark.parametrize("line", SIGN_OFFS)
def test_a_sign_off_below_the_story(line: str) -> None:
    assert found(f"{STORY}\n\n{line}") == [line]


@pytest.mark.parametrize("line", SIGN_OFFS)
def test_a_sign_off_stands_last(line: str) -> None:
    assert found(f"{line}\n\n{STORY}\n\n{STORY}") == []


@pytest.mark.parametrize(("language", "line"), PROSE)
def test_prose_is_no_byline(language: str, line: str) -> None:
    assert found(f"{line}\n\n{STORY}", language) == []
    assert found(f"{STORY}\n\n{line}", language) == []


@pytest.mark.parametrize(("language", "line"), [case for case in BYLINES if "(" not in case[1]])
def test_what_stands_alone_is_the_story(language: str, line: str) -> None:
    assert found(line, language) == []
    assert found(f"\n{line}\n\n", language) == []


@pytest.mark.parametrize(
    ("end", "credit"),
    [
        (" (AFP)", "(AFP)"),
        (" (AFP).", "(AFP)"),
        (" (dpa/Reuters)", "(dpa/Reuters)"),
        (" (avec AFP)", "(avec AFP)"),
        (
            " (Reporting by Ann Smith; Editing by Max Example)",
            "(Reporting by Ann Smith; Editing by Max Example)",
        ),
        (" © AFP", "© AFP"),
        (" mas/lma/abl", "mas/lma/abl"),
        (" bur-dar/fz", "bur-dar/fz"),
    ],
)
def test_a_credit_at_the_end_of_the_last_line(end: str, credit: str) -> None:
    assert found(STORY + end) == [credit]
    assert found(f"{STORY}\n\n{STORY}{end}") == [credit]
    assert found(f"« {STORY} »{end}") == [credit]


def test_credits_may_follow_each_other_at_the_end() -> None:
    assert found(f"{STORY} (AFP) © AFP") == ["(AFP)", "© AFP"]
    assert found(f"{STORY} (AFP)\n\nPar Jean Dupont\n\nmas/lma") == ["(AFP)", "Par Jean Dupont", "mas/lma"]


@pytest.mark.parametrize(
    "end",
    [
        "a dit l'Agence France-Presse (AFP)",
        "a dit l'Agence France-Presse (AFP).",
        "selon l'AFP.",
        "a dit Marie Exemple (LR).",
        "une vitesse de 130 km/h",
        "le train roule à 300 km/h.",
        "(voir photo)",
        "(AFP) a-t-il dit",
        ")(",
    ],
)
def test_the_end_of_a_sentence_is_no_credit(end: str) -> None:
    assert found(f"{STORY} Voici {end}") == []


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("de", "(Von Max Muster, dpa)"),
        ("it", "(di Mario Esempio)"),
        ("en", "(By Ann Smith)"),
        ("fr", "(Par Jean Dupont)"),
    ],
)
def test_a_byline_in_brackets_before_the_story(language: str, opening: str) -> None:
    assert found(f"{opening} {STORY}", language) == [opening]


@pytest.mark.parametrize("opening", ["(Paris)", "(Le ministre part)", "(par exemple)", "(", "(Par", "()"])
def test_other_brackets_before_the_story(opening: str) -> None:
    assert found(f"{opening} {STORY}") == []


def test_labels_are_no_part_of_the_story() -> None:
    assert found(f"URGENT - SPORT. {STORY}") == ["URGENT", "SPORT"]


@pytest.mark.parametrize("language", ["en", "de", "sv", "es"])
def test_a_byline_begins_with_the_word_of_its_language(language: str) -> None:
    assert found(f"Par Jean Dupont\n\n{STORY}\n\n{STORY}", language) == []


def test_a_byline_further_down_is_part_of_the_story() -> None:
    lines = [STORY] * 20
    lines[FIRST] = "Par Jean Dupont"
    assert found("\n".join(lines)) == []
    lines[FIRST], lines[FIRST - 1] = lines[FIRST - 1], lines[FIRST]
    assert found("\n".join(lines)) == ["Par Jean Dupont"]


def test_a_credit_further_up_is_part_of_the_story() -> None:
    lines = [STORY] * 20
    lines[-LAST - 1] = "Propos recueillis par Marie Exemple"
    assert found("\n".join(lines)) == []
    lines[-LAST - 1], lines[-LAST] = lines[-LAST], lines[-LAST - 1]
    assert found("\n".join(lines)) == ["Propos recueillis par Marie Exemple"]


def test_long_lines_hide_no_credit() -> None:
    assert len(LONG) > LONGEST_LINE
    assert found(f"Par Jean Dupont\n{LONG}\n{LONG}\n(AFP)") == ["Par Jean Dupont", "(AFP)"]
    assert found(f"{LONG}(AFP)") == ["(AFP)"]
    assert found(LONG) == []


@given(texts, texts)
def test_credits_stand_in_the_text_in_their_order(above: str, below: str) -> None:
    body = f"{above}\n{STORY}\n{below}"
    last = 0
    for span in credits(body, "fr"):
        assert last <= span.start < span.end <= len(body)
        assert not body[span.start].isspace()
        assert not body[span.end - 1].isspace()
        last = span.end


@given(texts)
def test_any_text_is_read_in_any_language(text: str) -> None:
    for language in ("en", "fr", "de", "it", "zh", "", "tlh"):
        assert all(0 <= span.start < span.end <= len(text) for span in credits(text, language))


@given(texts)
def test_blanks_around_a_body_move_its_credits_and_no_more(text: str) -> None:
    body = text.strip()
    plain = [(span.start + 2, span.end + 2) for span in credits(body, "en")]
    assert [(span.start, span.end) for span in credits(f"\n {body} \n\n", "en")] == plain


@pytest.mark.timeout(30)
def test_a_megabyte_is_read_at_once() -> None:
    for text in megabytes:
        for body in (text, f"{STORY}\n{text}", f"{text}\n(AFP)", f"Par Jean Dupont\n{text}\n{text}"):
            assert len(credits(body, "fr")) <= FIRST + LAST + 6
