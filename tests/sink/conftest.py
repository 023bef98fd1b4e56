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
def own(stack: Stack, client: Elasticsearch) -> Iterator[Settings]:
    """The settings of the running services, with an alias of the test's own; its indices go with the test."""
    settings = stack.settings.model_copy(update={"index": f"test-{uuid.uuid4().hex}"})
    yield settings
    made = client.indices.get_alias(index=f"*{settings.index}*", expand_wildcards="all")
    if made.body:
        client.indices.delete(index=[*made.body])
    client.options(ignore_status=404).indices.delete_index_template(name=f"newswire-{settings.index}*")


@pytest.fixture
def client(stack: Stack) -> Iterator[Elasticsearch]:
    """A client to look behind the sink's back."""
    with Elasticsearch(str(stack.settings.elasticsearch), request_timeout=60) as client:
        yield client
