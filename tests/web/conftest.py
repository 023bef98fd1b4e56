"""A newsroom's index and its page, once for all tests of the web page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.settings import Settings
from tests.services import apart
from tests.web import newsroom
from tests.web.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.services import Stack


@pytest.fixture(scope="session")
def news(stack: Stack) -> Settings:
    """The settings of an index with the newsroom's articles in it."""
    settings = apart(stack.settings)
    newsroom.fill(settings)
    return settings


@pytest.fixture(scope="session")
def site(news: Settings) -> Iterator[Site]:
    """The page of that index."""
    with Site(news) as running:
        yield running


@pytest.fixture
def away() -> Settings:
    """Settings of services that are not there."""
    return Settings(kafka="127.0.0.1:9", elasticsearch="http://127.0.0.1:9")
