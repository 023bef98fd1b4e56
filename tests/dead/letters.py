"""Dead letters to test with: any that Hypothesis finds, and some that are easy to tell apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import DeadLetter, Header

FAILED = datetime(2024, 6, 19, 10, 0, 0, 123456, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
anything = st.text(st.characters())  # lone surrogates, NUL and all
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(
    lambda name: not name.startswith("newswire-")
)
pairs = st.lists(st.tuples(names, st.none() | st.binary(max_size=20)), max_size=5)

letters = st.builds(
    DeadLetter,
    stage=st.sampled_from(["parse", "validate", "enrich", "index"]),
    error_type=texts,
    error_message=texts,
    failed=st.datetimes(timezones=st.just(UTC)),
    attempts=st.integers(1, 2**31),
    value=st.binary(),
    key=st.just(UNSET) | st.binary(),
    headers=st.lists(st.builds(Header, names, st.just(UNSET) | st.binary()), max_size=5).map(tuple),
    topic=st.just(UNSET) | st.sampled_from(["news.raw", "news.enriched"]),
    partition=st.just(UNSET) | st.integers(0, 2**31 - 1),
    offset=st.just(UNSET) | st.integers(0, 2**63 - 1),
    location=st.just(UNSET) | texts,
    tombstone=st.booleans(),
    omitted=st.just(UNSET) | st.integers(0, 2**40),
)


def from_topic(number: int = 0, **changes: Any) -> DeadLetter:
    """What the index agent could not process; each number is another letter, and newer."""
    fields: dict[str, Any] = {
        "stage": "index",
        "error_type": "MapperParsingError",
        "error_message": f"the date of {number} cannot be read",
        "failed": FAILED + timedelta(minutes=number),
        "attempts": 1,
        "value": f'{{"number": {number}}}'.encode(),
        "key": f"k{number}".encode(),
        "topic": "news.enriched",
        "partition": 0,
        "offset": number,
    }
    return DeadLetter(**{**fields, **changes})


def from_feed(number: int = 0, **changes: Any) -> DeadLetter:
    """What a feed rejected."""
    fields: dict[str, Any] = {
        "stage": "parse",
        "error_type": "syntax",
        "error_message": "the object has no end",
        "failed": FAILED + timedelta(minutes=number),
        "attempts": 1,
        "value": f'{{"guid": "{number}"'.encode(),
        "location": f"/in/wire-{number}.jsonl, byte 0",
    }
    return DeadLetter(**{**fields, **changes})
