"""Questions that block: so many at once, each for so long."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pipeline.query import QueryError
from pipeline.web.asking import Asking
from pipeline.web.errors import BusyError


def test_an_answer_and_an_error_come_as_they_are() -> None:
    async def work() -> None:
        ask = Asking()
        try:
            assert await ask(pow, 2, 5) == 32
            with pytest.raises(QueryError, match="no query"):
                await ask(fail)
        finally:
            ask.close()

    def fail() -> None:
        raise QueryError("no query")

    asyncio.run(work())


def test_what_is_over_the_bound_is_told_so_at_once_and_room_comes_back() -> None:
    gate = threading.Event()

    async def work() -> None:
        ask = Asking(threads=1, queue=1)
        try:
            waiting = [asyncio.create_task(ask(gate.wait, 30)) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(BusyError, match="too many questions"):
                await ask(pow, 1, 1)
            gate.set()
            await asyncio.gather(*waiting)
            await asyncio.sleep(0)
            assert await ask(pow, 2, 2) == 4
        finally:
            gate.set()
            ask.close()

    asyncio.run(work())


def test_an_answer_that_takes_too_long_is_given_up_but_holds_its_thread() -> None:
    gate = threading.Event()

    async def work() -> None:
        ask = Asking(threads=1, queue=0, limit_s=0.05, whom="Kafka")
        try:
            with pytest.raises(BusyError, match=r"Kafka gave no answer within 0\.05 s"):
                await ask(gate.wait, 30)
            with pytest.raises(BusyError, match="too many questions"):
                await ask(pow, 1, 1)
        finally:
            gate.set()
            ask.close()

    asyncio.run(work())
