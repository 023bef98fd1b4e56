"""A body as the search for speakers sees it: its quotations covered, its sentences, its names."""

import pytest
from hypothesis import given, settings

from pipeline.enrich.quotes.marks import quoted
from pipeline.enrich.quotes.scene import COVER, FAR, Name, Scene
from pipeline.enrich.quotes.words import load
from tests.enrich.quotes.bodies import named, scene


def sentences(marked: str, language: str = "en") -> list[str]:
    found = scene(marked, language)
    start, parts = 0, []
    while start < len(found.text):
        end = found.sentence_end(start)
        parts.append(found.body[start:end].strip())
        start = end
    return parts


SENTENCES = [
    ("It is. He goes.", ["It is.", "He goes."]),
    ("It is! He goes? She stays…", ["It is!", "He goes?", "She stays…"]),
    ("One line\nAnother line\n\nA third", ["One line", "Another line", "A third"]),
    ("Mr. Smith met Dr. Jones. He left.", ["Mr. Smith met Dr. Jones.", "He left."]),
    ("J. R. Smith left. He goes.", ["J. R. Smith left.", "He goes."]),
    ("He paid 3.50 dollars. It was much.", ["He paid 3.50 dollars.", "It was much."]),
    ("It is. he goes.", ["It is. he goes."]),
    ("It is “so”. He goes.", ["It is “so”.", "He goes."]),
    ("“It is so.” He goes.", ["“It is so.”", "He goes."]),
    ("“It is so,” he said. He goes.", ["“It is so,” he said.", "He goes."]),
    ("“Is it so?” Anne asked. He goes.", ["“Is it so?” Anne asked.", "He goes."]),
    ("“It. Is. So,” he said.", ["“It. Is. So,” he said."]),
    ("It is. “He goes.”", ["It is.", "“He goes.”"]),
    ("It is. (He goes.)", ["It is.", "(He goes.)"]),
    ("It is. 12 go.", ["It is.", "12 go."]),
    ("It is. Élan.", ["It is.", "Élan."]),
]


@pytest.mark.parametrize(("body", "found"), SENTENCES)
def test_where_sentences_end(body: str, found: list[str]) -> None:
    assert sentences(body) == found


@pytest.mark.parametrize(("body", "found"), SENTENCES)
def test_a_sentence_begins_where_one_ends(body: str, found: list[str]) -> None:
    known = scene(body, "en")
    for each in found:
        assert known.sentence_start(body.index(each) + len(each) - 1) == body.index(each)


def test_french_titles_end_no_sentence() -> None:
    assert sentences("M. Durand et Mme. Martin vont. Ils partent.", "fr") == [
        "M. Durand et Mme. Martin vont.",
        "Ils partent.",
    ]


def test_a_long_sentence_is_looked_at_in_part() -> None:
    known = scene("word " * 1000 + "“a b”", "en")
    assert known.sentence_start(5000) == 5000 - FAR
    assert known.sentence_end(1000) == 1000 + FAR


def test_quotations_are_covered() -> None:
    known = scene("He said “yes, {PER Anne}” to {PER Bob}.", "en")
    assert known.text == f"He said {COVER * 11} to Bob."
    assert len(known.text) == len(known.body)
    assert [each.full for each in known.names] == ["Bob"]


def test_a_name_over_a_mark_is_none() -> None:
    assert scene("{MISC The film “A”} is on. {PER Bob} left.", "en").names == [Name(20, 23, "PER", "Bob")]


def test_names_are_in_the_order_of_the_text_with_their_fullest_form() -> None:
    known = scene("{PER Martin} met {ORG Acme} and {PER Anne Martin} “a”.", "en")
    assert [(each.full, each.label) for each in known.names] == [
        ("Anne Martin", "PER"),
        ("Acme", "ORG"),
        ("Anne Martin", "PER"),
    ]


def test_names_of_a_stretch() -> None:
    known = scene("{PER Anne Martin} met {PER Bob} “a”.", "en")
    assert [each.full for each in known.names_in(0, 100)] == ["Anne Martin", "Bob"]
    assert [each.full for each in known.names_in(1, 100)] == ["Bob"]
    assert known.names_in(0, 0) == []


def test_a_name_lies_over_a_word_of_it() -> None:
    known = scene("{PER Anne Martin} met {PER Bob} “a”.", "en")
    over = known.name_over(5, 11)
    assert over
    assert over.full == "Anne Martin"
    assert known.name_over(12, 15) is None
    assert known.is_name(0, 11)
    assert not known.is_name(5, 11)


OWNERS = [
    ("{ORG Gucci}'s site “a”", True),
    ("{ORG Gucci}’s site “a”", True),
    ("{ORG Gucci} sells “a”", False),
]


@pytest.mark.parametrize(("body", "owns"), OWNERS)
def test_a_possessive_owns_what_follows(body: str, *, owns: bool) -> None:
    known = scene(body, "en")
    assert known.owns(known.names[0]) is owns


LEADS = [
    ("He said: “a”", ":"),
    ("He said, “a”", ","),
    ("He said “a”", "d"),
    ("“a”", ""),
    ("He said:\n\n“a”", ":"),
]


@pytest.mark.parametrize(("body", "lead"), LEADS)
def test_the_character_before_a_quotation(body: str, lead: str) -> None:
    assert scene(body, "en").lead(body.index("“")) == lead


BEGINS = [
    ("“a” b", True),
    ("It is. “A” b", True),
    ("It is\n“A” b", True),
    ("It is: “A” b", True),
    ("« x » « A » b", True),
    ("It is “a” b", False),
    ("It is, “a” b", False),
    ("the (“a”) b", False),
]


@pytest.mark.parametrize(("body", "begins"), BEGINS)
def test_whether_a_quotation_begins_a_sentence(body: str, *, begins: bool) -> None:
    place = max(body.rfind("“"), body.rfind("«"))
    assert scene(body, "en").begins(place) is begins


CAPITALS = [
    ("en", "But Anne Martin met Bob. “a”", ["Anne Martin", "Bob"]),
    ("en", "The White House met “a”", ["White House"]),
    ("en", "He met Ursula von der Leyen “a”", ["Ursula"]),
    ("en", "He met Vincent van Gogh “a”", ["Vincent van Gogh"]),
    ("fr", "Et Anne Martin a vu Jean de La Tour « a »", ["Anne Martin", "Jean de La Tour"]),
    ("fr", "Demain il part « a »", []),
]


@pytest.mark.parametrize(("language", "body", "names"), CAPITALS)
def test_words_with_capitals_stand_in_for_names(language: str, body: str, names: list[str]) -> None:
    found = Scene(body, quoted(body), load(language), ()).names
    assert [each.full for each in found if each.full != "Leyen"] == names
    assert {each.label for each in found} <= {"PER"}


def test_words_are_small_and_have_straight_apostrophes() -> None:
    found = scene("L’Homme « a » QU'IL", "fr").tokens(0, 100)
    assert [(each.text, each.start, each.end) for each in found] == [
        ("l'", 0, 2),
        ("homme", 2, 7),
        ("qu'", 14, 17),
        ("il", 17, 19),
    ]


@given(named())
@settings(max_examples=200, deadline=None)
def test_any_body_has_bounds_in_it(given_: tuple[str, tuple]) -> None:  # type: ignore[type-arg]  # the names are any
    body, known = given_
    found = Scene(body, quoted(body), load("en"), known)
    assert len(found.text) == len(body)
    for place in range(0, len(body) + 1, 7):
        assert place - FAR <= found.sentence_start(place) <= place <= found.sentence_end(place) <= place + FAR
    assert found.names == sorted(found.names)
