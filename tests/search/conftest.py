"""Indices that the tests of searching share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.settings import Settings
from tests.search.news import APART, ARTICLES, new_alias, tell, write
from tests.sink.articles import seed

if TYPE_CHECKING:
    from tests.services import Stack


@pytest.fixture
def own(stack: Stack) -> Settings:
    """An alias without an index."""
    return new_alias(stack)


@pytest.fixture(scope="package")
def news(stack: Stack) -> Settings:
    """An index with a handful of articles."""
    settings = new_alias(stack)
    write(settings, ARTICLES)
    tell(settings, APART)
    return settings


@pytest.fixture(scope="package")
def seeded(stack: Stack) -> Settings:
    """An index with the real article among the others."""
    settings = new_alias(stack)
    write(settings, [seed(), *ARTICLES])
    tell(settings, APART)
    return settings
