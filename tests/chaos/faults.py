"""The faults: what is done to whom, once, and what it takes to undo it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import psutil

from pipeline.local.service import Service
from tests.chaos.cast import Actor, Cast, ended, until

FROZEN_S = 40.0
PAUSE_S = 4.0
DOWN_S = 1.0

Strike = Callable[[Cast, signal.Signals, int], None]


def strike(cast: Cast, number: signal.Signals, target: str, times: int) -> None:
    """Send a signal to a target so many times, with pauses; returns when the last fault is over.

    A process that ends is started again by its supervisor, a service that ends by us.
    """
    for turn in range(times):
        if turn:
            time.sleep(PAUSE_S)
        TARGETS[target](cast, number, turn)


def _actor(actor: Actor, cast: Cast, number: signal.Signals) -> None:
    pid = actor.await_pid()
    if number == signal.SIGSTOP:
        _freeze(psutil.Process(pid))
    else:
        cast.hit(pid, number)


def _enrich_worker(cast: Cast, number: signal.Signals, turn: int) -> None:
    _actor(cast.enrichers[turn % 2], cast, number)


def _index_worker(cast: Cast, number: signal.Signals, turn: int) -> None:
    _actor(cast.indexers[turn % 2], cast, number)


def _feeder(cast: Cast, number: signal.Signals, turn: int) -> None:  # noqa: ARG001 - there is but one
    _actor(cast.feeder, cast, number)


def _model_process(cast: Cast, number: signal.Signals, turn: int) -> None:
    enricher = cast.enrichers[turn % 2]
    assert until(lambda: bool(enricher.models()), 60), f"{enricher.name} has no model process"
    process = enricher.models()[0]
    if number == signal.SIGSTOP:
        _freeze(process)
    else:
        process.send_signal(number)  # SIGTERM is for its worker: it does not heed it


def _broker(cast: Cast, number: signal.Signals, turn: int) -> None:  # noqa: ARG001 - there is but one
    _service(cast.stack.kafka, number)


def _elasticsearch(cast: Cast, number: signal.Signals, turn: int) -> None:  # noqa: ARG001 - there is but one
    _service(cast.stack.elasticsearch, number)


def _service(service: Service, number: signal.Signals) -> None:
    if number == signal.SIGSTOP:
        process = service.find().process
        assert process is not None
        _freeze(process)
        return
    if number == signal.SIGTERM:
        service.stop()
    else:
        service.kill9()
    time.sleep(DOWN_S)
    service.start()


def _freeze(process: psutil.Process) -> None:
    """Stop a process for 40 s and let it go on, if nobody has killed it meanwhile."""
    process.send_signal(signal.SIGSTOP)
    try:
        until(lambda: ended(process), FROZEN_S, step_s=0.2)
    finally:
        if not ended(process):
            process.send_signal(signal.SIGCONT)


TARGETS: dict[str, Strike] = {
    "enrich worker": _enrich_worker,
    "index worker": _index_worker,
    "model process": _model_process,
    "broker": _broker,
    "Elasticsearch": _elasticsearch,
    "feeder": _feeder,
}
