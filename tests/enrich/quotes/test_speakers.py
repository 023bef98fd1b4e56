"""Whom a pronoun stands for, and who goes on speaking."""

import pytest

from pipeline.enrich.quotes.clause import Speaker
from pipeline.enrich.quotes.scene import Scene
from pipeline.enrich.quotes.speakers import BACK, Speakers
from pipeline.enrich.quotes.tags import Tags
from pipeline.enrich.quotes.words import Person
from tests.enrich.quotes.bodies import scene


def speakers(marked: str, language: str) -> tuple[Scene, Speakers]:
    found = scene(marked, language)
    return found, Speakers(found, Tags(found))


def meant(marked: str, person: Person, language: str = "en", last: str = "") -> str:
    """Whom a pronoun at the end of a body stands for, with the speaker before it by name."""
    found, its = speakers(marked, language)
    place = found.body.find(last) if last else -1
    who = Speaker(place, place + len(last)) if last else None
    its_told = place + len(last) if last else 0
    speaker = its.meant(person, len(found.body) - 1, its_told, who)
    return found.body[speaker.start : speaker.end] if speaker else "-"


MEANT: list[tuple[str, str, Person, str]] = [
    ("en", "{PER Anne Martin} is here. X", "she", "Anne Martin"),
    ("en", "{PER Bob Smith} met {PER Anne Martin}. X", "he", "Bob Smith"),
    ("en", "The friend of {PER Anne Martin}, {PER Bob Smith}, came. X", "he", "Bob Smith"),
    ("en", "{PER Anne Martin}'s friend {PER Bob Smith} came. X", "he", "Bob Smith"),
    ("en", "{PER Anne Martin} is here. It rains. It is cold. X", "she", "Anne Martin"),
    ("en", "Mr {PER Smith} met Ms {PER Martin}. X", "she", "Martin"),
    ("en", "Ms {PER Martin} met Mr {PER Smith}. X", "he", "Smith"),
    ("en", "Mr {PER Smith} is here. X", "she", "-"),
    ("en", "{ORG Acme} is here. X", "he", "-"),
    ("en", "{ORG Acme} is here. X", "it", "Acme"),
    ("en", "{PER Anne Martin} is here. X", "it", "-"),
    ("en", "The bank said no. X", "it", "The bank"),
    ("en", "A spokeswoman said no to {PER Bob}. X", "she", "A spokeswoman"),
    ("en", "The shop is owned by {PER Bob Smith}. X", "he", "Bob Smith"),
    ("en", "It is owned by {PER Bob Smith} and by {PER Anne Martin}. X", "he", "-"),
    ("en", "It rains. X", "he", "-"),
    ("en", "{PER Anne Martin} and {PER Bob Smith} are here. X", "they", "-"),
    ("fr", "Mme {PER Martin} a vu M. {PER Durand}. X", "he", "Durand"),
    ("fr", "M. {PER Durand} a vu Mme {PER Martin}. X", "she", "Martin"),
    ("fr", "{PER Kim Jong Un}, avec {PER Vladimir Poutine}, est là. X", "he", "Kim Jong Un"),
    ("fr", "La porte-parole a dit non à {PER Paul}. X", "she", "La porte-parole"),
]


@pytest.mark.parametrize(("language", "marked", "person", "who"), MEANT)
def test_whom_a_pronoun_stands_for(language: str, marked: str, person: Person, who: str) -> None:
    assert meant(marked, person, language) == who


LAST: list[tuple[str, str, Person, str, str]] = [
    ("en", "{PER Anne Martin} spoke. It rains. X", "she", "Anne Martin", "Anne Martin"),
    ("en", "The minister spoke. It rains. X", "he", "The minister", "The minister"),
    ("en", "Experts spoke. It rains. X", "they", "Experts", "Experts"),
    ("en", "{PER Anne Martin} spoke. It rains. X", "they", "Anne Martin", "-"),
    ("en", "{PER Anne Martin} spoke. It rains. X", "it", "Anne Martin", "-"),
    ("en", "{ORG Acme} spoke. It rains. X", "it", "Acme", "Acme"),
    ("en", "{ORG Acme} spoke. It rains. X", "he", "Acme", "-"),
    ("fr", "{ORG Acme} a parlé. Il pleut. X", "she", "Acme", "Acme"),
    ("en", "{PER Anne Martin} spoke. {PER Bob Smith} rose. X", "he", "Anne Martin", "Bob Smith"),
    ("en", "The minister spoke. {PER Bob Smith} rose. X", "he", "The minister", "Bob Smith"),
]


@pytest.mark.parametrize(("language", "marked", "person", "last", "who"), LAST)
def test_who_spoke_last_is_meant_if_nobody_came_after(
    language: str, marked: str, person: Person, last: str, who: str
) -> None:
    assert meant(marked, person, language, last) == who


def test_who_is_too_far_away_is_not_meant() -> None:
    near, far = "It rains. " * 20, "It rains. " * (BACK // 5)
    assert meant(f"{{PER Anne Martin}} came. {near}X", "she") == "Anne Martin"
    assert meant(f"{{PER Anne Martin}} came. {far}X", "she") == "-"
    assert meant(f"{{PER Anne Martin}} spoke. {far}X", "she", last="Anne Martin") == "-"


def introduced(marked: str, last: str = "", language: str = "en") -> str:
    found, its = speakers(marked, language)
    place = found.body.find(last) if last else -1
    who = Speaker(place, place + len(last)) if last else None
    speaker = its.introduced(len(found.body) - 1, place + len(last) if last else 0, who)
    return found.body[speaker.start : speaker.end] if speaker else "-"


INTRODUCED = [
    ("{PER Anne Martin} said no. X", "", "Anne Martin"),
    ("{PER Anne Martin} is ill. X", "", "Anne Martin"),
    ("It rains. X", "", "-"),
    ("The bank spoke. {PER Anne Martin} said no. X", "The bank", "Anne Martin"),
    ("The bank spoke. {PER Anne Martin} is ill. X", "The bank", "The bank"),
    ("The bank spoke. It rains. X", "The bank", "The bank"),
]


@pytest.mark.parametrize(("marked", "last", "who"), INTRODUCED)
def test_who_says_a_sentence_of_its_own(marked: str, last: str, who: str) -> None:
    assert introduced(marked, last) == who


def test_who_spoke_long_ago_does_not_go_on() -> None:
    assert introduced("The bank spoke. " + "It rains. " * (BACK // 5) + "X", "The bank") == "-"
