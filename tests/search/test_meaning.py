"""Did you mean: the nearest names and words that are in articles, never those of withheld ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.article import EnrichedArticle, Label
from pipeline.query import MAX_CHARACTERS, QueryError, parse
from pipeline.search import Filters, search
from pipeline.search import meaning as room
from pipeline.settings import Settings
from tests.search.news import new_alias, write
from tests.sink.articles import article, entity
from tests.test_cli import newswire
from tests.test_query import typed as queries

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services


def naming(guid: str, body: str, name: str, label: Label = "PER", /, **fields: object) -> EnrichedArticle:
    """An English article that names somebody or something."""
    return article(
        guid, **({"language": "en", "body": body, "entities": (entity(body, name, label),)} | fields)
    )


ARTICLES = [
    naming("mbappe", "Kylian Mbappé has scored.", "Kylian Mbappé", headline="Kylian Mbappé scores"),
    naming("poutine", "Vladimir Poutine parle.", "Vladimir Poutine", language="fr"),
    naming("secret", "Vladimir Poutchkov parle.", "Vladimir Poutchkov", status="withheld"),
    naming("kharkiv", "Shelling in Kharkiv.", "Kharkiv", "LOC"),
    naming("kharkov", "Trains to Kharkov.", "Kharkov", "LOC"),
    naming("nestle", "Nestlé sells water.", "Nestlé", "ORG"),
    article("law", language="fr", headline="L’Assemblée vote la réforme", body="Un vote."),
]


@pytest.fixture(scope="module")
def world(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index with a few names."""
    own = new_alias(stack).model_copy(update={"entities": tmp_path_factory.mktemp("entities")})
    write(own, ARTICLES)
    return own


@services
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mbape", ("Mbappé",)),
        ("Poutyn", ("Poutine",)),
        ("person:Poutin", ("person:Poutine",)),
        ('"Vladimir Poutin" -Mbape', ('"Vladimir Poutine" -Mbape',)),
        ("mbape scoring", ("Mbappé scoring",)),
        ("(Poutyn parle) OR Mbape", ("(Poutine parle) OR Mbappé",)),
        ("Poutyn language:fr since:2d", ()),
        ("Poutchkov", ()),
        ("Poutchko", ()),
        ("xylophone", ()),
        ("Kharkof", ("Kharkov", "Kharkiv")),
        ("place:kharkof", ("place:Kharkov", "place:Kharkiv")),
        ("organization:nestel", ("organization:Nestlé",)),
        ("l'assamblée", ("l'Assemblée",)),
        ("topic:Mbape", ()),
        ("Mbap", ()),
        ("mba", ()),
        ("12345", ()),
        ("poutine mbappé", ()),
        ("Poutyn Mbape", ()),
        ("-kharkiv -kharkov -nestlé -Mbape -scored language:en", ()),
    ],
)
def test_where_nothing_is_found_the_nearest_words_that_are_there_are_proposed(
    typed: str, meant: tuple[str, ...], world: Settings
) -> None:
    answer = search(typed, world)
    assert answer.total == 0
    assert answer.meant == meant
    assert all(search(one, world).total for one in meant)


@services
def test_where_something_is_found_nothing_is_proposed(world: Settings) -> None:
    assert search("Poutine OR Mbape", world).meant == ()


@services
def test_the_command_says_what_may_be_meant(world: Settings, stack: Stack, tmp_path: Path) -> None:
    variables = stack.environment | {"NEWSWIRE_INDEX": world.index}
    done = newswire("search", "Mbape", folder=tmp_path, **variables)
    assert done.stdout.splitlines() == ["Nothing found.", "did you mean Mbappé"]


@services
def test_options_hold_for_what_is_proposed(world: Settings) -> None:
    assert search("Mbape", world, Filters(language="en")).meant == ("Mbappé",)
    assert search("Mbape", world, Filters(language="de")).meant == ()
    assert search("Kharkof", world, Filters(place="kharkiv")).meant == ("Kharkiv",)


@services
def test_no_more_than_three_are_proposed(stack: Stack, tmp_path: Path) -> None:
    own = new_alias(stack).model_copy(update={"entities": tmp_path})
    names = [f"Kharki{letter}" for letter in "abcdefg"]
    write(own, [naming(name, f"In {name}.", name, "LOC") for name in names])
    answer = search("Kharkiz", own)
    assert len(answer.meant) == room.MOST
    assert set(answer.meant) <= set(names)


@services
def test_of_equally_near_names_the_more_frequent_comes_first(stack: Stack, tmp_path: Path) -> None:
    own = new_alias(stack).model_copy(update={"entities": tmp_path})
    named = {"one": "Kharkia", "two": "Kharkib", "three": "Kharkib"}
    write(own, [naming(guid, f"In {name}.", name, "LOC") for guid, name in named.items()])
    assert search("Kharkiz", own).meant == ("Kharkib", "Kharkia")


@services
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=queries | st.text("MbapéKhrkof\"'-:() ", max_size=20))
def test_whatever_is_typed_what_is_proposed_finds_something(typed: str, world: Settings) -> None:
    try:
        answer = search(typed, world)
    except QueryError:
        return
    assert not (answer.total and answer.meant)
    for one in answer.meant:
        assert parse(one) != parse(typed)
        assert search(one, world).total


@services
def test_as_many_misspelt_words_as_are_allowed_are_answered(world: Settings) -> None:
    words = " ".join(f"mbap{'abcdefghij'[number % 10]}{number}" for number in range(50))
    assert search(words, world).meant == ()
    assert search('"' + "mbape " * (MAX_CHARACTERS // 6 - 1) + '"', world).meant == ()
