"""Each test on the real broker has topics and groups of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipeline.settings import Settings
from tests.lag.there import There
from tests.services import apart

if TYPE_CHECKING:
    from tests.services import Stack


@pytest.fixture(scope="session")
def there(stack: Stack) -> Iterator[There]:
    with There(stack.settings) as made:
        yield made


@pytest.fixture
def own(stack: Stack) -> Settings:
    """Settings with names that nobody else uses; nothing of that name is there yet."""
    return apart(stack.settings)


@pytest.fixture
def made(own: Settings, there: There) -> Settings:
    """The same, and the topics of raw and enriched articles are there, with two partitions each."""
    there.make(own.topic_raw, own.topic_enriched)
    return own
