"""Elasticsearch's own lifecycle management, where the cluster has it: it deletes months that are too old."""

from __future__ import annotations

from functools import cache
from typing import Any

import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, NotFoundError

from pipeline.settings import Settings
from pipeline.sink import names
from pipeline.sink.names import Month

log = structlog.get_logger(__name__)


def policy(alias: str) -> str:
    """The name of the policy for all months behind an alias."""
    return f"newswire-{alias}"


async def settings_for(client: AsyncElasticsearch, settings: Settings, month: Month) -> dict[str, Any]:
    """The settings of an index by which the cluster deletes a month; none where it is not to, or cannot.

    Its age is counted from the end of the month, not from when its index came to be: a replay makes months
    that ended long ago.
    """
    if settings.keep_days is None or not await _has_lifecycles(client):
        return {}
    return _settings(settings.index, month)


def _settings(alias: str, month: Month) -> dict[str, Any]:
    origin = int(month.end.timestamp() * 1000)
    return {"index.lifecycle.name": policy(alias), "index.lifecycle.origination_date": origin}


async def ensure(client: AsyncElasticsearch, settings: Settings) -> None:
    """See to it that policy and months say what ``keep_days`` says; that may have changed since last time.

    Months get the policy when they are live, and keep it when they are left: a replay that is not finished
    loses none.

    Raises:
        elasticsearch.ApiError: Elasticsearch refused.
    """
    alias, keep = settings.index, settings.keep_days
    if keep is not None:
        if not await _has_lifecycles(client):
            _say_once(alias, keep)
            return
        await _put_policy(client, policy(alias), keep)
    policies = await _policies(client, alias)
    if keep is None:
        for index, found in policies.items():
            if found == policy(alias) and names.read(alias, index):
                await client.ilm.remove_policy(index=index)
                log.info("the index is kept for ever from now on", index=index)
        return
    for index in set((await client.indices.get_alias(index=alias)).body) - set(policies):
        read = names.read(alias, index)
        if read and read.month:
            await client.indices.put_settings(index=index, settings=_settings(alias, read.month))


async def _has_lifecycles(client: AsyncElasticsearch) -> bool:
    try:
        await client.ilm.get_status()
    except (BadRequestError, NotFoundError):  # there is nobody at this address
        return False
    return True


@cache
def _say_once(alias: str, days: int) -> None:
    """A worker looks each time it starts to write again; said once it is enough."""
    log.warning(
        "this cluster has no lifecycle management: nothing deletes old months by itself",
        do=f"run `newswire index prune --older-than {days}d --yes` each day",
        alias=alias,
    )


async def _put_policy(client: AsyncElasticsearch, name: str, days: int) -> None:
    phases = {"delete": {"min_age": f"{days}d", "actions": {"delete": {}}}}
    try:
        found = (await client.ilm.get_lifecycle(name=name))[name]["policy"]["phases"]
        if found["delete"]["min_age"] == phases["delete"]["min_age"]:
            return
    except (NotFoundError, KeyError):
        pass
    await client.ilm.put_lifecycle(name=name, policy={"phases": phases})
    log.info("lifecycle policy was put", policy=name, keep_days=days)


async def _policies(client: AsyncElasticsearch, alias: str) -> dict[str, str]:
    """The policy of each index that has one and may be a month of the alias."""
    found = (await client.indices.get_settings(index=f"{alias}-*", name="index.lifecycle.name")).body
    return {index: content["settings"]["index"]["lifecycle"]["name"] for index, content in found.items()}
