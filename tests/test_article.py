"""The vocabulary: what is an article by the contract, and what is not."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import article
from pipeline.article import (
    DeadLetter,
    EnrichedArticle,
    Entity,
    InvalidArticleError,
    Provenance,
    RawArticle,
    Span,
    Topic,
)

RECEIVED = datetime(2024, 6, 19, 10, 0, tzinfo=UTC)


def raw(**fields: Any) -> RawArticle:
    given_fields: dict[str, Any] = {
        "id": "0" * 32,
        "source": "local",
        "version": 1,
        "status": "usable",
        "received": RECEIVED,
        "provenance": Provenance(feed="files", format="text", location="a.txt"),
        "body": "Kim Jong Un a parlé.",
    }
    return RawArticle(**(given_fields | fields))


def enriched(**fields: Any) -> EnrichedArticle:
    return EnrichedArticle(**msgspec.structs.asdict(raw()), enriched=RECEIVED, **fields)


def test_what_is_not_known_is_absent() -> None:
    fields = json.loads(article.encode(raw()))
    assert "headline" not in fields
    assert "subjects" not in fields
    assert None not in fields.values()
    assert "" not in fields.values()


def test_a_message_comes_back_as_it_went() -> None:
    there = raw(headline="Traité", created="2024-06", headings=(Span(0, 3),), guid="urn:x")
    assert article.decode_raw(article.encode(there)) == there
    full = enriched(
        language="fr",
        language_confidence=0.99,
        entities=(Entity(text="Kim Jong Un", label="PER", count=1, mentions=(Span(0, 11),)),),
        topics=(Topic(qcode="medtop:11000000", name="politics", score=0.9),),
        models={"entities": "fr 1"},
    )
    assert article.decode_enriched(article.encode(full)) == full


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"version": "1"}, "version"),
        ({"version": -1}, "version"),
        ({"headline": None}, "headline"),
        ({"headline": ""}, "headline"),
        ({"status": "killed"}, "status"),
        ({"id": "xyz"}, "id"),
        ({"created": "June 2024"}, "created"),
        ({"created": "2024-13"}, "created"),
        ({"received": "2024-06-19T10:00:00"}, "received"),
        ({"surprise": 1}, "surprise"),
        ({"headings": [[0, 3]]}, "headings"),
        ({"headings": [{"start": 0, "end": 99}]}, "leaves a body"),
        ({"headings": [{"start": 3, "end": 3}]}, "leaves a body"),
        ({"urgency": 0}, "urgency"),
    ],
)
def test_a_broken_field_is_named(change: dict[str, Any], complaint: str) -> None:
    fields = json.loads(article.encode(raw())) | change
    with pytest.raises(InvalidArticleError, match=complaint):
        article.decode_raw(json.dumps(fields).encode())


def test_text_is_needed_unless_the_article_is_canceled() -> None:
    with pytest.raises(InvalidArticleError, match="no text"):
        article.check(raw(body=UNSET))
    article.check(raw(body=UNSET, headline="Flash"))
    article.check(raw(body=UNSET, status="canceled"))


def test_only_a_text_needs_text() -> None:
    article.check(raw(body=UNSET, item_class="picture"))
    article.check(raw(body=UNSET, item_class="text", summary="S"))
    with pytest.raises(InvalidArticleError, match="no text"):
        article.check(raw(body=UNSET, item_class="text"))


def test_what_is_held_back_without_an_end_needs_none_either() -> None:
    article.check(raw(body=UNSET, status="withheld"))
    with pytest.raises(InvalidArticleError, match="no text"):
        article.check(raw(body=UNSET, status="withheld", embargo=datetime(2030, 1, 1, tzinfo=UTC)))


def test_tables_stay_within_the_body() -> None:
    with pytest.raises(InvalidArticleError, match="3:500"):
        article.check(raw(tables=(Span(3, 500),)))


def test_mentions_stay_within_the_body() -> None:
    stray = Entity(text="Kim", label="PER", count=1, mentions=(Span(0, 500),))
    with pytest.raises(InvalidArticleError, match="0:500"):
        article.check(enriched(entities=(stray,)))


@given(st.binary(max_size=200))
def test_any_bytes_give_an_article_or_a_complaint(value: bytes) -> None:
    with pytest.raises(InvalidArticleError, match=r".+"):
        article.decode_raw(value)


@given(
    st.dictionaries(
        st.sampled_from(list(RawArticle.__struct_fields__)),
        st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.integers(), max_size=2),
    )
)
def test_any_json_gives_an_article_or_a_complaint(change: dict[str, Any]) -> None:
    fields = json.loads(article.encode(raw())) | change
    try:
        decoded = article.decode_raw(json.dumps(fields).encode())
    except InvalidArticleError:
        return
    assert article.decode_raw(article.encode(decoded)) == decoded


def test_headline_and_body_are_one_text() -> None:
    assert article.text_of(raw(headline="H", body="B")) == "H\n\nB"
    assert article.text_of(raw(body="B")) == "B"
    assert article.text_of(raw(body=UNSET, status="canceled")) == ""


def test_a_summary_stands_in_for_a_body() -> None:
    assert article.text_of(raw(headline="H", body=UNSET, summary="S")) == "H\n\nS"
    assert article.text_of(raw(headline="H", body="B", summary="S")) == "H\n\nB"


def test_the_guid_makes_the_id() -> None:
    assert article.article_id("afp", "urn:1", "one") == article.article_id("afp", "urn:1", "two")
    assert article.article_id("afp", "urn:1", "one") != article.article_id("dpa", "urn:1", "one")
    assert article.article_id("afp", "urn:1", "one") != article.article_id("afp", UNSET, "urn:1")


def test_without_guid_the_text_makes_the_id() -> None:
    once = article.article_id("afp", UNSET, "Corée du Nord\n\nDeux")
    assert article.article_id("afp", UNSET, "Core\u0301e du  Nord\r\n\r\nDeux ") == once
    assert article.article_id("afp", UNSET, "Corée du Nord\n\nTrois") != once


@given(st.text(), st.text(), st.text())
def test_an_id_is_what_the_contract_says(source: str, guid: str, text: str) -> None:
    msgspec.convert(article.article_id(source, guid, text), article.Id)


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-06", datetime(2024, 6, 1, tzinfo=UTC)),
        ("2024-06-19", datetime(2024, 6, 19, tzinfo=UTC)),
        ("2024-06-19T08:30:00Z", datetime(2024, 6, 19, 8, 30, tzinfo=UTC)),
        ("2024-06-19T08:30:00.250Z", datetime(2024, 6, 19, 8, 30, 0, 250000, tzinfo=UTC)),
    ],
)
def test_a_partial_date_starts_at_its_first_instant(date: str, instant: datetime) -> None:
    assert article.earliest(date) == instant


def test_there_is_no_thirtieth_of_february() -> None:
    with pytest.raises(ValueError, match="day"):
        article.earliest("2024-02-30")
    with pytest.raises(InvalidArticleError, match="2024-02-30"):
        article.check(raw(created="2024-02-30"))


def test_the_version_is_the_feeds_own_else_a_time() -> None:
    assert article.version_of(7, "2024-06", "2024", RECEIVED) == 7
    assert article.version_of(0, UNSET, UNSET, RECEIVED) == 0
    assert article.version_of(UNSET, "2024-06-02", "2024-06-01", RECEIVED) == 1717286400000
    assert article.version_of(UNSET, UNSET, "2024-06-01", RECEIVED) == 1717200000000
    assert article.version_of(UNSET, UNSET, UNSET, RECEIVED) == 1718791200000
    assert article.version_of(UNSET, UNSET, "1914-07-28", RECEIVED) == 0


def test_a_dead_letter_keeps_any_bytes() -> None:
    letter = DeadLetter(
        stage="parse", error_type="E", error_message="m", failed=RECEIVED, attempts=1, value=b"\xff\x00"
    )
    assert msgspec.json.decode(article.encode(letter), type=DeadLetter) == letter


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-06", datetime(2024, 6, 1, tzinfo=UTC)),
        ("2024-06-19T12:00:00Z", datetime(2024, 6, 19, 12, tzinfo=UTC)),
    ],
)
def test_the_moment_that_a_person_names(text: str, instant: datetime) -> None:
    assert article.moment_of(text) == instant


@pytest.mark.parametrize("text", ["yesterday", "2024-13", "2024-02-30", ""])
def test_what_names_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        article.moment_of(text)
