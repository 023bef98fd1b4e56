"""The index: its templates, kept as files in ``schemas/elasticsearch``, and how it comes to be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


async def ensure(client: AsyncElasticsearch, alias: str) -> str:
    """See to it that templates, index and alias are there and fit; may run in several workers at once.

    Returns:
        The name of the index that the alias writes to.

    Raises:
        UnfitIndexError: what is there already contradicts what is needed.
        elasticsearch.ApiError: Elasticsearch refused.
        elasticsearch.TransportError: it did not answer.
    """
    await ensure_templates(client, alias)
    index = await _write_index(client, alias) or await _create_index(client, alias)
    await fit(client, index)
    await client.cluster.health(index=index, wait_for_status="yellow", timeout="10s")
    return index


async def ensure_templates(client: AsyncElasticsearch, alias: str) -> None:
    """Put the templates that are missing or older than our files; as ``ensure``."""
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


async def _write_index(client: AsyncElasticsearch, alias: str) -> str | None:
    try:
        found = (await client.indices.get_alias(name=alias)).body
    except NotFoundError:
        return None
    own: dict[str, bool | None] = {
        index: content["aliases"][alias].get("is_write_index") for index, content in found.items()
    }
    writer = writer_of(own)
    if writer is None:
        raise UnfitIndexError(
            f"the alias '{alias}' stands for {', '.join(sorted(own))}, but it is not said which of them is"
            " written to: set is_write_index on one of them"
        )
    return writer


def writer_of(behind: Mapping[str, bool | None]) -> str | None:
    """Of the indices behind an alias, with what each says of being written to, the one that is."""
    writers = [index for index, writes in behind.items() if writes or (writes is None and len(behind) == 1)]
    return writers[0] if len(writers) == 1 else None


async def _create_index(client: AsyncElasticsearch, alias: str) -> str:
    index = f"{alias}-000001"
    try:
        await client.indices.create(index=index, aliases={alias: {"is_write_index": True}})
    except BadRequestError as error:
        if error.error == "resource_already_exists_exception":
            return await _made_meanwhile(client, alias, index)
        if error.error == "invalid_alias_name_exception":
            raise UnfitIndexError(
                f"'{alias}' is an index in Elasticsearch, but must be an alias: delete that index, or choose"
                " another name with NEWSWIRE_INDEX"
            ) from error
        raise
    log.info("index was created", index=index, alias=alias)
    return index


async def _made_meanwhile(client: AsyncElasticsearch, alias: str, index: str) -> str:
    """Index and alias come to be in one step, so whoever was faster has made both."""
    if written := await _write_index(client, alias):
        return written
    raise UnfitIndexError(
        f"the index {index} is there, but not the alias '{alias}': add the alias to it, or delete the index"
    )


async def fit(client: AsyncElasticsearch, index: str) -> None:
    """Let Elasticsearch itself compare: new fields are added, the same ones stay, others it refuses.

    Raises:
        UnfitIndexError: the index has some field otherwise.
    """
    parts = [body["template"]["mappings"] for body in components().values() if "mappings" in body["template"]]
    try:
        await client.indices.put_mapping(index=index, dynamic="strict", properties=_merged(parts))
    except BadRequestError as error:
        raise UnfitIndexError(
            f"the index {index} does not fit this version of Newswire: {error.message}: {_reason(error)};"
            " make a new one with `newswire replay --from-beginning` and put it in its place with `newswire"
            " index switch`, or choose another name with NEWSWIRE_INDEX"
        ) from error


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
