"""Fixtures for all tests."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

from pipeline import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Stack


# Whoever runs the tests in the background has them, and all that they start, ignore the signal of Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test fails for being slow: others run beside it.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usual")
# `make long` asks for it: ten thousand examples of everything that takes any input.
settings.register_profile("long", settings.get_profile("usual"), max_examples=10_000)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Names what fails when it fails, not only at the end: whoever ends a run that hangs is to know."""
    if not isinstance(report, pytest.TestReport) or not report.failed:
        return None
    category = "failed" if report.when == "call" else "error"
    crash = getattr(report.longrepr, "reprcrash", None)
    why = (crash.message if crash else report.longreprtext).partition("\n")[0]
    return category, f"\n{category.upper()} {report.nodeid}: {why}\n", category.upper()


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
