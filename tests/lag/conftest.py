"""Each test on the real broker has topics and groups of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from pipeline.lag import broker
from pipeline.settings import Settings
from tests.lag.socks import Socks
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


@pytest.fixture
def socks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Socks]:
    """A proxy on the way of all our clients to the broker."""
    monkeypatch.setattr(broker, "ANSWER_MS", 1_000)
    made = broker._made
    with Socks() as proxy:
        monkeypatch.setattr(
            broker, "_made", lambda kind, **options: made(kind, **options, proxy_url=proxy.url)
        )
        yield proxy
