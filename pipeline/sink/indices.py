"""The indices of an alias: which there are, which one is live, and how a new one comes to stand beside it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, NotFoundError, TransportError

from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink import connection, templates

TIMEOUT_S = 60.0
_DIGITS = 6
_REPLAY = "replay"
_WRITE_BLOCKS = ("write", "read_only", "read_only_allow_delete")

log = structlog.get_logger(__name__)


class IndicesError(NewswireError):
    """What was asked cannot be done with the indices that are there; the message says what to do."""


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One index of an alias.

    Attributes:
        name: its name.
        live: articles are written to it and searched in it.
        searched: the alias finds what is in it.
        writable: it takes documents; a write block keeps those that are not live as they are.
        documents: how many there are in it, tombstones of kills included.
        bytes: its size on disk.
        created: when it was made.
        replay: what it was made for by ``newswire replay``: see ``pipeline.replay.plan``.
    """

    name: str
    live: bool
    searched: bool
    writable: bool
    documents: int
    bytes: int
    created: datetime
    replay: dict[str, Any] | None = None

    @property
    def unfinished(self) -> bool:
        """A replay into it has not come to its end."""
        return self.replay is not None and "finished" not in self.replay


@asynccontextmanager
async def client_for(settings: Settings) -> AsyncIterator[AsyncElasticsearch]:
    """A client for one command; what Elasticsearch refuses, or that it is away, is an error for a person.

    Raises:
        IndicesError: it does not answer, or refuses what it is asked within the block.
    """
    where = f"Elasticsearch at {connection.address(settings)}"
    try:
        async with AsyncElasticsearch(**connection.options(settings, timeout_s=TIMEOUT_S)) as client:
            yield client
    except ApiError as error:
        raise IndicesError(f"{where} refuses: {error}; see NEWSWIRE_ELASTICSEARCH and its log") from error
    except TransportError as error:
        raise IndicesError(
            f"{where} does not answer ({error.message}): start it with `newswire up`, or say where it is with"
            " NEWSWIRE_ELASTICSEARCH"
        ) from error


async def listed(client: AsyncElasticsearch, alias: str) -> list[Index]:
    """The indices that the alias stands for, and those that are named as its own; the oldest first."""
    found = (await client.indices.get(index=f"{alias},{alias}-*", ignore_unavailable=True)).body
    own = {
        name: content
        for name, content in found.items()
        if alias in content["aliases"] or _number(alias, name) is not None
    }
    if not own:
        return []
    stats = (await client.indices.stats(index=list(own), metric=["docs", "store"]))["indices"]
    live = _live(alias, own)
    indices = [
        Index(
            name=name,
            live=name == live,
            searched=alias in content["aliases"],
            writable=not any(_blocked(content, block) for block in _WRITE_BLOCKS),
            documents=stats[name]["primaries"]["docs"]["count"],
            bytes=stats[name]["total"]["store"]["size_in_bytes"],
            created=datetime.fromtimestamp(int(content["settings"]["index"]["creation_date"]) / 1000, UTC),
            replay=_replay(content),
        )
        for name, content in own.items()
    ]
    return sorted(indices, key=lambda index: (index.created, index.name))


def _live(alias: str, indices: Mapping[str, Any]) -> str | None:
    behind = {
        name: content["aliases"][alias].get("is_write_index")
        for name, content in indices.items()
        if alias in content["aliases"]
    }
    return templates.writer_of(behind)


def _replay(content: Mapping[str, Any]) -> dict[str, Any] | None:
    replay: dict[str, Any] | None = content["mappings"].get("_meta", {}).get(_REPLAY)
    return replay


def _blocked(content: Mapping[str, Any], block: str) -> bool:
    blocks = content["settings"]["index"].get("blocks", {})
    return str(blocks.get(block, "false")).lower() == "true"


def _number(alias: str, name: str) -> int | None:
    """The number of an index of the alias's own: ``news-000002``, but not ``news-fr-000002``."""
    matched = re.fullmatch(rf"{re.escape(alias)}-([0-9]{{{_DIGITS},}})", name)
    return int(matched[1]) if matched else None


def entrance(index: str) -> str:
    """An alias for one index alone: a write to it never makes an index, should that one be gone."""
    return f"{index}-entrance"


async def add(client: AsyncElasticsearch, alias: str, replay: Mapping[str, Any]) -> str:
    """Make the next index for an alias, from the templates, with an entrance but not behind the alias.

    May be repeated after an answer that was lost.

    Args:
        client: of Elasticsearch.
        alias: whose index it is to be.
        replay: what it is made for, unlike any other replay; ``listed`` tells it.

    Returns:
        Its name.
    """
    await templates.ensure_templates(client, alias)
    found = (await client.indices.get(index=f"{alias}-*", expand_wildcards="all")).body
    for name, content in found.items():
        if _replay(content) == replay:
            return str(name)
    number = max((_number(alias, name) or 0 for name in found), default=0) + 1
    while True:
        name = f"{alias}-{number:0{_DIGITS}}"
        try:
            await client.indices.create(
                index=name,
                aliases={entrance(name): {"is_write_index": True}},
                mappings={"_meta": {_REPLAY: dict(replay)}},
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            number += 1
        else:
            log.info("index was created", index=name, alias=alias)
            return name


async def finish(client: AsyncElasticsearch, index: str, replay: Mapping[str, Any]) -> None:
    """Mark a replay's index as complete and close its entrance; may be repeated."""
    done = {**replay, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
    await client.indices.put_mapping(index=index, meta={_REPLAY: done})
    await client.indices.refresh(index=index)
    with suppress(NotFoundError):  # the answer of an earlier time was lost
        await client.indices.delete_alias(index=index, name=entrance(index))


async def check_entrance(client: AsyncElasticsearch, alias: str) -> None:
    """Check that an entrance leads to its index.

    Raises:
        IndicesError: there is none; the index was deleted.
    """
    if not await client.indices.exists_alias(name=alias):
        index = alias.removesuffix(entrance(""))
        raise IndicesError(
            f"the index {index} is gone, or its alias {alias}: what was written to it is lost there, but not"
            " on the topic; start a new replay"
        )
