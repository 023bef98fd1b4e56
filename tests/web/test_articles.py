"""Whether an article may be seen, and who is named in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.search import asking
from pipeline.web import articles
from pipeline.web.errors import AbsentError, KilledError, status_of
from tests.services import apart
from tests.sink.articles import article
from tests.web import newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.settings import Settings
    from tests.services import Stack

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
services = pytest.mark.services
REPLACED = ("seen", "kept", "gone", "never-came")


@pytest.mark.parametrize(
    ("document", "withheld"),
    [
        ({"status": "usable"}, False),
        ({"status": "withheld"}, True),
        ({"status": "withheld", "embargo": "2026-03-12T12:00:00Z"}, False),
        ({"status": "withheld", "embargo": "2026-03-12T12:00:01Z"}, True),
        ({"status": "withheld", "embargo": "2026-03-12T13:30:00+02:00"}, False),
        ({"status": "usable", "embargo": "2026-03-12T14:30:00+02:00"}, True),
    ],
)
def test_an_embargo_ends_at_its_time_and_copy_withheld_without_an_end_never_is_seen(
    document: dict[str, Any], withheld: bool
) -> None:
    assert articles.is_withheld(document, NOW) == withheld


def test_a_name_says_what_it_is_and_which_searches_find_it() -> None:
    person, signs, place = articles.names(
        {
            "entities": [
                {"text": 'Jo "Mo" Ba', "label": "PER", "count": 2, "id": "desk:jo", "name": "Joan Ba"},
                {"text": "?!", "label": "MISC", "count": 1},
                {"text": "Lyon", "label": "LOC", "count": 1, "name": "Lyon", "id": "g:1", "country": "FR"},
            ]
        }
    )
    assert (person.kind, person.label, person.count, person.known) == ("Person", "per", 2, "Joan Ba")
    assert person.href == "/?q=person%3A%22Jo+Mo+Ba%22"
    assert person.identity_href == "/?q=identity%3Adesk%3Ajo"
    assert signs.identity_href is None
    assert (place.known, place.country) == (None, "FR")


@services
def test_an_article_is_given_without_the_marks_of_its_story(news: Settings) -> None:
    document = articles.find(newsroom.STORY[0].id.upper(), news, NOW)
    assert document["title"].startswith("Storm closes the port")
    assert document["story_id"] == newsroom.STORY[2].id
    assert not set(document) & {"story_bands", "story_words"}


@services
def test_a_kill_is_told_and_what_is_withheld_is_as_if_it_were_not_there(news: Settings) -> None:
    with pytest.raises(KilledError, match="killed by Test"):
        articles.find(newsroom.KILLED.id, news, NOW)
    said = set()
    for one in (newsroom.EMBARGOED.id, newsroom.WITHHELD_FOR_EVER.id, "0" * 32):
        with pytest.raises(AbsentError) as caught:
            articles.find(one, news, NOW)
        said.add(str(caught.value).replace(one, "…"))
        assert status_of(caught.value) == 404
    assert len(said) == 1


@pytest.fixture(scope="module")
def replaced(stack: Stack) -> Iterator[Site]:
    """The page of an index with articles that others replaced: one that is seen, withheld, killed, absent."""
    settings = apart(stack.settings)
    newer = [
        article("seen", language="en", body=newsroom.TALKS),
        article("kept", status="withheld", body="Wanda Sealwright"),
        article("gone", status="canceled", version=2, kind="kill"),
    ]
    older = [article(f"before-{name}", language="en", body=newsroom.TALKS) for name in REPLACED]
    newsroom.write(settings, [*newer, *older])
    for one, name in zip(older, REPLACED, strict=True):
        _mark_replaced(settings, one.id, article(name).id)
    with Site(settings) as running:
        yield running


def _mark_replaced(settings: Settings, one: str, by: str) -> None:
    script = {"source": "ctx._source.replaced_by = params.by", "params": {"by": by}}
    asking.ask(
        settings,
        lambda client: client.update_by_query(
            index=settings.index, query={"ids": {"values": [one]}}, script=script, refresh=True
        ),
    )


@services
@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_article_is_shown_with_its_link_only_to_what_may_be_seen(
    name: str, replaced: Site
) -> None:
    one, by = article(f"before-{name}").id, article(name).id
    page = replaced.get(f"/article/{one}")
    assert page.status_code == 200
    assert "Delegates of eleven countries" in page.text
    assert (f'<a href="/article/{by}">the newer one</a>' in page.text) == (name == "seen")
    assert (by in page.text) == (name == "seen")
    document = replaced.get(f"/api/article/{one}")
    assert document.json().get("replaced_by") == (by if name == "seen" else None)
    assert (by in document.text) == (name == "seen")
    like = replaced.get(f"/api/article/{one}/like")
    assert (like.status_code, like.json()["hits"]) == (200, [])


@services
def test_what_was_withheld_is_there_when_its_time_has_come(news: Settings) -> None:
    later = datetime(2099, 1, 1, tzinfo=UTC)
    assert articles.find(newsroom.EMBARGOED.id, news, later)["body"] == newsroom.WITHHELD
    with pytest.raises(AbsentError):
        articles.find(newsroom.WITHHELD_FOR_EVER.id, news, later)
