"""Waiting for Elasticsearch: what may pass is tried again and told, what may not comes out at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import stamina
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError, TransportError
from structlog.testing import capture_logs

from pipeline.sink import waiting


def answer(status: int) -> ApiError:
    meta = ApiResponseMeta(status, "1.1", HttpHeaders(), 0.1, NodeConfig("http", "127.0.0.1", 9200))
    return ApiError("no", meta, {})


CASES = [
    (TransportError("lost"), True, True),
    (answer(408), True, True),
    (answer(429), True, True),
    (answer(500), True, True),
    (answer(503), True, True),
    (answer(401), True, False),
    (answer(403), True, False),
    (answer(404), True, False),
    (answer(400), False, False),
    (ValueError("a bug"), False, False),
]


@pytest.mark.parametrize(("error", "for_a_worker", "for_a_person"), CASES, ids=str)
def test_what_is_waited_out(error: Exception, for_a_worker: bool, for_a_person: bool) -> None:
    assert waiting.may_pass(error) is for_a_worker
    assert waiting.nobody_answers(error) is for_a_person


def tried(*errors: Exception) -> tuple[int, list[str | None]]:
    """How many attempts it took, and what was told."""
    left, attempts = list(errors), 0
    told: list[str | None] = []

    async def main() -> None:
        nonlocal attempts
        async for attempt in waiting.patiently("waiting for it", "http://es", told=told.append):
            with attempt:
                attempts += 1
                if left:
                    raise left.pop(0)

    with stamina.set_testing(True, attempts=100):
        asyncio.run(main())
    return attempts, told


def test_what_works_at_once_is_told_as_no_wait() -> None:
    with capture_logs() as logs:
        assert tried() == (1, [None])
    assert logs == []


def test_it_is_tried_until_it_works_and_each_failure_is_told() -> None:
    with capture_logs() as logs:
        attempts, (first, second, last) = tried(TransportError("lost"), answer(503))
    assert attempts == 3
    assert first is not None
    assert first.startswith("waiting for it since 20")
    assert first.endswith(": lost")
    assert second is not None
    assert "503" in second
    assert last is None
    mine = [line for line in logs if line["event"] != "stamina.retry_scheduled"]
    assert [line["event"] for line in mine] == ["waiting for it", "waiting for it", "Elasticsearch is back"]
    assert mine[0]["address"] == "http://es"


@pytest.mark.parametrize("error", [answer(400), ValueError("a bug")], ids=str)
def test_what_cannot_pass_comes_out(error: Exception) -> None:
    with pytest.raises(type(error)):
        tried(TransportError("lost"), error)


def test_a_long_error_is_cut() -> None:
    assert len(waiting.said(ValueError("x" * 10_000))) == 500


def test_an_error_of_the_connection_says_more_than_its_name() -> None:
    error: Any = TransportError("Cannot connect to host")
    assert waiting.said(error) == "Cannot connect to host"
