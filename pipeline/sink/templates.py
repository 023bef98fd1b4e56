"""The index: its templates, kept as files in ``schemas/elasticsearch``, and how it comes to be there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from pipeline.errors import NewswireError
from pipeline.resources import resource

log = structlog.get_logger(__name__)

Template = dict[str, Any]

_INDEX_TEMPLATE = "newswire"
_LANGUAGES = "newswire-languages"
_PRIORITY = 200


class UnfitIndexError(NewswireError):
    """What is in Elasticsearch under our alias cannot take our documents; the message says what to do."""


def components() -> dict[str, Template]:
    """The component templates by name, as in their files, in the order in which they are composed."""
    return {name: _read(f"component/{name}.json") for name in _read("index/newswire.json")["composed_of"]}


def index_template(alias: str) -> tuple[str, Template]:
    """Name and content of the index template for all indices behind one alias.

    The longer of two overlapping patterns gets the higher priority, so that every alias can have its own.
    """
    template = _read("index/newswire.json") | {
        "index_patterns": [f"{alias}-*"],
        "priority": _PRIORITY + len(alias),
    }
    return f"{_INDEX_TEMPLATE}-{alias}", template


@cache
def languages() -> frozenset[str]:
    """The languages for which the index has a field with their own stems and stop words."""
    fields = _read(f"component/{_LANGUAGES}.json")["template"]["mappings"]["properties"]
    return frozenset(name.removeprefix("text_") for name in fields)


async def ensure_templates(client: AsyncElasticsearch, alias: str) -> None:
    """Put the templates that are missing or older than our files; may run in several workers at once.

    Raises:
        elasticsearch.ApiError: Elasticsearch refused.
        elasticsearch.TransportError: it did not answer.
    """
    for name, body in components().items():
        if await _component_version(client, name) < body["version"]:
            await client.cluster.put_component_template(name=name, **_arguments(body))
            log.info("component template was put", template=name, version=body["version"])
    name, body = index_template(alias)
    if await _template_version(client, name) < body["version"]:
        await client.indices.put_index_template(name=name, **_arguments(body))
        log.info("index template was put", template=name, version=body["version"])


async def _component_version(client: AsyncElasticsearch, name: str) -> int:
    try:
        found = await client.cluster.get_component_template(name=name)
    except NotFoundError:
        return 0
    return int(found["component_templates"][0]["component_template"].get("version", 0))


async def _template_version(client: AsyncElasticsearch, name: str) -> int:
    try:
        found = await client.indices.get_index_template(name=name)
    except NotFoundError:
        return 0
    return int(found["index_templates"][0]["index_template"].get("version", 0))


async def fit(client: AsyncElasticsearch, indices: str) -> None:
    """Let Elasticsearch itself compare: new fields are added, the same ones stay, others it refuses.

    Args:
        client: of Elasticsearch.
        indices: an index, an alias, or several parted by commas; what is not there fits.

    Raises:
        UnfitIndexError: an index has some field otherwise.
    """
    try:
        await _put_mapping(client, indices)
    except BadRequestError as error:
        index, reason = await _unfit(client, indices) or (indices, error)
        raise UnfitIndexError(
            f"the index {index} does not fit this version of Newswire: {reason.message}: {_reason(reason)};"
            " make a new one with `newswire replay --from-beginning` and put it in its place with `newswire"
            " index switch`, or choose another name with NEWSWIRE_INDEX"
        ) from error


async def _put_mapping(client: AsyncElasticsearch, indices: str) -> None:
    parts = [body["template"]["mappings"] for body in components().values() if "mappings" in body["template"]]
    await client.indices.put_mapping(
        index=indices,
        ignore_unavailable=True,
        allow_no_indices=True,
        dynamic="strict",
        properties=_merged(parts),
    )


async def _unfit(client: AsyncElasticsearch, indices: str) -> tuple[str, BadRequestError] | None:
    """Which of them it is: Elasticsearch does not say that."""
    for index in sorted((await client.indices.get_alias(index=indices, ignore_unavailable=True)).body):
        try:
            await _put_mapping(client, index)
        except BadRequestError as error:
            return index, error
    return None


def _merged(mappings: Iterable[Template]) -> Template:
    return {name: field for mapping in mappings for name, field in mapping["properties"].items()}


def _reason(error: BadRequestError) -> str:
    return str(error.body["error"]["reason"]) if isinstance(error.body, dict) else str(error.body)


def _arguments(template: Template) -> dict[str, Any]:
    """A template file's fields under the names that the client gives them."""
    return {name.removeprefix("_"): value for name, value in template.items()}


def _read(path: str) -> Template:
    content: Template = msgspec.json.decode(resource(f"schemas/elasticsearch/{path}").read_bytes())
    return content
