"""What is the same for all formats: pieces, rejections, and the article that is made of the fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET

from pipeline import formats
from pipeline.article import RawArticle, article_id, encode
from pipeline.formats.shape import FAULTS, Outcome, Piece, Rejected, UnfitError, outcome, outcomes, whole
from pipeline.formats.stream import HEAD, stream_of
from tests.formats.conformance import LIMIT, RECEIVED, context

PIECE = Piece(b"original", offset=100)


def made(**fields: Any) -> Outcome:
    return outcome(PIECE, context(), "text", lambda _: fields)


def test_an_article_carries_its_provenance() -> None:
    one = made(body="Text.", guid=UNSET)
    assert isinstance(one, RawArticle)
    assert (one.provenance.format, one.provenance.offset, one.provenance.location) == (
        "text",
        100,
        "/in/wire",
    )
    assert one.id == article_id("agency", UNSET, "Text.")
    assert one.received == RECEIVED


def test_headline_and_body_make_the_id_where_there_is_no_guid() -> None:
    one = made(headline="Title", body="Text.")
    assert isinstance(one, RawArticle)
    assert one.id == article_id("agency", UNSET, "Title\n\nText.")


def test_an_embargo_that_lies_ahead_withholds() -> None:
    one = made(body="x", embargo=datetime(2025, 1, 1, tzinfo=UTC))
    assert isinstance(one, RawArticle)
    assert one.status == "withheld"


def test_what_cannot_be_read_is_rejected_where_it_stands() -> None:
    def unfit(_: bytes) -> dict[str, Any]:
        raise UnfitError("syntax", "no", 3)

    one = outcome(PIECE, context(), "text", unfit)
    assert one == Rejected(
        stage="parse",
        kind="syntax",
        reason="no",
        location="/in/wire",
        offset=103,
        size=8,
        data=b"original",
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "neither headline nor body"),
        ({"body": "x", "urgency": 12}, "urgency"),
        ({"body": "x", "created": "2024-6"}, "created"),
        ({"body": "x", "language_declared": "?"}, "language_declared"),
    ],
)
def test_what_breaks_the_contract_is_rejected_at_the_second_stage(fields: dict[str, Any], why: str) -> None:
    one = made(**fields)
    assert isinstance(one, Rejected)
    assert (one.stage, one.kind, one.offset) == ("validate", "value", 100)
    assert why in one.reason


def test_the_limit_holds_for_the_article_to_the_byte() -> None:
    one = made(body="x" * 100)
    assert isinstance(one, RawArticle)
    room = LIMIT - len(encode(one))
    assert isinstance(made(body="x" * (100 + room)), RawArticle)
    over = made(body="x" * (101 + room))
    assert isinstance(over, Rejected)
    assert over.reason == f"too large: {LIMIT + 1:,} bytes as an article; the limit is {LIMIT:,}"


def test_a_whole_file_within_the_limit_is_kept() -> None:
    assert whole(stream_of(b"x" * 100), 100) == Piece(b"x" * 100, 0)


def test_of_a_file_over_the_limit_only_the_head_is() -> None:
    piece = whole(stream_of(b"x" * (HEAD + 101)), HEAD + 100)
    assert (len(piece.data), piece.dropped) == (HEAD, 101)
    one = piece.too_large(context())
    assert (one.size, one.complete, one.kind) == (HEAD + 101, False, "size")


def test_of_a_small_file_over_a_small_limit_no_more_is_kept_than_there_is() -> None:
    piece = whole(stream_of(b"x" * 101), 100)
    assert len(piece.data) + piece.dropped == 101
    assert not piece.too_large(context()).complete


class TestSeveral:
    @staticmethod
    def made(*items: dict[str, Any] | UnfitError, then: UnfitError | None = None) -> list[Outcome]:
        def read(_: bytes) -> Iterator[dict[str, Any] | UnfitError]:
            yield from items
            if then:
                raise then

        return list(outcomes(PIECE, context(), "text", read))

    def test_each_item_is_an_article(self) -> None:
        found = self.made({"guid": "a", "body": "x"}, {"guid": "b", "body": "y"})
        assert [one.guid for one in found if isinstance(one, RawArticle)] == ["a", "b"]

    def test_all_that_are_none_are_told_together_with_the_whole_file_once(self) -> None:
        bad = UnfitError("value", "no headline")
        *articles, told = self.made(bad, {"guid": "b", "body": "y"}, {"guid": "c"}, bad)
        assert len(articles) == 1
        assert isinstance(told, Rejected)
        assert (told.data, told.stage, told.kind) == (b"original", "validate", "value")
        assert told.reason.startswith("3 of 4 items are no articles: item 1: no headline; item 3: neither")

    def test_of_very_many_the_first_are_told(self) -> None:
        (told,) = self.made(*[UnfitError("value", "no") for _ in range(FAULTS + 5)])
        assert isinstance(told, Rejected)
        assert told.reason.endswith("and 5 more")

    def test_one_item_alone_is_told_as_itself(self) -> None:
        (told,) = self.made(UnfitError("value", "no headline"))
        assert isinstance(told, Rejected)
        assert told.reason == "no headline"

    def test_what_came_before_the_file_broke_stands(self) -> None:
        article, told = self.made({"body": "x"}, then=UnfitError("truncated", "cut off", 7))
        assert isinstance(article, RawArticle)
        assert isinstance(told, Rejected)
        assert (told.kind, told.offset) == ("truncated", 107)

    def test_a_file_without_items_is_empty(self) -> None:
        (told,) = self.made()
        assert isinstance(told, Rejected)
        assert told.kind == "empty"


def test_the_provider_of_the_feed_holds_where_the_copy_names_none() -> None:
    for given, expected in (({}, "Desk"), ({"provider": "Agency"}, "Agency")):
        one = outcome(PIECE, context(provider="Desk"), "text", lambda _, more=given: {"body": "x"} | more)  # type: ignore[misc]  # the default binds it
        assert isinstance(one, RawArticle)
        assert one.provider == expected


def test_a_format_can_be_named() -> None:
    data = b'{"guid": "1", "body": "x"}'
    for name in ("jsonl", "text"):
        (one,) = formats.parse(data, context(format=name))
        assert isinstance(one, RawArticle)
        assert one.provenance.format == name
    with pytest.raises(LookupError, match=r"there is no format 'morse'; there are .*jsonl"):
        list(formats.parse(data, context(format="morse")))
