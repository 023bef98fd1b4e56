"""What is read becomes the message that the topic is to have."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline import dead
from pipeline.article import decode_raw
from pipeline.feeds.packing import packed
from pipeline.formats import Rejected
from pipeline.settings import Settings
from tests.test_producer import article

SETTINGS = Settings(topic_raw="raw.here", topic_dead="dead.here", max_article_bytes=1024)


def rejected(**changes: Any) -> Rejected:
    given: dict[str, Any] = {
        "stage": "parse",
        "kind": "type",
        "reason": "the body is no text",
        "location": "/in/a",
        "offset": 7,
        "size": 3,
        "data": b"\0\xff7",
    }
    return Rejected(**{**given, **changes})


def test_an_article_stands_under_its_id() -> None:
    message = packed(article(5), SETTINGS)
    assert (message.topic, message.key, message.headers) == ("raw.here", article(5).id.encode(), [])
    assert decode_raw(message.value) == article(5)


def test_what_is_none_is_a_dead_letter_with_its_bytes_place_and_reason() -> None:
    message = packed(rejected(), SETTINGS)
    assert message.topic == "dead.here"
    letter = dead.letter(message.key, message.value, message.headers)
    assert (letter.value, letter.location, letter.attempts) == (b"\0\xff7", "/in/a, byte 7", 1)
    assert (letter.stage, letter.error_type, letter.error_message) == ("parse", "type", "the body is no text")


@pytest.mark.parametrize("changes", [{"size": 1025, "data": b"x" * 1025}, {"size": 1_000_000}])
def test_one_that_is_too_large_says_where_its_bytes_are(changes: dict[str, Any]) -> None:
    message = packed(rejected(**changes), SETTINGS)
    letter = dead.letter(message.key, message.value, message.headers)
    assert letter.value == b""
    assert f"its {changes['size']:,} bytes are too many to be kept here" in letter.error_message
    assert letter.omitted == changes["size"]
