"""What came in, as lines and in steps."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.query import QueryError
from pipeline.search import Hit, Latest
from pipeline.settings import Settings
from pipeline.web import tail
from pipeline.web.asking import Asking
from pipeline.web.broadcast import Broadcast
from pipeline.web.tail import Tail, line


def hit(**fields: Any) -> Hit:
    usual: dict[str, Any] = {
        "id": "a1",
        "score": 0.0,
        "title": "<b>",
        "source": "AFP",
        "status": "usable",
        "version": 3,
    }
    return Hit(**(usual | {"story": "a1"} | fields))


def test_a_line_has_what_is_known_as_text() -> None:
    assert line(hit()) == tail.Line(
        id="a1", href="/article/a1", title="<b>", source="AFP", direction="auto", version=3
    )
    full = line(hit(language="fa", kind="update", created="2026-03-12T09:00:00.500Z"))
    assert (full.direction, full.language_name, full.kind) == ("rtl", "Persian", "update")
    assert (full.created, full.created_text) == ("2026-03-12T09:00:00Z", "12 March 2026, 09:00 UTC")


def test_that_it_is_new_is_not_said_of_what_is_new() -> None:
    assert line(hit(kind="new")).kind is None


class Index:
    """Gives the answers it was told, and remembers from where it was asked."""

    def __init__(self, *answers: Latest | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str | None] = []

    def __call__(self, _: Settings, *, after: str | None, size: int) -> Latest:
        assert size == 50
        self.asked.append(after)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def follow(monkeypatch: pytest.MonkeyPatch, index: Index, looks: int) -> list[Latest | None]:
    monkeypatch.setattr(tail, "latest", index)

    async def work() -> list[Latest | None]:
        ask = Asking()
        try:
            followed = Tail(Settings(), ask)
            return [await followed.look() for _ in range(looks)]
        finally:
            ask.close()

    return asyncio.run(work())


def test_the_first_look_only_says_where_to_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Latest((hit(),), "m3")
    index = Index(Latest((hit(), hit()), "m1"), Latest((), "m2"), new)
    assert follow(monkeypatch, index, 3) == [None, None, new]
    assert index.asked == [None, "m1", "m2"]


def test_what_came_in_while_nobody_watched_is_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    new = Latest((hit(),), "m9")
    index = Index(Latest((), "m1"), Latest((hit(), hit()), "m8"), new)
    monkeypatch.setattr(tail, "latest", index)

    async def work() -> None:
        ask = Asking()
        followed = Tail(Settings(), ask)
        both = Broadcast(followed.look, every_s=0.001, begin=followed.begin)
        try:
            async with both.listening():
                pass
            async with both.listening() as queue:
                assert await asyncio.wait_for(queue.get(), 20) == new
        finally:
            ask.close()

    asyncio.run(work())
    assert index.asked[:3] == [None, None, "m8"]


def test_a_look_that_fails_is_begun_again_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(Latest((), "m1"), QueryError("away"), Latest((hit(),), "m2"))
    monkeypatch.setattr(tail, "latest", index)

    async def work() -> None:
        ask = Asking()
        try:
            followed = Tail(Settings(), ask)
            await followed.look()
            with pytest.raises(QueryError):
                await followed.look()
            assert await followed.look() == Latest((hit(),), "m2")
        finally:
            ask.close()

    asyncio.run(work())
    assert index.asked == [None, "m1", "m1"]


def test_who_comes_back_is_given_all_since_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def collect(index: Index) -> list[str]:
        monkeypatch.setattr(tail, "latest", index)

        async def work() -> list[str]:
            ask = Asking()
            try:
                return [found.after async for found in Tail(Settings(), ask).since("m0")]
            finally:
                ask.close()

        return asyncio.run(work())

    some = Index(Latest((hit(),), "m1"), Latest((hit(),), "m2"), Latest((), "m3"))
    assert collect(some) == ["m1", "m2"]
    assert some.asked == ["m0", "m1", "m2"]
    endless = Index(*(Latest((hit(),), f"m{number}") for number in range(100)))
    assert len(collect(endless)) == 20
