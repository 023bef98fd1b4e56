"""Fixtures for all tests."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from pipeline import log

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


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command that a test runs in this process sets up the logs, with the streams of that test."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        root = logging.getLogger()
        root.setLevel(logging.WARNING)
        for handler in [each for each in root.handlers if type(each) is logging.StreamHandler]:
            root.removeHandler(handler)
        for name in log.QUIETER:
            logging.getLogger(name).setLevel(logging.NOTSET)
