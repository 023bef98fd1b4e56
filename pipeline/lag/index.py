"""The lag in Elasticsearch: one index a month beside the articles', and the old ones deleted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import msgspec
import structlog
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from pipeline.errors import NewswireError
from pipeline.lag.shape import GroupLag, PartitionLag, Snapshot, known_lag
from pipeline.resources import resource
from pipeline.settings import Settings
from pipeline.sink import connection

_ANSWER_S = 10.0
_PRIORITY = 500
_MONTHS = 12

log = structlog.get_logger(__name__)


class LagIndexError(NewswireError):
    """The lag cannot be written to Elasticsearch now; the message says why."""


class LagIndex:
    """Writes what a monitor saw; a context manager. Whoever writes the same twice has written it once.

    Args:
        settings: where Elasticsearch is, the alias that the names begin with, and ``lag_months``.
    """

    def __init__(self, settings: Settings) -> None:
        """Touches nothing yet."""
        self._alias = settings.index
        self._months = settings.lag_months
        self._where = connection.address(settings)
        self._client = Elasticsearch(**connection.options(settings, timeout_s=_ANSWER_S))
        self._ready: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def write(self, snapshot: Snapshot) -> int:
        """Write a document for each partition and each group; the first of a month sees to the templates.

        Returns:
            How many documents were written.

        Raises:
            LagIndexError: Elasticsearch does not answer, or refuses.
        """
        name = name_of(self._alias, snapshot.at)
        operations: list[dict[str, Any]] = []
        for one in documents(snapshot):
            operations += [{"index": {"_index": name, "_id": identity(one)}}, one]
        with self._told():
            if self._ready != name:
                self._prepare(snapshot.at)
                self._ready = name
            items = self._client.bulk(operations=operations).body["items"] if operations else []
        errors = [item["index"]["error"]["reason"] for item in items if "error" in item["index"]]
        if errors:
            self._ready = None  # the template may have been changed or lost: it is looked at again
            raise LagIndexError(f"Elasticsearch at {self._where} refuses to keep the lag: {errors[0]}")
        return len(items)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the client raises, for a person."""
        try:
            yield
        except ApiError as error:
            advice = connection.advice(error, "see its log")
            raise LagIndexError(
                f"Elasticsearch at {self._where} refuses to keep the lag: {error}; {advice}"
            ) from error
        except TransportError as error:
            advice = connection.advice(error, "the lag is not kept")
            raise LagIndexError(
                f"Elasticsearch at {self._where} does not answer ({error.message}); {advice}"
            ) from error

    def put_template(self) -> None:
        """Put the index template, unless it is there.

        Raises:
            LagIndexError: Elasticsearch does not answer, or refuses.
        """
        with self._told():
            self._ensure_template()

    def _ensure_template(self) -> dict[str, Any]:
        name, body = template(self._alias)
        if self._version(name) < body["version"]:
            self._client.indices.put_index_template(
                name=name,
                **{argument.removeprefix("_"): value for argument, value in body.items()},
            )
            log.info("index template was put", template=name, version=body["version"])
        return body

    def _prepare(self, at: datetime) -> None:
        """The template before the index that it is for; then what is too old."""
        body = self._ensure_template()
        there = self._client.indices.get(index=f"{self._alias}-lag-*.*", features="aliases").body
        if name_of(self._alias, at) in there:
            self._client.indices.put_mapping(index=name_of(self._alias, at), **body["template"]["mappings"])
        for old in expired(there, self._alias, at, self._months):
            self._client.indices.delete(index=old, ignore_unavailable=True)
            log.info("lag of an old month was deleted", index=old, months=self._months)

    def _version(self, name: str) -> int:
        try:
            found = self._client.indices.get_index_template(name=name)
        except NotFoundError:
            return 0
        return int(found["index_templates"][0]["index_template"].get("version", 0))


def template(alias: str) -> tuple[str, dict[str, Any]]:
    """Name and content of the index template; it goes before the articles', whose pattern matches too."""
    path = resource("schemas/elasticsearch/index/newswire-lag.json")
    content: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    # No alias holds a dot: none of the articles' templates can have this name.
    return f"newswire-lag.{alias}", content | {
        "index_patterns": [f"{alias}-lag-*.*"],  # nor can an index of theirs have such a name
        "priority": _PRIORITY + len(alias),
    }


def name_of(alias: str, at: datetime) -> str:
    """The index of a month, in UTC. It is not behind the alias: searches for articles do not see it."""
    return f"{alias}-lag-{at.astimezone(UTC):%Y.%m}"


def expired(there: Iterable[str], alias: str, at: datetime, months: int) -> list[str]:
    """Of some names of indices, those of months that are to be kept no longer; no other names."""
    now = at.astimezone(UTC)
    kept_from = now.year * _MONTHS + now.month - months + 1
    found = []
    for name in there:
        month = re.fullmatch(rf"{re.escape(alias)}-lag-(\d{{4}})\.(0[1-9]|1[0-2])", name)
        if month and int(month[1]) * _MONTHS + int(month[2]) < kept_from:
            found.append(name)
    return sorted(found)


def identity(document: dict[str, Any]) -> str:
    """The same for the same group, partition and moment: a request may be made again."""
    parts = (
        document["@timestamp"],
        document["group"],
        document.get("topic", ""),
        document.get("partition", ""),
    )
    return " ".join(map(str, parts))


def documents(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """One for each partition, and one without ``partition`` for each group; what is not known is absent."""
    at = snapshot.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for group in snapshot.groups:
        common = {"@timestamp": at, "group": group.group, "hop": group.hop}
        topics = {one.topic for one in group.partitions}
        total = {"topic": topics.pop() if len(topics) == 1 else None, **_figures(group)}
        yield _known({**common, **total})
        for one in group.partitions:
            place = {
                "topic": one.topic,
                "partition": one.partition,
                "log_end_offset": one.log_end_offset,
                "committed_offset": one.committed_offset,
            }
            yield _known({**common, **place, **_figures(one)})


def _figures(of: GroupLag | PartitionLag) -> dict[str, Any]:
    return {
        "lag": known_lag(of),
        "lag_seconds": of.seconds,
        "produce_rate": of.produce_rate,
        "consume_rate": of.consume_rate,
        "catch_up_seconds": of.catch_up_s,
        "status": of.status,
        "reason": of.reason or None,
        "measured": of.measured,
    }


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
