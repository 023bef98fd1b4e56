"""The worker over HTTP, for whatever supervises it: whether it lives, whether it gets on, and its metrics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Literal

import msgspec
import structlog
from aiohttp import web
from aiokafka.errors import KafkaError
from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from pipeline.agents.hop import Hop
from pipeline.agents.offsets import Offsets
from pipeline.agents.progress import Progress
from pipeline.errors import NewswireError
from pipeline.settings import Settings

LIVE = "/health/live"
READY = "/health/ready"
METRICS = "/metrics"

_LOOK_S = 5.0
_ANSWER_S = 10.0

State = Literal["starting", "running", "stopping"]

log = structlog.get_logger(__name__)


class HealthPortError(NewswireError):
    """The port of the health pages cannot be listened on."""


class HopHealth(Struct, frozen=True, kw_only=True):
    """How one hop is: its agent, its partitions, its group's lag, and which of its partitions are stuck."""

    agent: Literal["running", "dead"]
    partitions: list[int]
    lag: int
    stuck: list[int]


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the health pages say."""

    live: bool
    ready: bool
    state: State
    reasons: list[str]
    hops: dict[str, HopHealth] = {}


class Health:
    """Watches the hops' commits, and answers ``/health/live``, ``/health/ready`` and ``/metrics``.

    ``live`` and ``ready`` are 503 when a partition that this process has did not get on for ``stuck_s``
    seconds though there is lag, whatever the reason, and when an agent died: start the worker again.
    ``ready`` is 503 too while the worker starts or stops, and while a service is waited for.

    Attributes:
        state: where in its life the worker is.

    Args:
        settings: where to listen, and where the broker is.
        waits: says which services are waited for now, each in a few words.
        registry: the metrics; none by default.
    """

    def __init__(
        self,
        settings: Settings,
        waits: Callable[[], Sequence[str]] = tuple,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self.state: State = "starting"
        self._registry = registry or CollectorRegistry()
        self._settings = settings
        self._waits = waits
        self._hops: dict[Hop, Progress] = {}
        self._silent: str | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._runner: web.AppRunner | None = None

    @property
    def kafka_is_silent(self) -> bool:
        """Whether the broker did not say how far the groups are."""
        return self._silent is not None

    def watch(self, hops: Sequence[Hop]) -> None:
        """The hops have started."""
        self._hops = {hop: Progress(self._settings.stuck_s) for hop in hops}
        self._tasks.append(asyncio.create_task(self._look()))
        self.state = "running"

    async def serve(self) -> int:
        """Listen; the port.

        Raises:
            HealthPortError: it is taken, or may not be used.
        """
        host, port = self._settings.health_host, self._settings.health_port
        app = web.Application()
        app.router.add_get(LIVE, self._answer(lambda report: report.live))
        app.router.add_get(READY, self._answer(lambda report: report.ready))
        app.router.add_get(METRICS, self._metrics)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise HealthPortError(
                f"the health pages cannot be served at {host}:{port}: {error.strerror or error}; choose"
                " another port with --health-port or NEWSWIRE_HEALTH_PORT, or 0 for none"
            ) from error
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """Stop watching and listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    def report(self) -> Report:
        """How the worker is now."""
        hops = {hop.name: self._of(hop, progress) for hop, progress in self._hops.items()}
        ill = [
            f"the {name} agent died" for name, hop in hops.items() if hop.agent == "dead" and not self._ending
        ]
        ill += [
            f"{name}: no commit advanced in partitions {hop.stuck} for over {self._settings.stuck_s:g} s"
            for name, hop in hops.items()
            if hop.stuck
        ]
        waits = [f"the worker is {self.state}"] if self.state != "running" else []
        waits += [*self._waits(), *([self._silent] if self._silent else [])]
        return Report(
            live=not ill, ready=not ill and not waits, state=self.state, reasons=ill + waits, hops=hops
        )

    @property
    def _ending(self) -> bool:
        return self.state == "stopping"

    def _of(self, hop: Hop, progress: Progress) -> HopHealth:
        assigned = hop.assigned()
        return HopHealth(
            agent="running" if hop.running else "dead",
            partitions=sorted(assigned),
            lag=progress.lag,
            stuck=progress.stuck(assigned, time.monotonic()),
        )

    def _answer(self, good: Callable[[Report], bool]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(_: web.Request) -> web.Response:
            report = self.report()
            status = HTTPStatus.OK if good(report) else HTTPStatus.SERVICE_UNAVAILABLE
            return web.Response(
                status=status, body=msgspec.json.encode(report), content_type="application/json"
            )

        return answer

    async def _metrics(self, request: web.Request) -> web.Response:
        """As text or as OpenMetrics, whichever is asked for; the loop does not wait while it is written."""
        try:
            encode, kind = choose_encoder(request.headers.get("Accept", ""))
        except (TypeError, ValueError):  # what it says of the version is none
            encode, kind = choose_encoder("")
        body = await asyncio.to_thread(encode, self._registry)
        return web.Response(body=body, headers={"Content-Type": kind})

    async def _look(self) -> None:
        """Read the offsets every few seconds; a broker that is silent is asked again with new clients."""
        while True:
            try:
                async with Offsets(self._settings) as offsets:
                    while True:
                        await asyncio.wait_for(self._note(offsets), _ANSWER_S)
                        await asyncio.sleep(_LOOK_S)
            except (KafkaError, OSError, TimeoutError) as error:
                self._silent = f"Kafka does not say how far the groups are: {error or type(error).__name__}"
                log.debug("no offsets for the health pages", reason=repr(error))
            await asyncio.sleep(_LOOK_S)

    async def _note(self, offsets: Offsets) -> None:
        for hop, progress in self._hops.items():
            progress.note(await offsets.of(hop.group, hop.source), time.monotonic())
        self._silent = None
