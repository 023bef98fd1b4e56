"""Another index in the place of the live one: with all that it has, and without a moment without search.

The order is what matters; see ``docs/decisions/0013-replay-and-switch.md``. The copy is made while articles
go on being indexed; then the live index takes no writes for as long as the last few documents need, and the
alias moves in one step. Whatever is cut short is finished by the same command again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Literal

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, templates, waiting
from pipeline.sink.copying import Copier
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.indices import Index, IndicesError, check_entrance, client_for, entrance, listed

FEW = 500
"""Documents that may be left to copy when the live index stops to take writes."""

MOST_ROUNDS = 20
_RELEASE_S = 10.0

log = structlog.get_logger(__name__)

Step = Literal["copying", "holding", "moving"]
Told = Callable[[Step, str, int, int], None]
"""Hears the step, the index that is read, how many documents were compared and how many copied."""


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """What a switch has done.

    Attributes:
        alias: which alias was moved.
        index: the index that is live now.
        before: the indices that were searched before; they keep what they have, and take no writes.
        copied: the documents that the new one lacked or had in an earlier text.
        held_s: for how many seconds writes had to wait.
        seconds: how long it took in all.
        released: the index was live already, but refused writes since a switch that was cut short; no more.
    """

    alias: str
    index: str
    before: tuple[str, ...] = ()
    copied: int = 0
    held_s: float = 0
    seconds: float = 0
    released: bool = False


async def switch(
    settings: Settings, index: str | None = None, told: Told = lambda _step, _index, _compared, _copied: None
) -> Switched:
    """Make an index the live one: the one that is written to and searched.

    Args:
        settings: where Elasticsearch is, and the alias.
        index: its name; by default the one that is newer than the live one, or the only other one.
        told: hears how it gets on.

    Raises:
        IndicesError: there is no such index, it is not clear which, it is not complete, or it cannot take the
            articles of the live one; then the live one stays live. Or Elasticsearch does not answer at first.
        UnfitIndexError: its mapping contradicts what is needed.
    """
    began = time.monotonic()
    async with client_for(settings) as client:
        indices = await listed(client, settings.index)
        target = chosen(indices, settings.index, index)
        if target.live:
            released = await _released(client, target)
            return Switched(alias=settings.index, index=target.name, released=released)
        sink = Sink(settings, alias=entrance(target.name), prepare=check_entrance)
        try:
            change = _Change(client, settings, target.name, sink, told)
            return await change.make([each for each in indices if each.searched], began)
        finally:
            await sink.close()


def chosen(indices: Sequence[Index], alias: str, name: str | None) -> Index:
    """The index that is meant.

    Raises:
        IndicesError: as ``switch``.
    """
    if name is None:
        return _obvious(indices, alias)
    found = next((each for each in indices if each.name == name), None)
    if found is None:
        raise IndicesError(
            f"there is no index {name} of the alias '{alias}'; `newswire index list` shows them"
        )
    if found.unfinished:
        raise IndicesError(
            f"the replay into {name} is not finished: `newswire replay --into {name}` goes on with it"
        )
    return found


def _obvious(indices: Sequence[Index], alias: str) -> Index:
    """The one that is newer than the live one, else the only other one."""
    others = [each for each in indices if not each.live and not each.unfinished]
    live = max((each.created for each in indices if each.live), default=None)
    found = [each for each in others if live is None or each.created > live] or others
    if not found:
        raise IndicesError(
            f"the alias '{alias}' has no other index that is complete: `newswire replay` makes a new one"
        )
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise IndicesError(f"{names} may be meant: name the one that is to be live")
    return found[0]


async def _released(client: AsyncElasticsearch, live: Index) -> bool:
    if live.writable:
        return False
    await _release(client, live.name)
    return True


async def _release(client: AsyncElasticsearch, index: str) -> None:
    """Let an index take writes again."""
    await client.indices.put_settings(index=index, settings={"index.blocks.write": None})


class _Change:
    """One change from the indices behind the alias to another; each step may be made again."""

    def __init__(
        self, client: AsyncElasticsearch, settings: Settings, target: str, sink: Sink, told: Told
    ) -> None:
        self._client = client
        self._alias = settings.index
        self._address = connection.address(settings)
        self._target = target
        self._sink = sink
        self._told = told
        self._copied = 0

    async def make(self, searched: Sequence[Index], began: float) -> Switched:
        """All steps, in their order."""
        sources = [each.name for each in searched if each.name != self._target]
        live = [each.name for each in searched if each.live]
        await self._prepare()
        copiers = {
            source: Copier(self._client, source, self._target, self._sink, self._patiently)
            for source in sources
        }
        await self._come_near(copiers)
        held = time.monotonic()
        try:
            await self._hold(live)
            await self._pass(copiers, "holding")
            await self._compare(sources)
            self._told("moving", self._target, 0, self._copied)
            await self._move(sources)
        except BaseException:
            await self._let_go(live)
            raise
        return Switched(
            alias=self._alias,
            index=self._target,
            before=tuple(sources),
            copied=self._copied,
            held_s=round(time.monotonic() - held, 3),
            seconds=round(time.monotonic() - began, 1),
        )

    async def _prepare(self) -> None:
        """The target takes writes, by an entrance that leads to nothing else, and has all fields."""
        async for attempt in self._patiently("waiting for Elasticsearch to prepare the index"):
            with attempt:
                await _release(self._client, self._target)
                await self._client.indices.put_alias(
                    index=self._target, name=entrance(self._target), is_write_index=True
                )
                await templates.ensure_templates(self._client, self._alias)
                await templates.fit(self._client, self._target)

    async def _come_near(self, copiers: dict[str, Copier]) -> None:
        """Copy all, then what was written meanwhile, until only a few documents are left."""
        for _ in range(MOST_ROUNDS):
            if await self._pass(copiers, "copying") <= FEW:
                return

    async def _pass(self, copiers: dict[str, Copier], step: Step) -> int:
        before = self._copied
        for source, copier in copiers.items():
            already = self._copied
            self._told(step, source, 0, already)

            def heard(compared: int, copied: int, source: str = source, already: int = already) -> None:
                self._told(step, source, compared, already + copied)

            self._copied += await copier.catch_up(heard)
        return self._copied - before

    async def _hold(self, live: Sequence[str]) -> None:
        """From here on, nobody writes to the live index: Elasticsearch first ends what it has begun.

        It answers for a block that it adds, and for none that a switch that was cut short left behind.
        """
        for index in live:
            async for attempt in self._patiently("waiting for Elasticsearch to hold writes"):
                with attempt:
                    await _release(self._client, index)
                    answer = await self._client.indices.add_block(index=index, block="write")
                    if not (answer["acknowledged"] and answer["shards_acknowledged"]):
                        raise TransportError("not every shard holds its writes yet")

    async def _compare(self, sources: Sequence[str]) -> None:
        """Trust is good: whatever was copied, the target must not have fewer documents."""
        there = await self._count(self._target)
        for source in sources:
            if (needed := await self._count(source)) > there:
                raise IndicesError(
                    f"the index {self._target} has {there} documents and {source} has {needed}: somebody"
                    " else changed it meanwhile; run the command again"
                )

    async def _count(self, index: str) -> int:
        async for attempt in self._patiently("waiting for Elasticsearch to count"):
            with attempt:
                answer = await self._client.count(index=index, allow_no_indices=False)
                if answer["_shards"]["failed"]:
                    raise TransportError("some shards do not count")
        return int(answer["count"])

    async def _move(self, sources: Sequence[str]) -> None:
        """The alias, in one step; an answer that was lost is found out."""
        actions = [
            {"remove": {"index": source, "alias": self._alias, "must_exist": True}} for source in sources
        ]
        actions += [
            {"add": {"index": self._target, "alias": self._alias, "is_write_index": True}},
            {"remove": {"index": self._target, "alias": entrance(self._target), "must_exist": False}},
        ]
        async for attempt in self._patiently("waiting for Elasticsearch to move the alias"):
            with attempt:
                try:
                    await self._client.indices.update_aliases(actions=actions)
                except NotFoundError as error:
                    if not await self._is_moved():
                        raise IndicesError(
                            f"the alias '{self._alias}' was moved by somebody else meanwhile: {error};"
                            " `newswire index list` shows how it is"
                        ) from error

    async def _is_moved(self) -> bool:
        return any(
            each.name == self._target and each.live for each in await listed(self._client, self._alias)
        )

    async def _let_go(self, live: Sequence[str]) -> None:
        """Let what is still live take writes again, if Elasticsearch answers in a while."""
        with suppress(ApiError, TransportError, TimeoutError):
            async with asyncio.timeout(_RELEASE_S):
                async for attempt in self._patiently("waiting for Elasticsearch to let writes go on"):
                    with attempt:
                        for each in await listed(self._client, self._alias):
                            if each.live and each.name in live:
                                await _release(self._client, each.name)
                return
        log.error(
            "the live index takes no writes: run `newswire index switch` again once Elasticsearch answers",
            index=", ".join(live),
            address=self._address,
        )

    def _patiently(self, what: str) -> AsyncIterator[waiting.Attempt]:
        return waiting.patiently(what, self._address, on=waiting.nobody_answers)
