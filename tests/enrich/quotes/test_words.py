"""The words of a language: that the lists are in order, and how verbs are inflected."""

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.enrich.quotes import words
from pipeline.enrich.quotes.words import FILES, load

LANGUAGES = sorted(FILES)
FOLDER = Path(words.__file__).parent
ENGLISH, FRENCH = load("en"), load("fr")


def lists(language: str) -> dict[str, list[str]]:
    table = tomllib.loads((FOLDER / FILES[language]).read_text("utf-8"))
    flat = {name: value.split() for name, value in table.items() if isinstance(value, str)}
    for name in ("pronouns", "titles"):
        flat |= {f"{name} {person}": value.split() for person, value in table[name].items()}
    return flat


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_list_is_empty_and_no_word_stands_twice(language: str) -> None:
    for name, found in lists(language).items():
        assert found, name
        assert len(set(found)) == len(found), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_one_as_a_text_is_cut(language: str) -> None:
    cut = load(language).word
    for name, found in lists(language).items():
        for each in found:
            assert cut.fullmatch(each), (name, each)
            assert each == each.lower(), (name, each)
            assert "’" not in each, (name, each)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_has_a_use(language: str) -> None:
    known = {*load(language).__dataclass_fields__, "regular", "irregular"}
    assert {name.split()[0] for name in lists(language)} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_agree(language: str) -> None:
    known = load(language)
    assert known.doubtful <= known.verbs
    assert known.subjects <= known.relatives
    assert known.joins <= known.links
    assert known.that <= known.links
    assert known.adverbs <= known.auxiliaries
    assert not known.verbs & known.gerunds
    assert not known.verbs & known.pronouns.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verb_is_regular_or_irregular(language: str) -> None:
    found = lists(language)
    assert not set(found["regular"]) & set(found["irregular"])


def test_another_language_is_not_known() -> None:
    with pytest.raises(KeyError):
        load("de")


def test_a_language_is_read_once() -> None:
    assert load("en") is load("en")


@pytest.mark.parametrize(
    "form",
    [
        "say",
        "says",
        "said",
        "add",
        "adds",
        "added",
        "argue",
        "argues",
        "argued",
        "stress",
        "testify",
        "testifies",
        "testified",
        "promise",
        "promised",
        "wrote",
        "told",
        "tell",
        "criticises",
        "blasted",
    ],
)
def test_english_verbs(form: str) -> None:
    assert form in ENGLISH.verbs


@pytest.mark.parametrize(
    "form", ["saying", "adding", "arguing", "telling", "insisting", "accusing", "calling"]
)
def test_english_gerunds(form: str) -> None:
    assert form in ENGLISH.gerunds
    assert form not in ENGLISH.verbs


@pytest.mark.parametrize(
    "form",
    [
        "dit",
        "disait",
        "affirme",
        "affirment",
        "affirmé",
        "affirmée",
        "affirma",
        "affirmait",
        "affirmèrent",
        "annonça",
        "annonçait",
        "juge",
        "jugea",
        "jugeait",
        "répète",
        "répété",
        "espère",
        "espéré",
        "rappelle",
        "rappelé",
        "interpelle",
        "précise",
        "précisé",
        "répond",
        "répondu",
        "écrit",
        "avoue",
        "confie",
        "salue",
        "exige",
        "exigeait",
        "suggère",
        "tempère",
        "révèle",
        "réjouie",
        "poursuit",
    ],
)
def test_french_verbs(form: str) -> None:
    assert form in FRENCH.verbs


@pytest.mark.parametrize("form", ["disant", "ajoutant", "annonçant", "jugeant", "précisant", "répétant"])
def test_french_gerunds(form: str) -> None:
    assert form in FRENCH.gerunds
    assert form not in FRENCH.verbs


NO_VERBS = [
    "est",
    "a",
    "fait",
    "was",
    "has",
    "went",
    "le",
    "the",
    "juger",
    "vient",
    "mange",
    "eat",
    "réclame-t-il",
]


@pytest.mark.parametrize("form", NO_VERBS)
def test_other_words_are_no_verbs_of_speech(form: str) -> None:
    assert form not in ENGLISH.verbs | FRENCH.verbs


CUT = [
    ("en", "It's Anne-Marie's U.N. plan, isn’t it", ["It's", "Anne-Marie's", "U.N", "plan", "isn’t", "it"]),
    ("fr", "L'homme qu’il a-t-il aujourd'hui", ["L'", "homme", "qu’", "il", "a-t-il", "aujourd'", "hui"]),
    ("fr", "dit-elle, M. Durand", ["dit-elle", "M", "Durand"]),
]


@pytest.mark.parametrize(("language", "text", "found"), CUT)
def test_how_a_text_is_cut(language: str, text: str, found: list[str]) -> None:
    assert load(language).word.findall(text) == found


ENDS = [
    (FRENCH, "de", "la", False),
    (FRENCH, "et", "de", False),
    (FRENCH, "et", "part", True),
    (FRENCH, "qui", "", True),
    (FRENCH, "dans", "la", True),
    (FRENCH, "russe", "", False),
    (FRENCH, "mardi", "", True),
    (ENGLISH, "of", "the", False),
    (ENGLISH, "in", "a", True),
    (ENGLISH, "who", "is", True),
    (ENGLISH, "minister", "", False),
]


@pytest.mark.parametrize(("known", "word", "following", "ends"), ENDS)
def test_what_ends_a_description(known: words.Words, word: str, following: str, *, ends: bool) -> None:
    assert known.ends_description(word, following) is ends


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_say_what_they_are(language: str) -> None:
    first = (FOLDER / FILES[language]).read_text("utf-8").splitlines()[0]
    assert re.match(r"# The words of \w+ that tell who speaks", first)
