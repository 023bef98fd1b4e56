"""Each test on the real Elasticsearch has an alias, and so an index, of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from elasticsearch import Elasticsearch

from pipeline.settings import Settings

if TYPE_CHECKING:
    from tests.services import Stack


@pytest.fixture
def own(stack: Stack) -> Settings:
    """The settings of the running services, with an alias that nobody else has."""
    return stack.settings.model_copy(update={"index": f"test-{uuid.uuid4().hex}"})


@pytest.fixture
def client(stack: Stack) -> Iterator[Elasticsearch]:
    """A client to look behind the sink's back."""
    with Elasticsearch(str(stack.settings.elasticsearch), request_timeout=60) as client:
        yield client
