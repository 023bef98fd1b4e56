"""Work that a signal ends: it cleans up, and whoever waited for it is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import pytest

from pipeline.signals import until_signalled


async def finishes() -> str:
    return "done"


def test_what_the_work_gives_is_given() -> None:
    assert asyncio.run(until_signalled(finishes())) == "done"


def test_what_the_work_raises_is_raised() -> None:
    async def raises() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        asyncio.run(until_signalled(raises()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_work_once_it_has_cleaned_up(number: signal.Signals) -> None:
    cleaned: list[bool] = []

    async def work() -> str:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)
        return "too late"

    assert asyncio.run(until_signalled(work())) is None
    assert cleaned == [True]


def test_work_that_ends_in_spite_of_the_signal_has_its_result() -> None:
    async def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return "done all the same"

    assert asyncio.run(until_signalled(work())) == "done all the same"


def test_what_goes_wrong_in_cleaning_up_is_raised() -> None:
    async def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(60)
        finally:
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        asyncio.run(until_signalled(work()))


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGTERM)
    asyncio.run(until_signalled(finishes()))
    assert signal.getsignal(signal.SIGTERM) == before
