"""What there is in the end is known by its guid, also where the bytes are no article."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.article import DeadLetter
from tests import feeding
from tests.agents.broker import put
from tests.chaos import found
from tests.chaos.wire import line
from tests.enrich.models import value
from tests.services import Stack


def letter(content: bytes) -> DeadLetter:
    return DeadLetter(
        stage="validate",
        error_type="InvalidArticleError",
        error_message="no article",
        failed=datetime(2026, 1, 1, tzinfo=UTC),
        attempts=1,
        value=content,
    )


@pytest.mark.parametrize(
    ("content", "guid"),
    [
        (line("story-00017", 1, "Text."), "story-00017"),
        (b"\xff\xfe\x00poison-00003", "poison-00003"),
        (b"whose?", "b'whose?'"),
    ],
)
def test_a_letter_is_known_by_the_guid_in_its_bytes(content: bytes, guid: str) -> None:
    assert found.guid_of(letter(content)) == guid


@pytest.mark.services
def test_what_is_no_article_does_not_count_as_fed(stack: Stack, tmp_path: Path) -> None:
    settings = feeding.fresh(stack.settings, tmp_path)
    good = value("Text.").replace(b'"source"', b'"guid":"story-00001","source"')
    put(settings, settings.topic_raw, b"\xff", good, good, b"{}")
    assert found.fed(settings) == {("story-00001", 1)}
