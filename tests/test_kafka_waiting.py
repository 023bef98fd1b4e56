"""Waiting for Kafka: what waiting may cure is tried again, and said; all else comes out at once."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, TopicAuthorizationFailedError
from structlog.testing import capture_logs

from pipeline.kafka_waiting import patiently
from pipeline.settings import Settings

SETTINGS = Settings(kafka="127.0.0.1:9")


async def attempted(*errors: KafkaError, also: tuple[type[KafkaError], ...] = ()) -> int:
    """How many attempts it takes when the first ones meet these errors."""
    left = list(errors)
    attempts = 0
    async for attempt in patiently(SETTINGS, "do it", also=also):
        with attempt:
            attempts += 1
            if left:
                raise left.pop(0)
    return attempts


def test_what_may_pass_is_tried_again_and_said() -> None:
    with capture_logs() as logs:
        assert asyncio.run(attempted(KafkaConnectionError("nobody there"))) == 2
    (entry,) = [entry for entry in logs if entry["event"] == "waiting for Kafka"]
    assert (entry["address"], entry["to"]) == ("127.0.0.1:9", "do it")
    assert "nobody there" in entry["error"]


@pytest.mark.parametrize("error", [TopicAuthorizationFailedError(), KafkaTimeoutError()])
def test_what_does_not_pass_comes_out_at_once(error: KafkaError) -> None:
    with capture_logs() as logs, pytest.raises(type(error)):
        asyncio.run(attempted(error))
    assert not [entry for entry in logs if entry["event"] == "waiting for Kafka"]


def test_what_the_caller_may_repeat_is_tried_again_too() -> None:
    assert asyncio.run(attempted(KafkaTimeoutError(), also=(KafkaTimeoutError,))) == 2


def test_whoever_is_told_to_stop_does_not_go_on() -> None:
    """aiokafka may answer a cancellation with an error of its own."""

    async def stubborn() -> None:
        async for attempt in patiently(SETTINGS, "do it"):
            with attempt:
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError as error:
                    raise KafkaConnectionError from error

    async def main() -> None:
        waiting = asyncio.create_task(stubborn())
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(KafkaConnectionError):
            await asyncio.wait_for(waiting, 5)

    asyncio.run(main())
