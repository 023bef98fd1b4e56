"""More like this: other stories that tell of the same, and nothing that may not be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.query import QueryError
from pipeline.search import like
from pipeline.settings import Settings
from tests.search.news import new_alias, tell, write
from tests.sink.articles import article

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services

QUAKE = "Un séisme de magnitude six a frappé la région montagneuse; secours et hélicoptères sont en route."
END = datetime.now(UTC) + timedelta(days=1)
TEXTS = {
    "quake": QUAKE,
    "take": QUAKE + " Le bilan monte.",
    "second quake": "Nouveau séisme dans la région montagneuse: hélicoptères et secours, de magnitude cinq.",
    "aftershock": "Les secours attendent des hélicoptères, la région montagneuse tremble: un séisme encore.",
    "match": "Le club a gagné le match de la coupe devant ses supporters, un but à la fin du jeu.",
    "vote": "Le parlement vote la loi de finances après un débat entre la gauche et la droite.",
}


@pytest.fixture(scope="module")
def quakes(stack: Stack) -> Settings:
    """Two takes of one story, two of another, two that are like none, and some that may not be seen."""
    settings = new_alias(stack)
    articles = [article(guid, body=body) for guid, body in TEXTS.items()]
    articles += [
        article("embargo", body=QUAKE, embargo=END),
        article("withheld", body=QUAKE, status="withheld"),
        article("polish", body="Trzęsienie ziemi nawiedziło górzysty region kraju", language="pl"),
        article("polish too", body="Górzysty region: trzęsienie ziemi nawiedziło wsie", language="pl"),
        article("no words", headline="Sans", body="²"),
    ]
    write(settings, articles)
    stories = {"quake": "one", "take": "one", "second quake": "two", "aftershock": "two"}
    rest = ("match", "vote", "embargo", "withheld", "polish", "polish too", "no words")
    tell(settings, {guid: {"story_id": story} for guid, story in stories.items()})
    tell(settings, {guid: {"story_id": None} for guid in rest})
    return settings


def guids(article_guid: str, settings: Settings, **options: int) -> list[str]:
    names = {article(guid).id: guid for guid in (*TEXTS, "polish", "polish too", "embargo", "withheld")}
    return [names[hit.id] for hit in like(article(article_guid).id, settings, **options).hits]


@services
def test_other_stories_that_share_the_telling_words_are_found_one_hit_each(quakes: Settings) -> None:
    found = like(article("quake").id, quakes)
    (hit,) = found.hits
    assert hit.story == "two"
    assert hit.others == len(hit.members) == 1
    assert {hit.id, hit.members[0].id} == {article("second quake").id, article("aftershock").id}
    assert found.total == 2
    assert found.after is None
    assert hit.score > 0


@services
def test_neither_the_article_nor_its_story_is_like_it(quakes: Settings) -> None:
    for guid in ("quake", "take"):
        assert not {"quake", "take"} & set(guids(guid, quakes))
    assert set(guids("aftershock", quakes)) <= {"quake", "take"}


@services
def test_a_language_without_stems_is_compared_by_words(quakes: Settings) -> None:
    assert guids("polish", quakes) == ["polish too"]


@services
def test_an_article_that_is_like_none_has_none(quakes: Settings) -> None:
    assert guids("match", quakes) == guids("no words", quakes) == []


@services
@pytest.mark.parametrize("guid", ["embargo", "withheld", "nobody"])
def test_of_an_article_that_may_not_be_seen_nothing_is_told(guid: str, quakes: Settings) -> None:
    with pytest.raises(QueryError, match="there is no article"):
        like(article(guid).id, quakes)


@services
def test_an_id_that_is_no_text_is_none(quakes: Settings) -> None:
    with pytest.raises(QueryError, match="there is no article"):
        like("\ud800", quakes)


@services
def test_a_book_is_compared_by_its_beginning(stack: Stack) -> None:
    own = new_alias(stack)
    write(own, [article("book", body=QUAKE + " mot" * 20_000), article("take", body=TEXTS["second quake"])])
    tell(own, {"book": {"story_id": None}, "take": {"story_id": None}})
    assert [hit.id for hit in like(article("book").id, own, size=1).hits] == [article("take").id]


@pytest.mark.parametrize("size", [0, 1001])
def test_a_size_out_of_bounds_is_said(size: int) -> None:
    with pytest.raises(QueryError, match="is not from 1 to 1000"):
        like("x", Settings(), size=size)
