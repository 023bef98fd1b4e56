"""The indices of an alias: which generations there are, which one is live, and how a new one comes to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, months, names, templates
from pipeline.sink.months import IndicesError
from pipeline.sink.names import entrance

__all__ = ["Generation", "Index", "IndicesError", "add", "client_for", "finish", "listed"]

TIMEOUT_S = 60.0
_REPLAY = "replay"
_WRITE_BLOCKS = ("write", "read_only", "read_only_allow_delete")
_ASKED = ["*.aliases", "*.mappings._meta", "*.settings.index.blocks", "*.settings.index.creation_date"]


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One index: a month of a generation, or one that an earlier version or a person has made.

    Attributes:
        name: its name.
        month: ``2024.06``; none where it holds articles of any month.
        searched: the alias finds what is in it.
        writable: it takes documents; a write block keeps those that are not live as they are.
        open: it has an entrance, by which the sink writes to it.
        documents: how many there are in it, tombstones of kills included.
        bytes: its size on disk.
        created: when it was made.
        replay: what its generation was made for, where it is the first of a replay.
    """

    name: str
    month: str | None = None
    searched: bool
    writable: bool
    open: bool
    documents: int
    bytes: int
    created: datetime
    replay: dict[str, Any] | None = None


class Generation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one replay fills and one switch makes live: an index for each month.

    Attributes:
        name: its name.
        live: articles are written to it and searched in it.
        searched: the alias finds what is in it.
        writable: no index of it refuses documents.
        documents: how many there are in it, tombstones of kills included.
        bytes: its size on disk.
        created: when its first index was made.
        replay: what it was made for by ``newswire replay``: see ``pipeline.replay.plan``.
        indices: those that it has, by their months; the one that has none first.
    """

    name: str
    live: bool
    searched: bool
    writable: bool
    documents: int
    bytes: int
    created: datetime
    replay: dict[str, Any] | None = None
    indices: tuple[Index, ...] = ()

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
        advice = connection.advice(error, "see NEWSWIRE_ELASTICSEARCH and its log")
        raise IndicesError(f"{where} refuses: {error}; {advice}") from error
    except TransportError as error:
        usual = "start it with `newswire up`, or say where it is with NEWSWIRE_ELASTICSEARCH"
        advice = connection.advice(error, usual)
        raise IndicesError(f"{where} does not answer ({error.message}): {advice}") from error


async def listed(client: AsyncElasticsearch, alias: str) -> list[Generation]:
    """The generations of an alias, and what else it stands for; the oldest first."""
    found = await _own(client, alias)
    if not found:
        return []
    # The names of all of them would be too long for a request.
    stats = await client.indices.stats(index=f"{alias}*", metric=["docs", "store"])
    by_generation: dict[str, list[Index]] = defaultdict(list)
    for name, content in found.items():
        # Made or deleted between the two requests: it is told the next time.
        if name in stats["indices"]:
            read = names.read(alias, name)
            month = str(read.month) if read and read.month else None
            index = _index(name, content, stats["indices"][name], alias, month)
            by_generation[read.generation if read else name].append(index)
    live = names.live_of(
        alias,
        {
            name: content["aliases"][alias].get("is_write_index")
            for name, content in found.items()
            if alias in content["aliases"]
        },
    )
    generations = [_generation(name, indices, live) for name, indices in by_generation.items()]
    return sorted(generations, key=lambda each: (each.created, each.name))


async def _own(client: AsyncElasticsearch, alias: str) -> dict[str, Any]:
    """The indices that the alias stands for, and those that are named as its own."""
    found = await client.indices.get(index=f"{alias},{alias}-*", ignore_unavailable=True, filter_path=_ASKED)
    return {
        name: {"aliases": {}, **content}
        for name, content in found.body.items()
        if alias in content.get("aliases", {}) or names.read(alias, name)
    }


def _index(name: str, content: Mapping[str, Any], stats: Any, alias: str, month: str | None) -> Index:
    return Index(
        name=name,
        month=month,
        searched=alias in content["aliases"],
        writable=not any(_blocked(content, block) for block in _WRITE_BLOCKS),
        open=entrance(name) in content["aliases"],
        documents=stats["primaries"]["docs"]["count"],
        bytes=stats["total"]["store"]["size_in_bytes"],
        created=datetime.fromtimestamp(int(content["settings"]["index"]["creation_date"]) / 1000, UTC),
        replay=_replay(content),
    )


def _generation(name: str, indices: list[Index], live: str | None) -> Generation:
    return Generation(
        name=name,
        live=name == live,
        searched=any(index.searched for index in indices),
        writable=all(index.writable for index in indices),
        documents=sum(index.documents for index in indices),
        bytes=sum(index.bytes for index in indices),
        created=min(index.created for index in indices),
        replay=next((index.replay for index in indices if index.replay), None),
        indices=tuple(sorted(indices, key=lambda index: (index.month or "", index.name))),
    )


def _replay(content: Mapping[str, Any]) -> dict[str, Any] | None:
    replay: dict[str, Any] | None = content.get("mappings", {}).get("_meta", {}).get(_REPLAY)
    return replay


def _blocked(content: Mapping[str, Any], block: str) -> bool:
    blocks = content["settings"]["index"].get("blocks", {})
    return str(blocks.get(block, "false")).lower() == "true"


async def add(client: AsyncElasticsearch, settings: Settings, replay: Mapping[str, Any] | None = None) -> str:
    """Make the next generation, with the month that it is now, from the templates and not behind the alias.

    Whoever makes one makes that month first, so of two at once that want the same number one gets another.

    Args:
        client: of Elasticsearch.
        settings: the alias, and for how long a month is kept.
        replay: what it is made for, unlike any other replay; ``listed`` tells it. Asked again for the same,
            after an answer that was lost, it is the same generation.

    Returns:
        Its name.
    """
    alias = settings.index
    await templates.ensure_templates(client, alias)
    if replay is not None:
        for name, content in (await _own(client, alias)).items():
            if _replay(content) == replay and (read := names.read(alias, name)):
                return read.generation
    number = names.number_of(await months.next_generation(client, alias))
    while True:
        generation, month = names.generation(alias, number), months.this_month()
        index = names.index(generation, month)
        # Only a replay writes to it before it is live.
        doors = [entrance(index)] if replay is not None else []
        meta = {_REPLAY: dict(replay)} if replay is not None else None
        try:
            await months.create(client, settings, index, month, *doors, live=False, meta=meta)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            number += 1
        else:
            return generation


async def finish(client: AsyncElasticsearch, alias: str, generation: str, replay: Mapping[str, Any]) -> None:
    """Mark a replay's generation as complete and close its entrances; may be repeated."""
    done = {**replay, "finished": datetime.now(UTC).isoformat(timespec="seconds")}
    found = {
        name: content
        for name, content in (await _own(client, alias)).items()
        if (read := names.read(alias, name)) and read.generation == generation
    }
    for name, content in found.items():
        if _replay(content):
            await client.indices.put_mapping(index=name, meta={_REPLAY: done})
    await client.indices.refresh(index=names.all_of(generation), ignore_unavailable=True)
    closed = [
        {"remove": {"index": name, "alias": entrance(name)}}
        for name, content in found.items()
        if entrance(name) in content["aliases"]
    ]
    if closed:
        await client.indices.update_aliases(actions=closed)
