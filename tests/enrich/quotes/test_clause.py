"""The subject of a verb in a clause: before it, behind it, past what stands between."""

import pytest

from pipeline.enrich.quotes.clause import Clause, Speaker
from tests.enrich.quotes.bodies import scene

BEFORE = [
    ("en", "{PER Anne Martin} said", "said", "Anne Martin"),
    ("en", "{PER Anne Martin} has also said", "said", "Anne Martin"),
    ("en", "the minister said", "said", "the minister"),
    ("en", "In May the minister said", "said", "the minister"),
    ("en", "In a statement to the {ORG BBC}, the minister said", "said", "the minister"),
    ("en", "But the minister of health said", "said", "the minister of health"),
    ("en", "Officials said", "said", "Officials"),
    ("en", "he said", "said", "he"),
    ("en", "{PER Anne Martin}, who left, said", "said", "Anne Martin"),
    ("en", "{PER Anne Martin}, the mayor, said", "said", "Anne Martin"),
    ("en", "the mayor, {PER Anne Martin}, said", "said", "Anne Martin"),
    ("en", "{PER Anne Martin} of {ORG Acme} said", "said", "Anne Martin"),
    ("en", "a friend of {PER Anne Martin} said", "said", "a friend of Anne Martin"),
    ("en", "{PER Anne Martin}'s lawyer said", "said", "Anne Martin's lawyer"),
    ("en", "the people who said", "said", "the people"),
    ("en", "{ORG Marks and Spencer} said", "said", "Marks and Spencer"),
    ("en", "quietly and said", "said", ""),
    ("en", "said", "said", ""),
    ("en", "left; said", "said", ""),
    ("fr", "{PER Anne Martin} a dit", "dit", "Anne Martin"),
    ("fr", "{PER Anne Martin} l'a encore dit", "dit", "Anne Martin"),
    ("fr", "le ministre a dit", "dit", "le ministre"),
    ("fr", "mais en 2018, une étude a dit", "dit", "une étude"),
    ("fr", "que les experts ont dit", "dit", "les experts"),
    ("fr", "elle a dit", "dit", "elle"),
    ("fr", "{PER Kim Jong Un} a lui assuré", "assuré", "Kim Jong Un"),
    ("fr", "le président {PER Paul Durand} a dit", "dit", "Paul Durand"),
    ("fr", "le porte-parole de {PER Paul Durand} a dit", "dit", "le porte-parole de Paul Durand"),
    ("fr", "M. {PER Durand} a dit", "dit", "Durand"),
    ("fr", "ceux qui ont dit", "dit", ""),
    ("fr", "sa nomination a été critiquée", "critiquée", ""),
]
BEHIND = [
    ("fr", "a dit {PER Anne Martin}", "dit", "Anne Martin"),
    ("fr", "a dit mardi le maire", "dit", "le maire"),
    ("fr", "a dit à la presse le maire", "dit", "le maire"),
    ("fr", "a dit à l'{ORG AFP} {PER Anne Martin}", "dit", "Anne Martin"),
    ("fr", "a dit à la {ORG BBC} la militante des droits, {PER Anne Martin}", "dit", "Anne Martin"),
    ("fr", "a dit lors d'une visite le maire", "dit", "le maire"),
    ("fr", "a dit le maire de {LOC Lyon} dans un entretien", "dit", "le maire de Lyon"),
    ("fr", "a dit le maire qui part", "dit", "le maire"),
    ("fr", "a dit une femme de 40 ans", "dit", "une femme de 40 ans"),
    ("fr", "a dit elle", "dit", "elle"),
    ("fr", "a dit, mardi", "dit", ""),
    ("fr", "a dit dans un communiqué", "dit", ""),
    ("fr", "a dit", "dit", ""),
    ("en", "said {PER Anne Martin}", "said", "Anne Martin"),
    ("en", "said the minister in {LOC Paris}", "said", "the minister"),
    ("en", "said on Monday {PER Anne Martin}", "said", "Anne Martin"),
    ("en", "said her lawyer", "said", "her lawyer"),
    ("en", "said her", "said", "her"),
    ("en", "said quietly", "said", ""),
]
SUBJECT = [
    ("en", "it was described by {PER Anne Martin} as", "described", "Anne Martin"),
    ("en", "it was described as", "described", ""),
    ("en", "one protester stopped the show, saying", "saying", "one protester"),
    ("en", "the friend of {PER Anne Martin}, {PER Bob Smith}, was ill, telling", "telling", "Bob Smith"),
    ("en", "{PER Anne Martin} rose and said", "said", "Anne Martin"),
    ("en", "she rose and said", "said", "she"),
    ("fr", "il est accusé par {PER Anne Martin}", "accusé", "Anne Martin"),
    ("fr", "il s'est réjoui", "réjoui", "il"),
    ("fr", "son gouvernement a pris la mesure, invoquant", "invoquant", "son gouvernement"),
    ("fr", "{PER Anne Martin} a pris la mesure, invoquant", "invoquant", "Anne Martin"),
    ("fr", "invoquant", "invoquant", ""),
]


def clause(marked: str, language: str) -> Clause:
    found = scene(f"{marked} “x”", language)
    return Clause(found, 0, found.text.rindex(" "))


def text(known: Clause, speaker: Speaker | None) -> str:
    return known.scene.body[speaker.start : speaker.end] if speaker else ""


def place(known: Clause, verb: str) -> int:
    return [each.text for each in known.tokens].index(verb)


@pytest.mark.parametrize(("language", "marked", "verb", "subject"), BEFORE)
def test_the_subject_before_a_verb(language: str, marked: str, verb: str, subject: str) -> None:
    known = clause(marked, language)
    assert text(known, known.before(place(known, verb))) == subject


@pytest.mark.parametrize(("language", "marked", "verb", "subject"), BEHIND)
def test_the_subject_behind_a_verb(language: str, marked: str, verb: str, subject: str) -> None:
    known = clause(marked, language)
    assert text(known, known.behind(place(known, verb))) == subject


@pytest.mark.parametrize(("language", "marked", "verb", "subject"), SUBJECT)
def test_the_subject_of_passives_and_gerunds(language: str, marked: str, verb: str, subject: str) -> None:
    known = clause(marked, language)
    assert text(known, known.subject(place(known, verb))) == subject


PERSONS = [
    ("en", "he said", "he"),
    ("en", "She said", "she"),
    ("en", "it said", "it"),
    ("en", "they said", "they"),
]


@pytest.mark.parametrize(("language", "marked", "person"), PERSONS)
def test_a_pronoun_tells_whom_it_may_stand_for(language: str, marked: str, person: str) -> None:
    found = clause(marked, language).before(1)
    assert found
    assert found.person == person


def test_a_name_is_no_pronoun() -> None:
    found = clause("{PER Anne Martin} said", "en").before(2)
    assert found == Speaker(0, 11)


RULED = [
    (["of"], True),
    (["of", "the"], True),
    (["with", "his"], True),
    (["anne's"], True),
    (["the"], False),
    (["minister"], False),
    ([], False),
]


@pytest.mark.parametrize(("ahead", "ruled"), RULED)
def test_what_makes_no_subject_of_a_name(ahead: list[str], *, ruled: bool) -> None:
    assert clause("a b", "en").rules(ahead) is ruled


def test_the_point_of_a_title_ends_no_clause() -> None:
    known = clause("Mr. {PER Smith}. He", "en")
    assert not known.is_cut(0)
    assert known.is_cut(1)


def test_a_phrase_beyond_the_end_is_none() -> None:
    assert clause("a b", "en").phrase(9) is None
    assert clause("", "en").leading(0) is None
