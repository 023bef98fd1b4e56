"""Hops inside the process of the tests: none outlives its test, and none takes the other tests with it."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest

from pipeline.agents.hop import Hop


@asynccontextmanager
async def going(hop: Hop) -> AsyncIterator[Hop]:
    """Start it, and stop it however the block ends: its threads would keep the process from ending."""
    try:
        await hop.app.start()
        yield hop
    finally:
        await hop.stop()


@pytest.fixture(autouse=True)
def a_hop_dies_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hop that meets a bug ends its process; here that fails the test, and says by what."""
    deaths: list[str] = []

    def die(hop: Hop, what: str, *, with_traceback: bool = False) -> NoReturn:
        deaths.append(f"{hop.group}: {what}\n{traceback.format_exc() if with_traceback else ''}")
        raise RuntimeError(what)

    monkeypatch.setattr(Hop, "_die", die)
    yield
    assert not deaths, "\n".join(deaths)
