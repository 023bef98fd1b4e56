"""Labels before a story: what is one, what is none, and where the story begins."""

import pytest
from hypothesis import given

from pipeline.enrich.datelines.sections import first_letter, labels
from tests.enrich.datelines.hostile import megabytes, texts


def read(text: str) -> tuple[list[str], str]:
    """The labels of a text, and the rest."""
    found = labels(text)
    return [text[each.start : each.end] for each in found], text[found[-1].after :] if found else text


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("SPORT. Le club a gagné.", "SPORT", "Le club a gagné."),
        ("Politique – Le ministre part.", "Politique", "Le ministre part."),
        ("Football/Ligue 1 - Le club a gagné.", "Football/Ligue 1", "Le club a gagné."),
        ("Basket/Elite : le club a gagné.", "Basket/Elite", "le club a gagné."),
        ("URGENT - Le ministre part.", "URGENT", "Le ministre part."),
        ("EILMELDUNG: Der Minister geht.", "EILMELDUNG", "Der Minister geht."),
        ("EXCLUSIVE | The minister leaves.", "EXCLUSIVE", "The minister leaves."),
        ("LEAD\nLe ministre part.", "LEAD", "Le ministre part."),
        ("(2e version) Le ministre part.", "2e version", "Le ministre part."),
        ("(Zusammenfassung 1430) Der Minister geht.", "Zusammenfassung 1430", "Der Minister geht."),
        ("[UPDATE] The minister leaves.", "UPDATE", "The minister leaves."),
        ("EN DIRECT - Le ministre part.", "EN DIRECT", "Le ministre part."),
        ("COMPTE RENDU D’AUDIENCE - Le ministre part.", "COMPTE RENDU D’AUDIENCE", "Le ministre part."),
        ("REPORTAGE EXCLUSIF  - Le ministre part.", "REPORTAGE EXCLUSIF", "Le ministre part."),
        ("Mise à jour : le ministre part.", "Mise à jour", "le ministre part."),
        ("СРОЧНО. Министр уходит.", "СРОЧНО", "Министр уходит."),
        ("【速報】大臣が辞任", "速報", "大臣が辞任"),
        ("\ufeff\n  • Sport. Le club a gagné.", "Sport", "Le club a gagné."),
    ],
)
def test_a_label(text: str, label: str, rest: str) -> None:
    assert read(text) == ([label], rest)


def test_labels_may_follow_each_other() -> None:
    assert read("URGENT - (LEAD) SPORT. Le club") == (["URGENT", "LEAD", "SPORT"], "Le club")


def test_there_are_three_at_most() -> None:
    assert read("URGENT - LEAD - SPORT. SPORT. Le club")[0] == ["URGENT", "LEAD", "SPORT"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Le ministre part.",
        "PARIS (AFP) – Le ministre part.",
        "NEW DELHI: The minister leaves.",
        "PSG : le club a gagné.",
        "Le Monde – Le ministre part.",
        "Emmanuel Macron. Le ministre part.",
        "Sport and money belong together, says the minister.",
        "Football clubs want more.",
        "(Reuters) - The minister leaves.",
        "2024. The year of the minister.",
        "Contre-attaque – Le club a gagné.",
        "Analysis of the budget, page 3: the minister leaves.",
    ],
)
def test_no_label(text: str) -> None:
    assert labels(text) == []


@given(texts)
def test_labels_stand_in_the_text_in_their_order(text: str) -> None:
    at = 0
    for label in labels(text):
        assert at <= label.start < label.end <= label.after <= len(text)
        assert text[label.start].isalnum()
        at = label.after


@given(texts)
def test_a_text_begins_with_no_blank(text: str) -> None:
    start = first_letter(text, 0)
    assert start == len(text) or not text[start].isspace()
    assert not any(map(str.isalnum, text[:start]))


@pytest.mark.timeout(20)
def test_a_megabyte_is_read_at_once() -> None:
    for text in megabytes:
        assert len(labels(text)) <= 3
