"""Fixtures for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A real Kafka and a real Elasticsearch for all tests of this run; see ``tests.services``."""
    from tests.services import Stack

    with Stack() as running:
        yield running
