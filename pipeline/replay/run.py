"""A replay: read, enrich, index, and only then say how far it has come."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, aclosing

import msgspec
import structlog
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from pipeline import article, kafka_security, kafka_topics
from pipeline.article import EnrichedArticle, Failure, InvalidArticleError
from pipeline.enrich.pool import ModelPool
from pipeline.enrich.process import Load, Outcome
from pipeline.enrich.zygote import shipped
from pipeline.replay import plan as plans
from pipeline.replay.letters import Letters
from pipeline.replay.plan import Into, Plan, ReplayError, Start
from pipeline.replay.reader import Message, Reader
from pipeline.settings import MIB, Settings
from pipeline.signals import until_signalled
from pipeline.sink import connection, indices, waiting
from pipeline.sink.elasticsearch import Refused, Sink, Stale

BATCH_BYTES = 8 * MIB

log = structlog.get_logger(__name__)


class Summary(msgspec.Struct, kw_only=True):
    """What a replay has done so far, or in all.

    Attributes:
        index: the new generation; none where there was nothing to replay.
        articles: how many the whole replay has, from its first run to its last.
        done: how many of them have their outcome, earlier runs included.
        indexed: documents written in this run.
        stale: articles of which the index had a newer version already, in this run.
        dead: articles that went to the dead letters in this run.
        gone: articles that were asked for and are no longer on the topic.
        seconds: how long this run took.
        stopped: it was told to stop before the end.
    """

    index: str | None = None
    articles: int = 0
    done: int = 0
    indexed: int = 0
    stale: int = 0
    dead: int = 0
    gone: int = 0
    seconds: float = 0
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """0 only if it reached the end."""
        return 1 if self.stopped else 0


Told = Callable[[Summary], None]


async def run(
    settings: Settings, start: Start, *, load: Load = shipped, told: Told = lambda _summary: None
) -> Summary:
    """Replay until the end, SIGTERM or Ctrl-C; services that are away are waited for.

    Args:
        settings: where all is.
        start: from where; or the generation of a replay that is to go on.
        load: makes the models, as for ``ModelPool``.
        told: hears of the plan, and of each batch that is done.

    Raises:
        ReplayError: it cannot be replayed from there, or there is no such replay.
        IndicesError: Elasticsearch refuses to have the index made, or it is gone.
        ModelStartError: the models cannot be loaded.
    """
    began = time.monotonic()
    summary = Summary()
    reached = await until_signalled(_Replay(settings, load, told, summary).run(start))
    summary.stopped = reached is None
    summary.seconds = round(time.monotonic() - began, 1)
    return summary


class _Replay:
    def __init__(self, settings: Settings, load: Load, told: Told, summary: Summary) -> None:
        self._settings = settings
        self._load = load
        self._told = told
        self._summary = summary

    async def run(self, start: Start) -> bool:
        await kafka_topics.ensure(self._settings)
        plan = await (
            self._found(start.index) if isinstance(start, Into) else plans.decide(self._settings, start)
        )
        self._summary.articles, self._summary.gone = plan.articles, plan.gone
        if not plan.articles:
            return True
        async with AsyncExitStack() as stack:
            # Before an index is made: models that cannot be loaded leave nothing behind.
            pool = await stack.enter_async_context(ModelPool(self._settings, self._load))
            index = self._summary.index = self._summary.index or await self._made(plan)
            group = f"{self._settings.group}-replay-{index}-{plan.id}"
            sink = Sink(self._settings, generation=index)
            stack.push_async_callback(sink.close)
            await sink.ready()
            reader = await stack.enter_async_context(Reader(self._settings, plan, group))
            self._summary.done = reader.done
            self._told(self._summary)
            letters = await stack.enter_async_context(Letters(self._settings))
            await self._go(reader, pool, sink, letters)
        await self._finish(index, plan)
        await asyncio.to_thread(_forget, self._settings, group)
        return True

    async def _made(self, plan: Plan) -> str:
        """A new generation for a plan."""
        async with indices.client_for(self._settings) as client:
            async for attempt in self._patiently("waiting for Elasticsearch to make the index"):
                with attempt:
                    name = await indices.add(client, self._settings, plan.kept())
        return name

    async def _found(self, index: str) -> Plan:
        """The plan of an earlier run."""
        alias = self._settings.index
        async with indices.client_for(self._settings) as client:
            async for attempt in self._patiently("waiting for Elasticsearch to say what was planned"):
                with attempt:
                    there = {each.name: each for each in await indices.listed(client, alias)}
        if index not in there or (kept := there[index].replay) is None:
            raise ReplayError(f"there is no replay into an index {index}; `newswire index list` shows them")
        if not there[index].unfinished:
            raise ReplayError(
                f"the replay into {index} is complete: `newswire index switch {index}` makes it live"
            )
        self._summary.index = index
        return plans.read(kept)

    async def _go(self, reader: Reader, pool: ModelPool, sink: Sink, letters: Letters) -> None:
        planned = self._summary.gone
        batches = reader.batches(self._settings.enrich_batch, BATCH_BYTES)
        async with aclosing(_enriched(batches, pool, self._settings)) as enriched:
            async for batch, outcomes in enriched:
                failures = await self._index(batch, outcomes, sink)
                await letters.send(failures)
                await reader.commit(batch)
                self._summary.done += len(batch)
                self._summary.dead += len(failures)
                self._summary.gone = planned + reader.gone
                self._told(self._summary)

    async def _index(
        self, batch: Sequence[Message], outcomes: Sequence[Outcome], sink: Sink
    ) -> list[tuple[Message, Failure]]:
        """Write what could be enriched; what failed then or now, with the reason."""
        read = [each if isinstance(each, Failure) else _decoded(each) for each in outcomes]
        places = [place for place, each in enumerate(read) if isinstance(each, EnrichedArticle)]
        written = await sink.index([each for each in read if isinstance(each, EnrichedArticle)])
        failures = {place: each for place, each in enumerate(read) if isinstance(each, Failure)}
        for place, outcome in zip(places, written, strict=True):
            if isinstance(outcome, Refused):
                failures[place] = Failure("index", outcome.type, outcome.reason)
            else:
                self._summary.stale += isinstance(outcome, Stale)
                self._summary.indexed += not isinstance(outcome, Stale)
        return [(batch[place], failures[place]) for place in sorted(failures)]

    async def _finish(self, index: str, plan: Plan) -> None:
        async with indices.client_for(self._settings) as client:
            async for attempt in self._patiently("waiting for Elasticsearch to finish the index"):
                with attempt:
                    await indices.finish(client, self._settings.index, index, plan.kept())

    def _patiently(self, what: str) -> AsyncIterator[waiting.Attempt]:
        return waiting.patiently(what, connection.address(self._settings), on=waiting.nobody_answers)


async def _enriched(
    batches: AsyncIterator[list[Message]], pool: ModelPool, settings: Settings
) -> AsyncGenerator[tuple[list[Message], list[Outcome]], None]:
    """Batches with their outcomes, in their order; one more than there are processes is under way at most.

    They leave in order although they may be done otherwise: of two texts with the same version the later one
    must be written last, and what is committed must hold for all that came before.
    """
    line: deque[tuple[list[Message], asyncio.Task[list[Outcome]]]] = deque()
    try:
        async for batch in batches:
            values = [message.value or b"" for message in batch]
            line.append((batch, asyncio.create_task(pool.enrich(values))))
            while len(line) > settings.processes or _size(line) >= settings.in_flight_mib * MIB:
                yield line[0][0], await line[0][1]
                line.popleft()
        while line:
            yield line[0][0], await line[0][1]
            line.popleft()
    finally:
        for _, task in line:
            task.cancel()
        await asyncio.gather(*(task for _, task in line), return_exceptions=True)


def _size(line: Sequence[tuple[list[Message], object]]) -> int:
    return sum(len(message.value or b"") for batch, _ in line for message in batch)


def _decoded(value: bytes) -> EnrichedArticle | Failure:
    try:
        return article.decode_enriched(value)
    except InvalidArticleError as error:
        return Failure("validate", type(error).__name__, str(error))


def _forget(settings: Settings, group: str) -> None:
    """Remove the consumer group, which has nothing more to say; else Kafka does so in a week."""
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=settings.brokers,
            client_id="newswire-replay",
            **kafka_security.kafka_python(settings),
        )
        try:
            admin.delete_groups([group])
        finally:
            admin.close()
    except KafkaError as error:
        log.info("the consumer group was left", group=group, reason=str(error))
