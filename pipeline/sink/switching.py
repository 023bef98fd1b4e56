"""Another generation in the place of the live one: with all that it has, and with no moment without search.

The order is what matters; see ``docs/decisions/0013-replay-and-switch.md``. The copy is made while articles
go on being indexed; then the live months take no writes for as long as the last few documents need, and the
alias moves in one step. Whatever is cut short is finished by the same command again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec
import structlog
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from pipeline.settings import Settings
from pipeline.sink import connection, lifecycle, names, templates, waiting
from pipeline.sink.copying import Copier
from pipeline.sink.elasticsearch import Sink
from pipeline.sink.indices import Generation, IndicesError, client_for, listed
from pipeline.sink.names import entrance

FEW = 500
"""Documents that may be left to copy when the live months stop to take writes."""

MOST_ROUNDS = 20
_IDS = 10_000
_RELEASE_S = 10.0

log = structlog.get_logger(__name__)

Step = Literal["copying", "holding", "moving"]
Told = Callable[[Step, str, int, int], None]
"""Hears the step, the index that is read, how many documents were compared and how many copied."""


class Switched(msgspec.Struct, frozen=True, kw_only=True):
    """What a switch has done.

    Attributes:
        alias: which alias was moved.
        index: the generation that is live now.
        before: the generations that were searched before; they keep what they have, and take no writes.
        copied: the documents that the new one lacked or had in an earlier text.
        held_s: for how many seconds writes had to wait.
        seconds: how long it took in all.
        released: the generation was live already, but refused writes since a switch that was cut short; no
            more.
    """

    alias: str
    index: str
    before: tuple[str, ...] = ()
    copied: int = 0
    held_s: float = 0
    seconds: float = 0
    released: bool = False


async def switch(
    settings: Settings, name: str | None = None, told: Told = lambda _step, _index, _compared, _copied: None
) -> Switched:
    """Make a generation the live one: the one that is written to and searched.

    Args:
        settings: where Elasticsearch is, and the alias.
        name: its name; by default the one that is newer than the live one, or the only other one.
        told: hears how it gets on.

    Raises:
        IndicesError: there is no such generation, it is not clear which, it is not complete, or it cannot
            take the articles of the live one; then the live one stays live. Or Elasticsearch does not answer
            at first.
        UnfitIndexError: its mapping contradicts what is needed.
    """
    began = time.monotonic()
    async with client_for(settings) as client:
        generations = await listed(client, settings.index)
        target = chosen(generations, settings.index, name)
        if target.live and not _left_over(generations, settings.index):
            released = await _released(client, settings.index, target)
            return Switched(alias=settings.index, index=target.name, released=released)
        sink = Sink(settings, generation=target.name)
        try:
            change = _Change(client, settings, target.name, sink, told)
            return await change.make(began)
        finally:
            await sink.close()


def chosen(generations: Sequence[Generation], alias: str, name: str | None) -> Generation:
    """The generation that is meant.

    Raises:
        IndicesError: as ``switch``.
    """
    own = [each for each in generations if names.read(alias, each.name)]
    if name is None:
        return _obvious(own, alias)
    found = next((each for each in own if each.name == name), None)
    if found is None:
        raise IndicesError(
            f"there is no index {name} of the alias '{alias}'; `newswire index list` shows them"
        )
    if found.unfinished:
        raise IndicesError(
            f"the replay into {name} is not finished: `newswire replay --into {name}` goes on with it"
        )
    return found


def _obvious(generations: Sequence[Generation], alias: str) -> Generation:
    """The one that is newer than the live one, else the only other one."""
    others = [each for each in generations if not each.live and not each.unfinished]
    live = max((each.created for each in generations if each.live), default=None)
    found = [each for each in others if live is None or each.created > live] or others
    if not found:
        raise IndicesError(
            f"the alias '{alias}' has no other index that is complete: `newswire replay` makes a new one"
        )
    if len(found) > 1:
        raise IndicesError(
            f"{', '.join(each.name for each in found)} may be meant: name the one that is to be live"
        )
    return found[0]


def _left_over(generations: Sequence[Generation], alias: str) -> bool:
    """Whether another generation is still searched beside the live one: a switch was cut short."""
    return any(each.searched and not each.live and names.read(alias, each.name) for each in generations)


async def _released(client: AsyncElasticsearch, alias: str, live: Generation) -> bool:
    if live.writable:
        return False
    await _let_in(client, await _behind(client, alias))
    return True


async def _behind(client: AsyncElasticsearch, alias: str) -> dict[str, Mapping[str, Any]]:
    """The indices that the alias stands for, with all the aliases of each."""
    try:
        found = (await client.indices.get_alias(index=alias)).body
    except NotFoundError:
        return {}
    return {name: content["aliases"] for name, content in found.items()}


async def _let_in(client: AsyncElasticsearch, indices: Collection[str]) -> None:
    """Let indices take writes: blocks first, as nobody makes an entrance while there is one."""
    for index in indices:
        await _release(client, index)
    if indices:
        await client.indices.update_aliases(
            actions=[{"add": {"index": index, "alias": entrance(index)}} for index in indices]
        )


async def _release(client: AsyncElasticsearch, index: str) -> None:
    await client.indices.put_settings(index=index, settings={"index.blocks.write": None})


class _Change:
    """One change from the indices behind the alias to a generation; each step may be made again."""

    def __init__(
        self, client: AsyncElasticsearch, settings: Settings, target: str, sink: Sink, told: Told
    ) -> None:
        self._client = client
        self._settings = settings
        self._alias = settings.index
        self._address = connection.address(settings)
        self._target = target
        self._sink = sink
        self._told = told
        self._copiers: dict[str, Copier] = {}
        self._copied = 0

    async def make(self, began: float) -> Switched:
        """All steps, in their order; again, should a month have come to be behind their back."""
        before: list[str] = []
        held_s = 0.0
        await self._prepare()
        while True:
            await self._come_near()
            held = time.monotonic()
            try:
                sources = await self._hold()
                await self._pass("holding")
                await self._compare()
                self._told("moving", self._target, 0, self._copied)
                before += await self._move(sources)
            except BaseException:
                await self._let_go()
                raise
            held_s += time.monotonic() - held
            if await self._is_whole():
                break
        async for attempt in self._patiently("waiting for Elasticsearch to say how long months are kept"):
            with attempt:
                await lifecycle.ensure(self._client, self._settings)
        return Switched(
            alias=self._alias,
            index=self._target,
            before=tuple(dict.fromkeys(before)),
            copied=self._copied,
            held_s=round(held_s, 3),
            seconds=round(time.monotonic() - began, 1),
        )

    async def _prepare(self) -> None:
        """The target takes writes, by entrances that lead to nothing else, and has all fields."""
        async for attempt in self._patiently("waiting for Elasticsearch to prepare the index"):
            with attempt:
                months = await self._months()
                await _let_in(self._client, months)
                await templates.ensure_templates(self._client, self._alias)
                await templates.fit(self._client, names.all_of(self._target))

    async def _months(self) -> list[str]:
        """The indices of the target."""
        found = await self._client.indices.get_alias(
            index=names.all_of(self._target), ignore_unavailable=True
        )
        return sorted(name for name in found.body if self._is_targets(name))

    def _is_targets(self, index: str) -> bool:
        read = names.read(self._alias, index)
        return read is not None and read.generation == self._target

    async def _sources(self) -> dict[str, Mapping[str, Any]]:
        """The indices behind the alias now that are to make room, with all the aliases of each."""
        behind = await _behind(self._client, self._alias)
        return {name: aliases for name, aliases in sorted(behind.items()) if not self._is_targets(name)}

    async def _come_near(self) -> None:
        """Copy all, then what was written meanwhile, until only a few documents are left."""
        for _ in range(MOST_ROUNDS):
            if await self._pass("copying") <= FEW:
                return

    async def _pass(self, step: Step) -> int:
        before = self._copied
        async for attempt in self._patiently("waiting for Elasticsearch to say what is live"):
            with attempt:
                sources = await self._sources()
        for source in sources:
            already = self._copied
            self._told(step, source, 0, already)

            def heard(compared: int, copied: int, source: str = source, already: int = already) -> None:
                self._told(step, source, compared, already + copied)

            self._copied += await self._copier(source).catch_up(heard)
        return self._copied - before

    def _copier(self, source: str) -> Copier:
        if source not in self._copiers:
            read = names.read(self._alias, source)
            self._copiers[source] = Copier(
                self._client,
                source,
                self._target,
                self._sink,
                self._patiently,
                month=read.month if read else None,
            )
        return self._copiers[source]

    async def _hold(self) -> list[str]:
        """From here on, nobody writes to what is live, nor makes a month of it.

        Elasticsearch first ends the writes that it has begun; then the entrances are closed, without which no
        month can come to be behind the alias. One that came just before that is found by looking again.

        Returns:
            The indices that take no writes now.
        """
        blocked: set[str] = set()
        while True:
            async for attempt in self._patiently("waiting for Elasticsearch to hold writes"):
                with attempt:
                    sources = await self._sources()
            if not (set(sources) - blocked or any(map(_is_open, sources.items()))):
                return sorted(blocked)
            for index in sorted(set(sources) - blocked):
                await self._block(index)
                blocked.add(index)
            closed = [
                {"remove": {"index": index, "alias": entrance(index), "must_exist": False}}
                for index in sources
            ]
            async for attempt in self._patiently("waiting for Elasticsearch to close the entrances"):
                with attempt, suppress(NotFoundError):  # there is none to close
                    await self._client.indices.update_aliases(actions=closed)

    async def _block(self, index: str) -> None:
        """It answers for a block that it adds, and for none that a switch which was cut short left behind."""
        async for attempt in self._patiently("waiting for Elasticsearch to hold writes"):
            with attempt:
                await _release(self._client, index)
                answer = await self._client.indices.add_block(index=index, block="write")
                if not (answer["acknowledged"] and answer["shards_acknowledged"]):
                    raise TransportError("not every shard holds its writes yet")

    async def _compare(self) -> None:
        """Trust is good: whatever was copied, the target must not have fewer documents."""
        sources: dict[str, list[str]] = {}
        for source in await self._sources():
            read = names.read(self._alias, source)
            sources.setdefault(read.generation if read else source, []).append(source)
        there = await self._count(names.all_of(self._target))
        for generation, indices in sources.items():
            number = sum([await self._count(index) for index in indices])
            if number > there:
                # An article that stands twice, which two workers can bring about, is copied once.
                number -= await self._doubles(indices)
            if number > there:
                raise IndicesError(
                    f"{self._target} has {there} documents and {generation} has {number}: somebody else"
                    " changed it meanwhile; run the command again"
                )

    async def _count(self, indices: str) -> int:
        async for attempt in self._patiently("waiting for Elasticsearch to count"):
            with attempt:
                answer = await self._client.count(
                    index=indices, allow_no_indices=False, ignore_unavailable="," in indices
                )
                if answer["_shards"]["failed"]:
                    raise TransportError("some shards do not count")
        return int(answer["count"])

    async def _doubles(self, indices: Sequence[str]) -> int:
        """How many documents of these indices, all behind the alias, are of an article that has another.

        All ids are gone through in their order: an article of which each shard has one document is among
        the most frequent ones of none.
        """
        doubles = 0
        by_id: dict[str, Any] = {"size": _IDS, "sources": [{"id": {"terms": {"field": "id"}}}]}
        while True:
            async for attempt in self._patiently("waiting for Elasticsearch to count"):
                with attempt:
                    answer = await self._client.search(
                        index=self._alias,
                        query={"terms": {"_index": list(indices)}},
                        aggregations={"articles": {"composite": by_id}},
                        size=0,
                        allow_partial_search_results=False,
                    )
            found = answer["aggregations"]["articles"]
            doubles += sum(int(bucket["doc_count"]) - 1 for bucket in found["buckets"])
            if "after_key" not in found:
                return doubles
            by_id["after"] = found["after_key"]

    async def _move(self, sources: Sequence[str]) -> list[str]:
        """The alias, in one step; an answer that was lost is found out.

        Returns:
            The generations that it stood for.
        """
        async for attempt in self._patiently("waiting for Elasticsearch to say what is live"):
            with attempt:
                months = await self._months()
        actions: list[dict[str, Any]] = [
            {"remove": {"index": source, "alias": self._alias, "must_exist": True}} for source in sources
        ]
        actions += [{"add": {"index": month, "alias": self._alias}} for month in months]
        async for attempt in self._patiently("waiting for Elasticsearch to move the alias"):
            with attempt:
                try:
                    await self._client.indices.update_aliases(actions=actions)
                except NotFoundError as error:
                    behind = set(await _behind(self._client, self._alias))
                    if not (behind >= set(months) and behind.isdisjoint(sources)):
                        raise IndicesError(
                            f"the alias '{self._alias}' was moved by somebody else meanwhile: {error};"
                            " `newswire index list` shows how it is"
                        ) from error
        read = [(source, names.read(self._alias, source)) for source in sources]
        return [found.generation if found else source for source, found in read]

    async def _is_whole(self) -> bool:
        """Whether the alias stands for all of the target and for nothing else.

        It does, as a rule: another switch to the same target may have made a month of it meanwhile.
        """
        async for attempt in self._patiently("waiting for Elasticsearch to say what is live"):
            with attempt:
                return set(await _behind(self._client, self._alias)) == set(await self._months())
        return False

    async def _let_go(self) -> None:
        """Let what is still live take writes again, if Elasticsearch answers in a while."""
        with suppress(ApiError, TransportError, TimeoutError):
            async with asyncio.timeout(_RELEASE_S):
                async for attempt in self._patiently("waiting for Elasticsearch to let writes go on"):
                    with attempt:
                        await _let_in(self._client, await self._sources())
                return
        log.error(
            "what is live takes no writes: run `newswire index switch` again once Elasticsearch answers",
            alias=self._alias,
            address=self._address,
        )

    def _patiently(self, what: str) -> AsyncIterator[waiting.Attempt]:
        return waiting.patiently(what, self._address, on=waiting.nobody_answers)


def _is_open(index: tuple[str, Mapping[str, Any]]) -> bool:
    name, aliases = index
    return entrance(name) in aliases
