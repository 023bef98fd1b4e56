"""Fixtures for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Stack


# No test fails for being slow: others run beside it.
settings.register_profile("usual", deadline=None)
settings.load_profile("usual")
# `make long` asks for it: ten thousand examples of everything that takes any input.
settings.register_profile(
    "long", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A real Kafka and a real Elasticsearch for all tests of this run; see ``tests.services``."""
    from tests.services import Stack

    with Stack() as running:
        yield running
