"""What every peer does with an article, so that only the way to it and from it differs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from msgspec import structs
from threadpoolctl import threadpool_limits

from pipeline.article import EnrichedArticle, RawArticle, decode_enriched, decode_raw, encode
from pipeline.settings import Settings, settings
from pipeline.sink import templates
from pipeline.sink.document import document

Work = Literal["models", "light", "ready"]
"""The models; in their place 1 ms of busy work; or none, for articles that are enriched already."""

BUSY_S = 0.001
"""CPU seconds that take the place of the models."""

BATCH = 32
"""Articles that go through the models at once: as many as Newswire's own setting says."""

BULK = 128
"""Articles that a peer takes from its topic at once, and puts into one bulk request."""


class Done(NamedTuple):
    """One article: its key, its value for the topic of enriched articles, and its document."""

    key: bytes
    value: bytes
    document: dict[str, Any]

    @property
    def action(self) -> dict[str, Any]:
        """As the bulk helpers of Elasticsearch's client take it."""
        return {"_id": self.key.decode(), "_source": self.document}


class Light:
    """Models that find nothing and take ``BUSY_S`` for each article."""

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str] = MappingProxyType({}),  # noqa: ARG002 - as the true chain has it
        begins: Callable[[str], None] = lambda _: None,  # noqa: ARG002 - likewise
    ) -> list[EnrichedArticle]:
        """As many enriched articles, in the same order."""
        return [self._one(raw, now) for raw in raws]

    def _one(self, raw: RawArticle, now: datetime) -> EnrichedArticle:
        end = time.thread_time() + BUSY_S
        while time.thread_time() < end:
            pass
        return EnrichedArticle(**structs.asdict(raw), enriched=now)


def light(_: Settings) -> Light:
    """For ``ModelPool``, which calls it in each of its processes."""
    return Light()


class Job:
    """The work that the bench asked for, with its models loaded.

    Attributes:
        settings: where the services are, the topics and the index.
        publishes: whether what is enriched goes to a topic of its own.
        sinks: whether it goes into the index.

    Args:
        work: what to do with an article.
        sinks: see above.
    """

    def __init__(self, work: Work, *, sinks: bool) -> None:
        self.settings = settings()
        self.publishes = work != "ready"
        self.sinks = sinks
        self._work = work
        threadpool_limits(1)  # there is a process for each core, as in Newswire's own model processes
        if work == "models":
            from pipeline.enrich import load  # noqa: PLC0415 - spaCy, which the others do without

            self._enrich = load(self.settings).enrich
        elif work == "light":
            self._enrich = Light().enrich

    @property
    def source(self) -> str:
        """The topic that is read."""
        return self.settings.topic_raw if self.publishes else self.settings.topic_enriched

    def done(self, values: Sequence[bytes]) -> list[Done]:
        """What comes of the values of as many messages, in their order, ``BATCH`` at a time."""
        return [
            each
            for start in range(0, len(values), BATCH)
            for each in self._batch(values[start : start + BATCH])
        ]

    def _batch(self, values: Sequence[bytes]) -> Iterator[Done]:
        if self._work == "ready":
            articles = [decode_enriched(value) for value in values]
        else:
            articles = self._enrich([decode_raw(value) for value in values], datetime.now(UTC))
        now = datetime.now(UTC)
        for article in articles:
            value = encode(article) if self.publishes else b""
            fields = document(article, now, templates.languages()) if self.sinks else {}
            yield Done(article.id.encode(), value, fields)


def job() -> Job:
    """The job that the environment tells of: ``PEERS_WORK``, ``PEERS_SINK`` and Newswire's own settings."""
    work = os.environ["PEERS_WORK"]
    assert work in get_args(Work)
    return Job(work, sinks=os.environ["PEERS_SINK"] == "1")  # type: ignore[arg-type]  # just asserted


def tell_ready() -> None:
    """Tell the bench that the models are loaded."""
    print("the peer is ready", flush=True)
