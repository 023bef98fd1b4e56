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
            assert await one.get() == 1
            assert await one.get() == await other.get() == 2
            assert await one.get() == 3
        seen = counting.looks
        await asyncio.sleep(0.01)
        assert counting.looks == seen
        async with both.listening() as later:
            assert await later.get() == seen + 1

    run(work)


def test_after_nobody_listened_looking_begins_anew() -> None:
    async def work() -> None:
        told: list[str] = []
        counting = Counting()

        async def look() -> int | None:
            told.append("look")
            return await counting.look()

        both = Broadcast(look, every_s=0.001, begin=lambda: told.append("begin"))
        for _ in range(2):
            async with both.listening() as one, both.listening():
                await one.get()
                await one.get()
        assert told.count("begin") == 2
        assert told[0] == "begin"
        assert told[:3] == ["begin", "look", "look"]

    run(work)


def test_nobody_listens_before_the_first_look_and_closing_ends_that_wait() -> None:
    async def work() -> None:
        gate = asyncio.Event()

        async def look() -> int | None:
            await gate.wait()
            return 1

        async def first(of: Broadcast[int]) -> object:
            async with of.listening() as queue:
                return queue.get_nowait()

        hanging, opened = Broadcast(look, every_s=60), Broadcast(look, every_s=60)
        ended, told = (asyncio.create_task(first(one)) for one in (hanging, opened))
        await asyncio.sleep(0.01)
        assert not ended.done()
        assert not told.done()
        await hanging.close()
        assert await ended is None
        gate.set()
        assert await told == 1

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
            last = 1  # was there before the second came
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
