"""The document: what is searched and shown is there, nothing is invented, and a kill leaves no text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import (
    EnrichedArticle,
    Entity,
    Identity,
    Media,
    Place,
    Point,
    Provenance,
    Quote,
    Replaced,
    Span,
    Subject,
    Topic,
)
from pipeline.sink.document import NESTED, document, related, restored, title, tombstone
from pipeline.sink.templates import components, languages
from tests.sink.articles import NOON, POLITICS, SPORT, article, entity, seed

INDEXED = datetime(2024, 6, 20, tzinfo=UTC)
BODY = "Poutine à Moscou. Kim Jong Un à Pyongyang, Poutine à l'ONU."


def made(**fields: Any) -> dict[str, Any]:
    return document(article(**fields), INDEXED, languages())


def test_topics_that_the_feed_declared_can_be_told_from_inferred_ones() -> None:
    found = made(topics=(Topic(qcode="medtop:20000003", name="animation", origin="declared"), SPORT))
    assert found["topics"] == ["medtop:20000003", "medtop:15000000"]
    assert found["topics_declared"] == ["medtop:20000003"]


def test_a_quote_has_its_words_and_its_speaker() -> None:
    body = "« Jamais », a dit Poutine. « Toujours »."
    first = Quote(span=Span(start=2, end=8), speaker="Vladimir Poutine", mention=Span(start=18, end=25))
    found = made(body=body, quotes=(first, Quote(span=Span(start=29, end=37))))
    assert found["quotes"] == [
        {
            "start": 2,
            "end": 8,
            "text": "Jamais",
            "speaker": "Vladimir Poutine",
            "mention": {"start": 18, "end": 25},
        },
        {"start": 29, "end": 37, "text": "Toujours"},
    ]


def test_what_no_model_found_is_absent() -> None:
    assert made().keys().isdisjoint({"quotes", "keyphrases", "key_sentences", "degraded", "extra"})


def test_what_the_users_own_enrichers_found_is_kept_by_their_names() -> None:
    found = made(extra={"desk": {"urgent": True}}, degraded={"topics": "it took over 20 s"})
    assert found["extra"] == {"desk": {"urgent": True}}
    assert found["degraded"] == {"topics": "it took over 20 s"}


def test_facets_are_flat_lists_without_doubles_beside_the_details() -> None:
    names = [
        entity(BODY, "Poutine", "PER"),
        entity(BODY, "Kim Jong Un", "PER"),
        entity(BODY, "Moscou", "LOC"),
        entity(BODY, "ONU", "ORG"),
        entity(BODY, "Pyongyang", "MISC"),
        entity(BODY, "Poutine", "PER"),
    ]
    found = made(body=BODY, entities=tuple(names), topics=(POLITICS, SPORT))
    assert found["people"] == ["Poutine", "Kim Jong Un"]
    assert found["places"] == ["Moscou"]
    assert found["organizations"] == ["ONU"]
    assert found["miscellaneous"] == ["Pyongyang"]
    assert found["topics"] == ["medtop:11000000", "medtop:15000000"]
    assert found["topic_names"] == ["politics and government", "sport"]
    assert found["topics_detail"][0] == {
        "qcode": "medtop:11000000",
        "name": "politics and government",
        "score": 0.9,
        "origin": "inferred",
    }
    assert "topics_declared" not in found
    assert list(found["entities"][0]["mentions"]) == [
        {"start": 0, "end": 7},
        {"start": BODY.rindex("Poutine"), "end": BODY.rindex("Poutine") + 7},
    ]


def test_identities_are_flat_lists_too() -> None:
    names = [
        entity(BODY, "Moscou", "LOC", id="geonames:524901", name="Moscow", country="RU"),
        entity(BODY, "Kim Jong Un", "PER", forms=("Kim", "M. Kim")),
        entity(BODY, "ONU", "ORG", id="org:united-nations", name="United Nations"),
        entity(
            BODY, "Pyongyang", "LOC", candidates=(Identity(id="geonames:1", name="Elsewhere", score=0.5),)
        ),
    ]
    found = made(body=BODY, entities=tuple(names))
    assert found["identities"] == ["geonames:524901", "org:united-nations"]
    assert found["countries"] == ["RU"]
    assert found["places"] == ["Moscou", "Pyongyang"]
    assert found["places_names"] == ["Moscow"]
    assert found["people_names"] == ["Kim", "M. Kim"]
    assert found["organizations_names"] == ["United Nations"]


def test_points_are_where_the_places_lie_each_once() -> None:
    here = Point(lat=39.0, lon=125.75)
    found = made(
        body=BODY,
        entities=(
            entity(BODY, "Pyongyang", "LOC", id="geonames:1871859", point=here),
            entity(BODY, "Kim Jong Un", "PER"),
            entity(BODY, "Moscou", "LOC", point=here),
        ),
    )
    assert found["points"] == [{"lat": 39.0, "lon": 125.75}]
    assert "points" not in made(body=BODY)


def test_only_the_most_frequent_entities_can_be_asked_for_and_none_is_left_out() -> None:
    body = "a " * (NESTED + 2)
    spans = tuple(Span(2 * place, 2 * place + 1) for place in range(NESTED + 2))
    entities = tuple(
        Entity(text=f"n{place}", label="PER", count=1 + place % 3, mentions=(span,))
        for place, span in enumerate(spans)
    )
    found = made(body=body, entities=entities)
    assert len(found["entities"]) == NESTED
    assert {each["count"] for each in found["entities_rest"]} == {1}
    names = [each["text"] for each in (*found["entities"], *found["entities_rest"])]
    assert sorted(names) == sorted(each.text for each in entities)


def test_what_is_not_known_is_absent() -> None:
    found = made(body="Un mot.", language=UNSET)
    assert set(found) == {
        *("@timestamp", "id", "source", "guid", "version", "status", "received", "enriched", "indexed"),
        *("provenance", "provenances", "feed", "body", "title"),
    }


def test_headings_keep_their_places_and_have_their_text() -> None:
    body = "Premier.\n\nUn intertitre\n\nSuite."
    assert made(body=body, headings=(Span(10, 23),))["headings"] == [
        {"start": 10, "end": 23, "text": "Un intertitre"}
    ]


@pytest.mark.parametrize(
    ("created", "timestamp"),
    [
        ("2024", "2024-01-01T00:00:00Z"),
        ("2024-06", "2024-06-01T00:00:00Z"),
        ("2024-06-19", "2024-06-19T00:00:00Z"),
        ("2024-06-19T08:30:00Z", "2024-06-19T08:30:00Z"),
        (UNSET, "2024-06-19T12:00:00Z"),
    ],
)
def test_the_timestamp_is_the_first_instant_of_the_creation_else_of_receipt(
    created: Any, timestamp: str
) -> None:
    found = made(created=created)
    assert found["@timestamp"] == timestamp
    assert found.get("created", UNSET) == created


def test_the_timestamp_of_an_article_without_creation_is_that_of_its_last_change() -> None:
    assert made(modified="2024-06-18")["@timestamp"] == "2024-06-18T00:00:00Z"


def test_notes_that_are_not_for_publication_end_before_the_index() -> None:
    found = made(ednotes=("Adds quote.",), ednotes_nonpublic=("Call the desk.",))
    assert list(found["ednotes"]) == ["Adds quote."]
    assert "Call the desk." not in str(found)


def test_a_summary_stands_in_for_a_body_that_is_not_there() -> None:
    found = made(body=UNSET, headline=UNSET, subheadline="Sous-titre", summary="Le pont rouvre.")
    assert found["title"] == "Le pont rouvre."
    assert found["text_fr"] == ["Sous-titre", "Le pont rouvre."]


def test_instants_are_written_in_utc() -> None:
    paris = timezone(timedelta(hours=2))
    moment = datetime(2024, 6, 19, 14, 30, tzinfo=paris)
    found = document(article(received=moment, enriched=moment, embargo=moment), moment)
    for name in ("received", "enriched", "embargo", "indexed", "@timestamp"):
        assert found[name] == "2024-06-19T12:30:00Z", name


def test_a_day_that_is_no_day_is_said() -> None:
    with pytest.raises(ValueError, match="day"):
        made(created="2024-02-31")


@pytest.mark.parametrize(
    ("language", "field"),
    [("fr", "text_fr"), ("en", "text_en"), ("pt-BR", "text_pt"), ("RU", "text_ru"), ("nn", "text_nn")],
)
def test_headline_and_body_are_there_once_more_in_their_own_language(language: str, field: str) -> None:
    found = made(language=language, headline="Titre", body="Corps.")
    assert [name for name in found if name.startswith("text_")] == [field]
    assert found[field] == ["Titre", "Corps."]


@pytest.mark.parametrize("language", [UNSET, "xx", "tlh"])
def test_a_language_without_an_analyzer_has_only_the_field_for_everyone(language: Any) -> None:
    assert not [name for name in made(language=language) if name.startswith("text_")]


def test_the_title_is_the_headline_or_the_first_words() -> None:
    assert title(article(headline="Un  titre\nsur deux lignes", body="x")) == "Un titre sur deux lignes"
    assert title(article(headline=" \n", body="Un mot.")) == "Un mot."
    assert title(article(body=" \n")) == article().id
    long = title(article(body="Le président, a-t-il dit, " * 10))
    assert long.endswith("…")
    assert len(long) <= 100
    assert ("Le président, a-t-il dit, " * 10).startswith(long[:-1])


def test_a_title_without_a_space_is_cut_all_the_same() -> None:
    assert title(article(body="中" * 300)) == "中" * 100 + "…"


def test_a_kill_leaves_a_tombstone_without_text() -> None:
    full = article(
        status="canceled",
        version=7,
        headline="Tué",
        slugline="TUE",
        byline="X",
        dateline="Paris",
        body=BODY,
        entities=(entity(BODY, "Poutine", "PER"),),
        topics=(POLITICS,),
        subjects=(Subject(name="secret"),),
        headings=(Span(0, 7),),
        url="https://example.org/poutine",
    )
    found = document(full, INDEXED, languages())
    assert set(found) == {
        *("@timestamp", "id", "guid", "source", "version", "status", "received", "enriched", "indexed"),
        *("provenance", "provenances", "feed"),
    }
    assert found["status"] == "canceled"
    assert found["version"] == 7


def test_a_kill_is_never_stopped_by_its_dates() -> None:
    assert made(status="canceled", created="2024-02-31", modified="2024-02-31")["status"] == "canceled"


def test_provenance_and_feed_stay() -> None:
    found = made(provenance=Provenance(feed="afp", format="ninjs", location="a/b.json", offset=17))
    assert found["provenance"] == {"feed": "afp", "format": "ninjs", "location": "a/b.json", "offset": 17}
    assert found["provenances"] == [found["provenance"]]
    assert found["feed"] == ["afp"]


def test_what_others_say_of_a_document_is_added_to_it() -> None:
    found = related(made(headline="Pont"), {"story_id": "s", "feed": ["afp", "dpa"]})
    assert found == made(headline="Pont") | {"story_id": "s", "feed": ["afp", "dpa"]}


def test_where_others_withdraw_a_document_a_tombstone_is_left() -> None:
    found = related(made(headline="Pont"), {"status": "canceled", "replaced_by": "x", "story_id": "s"})
    assert found == {**made(status="canceled"), "replaced_by": "x"}
    assert tombstone(found) == found


def test_the_seed_article_becomes_what_is_searched_for() -> None:
    found = document(seed(), INDEXED, languages())
    assert found["people"] == ["Vladimir Poutine", "Kim Jong Un"]
    assert [heading["text"][:8] for heading in found["headings"]] == ["Éliminer", "Rapproch"]
    assert found["title"].startswith("Le président russe Vladimir Poutine")
    assert (found["created"], found["@timestamp"]) == ("2024-06", "2024-06-01T00:00:00Z")


texts = st.text(min_size=1, max_size=80)
maybe = st.one_of(st.just(UNSET), texts)


@st.composite
def articles(draw: st.DrawFn) -> EnrichedArticle:
    body = draw(texts)
    end = draw(st.integers(1, len(body)))
    span = Span(draw(st.integers(0, end - 1)), end)
    return article(
        body=body,
        headings=(span,) if draw(st.booleans()) else (),
        entities=(entity(body, body[span.start : span.end], "PER"),) if draw(st.booleans()) else (),
        topics=(Topic(qcode="medtop:01000000", name="arts", score=0.5),) if draw(st.booleans()) else (),
        status=draw(st.sampled_from(["usable", "withheld", "canceled"])),
        headline=draw(maybe),
        slugline=draw(maybe),
        byline=draw(maybe),
        url=draw(maybe),
        rights=draw(maybe),
        language=draw(st.one_of(st.just(UNSET), st.sampled_from(["fr", "en", "zh-Hant", "xx"]))),
        language_declared=draw(st.one_of(st.just(UNSET), st.just("fr-CA"))),
        language_confidence=draw(st.one_of(st.just(UNSET), st.floats(0, 1))),
        subjects=(Subject(qcode=draw(texts)),) if draw(st.booleans()) else (),
        created=draw(st.sampled_from([UNSET, "1999", "2024-02-29", "2024-06-19T08:30:00.5Z"])),
        kind=draw(st.sampled_from([UNSET, "update", "kill"])),
        item_class=draw(st.sampled_from([UNSET, "text", "picture"])),
        replaces=draw(st.sampled_from([UNSET, Replaced(guid="old", status="canceled")])),
        located=draw(st.sampled_from([UNSET, Place(name="Harbour", country="HC")])),
        media=(Media(href="a.jpg", width=3),) if draw(st.booleans()) else (),
        keywords=(draw(texts),) if draw(st.booleans()) else (),
        summary=draw(maybe),
        subheadline=draw(maybe),
        usageterms=draw(maybe),
        tables=(Span(0, 1),) if draw(st.booleans()) else (),
        members=("urn:a",) if draw(st.booleans()) else (),
        ednotes=(draw(texts),) if draw(st.booleans()) else (),
        ednotes_nonpublic=(draw(texts),) if draw(st.booleans()) else (),
        wire={"service": draw(texts)} if draw(st.booleans()) else {},
        flags=(draw(texts),) if draw(st.booleans()) else (),
        expires=draw(st.sampled_from([UNSET, NOON])),
        models={"entities": draw(texts)} if draw(st.booleans()) else {},
        urgency=draw(st.one_of(st.just(UNSET), st.integers(1, 9))),
    )


@given(articles())
def test_every_field_is_in_the_mapping_and_none_is_empty(one: EnrichedArticle) -> None:
    known = {
        name
        for body in components().values()
        for name in body["template"].get("mappings", {}).get("properties", {})
    }
    found = document(one, NOON, languages())
    assert set(found) <= known
    assert not [name for name, value in found.items() if value is None or value in ("", [], {}, ())]


@given(articles())
def test_a_tombstone_holds_nothing_of_the_text(one: EnrichedArticle) -> None:
    found = document(one, NOON, languages())
    if one.status == "canceled":
        assert not set(found) & {"body", "headline", "title", "headings", "entities", "people", "subjects"}
        assert not [name for name in found if name.startswith("text_")]
    else:
        assert found["body"] == one.body


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"language": "fr-CA", "headline": "Un accord", "subheadline": "Hier"},
        {"body": UNSET, "summary": "En bref.", "headline": "Un accord"},
        {"language": "tlh"},
        {"language": UNSET},
        {"status": "canceled"},
    ],
    ids=str,
)
def test_what_the_index_kept_is_restored_to_what_was_indexed(fields: dict[str, Any]) -> None:
    indexed = document(article(**fields), NOON, languages())
    kept = {name: value for name, value in indexed.items() if not name.startswith("text_")}
    assert restored(kept, languages()) == indexed
