"""The months of one generation: which there are, and how the index of another comes to be there.

Nothing but names and aliases in Elasticsearch says what is live. An index that the alias stands for has an
entrance, by which it is written to, unless a switch holds writes. So whoever makes a month asks, in the same
step that puts it behind the alias, that an entrance which it knows is still there: if a switch has begun or
ended meanwhile, nothing happens, and it looks again. See ``docs/decisions/0022-monthly-indices.md``.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from pipeline.errors import NewswireError
from pipeline.settings import Settings
from pipeline.sink import lifecycle, names, templates
from pipeline.sink.names import Month, entrance
from pipeline.sink.templates import UnfitIndexError

KNOWN_S = 5.0
"""How long what was found is taken to be so. Who does not write meanwhile is told of no switch, and a switch
back gives entrances to the months that he knows before they are live again."""

log = structlog.get_logger(__name__)


class IndicesError(NewswireError):
    """What was asked cannot be done with the indices that are there; the message says what to do."""


class HeldError(Exception):
    """No month can be made now; may pass."""


class Months:
    """The months of a generation, as one process knows them.

    Args:
        client: of Elasticsearch.
        settings: the alias, and for how long a month is kept.
        generation: one that is written to by this process alone and nobody searches; by default the one that
            is live, whichever that is.
    """

    def __init__(self, client: AsyncElasticsearch, settings: Settings, generation: str | None = None) -> None:
        self._client = client
        self._settings = settings
        self._alias = settings.index
        self._fixed = generation
        self._generation = generation
        self._open: set[str] = set()
        self._found_at: float | None = None

    @property
    def searched(self) -> str:
        """What a search is asked for to find all that is in the generation."""
        return names.all_of(self._fixed) if self._fixed else self._alias

    @property
    def open(self) -> AbstractSet[str]:
        """The indices that are known to take documents."""
        return self._open

    @property
    def generation(self) -> str:
        """The generation, as it was found when it was last looked for."""
        assert self._generation
        return self._generation

    def index(self, month: Month) -> str:
        """The name of a month's index in this generation."""
        return names.index(self.generation, month)

    def doubt(self) -> None:
        """Look again before anything else: a document was not taken as it should have been."""
        self._found_at = None

    async def ready(self) -> None:
        """See to it that templates, a generation and its alias are there and fit; may run in many at once.

        Raises:
            UnfitIndexError: what is there contradicts what is needed; says what to do.
            IndicesError: the generation that was named is not there.
            elasticsearch.ApiError: Elasticsearch refused.
            elasticsearch.TransportError: it did not answer.
        """
        self.doubt()
        await self.look()
        await templates.ensure_templates(self._client, self._alias)
        # What a person put behind the alias may have other fields.
        await templates.fit(self._client, names.all_of(self.generation))
        if not self._fixed:
            await lifecycle.ensure(self._client, self._settings)
        # What was written by one who died a moment ago is found by a search, too.
        await self._client.indices.refresh(index=self.searched, ignore_unavailable=True)
        if not self._fixed:
            await self._client.cluster.health(index=self._alias, wait_for_status="yellow", timeout="10s")

    async def look(self) -> None:
        """Find out, unless it is known, which generation it is and what of it takes documents."""
        now = time.monotonic()
        if self._found_at is not None and now - self._found_at < KNOWN_S:
            return
        await (self._look_at(self._fixed) if self._fixed else self._look_for_live())
        self._found_at = now

    async def make(self, months: Iterable[Month]) -> None:
        """Make the indices of these months that are not known to be there; as ``ready``.

        Raises:
            HeldError: not now.
        """
        for month in sorted(set(months)):
            if self.index(month) not in self._open:
                await self._make(month)
                # Others may have made more meanwhile.
                self.doubt()
                await self.look()

    async def _look_at(self, generation: str) -> None:
        found = await self._client.indices.get_alias(index=names.all_of(generation), ignore_unavailable=True)
        own = {
            name: content["aliases"]
            for name, content in found.body.items()
            if (read := names.read(self._alias, name)) and read.generation == generation
        }
        if gone := sorted(self._open - set(own)) or ([] if own else [generation]):
            raise IndicesError(
                f"the index {gone[0]} is gone: what was written to it is lost there, but not on the topic;"
                " start a new replay"
            )
        self._open = {name for name, aliases in own.items() if entrance(name) in aliases}

    async def _look_for_live(self) -> None:
        try:
            found = (await self._client.indices.get_alias(index=self._alias)).body
        except NotFoundError:
            await self._begin()
            found = (await self._client.indices.get_alias(index=self._alias)).body
        if self._alias in found:
            raise UnfitIndexError(_is_an_index(self._alias))
        behind = {
            name: content["aliases"][self._alias].get("is_write_index") for name, content in found.items()
        }
        self._generation = await self._live(behind)
        self._open = {name for name, content in found.items() if entrance(name) in content["aliases"]}
        if closed := set(found) - self._open:
            await self._let_in(closed)

    async def _live(self, behind: Mapping[str, bool | None]) -> str:
        if generation := names.live_of(self._alias, behind):
            return generation
        if not any(names.read(self._alias, name) for name in behind):
            # Somebody has put the alias on an index of his own: months come to stand beside it.
            return await next_generation(self._client, self._alias)
        raise UnfitIndexError(
            f"the alias '{self._alias}' stands for {', '.join(sorted(behind))}, but it is not said which of"
            " them is live: `newswire index switch NAME` makes one so, or set is_write_index on one of them"
        )

    async def _begin(self) -> None:
        """Make the first index and the alias, in one step: whoever was faster has made both."""
        await templates.ensure_templates(self._client, self._alias)
        first = names.generation(self._alias, 1)
        there = await existing(self._client, self._alias)
        month = this_month()
        index = names.index(first, month)
        if not there:
            try:
                await create(self._client, self._settings, index, month, self._alias, entrance(index))
            except BadRequestError as error:
                if error.error == "invalid_alias_name_exception":
                    raise UnfitIndexError(_is_an_index(self._alias)) from error
                if error.error != "resource_already_exists_exception":
                    raise
                there = [index]
        if there and not await self._client.indices.exists_alias(name=self._alias):
            raise UnfitIndexError(
                f"the index {min(there)} is there, but not the alias '{self._alias}': `newswire index"
                " switch` makes it live, or delete it"
            )

    async def _let_in(self, closed: Collection[str]) -> None:
        """Give entrances to what an earlier version, or a person, has put behind the alias without one.

        But not while a switch holds writes: then it has blocked them first, and no entrance is left.
        """
        if await _held(self._client, self._alias, closed):
            return
        opened = [{"add": {"index": name, "alias": entrance(name)}} for name in sorted(closed)]
        await self._client.indices.update_aliases(actions=[*_if_open(self._anchor()), *opened])
        self._open |= set(closed)

    async def _make(self, month: Month) -> None:
        name = self.index(month)
        anchor = self._anchor()
        if not (anchor or self._fixed):
            raise HeldError("a switch holds writes, or was cut short: see `newswire index list`")
        aliases = [entrance(name)] if self._fixed else []
        # A month that is made without them would not have our fields, or any kind of them.
        await templates.ensure_templates(self._client, self._alias)
        try:
            await create(self._client, self._settings, name, month, *aliases, live=not self._fixed)
        except BadRequestError as error:
            if error.error == "validation_exception":  # the cluster has as many shards as it may
                raise HeldError(f"{name} cannot be made: {error}") from error
            if error.error != "resource_already_exists_exception":
                raise
            await templates.fit(self._client, name)
            if self._fixed:
                await self._client.indices.put_alias(index=name, name=entrance(name))
        if not self._fixed:
            wanted = [
                {"add": {"index": name, "alias": entrance(name)}},
                {"add": {"index": name, "alias": self._alias}},
            ]
            await self._client.indices.update_aliases(actions=[*_if_open(anchor), *wanted])
        self._open.add(name)

    def _anchor(self) -> str | None:
        """An index that takes documents; the latest month, which is deleted last."""
        return max(self._open, default=None)


def _if_open(index: str | None) -> list[dict[str, Any]]:
    """Actions that change nothing, but fail, and all with them, if the index has no entrance any more."""
    if index is None:
        return []
    its = {"index": index, "alias": entrance(index)}
    return [{"remove": {**its, "must_exist": True}}, {"add": its}]


def this_month() -> Month:
    """The month that it is now."""
    now = datetime.now(UTC)
    return names.month_of(now, now)


def _is_an_index(alias: str) -> str:
    return (
        f"'{alias}' is an index in Elasticsearch, but must be an alias: delete that index, or choose another"
        " name with NEWSWIRE_INDEX"
    )


async def create(
    client: AsyncElasticsearch,
    settings: Settings,
    index: str,
    month: Month,
    *aliases: str,
    live: bool = True,
    meta: Mapping[str, Any] | None = None,
) -> None:
    """Make the index of a month, from the templates.

    Args:
        client: of Elasticsearch.
        settings: for how long it is kept.
        index: its name.
        month: its month.
        aliases: that stand for it from the first moment.
        live: it is of the live generation; others get their lifecycle when they become so, else the cluster
            would delete a month that a replay is filling.
        meta: what it says of itself.

    Raises:
        elasticsearch.BadRequestError: it is there already, for one.
    """
    await client.indices.create(
        index=index,
        aliases={alias: {} for alias in aliases},
        settings=await lifecycle.settings_for(client, settings, month) if live else None,
        mappings={"_meta": dict(meta)} if meta else None,
    )
    log.info("index was created", index=index)


async def existing(client: AsyncElasticsearch, alias: str) -> list[str]:
    """The indices that are named as the alias's own, closed ones too."""
    found = await client.indices.get_alias(index=f"{alias}-*", expand_wildcards="all")
    return [name for name in found.body if names.read(alias, name)]


async def next_generation(client: AsyncElasticsearch, alias: str) -> str:
    """The name of a generation that is later than any that is there."""
    there = [found for name in await existing(client, alias) if (found := names.read(alias, name))]
    number = max((names.number_of(found.generation) for found in there), default=0) + 1
    return names.generation(alias, number)


async def _held(client: AsyncElasticsearch, alias: str, indices: Collection[str]) -> bool:
    """Whether one of these refuses writes since a switch held them; not what a person put there.

    The alias may have moved since they were found: what was left is blocked, too.
    """
    found = await client.indices.get_settings(
        index=f"{alias},{alias}-*", name="index.blocks.write", flat_settings=True, ignore_unavailable=True
    )
    return any(
        name in indices and names.read(alias, name) and content["settings"]["index.blocks.write"] == "true"
        for name, content in found.body.items()
    )
