"""One look for all who watch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pipeline.search import SearchError
from pipeline.web import broadcast
from pipeline.web.broadcast import Broadcast, Trouble
from pipeline.web.errors import BusyError


class Counting:
    """Each look gives the next number."""

    def __init__(self) -> None:
        self.looks = 0

    async def look(self) -> int | None:
        self.looks += 1
        return self.looks


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(work(), 20)

    asyncio.run(limited())


def test_all_listeners_share_one_look_and_nobody_looks_for_none() -> None:
    async def work() -> None:
        counting = Counting()
        both = Broadcast(counting.look, every_s=0.001)
        await asyncio.sleep(0.01)
        assert counting.looks == 0
        async with both.listening() as one, both.listening() as other:
            assert await one.get() == await other.get() == 1
            assert await one.get() == 2
        seen = counting.looks
        await asyncio.sleep(0.01)
        assert counting.looks == seen
        async with both.listening() as later:
            assert await later.get() == seen + 1

    run(work)


def test_trouble_is_told_and_looking_goes_on() -> None:
    async def work() -> None:
        answers: list[Exception | int | None] = [SearchError("it is away"), ValueError("secret"), None, 7]

        async def look() -> int | None:
            answer = answers.pop(0) if answers else None
            if isinstance(answer, Exception):
                raise answer
            return answer

        async with Broadcast(look, every_s=0.001).listening() as queue:
            assert await queue.get() == Trouble("it is away")
            hidden = await queue.get()
            assert isinstance(hidden, Trouble)
            assert "secret" not in hidden.error
            assert await queue.get() == 7

    run(work)


def test_who_does_not_keep_up_is_sent_away_and_the_others_are_not() -> None:
    async def work() -> None:
        counting = Counting()
        both = Broadcast(counting.look, every_s=0)
        async with both.listening() as slow, both.listening() as quick:
            last = 0
            while counting.looks < 200:
                news = await quick.get()
                assert news == last + 1
                last = news
            given = []
            while not slow.empty():
                given.append(slow.get_nowait())
            assert None in given
            assert len(given) < 70

    run(work)


def test_closing_ends_all_and_lets_nobody_in() -> None:
    async def work() -> None:
        both = Broadcast(Counting().look, every_s=60)
        async with both.listening() as queue:
            await both.close()
            assert await queue.get() is None
        with pytest.raises(BusyError):
            async with both.listening():
                pass

    run(work)


def test_no_more_listen_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcast, "MOST_LISTENERS", 1)

    async def work() -> None:
        both = Broadcast(Counting().look, every_s=60)
        async with both.listening():
            with pytest.raises(BusyError, match="1 pages listen already"):
                async with both.listening():
                    pass
        async with both.listening():
            pass

    run(work)
