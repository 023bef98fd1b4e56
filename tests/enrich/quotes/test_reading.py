"""Which stretches in quotation marks count, by their length, their place and what they are."""

import pytest

from pipeline.enrich.quotes.marks import quoted
from pipeline.enrich.quotes.reading import FRAGMENT, SENTENCE, Reader
from tests.enrich.quotes.bodies import scene, show


def found(marked: str, language: str = "en") -> list[str]:
    known = scene(marked, language)
    return [show(known.body, each) for each in Reader(known, quoted(known.body)).quotes()]


def test_a_part_of_a_sentence_has_three_words() -> None:
    for many in range(1, FRAGMENT + 3):
        said = " ".join(["very"] * many)
        assert bool(found(f"{{PER Anne}} said it was “{said}”.")) is (many >= FRAGMENT)


@pytest.mark.parametrize("words", ["l'atmosphère masculine", "mental-health problem", "c’est fini"])
def test_words_are_parted_by_blanks(words: str) -> None:
    assert found(f"{{PER Anne}} a dit que « {words} » est dit.", "fr") == []


@pytest.mark.parametrize(
    "marked",
    ["“No,” said {PER Anne}.", "{PER Anne} said: “No.”", "{PER Anne} said, “No.”", "“No,” she said."],
)
def test_what_stands_beside_its_tag_has_one_word(marked: str) -> None:
    assert len(found(marked)) == 1


def test_a_sentence_of_nobody_has_five_words() -> None:
    for many in range(1, SENTENCE + 3):
        said = " ".join(["So"] * many)
        assert bool(found(f"It rains here. “{said}.” It stops.")) is (many >= SENTENCE)


def test_a_sentence_of_nobody_has_no_speaker() -> None:
    assert found("It rains here. “So it is here, too.” It stops.") == ["So it is here, too. | -"]


def test_the_next_sentence_of_a_speaker_has_any_length() -> None:
    assert found("“We go,” said {PER Anne}. “Now.” It rains.") == ["We go, | Anne", "Now. | Anne"]
    assert found("“We go,” said {PER Anne} on a visit to the new town hall today. “Now.”") == [
        "We go, | Anne"
    ]


def test_a_line_without_a_stop_is_a_heading() -> None:
    assert found("“We need services to improve now”\n\nIt rains.") == []
    assert found("“We need services to improve now.”\n\nIt rains.") != []


TITLES = ["“Star Wars”", "“War and Peace”", "“Citizens and Social Studies”"]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_with_capitals_is_none(title: str) -> None:
    assert found(f"{{PER Anne Martin}} said she had seen {title} again.") == []


@pytest.mark.parametrize("title", TITLES)
def test_but_a_tag_beside_it_makes_it_one(title: str) -> None:
    assert len(found(f"{{PER Anne Martin}} said: {title}")) == 1


TERMS = ["known as", "known as the", "the so-called", "entitled", "under the slogan", "which translates as"]


@pytest.mark.parametrize("before", TERMS)
def test_a_term_is_none(before: str) -> None:
    assert found(f"{{PER Anne Martin}} told of a plan {before} “peace for us all”.") == []


TERMS_IN_FRENCH = ["intitulé", "baptisé", "le mot", "au titre de", "un film", "qu'il appelle désormais"]


@pytest.mark.parametrize("before", TERMS_IN_FRENCH)
def test_a_french_term_is_none(before: str) -> None:
    assert (
        found(f"{{PER Anne Martin}} a parlé, a-t-elle dit, du plan {before} « la paix pour tous ».", "fr")
        == []
    )


def test_who_is_not_known_does_not_go_on() -> None:
    assert found("“Yes,” said {PER Anne}. It rains. “No,” they said. “Not now.”") == [
        "Yes, | Anne",
        "No, | -",
        "Not now. | -",
    ]


def test_a_scare_quote_between_does_not_matter() -> None:
    body = "“Yes,” said {PER Anne} of the “ban”. “It is the end of all.”"
    assert found(body) == ["Yes, | Anne", "It is the end of all. | Anne"]


def test_a_verb_is_looked_for_behind_some_quotations_alone() -> None:
    body = "{PER Anne} said it was “x” " + "and “y” " * 10 + "but it is “a very good day”."
    assert found(body) == []
