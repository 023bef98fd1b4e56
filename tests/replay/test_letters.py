"""The dead letters of a replay on a real broker: the same place, the same bytes, and never lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline import dead
from pipeline.article import Failure
from pipeline.replay.letters import Letters
from pipeline.settings import Settings
from tests.feeding import fresh, letters, noise
from tests.services import Stack

pytestmark = pytest.mark.services


class Message(NamedTuple):
    """What a letter needs of aiokafka's record."""

    topic: str = "news.raw"
    partition: int = 3
    offset: int = 17
    key: bytes | None = b"k"
    value: bytes | None = b"[]"
    headers: tuple[tuple[str, bytes], ...] = ()


FAILURE = Failure("enrich", "ValueError", "by this article", 2)


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


def send(settings: Settings, *messages: Message, times: int = 1) -> None:
    async def main() -> None:
        async with Letters(settings) as office:
            for _ in range(times):
                await office.send([(message, FAILURE) for message in messages])

    asyncio.run(main())


def test_a_letter_has_the_messages_place_and_bytes_and_the_reason(settings: Settings) -> None:
    send(settings, Message(headers=(("feed", b"afp"),)))
    (letter,) = letters(settings)
    assert (letter.topic, letter.partition, letter.offset) == ("news.raw", 3, 17)
    assert (letter.key, letter.value) == (b"k", b"[]")
    assert [(header.name, header.value) for header in letter.headers] == [("feed", b"afp")]
    assert (letter.stage, letter.error_type, letter.error_message) == (
        "enrich",
        "ValueError",
        "by this article",
    )
    assert letter.attempts == 2


def test_replayed_twice_it_is_the_same_letter(settings: Settings) -> None:
    send(settings, Message(), times=2)
    one, other = letters(settings)
    assert dead.identity(one) == dead.identity(other)


def test_a_message_without_key_or_value_has_a_letter_too(settings: Settings) -> None:
    send(settings, Message(key=None, value=None))
    (letter,) = letters(settings)
    assert letter.tombstone
    assert not letter.key


def test_bytes_that_are_too_many_are_left_out_and_the_others_kept(settings: Settings) -> None:
    small = settings.model_copy(update={"max_article_bytes": 20_000})
    large = noise(100_000).encode()
    send(small, Message(offset=1, value=large), Message(offset=2))
    found = {letter.offset: letter for letter in letters(settings)}
    assert (found[1].value, found[1].omitted) == (b"", len(large))
    assert found[2].value == b"[]"


def test_without_failures_nobody_is_asked() -> None:
    send(Settings(kafka="127.0.0.1:9"))


def test_a_broker_that_is_away_is_waited_for(stack: Stack, settings: Settings) -> None:
    async def main() -> None:
        async with Letters(settings) as office:
            await office.send([(Message(offset=1), FAILURE)])
            await asyncio.to_thread(stack.kafka.kill9)
            try:
                sending = asyncio.create_task(office.send([(Message(offset=2), FAILURE)]))
                await asyncio.wait([sending], timeout=2)
                assert not sending.done()
            finally:
                await asyncio.to_thread(stack.kafka.start)
            await sending

    asyncio.run(main())
    assert {letter.offset for letter in letters(settings)} == {1, 2}
