"""Who may do what: the rights of each part of Newswire, given at the brokers and at Elasticsearch."""

from __future__ import annotations

import asyncio
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError
from msgspec import Struct

from pipeline import kafka_security
from pipeline.errors import NewswireError
from pipeline.lag.index import LagIndex
from pipeline.resources import resource
from pipeline.settings import Settings
from pipeline.sink import indices, templates
from pipeline.watch import store

Role: TypeAlias = Mapping[str, Any]

_ACLS = "deploy/kafka/acls.toml"
_ROLES = "deploy/elasticsearch/roles"
_TRY_MS = 10_000
_KINDS = {
    "topic": (ResourceType.TOPIC, ACLResourcePatternType.LITERAL),
    "group": (ResourceType.GROUP, ACLResourcePatternType.LITERAL),
    "groups_of": (ResourceType.GROUP, ACLResourcePatternType.PREFIXED),
}


class AccessError(NewswireError):
    """A right cannot be given; the message says why, and what to do."""


class Right(Struct, frozen=True, kw_only=True):
    """What may be done with one topic or group, or with all whose names begin so."""

    kind: str
    name: str
    operations: tuple[str, ...]


@cache
def _acls() -> dict[str, Any]:
    return tomllib.loads(resource(_ACLS).read_text())


def kafka_roles() -> dict[str, str]:
    """The roles at Kafka: for which commands each is."""
    return {name: str(role["for"]) for name, role in _acls().items()}


def rights(role: str, settings: Settings) -> list[Right]:
    """What a role may do at Kafka, with the topics and groups of the settings."""
    return [
        Right(kind=kind, name=one[kind].format_map(vars(settings)), operations=tuple(one["do"]))
        for one in _acls()[role]["may"]
        for kind in one.keys() & _KINDS.keys()
    ]


def commands(role: str, principal: str, settings: Settings) -> Iterator[str]:
    """The same as commands of ``kafka-acls.sh``; say by its own options where it is, and who you are."""
    for right in rights(role, settings):
        kind, pattern = _KINDS[right.kind]
        words = ["kafka-acls.sh", "--add", "--allow-principal", principal]
        for operation in right.operations:
            words += ["--operation", operation]
        words += [f"--{kind.name.lower()}", right.name]
        if pattern is ACLResourcePatternType.PREFIXED:
            words += ["--resource-pattern-type", "prefixed"]
        yield shlex.join(words)


def give(role: str, principal: str, settings: Settings) -> None:
    """Give a role's rights at the brokers; those that are given already stay so.

    Args:
        role: as in ``kafka_roles``.
        principal: whom brokers take us for: ``User:alice``.
        settings: where the brokers are, and who gives: it takes Alter at the cluster.

    Raises:
        AccessError: they are not given.
        KafkaSecurityError, TokenError: the brokers do not let us in.
    """
    kafka_security.require_now(settings)
    acls = [
        ACL(
            principal,
            "*",
            ACLOperation[operation.upper()],
            ACLPermissionType.ALLOW,
            ResourcePattern(_KINDS[right.kind][0], right.name, _KINDS[right.kind][1]),
        )
        for right in rights(role, settings)
        for operation in right.operations
    ]
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=settings.brokers,
            client_id="newswire-access",
            bootstrap_timeout_ms=_TRY_MS,
            **kafka_security.kafka_python(settings),
        )
        try:
            failed = admin.create_acls(acls)["failed"]
        finally:
            admin.close()
    except KafkaError as error:
        raise AccessError(f"Kafka at {settings.kafka} gives no rights: {error}") from error
    if failed:
        raise AccessError(
            f"Kafka at {settings.kafka} does not let us give rights: {failed[0].__name__}; it takes an"
            " authorizer there, and the right Alter at the cluster"
        )


@cache
def elasticsearch_roles() -> dict[str, str]:
    """The roles at Elasticsearch: for which commands each is."""
    found = {file.stem: msgspec.json.decode(file.read_bytes()) for file in resource(_ROLES).glob("*.json")}
    return {name: str(found[name]["metadata"]["for"]) for name in sorted(found)}


def elasticsearch_role(role: str, settings: Settings) -> Role:
    """A role at Elasticsearch as its API takes it, with the alias of the settings."""
    text = resource(f"{_ROLES}/{role}.json").read_text().replace("{index}", settings.index)
    found: Role = msgspec.json.decode(text)
    return found


async def key(*roles: str, settings: Settings, days: int | None = None) -> str:
    """A new API key that may do what roles may, encoded as the setting takes it; it can be had only now.

    Args:
        roles: as in ``elasticsearch_roles``.
        settings: where Elasticsearch is, and who makes the key: it takes ``manage_own_api_key``, and a key
            may never do more than who made it. A key cannot make another one.
        days: after how many it ends; by default never.

    Raises:
        IndicesError: Elasticsearch does not answer, or refuses.
    """
    async with indices.client_for(settings) as client:
        made = await client.security.create_api_key(
            name=f"newswire-{settings.index}-{'-'.join(roles)}",
            role_descriptors={role: elasticsearch_role(role, settings) for role in roles},
            expiration=f"{days}d" if days else None,
        )
    return str(made["encoded"])


async def put_templates(settings: Settings) -> None:
    """Put all index templates that are missing or older than ours, so that nobody else needs the right to.

    Raises:
        IndicesError, LagIndexError: Elasticsearch does not answer, or refuses.
    """
    alias = settings.index
    async with indices.client_for(settings) as client:
        await templates.ensure_templates(client, alias)
        await store.put_template(client, "watches", alias, f"watches-{alias}")
        await store.put_template(client, "watched", alias, f"watched-{alias}-*")
    with LagIndex(settings) as lag:
        await asyncio.to_thread(lag.put_template)
