"""The watches in Elasticsearch, and beside them the copy under embargo that waits for its time."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from elasticsearch import AsyncElasticsearch, BadRequestError, ConflictError, NotFoundError
from elasticsearch.helpers import BulkIndexError, async_bulk
from msgspec import Struct

from pipeline.resources import resource
from pipeline.sink import templates
from pipeline.sink.bulk import curable
from pipeline.watch.watches import MOST, MOST_WEBHOOKS, Watch, WatchError

_PRIORITY = 300
_PAGE = 500
_GONE, _CONFLICT = 404, 409
_PORTION_BYTES = 10 * 1024 * 1024
_SAID_CHARACTERS = 500
# Elasticsearch's clock may be a little before that of the node which shows the article.
_DUE = "now-1s"

log = structlog.get_logger(__name__)


class Mark(Struct, frozen=True):
    """What changes whenever a watch is added or removed."""

    count: int
    newest: int


class Waiting(Struct, frozen=True):
    """Copy under embargo: the article's id and version, when its time comes, the article as a message.

    Attributes:
        kept: which writing of it in the index this is; none before it was read from there.
    """

    article: str
    version: int
    due: datetime
    message: bytes
    kept: tuple[int, int] | None = None


class Store:
    """Reads and writes the index of one alias's watches; what fails comes out as the client raises it.

    Args:
        client: of Elasticsearch.
        alias: whose articles the watches are for.
    """

    def __init__(self, client: AsyncElasticsearch, alias: str) -> None:
        self._client = client
        self._alias = alias
        self.index = f"watches-{alias}"

    async def ensure(self) -> None:
        """See to it that the index is there; may run in several processes at once.

        Raises:
            UnfitIndexError: it is there with other fields than are needed.
        """
        body = await put_template(self._client, "watches", self._alias, self.index)
        try:
            await self._client.indices.create(index=self.index)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        else:
            log.info("index was created", index=self.index)
        mappings = body["template"]["mappings"]
        try:
            await self._client.indices.put_mapping(
                index=self.index, dynamic=mappings["dynamic"], properties=mappings["properties"]
            )
        except BadRequestError as error:
            raise templates.UnfitIndexError(
                f"the index {self.index} does not fit this version of Newswire: {error}; write down what"
                " `newswire watch list --json` shows, delete the index and add the watches again"
            ) from error

    async def add(self, watch: Watch) -> None:
        """Keep a new watch; it can be seen at once.

        Raises:
            WatchError: there is one of this name, or there are too many.
        """
        there = [each async for each in self.all()]
        if len(there) >= MOST:
            raise WatchError(f"there are {len(there)} watches, {MOST} are allowed: remove one")
        if watch.webhook and sum(each.webhook is not None for each in there) >= MOST_WEBHOOKS:
            raise WatchError(
                f"there are {MOST_WEBHOOKS} watches with a webhook, and no more are allowed: remove one"
            )
        document = {"name": watch.name, "watch": msgspec.to_builtins(watch)}
        try:
            await self._client.create(
                index=self.index, id=_id(watch.name), document=document, refresh=True, timeout="30s"
            )
        except ConflictError as error:
            raise WatchError(
                f"there is a watch '{watch.name}' already: see it with `newswire watch show {watch.name}`, or"
                f" remove it with `newswire watch remove {watch.name}`"
            ) from error

    async def remove(self, name: str) -> None:
        """Forget a watch.

        Raises:
            WatchError: there is none of this name.
        """
        try:
            await self._client.delete(index=self.index, id=_id(name), refresh=True)
        except NotFoundError as error:
            raise _no_watch(name) from error

    async def get(self, name: str) -> Watch:
        """The watch of this name.

        Raises:
            WatchError: there is none, or it cannot be read.
        """
        try:
            found = await self._client.get(index=self.index, id=_id(name))
        except NotFoundError as error:
            raise _no_watch(name) from error
        try:
            return _watch(found)
        except (KeyError, ValueError) as error:
            raise WatchError(
                f"the watch '{name}' cannot be read: {error}; remove it with `newswire watch remove {name}`"
                " and add it again"
            ) from error

    async def all(self) -> AsyncIterator[Watch]:
        """All watches by their names, but those that cannot be read; none where there is no index yet."""
        last: list[str] | None = None
        while True:
            hits = await self._hits(
                query={"exists": {"field": "name"}},
                size=_PAGE,
                sort=[{"name": "asc"}],
                **({} if last is None else {"search_after": last}),
            )
            for hit in hits:
                try:
                    found = _watch(hit)
                except (KeyError, ValueError) as error:
                    log.error(  # noqa: TRY400 - the reason says which field is wrong
                        "a watch cannot be read and finds nothing: remove it and add it again",
                        watch=hit["_id"].removeprefix(_id("")),
                        reason=str(error)[:_SAID_CHARACTERS],
                    )
                else:
                    yield found
            if len(hits) < _PAGE:
                return
            last = hits[-1]["sort"]

    async def mark(self) -> Mark:
        """What the watches are now, in short; read afresh whatever was written before."""
        found = await self._client.search(
            index=self.index,
            query={"exists": {"field": "name"}},
            size=1,
            sort=[{"_seq_no": "desc"}],
            track_total_hits=True,
            seq_no_primary_term=True,
            source=False,
            allow_partial_search_results=False,
            ignore_unavailable=True,
        )
        hits = found["hits"]["hits"]
        return Mark(found["hits"]["total"]["value"], int(hits[0]["_seq_no"]) if hits else 0)

    async def hold(self, waiting: Iterable[Waiting]) -> None:
        """Keep copy until its time has come; of versions of an article the highest stays."""
        operations = (
            {
                "_op_type": "index",
                "_index": self.index,
                "_id": _article(each.article),
                "version": each.version,
                "version_type": "external_gte",
                "_source": {
                    "article": each.article,
                    "version": each.version,
                    "due": _utc(each.due).isoformat(),
                    "message": base64.b64encode(each.message).decode(),
                },
            }
            for each in waiting
        )
        await _bulk(self._client, operations)

    async def due(self, most: int) -> list[Waiting]:
        """Copy whose time came a second ago by Elasticsearch's clock, the earliest first, at most so many.

        What is kept there and is none is forgotten, and the log says so.
        """
        hits = await self._hits(
            query={"range": {"due": {"lte": _DUE}}},
            size=most,
            sort=[{"due": "asc"}, {"article": "asc"}],
            seq_no_primary_term=True,
        )
        found, damaged = [], []
        for hit in hits:
            try:
                found.append(_waiting(hit))
            except (KeyError, TypeError, ValueError) as error:
                damaged.append(self._deletion(hit["_id"], _writing(hit)))
                log.error(  # noqa: TRY400 - the reason says which field is wrong
                    "copy under embargo cannot be read, and its watches are not alerted: feed it again",
                    article=hit["_id"].removeprefix(_article("")),
                    reason=str(error)[:_SAID_CHARACTERS],
                )
        if damaged:
            await _bulk(self._client, damaged)
        return found

    async def done(self, waiting: Sequence[Waiting]) -> None:
        """Forget copy that ``due`` told, unless other copy was put in its place since."""
        await _bulk(
            self._client,
            [self._deletion(_article(each.article), each.kept) for each in waiting if each.kept],
        )

    async def drop(self, versions: Mapping[str, int]) -> None:
        """Forget copy of articles that were killed or withheld for good, up to these versions."""
        operations = (
            {
                "_op_type": "delete",
                "_index": self.index,
                "_id": _article(article),
                "version": version,
                "version_type": "external_gte",
            }
            for article, version in versions.items()
        )
        await _bulk(self._client, operations)

    def _deletion(self, key: str, writing: tuple[int, int]) -> dict[str, Any]:
        return {
            "_op_type": "delete",
            "_index": self.index,
            "_id": key,
            "if_seq_no": writing[0],
            "if_primary_term": writing[1],
        }

    async def _hits(self, **search: Any) -> list[Any]:
        found = await self._client.search(
            index=self.index,
            track_total_hits=False,
            allow_partial_search_results=False,
            ignore_unavailable=True,
            **search,
        )
        hits: list[Any] = found["hits"]["hits"]
        return hits


async def put_template(client: AsyncElasticsearch, name: str, alias: str, pattern: str) -> dict[str, Any]:
    """Put an index template from our files for one alias, unless it is there; its content.

    Args:
        client: of Elasticsearch.
        name: the file's.
        alias: whose articles it is for.
        pattern: the indices that it is for.
    """
    content: dict[str, Any] = msgspec.json.decode(
        resource(f"schemas/elasticsearch/index/{name}.json").read_bytes()
    )
    there = f"newswire-{name}-{alias}"
    try:
        found = await client.indices.get_index_template(name=there)
        version = int(found["index_templates"][0]["index_template"].get("version", 0))
    except NotFoundError:
        version = 0
    if version < content["version"]:
        body = content | {"index_patterns": [pattern], "priority": _PRIORITY + len(alias)}
        meta = body.pop("_meta")
        await client.indices.put_index_template(name=there, meta=meta, **body)
        log.info("index template was put", template=there, version=content["version"])
    return content


async def _bulk(client: AsyncElasticsearch, operations: Iterable[dict[str, Any]]) -> None:
    """Write documents that can be found at once; what is newer already stays as it is.

    What Elasticsearch will never take is said in the log.

    Raises:
        BulkIndexError: it did not take something now.
    """
    _, errors = await async_bulk(
        client, operations, refresh=True, raise_on_error=False, max_chunk_bytes=_PORTION_BYTES
    )
    assert isinstance(errors, list)
    lasting = []
    for error in errors:
        result = next(iter(error.values()))
        if result["status"] in {_GONE, _CONFLICT}:
            continue
        if curable(result["status"]):
            lasting.append(error)
        else:
            log.error(
                "Elasticsearch refuses copy under embargo, and its watches are not alerted: see its fields",
                article=result["_id"].removeprefix(_article("")),
                reason=str(result.get("error"))[:_SAID_CHARACTERS],
            )
    if lasting:
        raise BulkIndexError(f"{len(lasting)} documents were not taken, the first: {lasting[0]}", lasting)


def _id(name: str) -> str:
    return f"watch:{name}"


def _article(article: str) -> str:
    return f"article:{article}"


def _utc(moment: datetime) -> datetime:
    """The same instant; one that UTC's calendar does not have is its last."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _no_watch(name: str) -> WatchError:
    return WatchError(f"there is no watch '{name}': `newswire watch list` prints those that there are")


def _watch(hit: Any) -> Watch:
    return msgspec.convert(hit["_source"]["watch"], Watch)


def _waiting(hit: Any) -> Waiting:
    kept = hit["_source"]
    return Waiting(
        article=kept["article"],
        version=kept["version"],
        due=datetime.fromisoformat(kept["due"]),
        message=base64.b64decode(kept["message"]),
        kept=_writing(hit),
    )


def _writing(hit: Any) -> tuple[int, int]:
    return int(hit["_seq_no"]), int(hit["_primary_term"])
