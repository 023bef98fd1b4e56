"""Names in any language and spelling, on a real Elasticsearch with articles in several languages."""

# ruff: noqa: RUF001 - names are of all scripts

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.article import EnrichedArticle
from pipeline.search import Filters, facets, search
from pipeline.settings import Settings
from tests.search.news import new_alias, write
from tests.sink.articles import article, entity
from tests.test_cli import newswire

if TYPE_CHECKING:
    from tests.services import Stack

services = pytest.mark.services

KOREA, UNITED_NATIONS = ("iso:KP", "North Korea"), ("org:united-nations", "United Nations")


def about(guid: str, language: str, body: str, place: str, organization: str) -> EnrichedArticle:
    """An article that names North Korea and the United Nations, as they are called in its language."""
    return article(
        guid,
        language=language,
        body=body,
        entities=(
            entity(body, place, "LOC", id=KOREA[0], name=KOREA[1], country="KP"),
            entity(body, organization, "ORG", id=UNITED_NATIONS[0], name=UNITED_NATIONS[1]),
        ),
    )


ABOUT = [
    about("fr", "fr", "La Corée du Nord a tiré un missile. L’ONU condamne.", "Corée du Nord", "ONU"),
    about("en", "en", "A missile was fired by North Korea. The UN condemns it.", "North Korea", "UN"),
    about(
        "de",
        "de",
        "Nordkorea feuert eine Rakete. Die Vereinten Nationen tagen.",
        "Nordkorea",
        "Vereinten Nationen",
    ),
]
OIL = "TotalEnergies fore."
OTHERS = [
    article("seoul", language="fr", body="La Corée du Sud regarde vers le nord."),
    article("nice", language="en", body="A nice day: who says that the total is nice, they are nice to us."),
    article(
        "nizza",
        language="de",
        body="Nizza liegt am Meer.",
        entities=(
            entity("Nizza liegt am Meer.", "Nizza", "LOC", id="geonames:2990440", name="Nice", country="FR"),
        ),
    ),
    article(
        "oil",
        language="fr",
        body=OIL,
        entities=(entity(OIL, "TotalEnergies", "ORG", id="org:totalenergies", name="TotalEnergies"),),
    ),
    article(
        "mbappe",
        language="en",
        headline="Kylian Mbappé scores",
        body="Kylian Mbappé has scored.",
        entities=(entity("Kylian Mbappé has scored.", "Kylian Mbappé", "PER"),),
    ),
    article(
        "poutine",
        language="fr",
        body="Vladimir Poutine parle.",
        entities=(entity("Vladimir Poutine parle.", "Vladimir Poutine", "PER"),),
    ),
    article(
        "secret",
        status="withheld",
        body="Vladimir Poutchkov parle.",
        entities=(entity("Vladimir Poutchkov parle.", "Vladimir Poutchkov", "PER"),),
    ),
]
GUIDS = {one.id: str(one.guid) for one in (*ABOUT, *OTHERS)}
ALL = {"fr", "en", "de"}


@pytest.fixture(scope="module")
def world(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index with articles in three languages, and a folder for lists of the newsroom's own."""
    own = new_alias(stack).model_copy(update={"entities": tmp_path_factory.mktemp("entities")})
    write(own, [*ABOUT, *OTHERS])
    return own


def found(typed: str, settings: Settings, **filters: str) -> set[str]:
    return {GUIDS[hit.id] for hit in search(typed, settings, Filters(**filters), collapse=False).hits}


@services
@pytest.mark.parametrize(
    "name",
    [
        *("Corée du Nord", "corée du nord", "coree du nord", "COREE DU NORD", "North Korea", "north korea"),
        *("Nordkorea", "nordkorea", "Northkorea", "nord korea", "Северная Корея", "Северной Кореи"),
        *("北朝鮮", "كوريا الشمالية", "la Corée du Nord", "DPRK"),
        *(
            "ONU",
            "onu",
            "Onu",
            "UN",
            "U.N.",
            "Vereinte Nationen",
            "vereinte nationen",
            "nations unies",
            "ООН",
        ),
        *("l’ONU", "place:Nordkorea", 'place:"Corée du Nord"', "organization:ONU", "xylophone OR Nordkorea"),
        *("Nordkorea (UN)", "missile OR Nordkorea", "(ONU corée du nord)", "Nordkorea identity:iso:KP"),
    ],
)
def test_a_name_in_any_language_finds_what_tells_of_its_bearer(name: str, world: Settings) -> None:
    assert found(name, world) >= ALL


@services
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"Corée du Nord"', {"fr"}),
        ('"Nordkorea"', {"de"}),
        ('missile "ONU"', {"fr"}),
        ("missile -Nordkorea", set()),
        ("missile -place:Nordkorea", set()),
        ('missile -"Nordkorea"', {"fr", "en"}),
        ("missile -organization:ONU", set()),
        ("missile -place:ONU", {"fr", "en"}),
        ("missile -person:Nordkorea", {"fr", "en"}),
        ("Rakete OR poutine", {"de", "poutine"}),
        ("Nordkorea language:fr", {"fr"}),
        ("Nordkorea tagen", {"de"}),
        ("-(Nordkorea ONU) missile", set()),
        ("-(Nordkorea xylophone) missile", {"fr", "en"}),
        ("missile xylophone Nordkorea", set()),
    ],
)
def test_what_a_name_finds_is_left_out_by_a_minus_and_a_phrase_is_as_it_is(
    typed: str, expected: set[str], world: Settings
) -> None:
    assert found(typed, world) == expected


@services
def test_all_words_of_a_long_query_are_there_where_the_bearer_of_a_name_is(world: Settings) -> None:
    assert found("missile fired Republik Korea Nord", world) == set()
    assert found("missile fired condemns démocratique Corée du Nord", world) == {"en"}


@services
def test_options_take_names_in_any_language_too(world: Settings) -> None:
    assert found("", world, place="Corea del Norte") == ALL
    assert found("", world, organization="Организация Объединённых Наций") == ALL
    assert found("", world, person="Corea del Norte") == found("", world, organization="Nordkorea") == set()


@services
def test_the_words_themselves_come_before_who_is_meant_by_them(world: Settings) -> None:
    for name, first in (("Corée du Nord", "fr"), ("North Korea", "en"), ("Nordkorea", "de"), ("UN", "en")):
        assert GUIDS[search(name, world, collapse=False).hits[0].id] == first


@services
@pytest.mark.parametrize("word", ["total", "who", "us", "they"])
def test_a_word_in_small_letters_that_is_no_name_here_means_nobody(word: str, world: Settings) -> None:
    assert found(word, world) == {"nice"}


@services
def test_with_a_capital_or_in_a_field_the_same_word_is_a_name(world: Settings) -> None:
    assert found("Total", world) == {"nice", "oil"}
    assert found("organization:total", world) == {"oil"}
    assert found("total nizza", world) == found("Total nizza", world) == set()


@services
def test_a_word_in_small_letters_is_a_name_where_it_mostly_is_one(world: Settings) -> None:
    assert found("onu", world) == ALL
    assert found("nizza", world) == {"nizza"}


@services
def test_what_its_bearer_is_called_there_is_marked(world: Settings) -> None:
    def marked(typed: str, guid: str) -> tuple[str, ...]:
        hits = search(typed, world, collapse=False, markers=("[", "]")).hits
        return next(hit.highlights for hit in hits if GUIDS[hit.id] == guid)

    assert marked("Nordkorea", "fr") == ("La [Corée du Nord] a tiré un missile. L’ONU condamne.",)
    assert marked("Vereinte Nationen", "en")[0].endswith("The [UN] condemns it.")
    assert marked("ONU missile", "en") == ("A [missile] was fired by North Korea. The [UN] condemns it.",)
    assert marked("Corée du Nord", "de")[0].startswith("[Nordkorea] feuert")
    assert "[" not in "".join(marked("place:ONU OR Rakete", "de")).replace("[Rakete]", "")


@services
def test_facets_count_what_the_search_finds(world: Settings) -> None:
    assert {one.value for one in facets("Nordkorea", world).language} == ALL
    assert facets("", world, Filters(place="Nordkorea")).total == 3


@services
def test_pages_of_a_name_go_on(world: Settings) -> None:
    first = search("Nordkorea", world, size=2, collapse=False)
    second = search("Nordkorea", world, size=2, collapse=False, after=first.after)
    assert {GUIDS[hit.id] for hit in (*first.hits, *second.hits)} == ALL
    assert second.after is None


@services
def test_a_list_of_the_newsroom_counts_as_soon_as_it_is_there(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = new_alias(stack).model_copy(update={"entities": tmp_path / "entities"})
    texts = {"fr": ("Poutine parle.", "Poutine"), "en": ("Putin speaks.", "Putin")}
    write(
        own,
        [
            article(
                language, language=language, body=body, entities=(entity(body, name, "PER", id="desk:vp"),)
            )
            for language, (body, name) in texts.items()
        ],
    )
    monkeypatch.setattr("pipeline.search.known.CHECK_S", 0.0)
    assert search("Poutine", own, collapse=False).total == 1
    own.entities.mkdir()
    (own.entities / "people.csv").write_text(
        "id,name,label,aliases\ndesk:vp,Vladimir Putin,PER,Putin|Poutine|Путин\n", "utf-8"
    )
    for name in ("Poutine", "Putin", "Путин", "person:Poutine", "vladimir putin"):
        assert search(name, own, collapse=False).total == 2
    assert search("place:Poutine", own, collapse=False).total == 0
    (own.entities / "people.csv").write_text("broken", "utf-8")
    assert search("Poutine", own, collapse=False).total == 2
    (own.entities / "people.csv").unlink()
    assert search("Poutine", own, collapse=False).total == 1


@services
def test_the_command_finds_and_marks_a_name_in_another_language(
    world: Settings, stack: Stack, tmp_path: Path
) -> None:
    variables = stack.environment | {"NEWSWIRE_INDEX": world.index}
    done = newswire("search", "Nordkorea", "--language", "fr", "--json", folder=tmp_path, **variables)
    (hit,) = json.loads(done.stdout)["hits"]
    assert hit["highlights"] == ["La **Corée du Nord** a tiré un missile. L’ONU condamne."]
