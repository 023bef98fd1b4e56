"""Searching the real Elasticsearch: what should be found is found, marked and ranked; the rest is not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipeline.query import QueryError
from pipeline.search import CLOSE, OPEN, Filters, Sort, count, search, show
from pipeline.settings import Settings
from tests.search.news import ARTICLES, TALKS, guids, write
from tests.sink.articles import article
from tests.test_query import typed

services = pytest.mark.services


@services
@pytest.mark.parametrize(
    "words",
    [
        "poutine",
        "POUTINE",
        "coree du nord",
        "Corée du Nord",
        '"assistance mutuelle"',
        "« assistance mutuelle »",
        '"coree du nord"',
        "sanction poutine",
        "sanctionner poutine",
        "sanctions poutine",
        "l’accord",
        "accord partenariat",
        "nord-coréen kim",
        "dirigeant armement nucleaire",
        "États-Unis",
        '"péninsule coréenne"',
        "poutine -mbappé",
        "Poutine topic:politics since:2024-06",
        '(xylophone OR person:poutine) place:"north korea" -(topic:sport | language:en)',
        "Vladimir Poutine en visite chez Kim Jong Un à Pyongyang mercredi",
    ],
)
def test_the_seed_article_is_found_by(words: str, seeded: Settings) -> None:
    assert guids(search(words, seeded))[0] == "seed"


@services
@pytest.mark.parametrize(
    "words",
    ["xylophone", "poutine xylophone", '"mutuelle assistance"', "poutine -sanction", "poutine topic:sport"],
)
def test_the_seed_article_is_not_found_by(words: str, seeded: Settings) -> None:
    assert "seed" not in guids(search(words, seeded))


@services
@pytest.mark.parametrize("name", ["North Korea", "north korea", "Corée du Nord"])
def test_a_place_is_found_by_its_name_in_another_language(name: str, seeded: Settings) -> None:
    assert "seed" in guids(search("", seeded, Filters(place=name)))
    assert guids(search("", seeded, Filters(person=name))) == []


@services
def test_the_seed_article_is_found_by_its_heading_and_says_its_facts(seeded: Settings) -> None:
    (hit,) = search('"Rapprochement accéléré"', seeded).hits
    assert hit.created == "2024-06"
    assert hit.people == ("Vladimir Poutine", "Kim Jong Un")
    assert hit.title.startswith("Le président russe Vladimir Poutine")


@services
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sanction", {"talks"}),
        ("sanctioning talk", {"talks"}),
        ("putin", {"talks"}),
        ("gagner surprise", {"match"}),
        ("equipe", {"match"}),
        ("équipe", {"match"}),
        ("mbappe", {"match"}),
        ("dupont-aignan", {"law"}),
        ("dupont", {"law"}),
        ("loi", {"law", "canada"}),
        ("lois langue", {"canada"}),
        ("lodzi", {"polish"}),
        ("导弹", {"chinese"}),
        ("北朝鮮", {"chinese", "talks"}),
        ('"北朝鮮"', {"chinese"}),
        ("朝北", set()),
        ('"coupe a lyon"', {"match"}),
        ('"la coupes"', set()),
        ("la loi -langues", {"law"}),
        ('ouragan -"se souvient"', {"headline"}),
        ("loi ²", {"law", "canada"}),
    ],
)
def test_words_find(words: str, found: set[str], news: Settings) -> None:
    assert set(guids(search(words, news))) == found


@services
def test_the_headline_counts_for_more_than_the_body(news: Settings) -> None:
    assert guids(search("ouragan", news)) == ["headline", "passing"]


@services
def test_words_that_stand_together_count_for_more(news: Settings) -> None:
    found = search("tour port", news)
    assert guids(found) == ["together", "apart"]
    assert found.hits[0].score > found.hits[1].score


@services
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"language": "en"}, {"talks"}),
        ({"language": "FR", "until": "2023"}, {"law", "canada"}),
        ({"language": "fr-CA"}, {"canada"}),
        ({"since": "2024-07"}, {"match"}),
        ({"since": "2024-06-20", "until": "2024-06-20"}, {"talks"}),
        ({"until": "2023"}, {"law", "canada"}),
        ({"until": "2023-04"}, {"law"}),
        ({"since": "2024-07-01T20:00:00Z"}, {"match"}),
        ({"since": "2024-07-01T20:00:01Z"}, set()),
        ({"person": "mbappe"}, {"match"}),
        ({"person": "KIM JONG UN"}, {"talks"}),
        ({"person": "kim mbappe"}, set()),
        ({"place": "korea"}, {"talks"}),
        ({"place": "lyon"}, {"match"}),
        ({"organization": "parlement"}, {"law"}),
        ({"topic": "medtop:15000000"}, {"match"}),
        ({"topic": "Politics"}, {"talks"}),
        ({"topic": "war"}, {"talks"}),
        ({"topic": "medtop:99999999"}, set()),
        ({"topic": "politics", "place": "lyon"}, set()),
        ({"country": "kp"}, {"talks"}),
        ({"identity": "iso:KP"}, {"talks"}),
        ({"source": "TEST", "language": "en"}, {"talks"}),
        ({"source": "tes"}, set()),
        ({"feed": "desk", "until": "2023-04"}, {"law"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_filters_find(filters: dict[str, Any], found: set[str], news: Settings) -> None:
    assert set(guids(search("", news, Filters(**filters)))) == found


@services
def test_words_and_filters_go_together(news: Settings) -> None:
    assert guids(search("ouragan OR loi", news, Filters(since="2024"))) == ["headline", "passing"]
    assert guids(search("ouragan", news, Filters(language="fr", since="2024"))) == ["headline", "passing"]
    assert guids(search("ouragan", news, Filters(language="en"))) == []
    assert guids(search("sanction", news, Filters(language="en"))) == ["talks"]


@services
def test_without_words_the_newest_comes_first(news: Settings) -> None:
    assert guids(search("", news, Filters(language="fr", until="2024")))[0] == "match"
    assert guids(search("", news, Filters(until="2023"))) == ["canada", "law"]


@services
def test_what_matched_is_marked_in_stems_accents_and_elisions_too(news: Settings) -> None:
    def marked(words: str, **filters: Any) -> str:
        return search(words, news, Filters(**filters), markers=("[", "]")).hits[0].highlights[0]

    assert "was [sanctioned] again" in marked("sanction")
    assert "[sanctioned]" in marked("sanction", language="en")
    assert "[sanctioned]" in marked("(xylophone OR sanction) language:en -lyon")
    assert "[L’équipe] de France" in marked("equipe")
    assert "la [coupe à Lyon]" in marked('"coupe a lyon"')
    assert marked("cote") == "Un ouragan sur la [côte]"
    (default,) = search("dupont-aignan", news).hits
    assert f"{OPEN}Dupont-Aignan{CLOSE}" in default.highlights[0]


@services
def test_the_text_of_a_highlight_is_as_the_wire_gave_it(news: Settings) -> None:
    (hit,) = search("ouistiti", news, markers=("[", "]")).hits
    assert hit.highlights == ("Attention <script>alert('[ouistiti]')</script> & co.",)


@services
def test_a_hit_says_what_is_known_and_nothing_else(news: Settings) -> None:
    (hit,) = search("talks", news).hits
    assert msgspec.to_builtins(hit) | {"score": 0, "highlights": ()} == {
        "id": ARTICLES[0].id,
        "score": 0,
        "title": TALKS,
        "source": "Test",
        "status": "usable",
        "version": 1,
        "story": ARTICLES[0].id,
        "feed": "desk",
        "language": "en",
        "created": "2024-06-20",
        "url": "https://example.org/talks",
        "topics": ("politics and government", "conflict, war and peace"),
        "qcodes": ("medtop:11000000", "medtop:16000000"),
        "people": ("Kim Jong Un",),
        "places": ("North Korea",),
        "highlights": (),
    }


@services
def test_size_bounds_the_hits_and_not_the_total(news: Settings) -> None:
    few = search("", news, Filters(language="fr"), size=2)
    assert len(few.hits) == 2
    assert few.total == len([one for one in ARTICLES if str(one.language).startswith("fr")])
    assert few.took_ms >= 0


@services
def test_as_many_words_as_are_allowed_are_answered(news: Settings) -> None:
    words = " ".join(f"{'é' * 8}{number}a-b" for number in range(50))
    assert search(words, news).total == 0
    assert search(" OR ".join(words.split()), news).total == 0


@services
def test_a_kill_is_found_by_its_id_alone(own: Settings) -> None:
    write(own, [article(headline="Tuerie", version=1), article("other")])
    write(own, [article(headline="Tuerie", version=2, status="canceled")])
    assert search("tuerie", own).total == 0
    assert search("", own, Filters(language="fr")).total == 1
    assert count(own) == 1
    tombstone = show(article().id, own)
    assert tombstone is not None
    assert tombstone["status"] == "canceled"


@services
def test_an_embargo_ends_by_itself(own: Settings) -> None:
    end = datetime.now(UTC) + timedelta(seconds=4)
    later = end + timedelta(hours=1)
    write(
        own,
        [
            article("soon", status="withheld", embargo=end, body="ornithorynque"),
            article("later", status="withheld", embargo=later, body="ornithorynque"),
            article("usable later", embargo=later, body="ornithorynque"),
            article("endless", status="withheld", body="ornithorynque"),
            article("over", status="withheld", embargo=end - timedelta(days=1), body="ornithorynque"),
        ],
    )
    ids = {article(guid).id for guid in ("soon", "over")}
    deadline = time.monotonic() + 60
    found: set[str] = set()
    while found != ids and time.monotonic() < deadline:
        found = {hit.id for hit in search("ornithorynque", own, collapse=False).hits}
        if datetime.now(UTC) < end:
            assert found == {article("over").id}
        time.sleep(0.2)
    assert found == ids
    withheld = show(article("endless").id, own)
    assert withheld is not None
    assert withheld["body"] == "ornithorynque"


@services
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=typed, name=st.none() | typed)
def test_whatever_is_typed_is_answered(words: str, name: str | None, news: Settings) -> None:
    try:
        found = search(words, news, Filters(person=name))
    except QueryError:
        return
    assert found.total >= 0


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_a_size_out_of_bounds_is_said(size: int) -> None:
    with pytest.raises(QueryError, match="is not from 1 to 1000"):
        search("x", Settings(), size=size)


@pytest.mark.parametrize("words", ["", '"', "a" * 1001, "(", "langue:fr", "since:x"])
def test_what_is_no_query_is_said_before_anybody_is_asked(words: str) -> None:
    with pytest.raises(QueryError):
        search(words, Settings(elasticsearch="http://127.0.0.1:1"))


@services
def test_the_newer_of_two_that_answer_as_well_comes_first_and_the_older_is_not_lost(own: Settings) -> None:
    now = datetime.now(UTC)
    days = {"today": 0, "last week": 7, "last year": 365, "long ago": 20_000}
    write(
        own,
        [
            article(guid, created=(now - timedelta(days=age)).strftime("%Y-%m-%d"), body="Un séisme.")
            for guid, age in days.items()
        ],
    )
    hits = search("séisme", own, collapse=False).hits
    assert [hit.created for hit in hits] == sorted((str(hit.created) for hit in hits), reverse=True)
    assert len(hits) == 4
    assert hits[0].score > hits[1].score > hits[2].score >= hits[3].score > 0


@services
def test_what_answers_much_better_comes_before_what_is_new(own: Settings) -> None:
    old = article("old", headline="Séisme au Népal", body="Le séisme au Népal a tué.", created="2015-04-25")
    new = article("new", body="On parle du Népal. " * 20 + "Un séisme y fut ressenti.", created="2026-01-01")
    write(own, [old, new])
    assert [hit.id for hit in search("séisme népal", own, collapse=False).hits] == [old.id, new.id]
    assert [hit.id for hit in search("séisme népal", own, sort="newest", collapse=False).hits] == [
        new.id,
        old.id,
    ]


@services
def test_by_time_it_is_the_newest_or_the_oldest_first_whatever_answers_better(news: Settings) -> None:
    assert guids(search("loi", news, sort="newest")) == ["canada", "law"]
    assert guids(search("loi", news, sort="oldest")) == ["law", "canada"]
    assert {hit.score for hit in search("loi", news, sort="newest").hits} == {0.0}


@services
def test_a_name_is_found_by_what_its_bearer_is_called_elsewhere(seeded: Settings) -> None:
    found = search("korea language:fr", seeded, markers=("[", "]"))
    assert guids(found) == ["seed"]
    assert any("[Corée du Nord]" in passage for passage in found.hits[0].highlights)
    assert "seed" not in guids(search("korea -kim", seeded))


def test_an_order_that_is_none_is_said() -> None:
    with pytest.raises(QueryError, match="'best' is none of relevance, newest, oldest"):
        search("x", Settings(), sort="best")  # type: ignore[arg-type]  # what no order is
    assert get_args(Sort) == ("relevance", "newest", "oldest")
