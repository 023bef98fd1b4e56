"""Tags of quotations: where they stand, where they end, whether they are beside the words."""

import pytest

from pipeline.enrich.quotes.marks import quoted
from pipeline.enrich.quotes.scene import Scene
from pipeline.enrich.quotes.tags import Tag, Tags
from tests.enrich.quotes.bodies import scene


def tag(marked: str, language: str, told: int = 0) -> tuple[Scene, Tag | None]:
    """The tag of the last quotation of a body."""
    found = scene(marked, language)
    return found, Tags(found).find(quoted(found.body)[-1], told, 0, len(found.body))


def speaker(marked: str, language: str) -> str:
    found, its = tag(marked, language)
    return found.body[its.speaker.start : its.speaker.end] if its and its.speaker else ""


DIRECT = [
    ("en", "“Yes,” said {PER Anne Martin}."),
    ("en", "“Yes,” {PER Anne Martin} said."),
    ("en", "“Yes,” according to {PER Anne Martin}."),
    ("en", "{PER Anne Martin} said: “Yes.”"),
    ("en", "{PER Anne Martin} said, “Yes.”"),
    ("en", "{PER Anne Martin}: “Yes.”"),
    ("fr", "« Oui », dit {PER Anne Martin}."),
    ("fr", "« Oui », selon {PER Anne Martin}."),
    ("fr", "{PER Anne Martin} dit : « Oui. »"),
    ("fr", "Pour {PER Anne Martin}, « oui »."),
    ("fr", "Selon {PER Anne Martin}, « oui »."),
]
FRAGMENTS = [
    ("en", "{PER Anne Martin} said it was “so”."),
    ("en", "Calling it “so”, {PER Anne Martin} left."),
    ("en", "It was “so” to all, {PER Anne Martin} said."),
    ("en", "It was “so” at home, according to {PER Anne Martin}."),
    ("fr", "{PER Anne Martin} dénonce une « dérive »."),
    ("fr", "{PER Anne Martin} dit que « oui »."),
]
NONE = [
    ("en", "{PER Anne Martin} saw “Star Wars”."),
    ("en", "“Yes.” {PER Anne Martin} said no more."),
    ("en", "“Yes” and {PER Anne Martin} said no."),
    (
        "en",
        "The “ban” was lifted in the rain, and that was it, {PER Bob} the builder in the town by the sea.",
    ),
    ("fr", "{PER Anne Martin} voit « Paris »."),
    ("fr", "« Oui ». {PER Anne Martin} a dit non."),
    ("fr", "« Oui ». Dit-elle autre chose ?"),
]


@pytest.mark.parametrize(("language", "marked"), DIRECT)
def test_a_tag_beside_the_words(language: str, marked: str) -> None:
    _, its = tag(marked, language)
    assert its
    assert its.direct
    assert speaker(marked, language) == "Anne Martin"


@pytest.mark.parametrize(("language", "marked"), FRAGMENTS)
def test_a_tag_around_a_part_of_the_sentence(language: str, marked: str) -> None:
    _, its = tag(marked, language)
    assert its
    assert not its.direct
    assert speaker(marked, language) == "Anne Martin"


@pytest.mark.parametrize(("language", "marked"), NONE)
def test_no_tag(language: str, marked: str) -> None:
    assert tag(marked, language)[1] is None


ENDS = [
    ("en", "“Yes,” said {PER Anne Martin}, who left.", "said Anne Martin"),
    ("en", "“Yes,” {PER Anne Martin} told reporters.", "Anne Martin told"),
    ("fr", "« Oui », a dit mardi {PER Anne Martin}, qui part.", "a dit mardi Anne Martin"),
    ("fr", "« Oui », a-t-elle encore ajouté ce jour.", "a-t-elle encore ajouté"),
    ("fr", "« Oui », dit-elle ce jour.", "dit-elle"),
]


@pytest.mark.parametrize(("language", "marked", "until"), ENDS)
def test_where_a_tag_behind_ends(language: str, marked: str, until: str) -> None:
    found, its = tag(marked, language)
    assert its
    assert found.body[: its.end].endswith(until)


PRONOUNS = [
    ("fr", "« Oui », a-t-il dit.", "he"),
    ("fr", "« Oui », s'est-elle écriée, a-t-elle dit.", "she"),
    ("fr", "« Oui », ont-ils dit.", "they"),
    ("fr", "« Oui », nous dit-elle.", "she"),
    ("fr", "Aussi a-t-il dit : « Oui. »", "he"),
    ("fr", "Selon lui, « oui ».", "he"),
    ("fr", "« Nous irons, a-t-il dit, au bout. »", "he"),
    ("en", "“Yes,” he said.", "he"),
    ("en", "She said: “Yes.”", "she"),
    ("en", "According to them, “yes”.", "they"),
    ("en", "“Yes,” it added.", "it"),
]


@pytest.mark.parametrize(("language", "marked", "person"), PRONOUNS)
def test_a_tag_with_a_pronoun(language: str, marked: str, person: str) -> None:
    _, its = tag(marked, language)
    assert its
    assert its.speaker
    assert its.speaker.person == person


def told(marked: str) -> int:
    return marked.replace("{PER ", "").replace("}", "").index("|")


GOES_ON = [
    "“Yes,” said {PER Bob}|, “but no.”",
    "“Yes,” said {PER Bob}|, adding that “so it is”.",
    "« A »| et « b c »",
]


@pytest.mark.parametrize("marked", GOES_ON)
def test_the_last_speaker_goes_on_in_the_same_sentence(marked: str) -> None:
    language = "fr" if "«" in marked else "en"
    _, its = tag(marked.replace("|", ""), language, told(marked))
    assert its
    assert its.same
    assert its.speaker is None


def test_a_new_sentence_is_not_the_last_speakers() -> None:
    marked = "“Yes,” said {PER Bob}|. It is “but a word”."
    assert tag(marked.replace("|", ""), "en", told(marked))[1] is None


def test_what_lies_before_what_is_near_is_no_tag() -> None:
    found = scene("{PER Anne Martin} said it was “so”.", "en")
    each = quoted(found.body)[0]
    assert Tags(found).find(each, 0, 0, len(found.body))
    assert Tags(found).find(each, 0, each.start - 1, len(found.body)) is None


SUBJECTS = [
    ("en", "{PER Anne Martin} said no.", "Anne Martin"),
    ("en", "The bank said no.", "The bank"),
    ("en", "He said no.", ""),
    ("en", "He was described by {PER Anne}.", ""),
    ("en", "{PER Anne Martin} left.", ""),
    ("fr", "Le maire a dit non.", "Le maire"),
    ("fr", "Sa venue a été critiquée.", ""),
    ("fr", "La juge est là.", ""),
]


@pytest.mark.parametrize(("language", "marked", "subject"), SUBJECTS)
def test_the_subject_of_a_sentence_that_tells_of_speech(language: str, marked: str, subject: str) -> None:
    found = scene(marked, language)
    its = Tags(found).subject(0, len(found.body))
    assert (found.body[its.start : its.end] if its else "") == subject


NOUNS = [
    "The claims in the “very long text” are old.",
    "The new reports of “very bad things” are old.",
    "All hopes for a “very good day” are gone.",
    "It sells points at a “very good price” now.",
]


@pytest.mark.parametrize("body", NOUNS)
def test_a_noun_that_looks_like_a_verb_is_no_tag(body: str) -> None:
    assert tag(body, "en")[1] is None


def test_what_is_in_brackets_is_not_said_by_the_sentence() -> None:
    assert tag("Selon qui critique, dit le mot juste (le « test de verre »)", "fr")[1] is None
