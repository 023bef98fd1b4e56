"""Work that SIGTERM and Ctrl-C end in an orderly way."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


async def until_signalled(work: Coroutine[Any, Any, Result]) -> Result | None:
    """What the work gives; nothing if SIGTERM or SIGINT came first: then it is cancelled and has cleaned up.

    Raises:
        Exception: what the work raised.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    numbers = (signal.SIGTERM, signal.SIGINT)
    signalled = asyncio.Event()
    for number in numbers:
        loop.add_signal_handler(number, signalled.set)
    waiting = asyncio.create_task(signalled.wait())
    try:
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            return await task
        return None
    finally:
        waiting.cancel()
        for number in numbers:
            loop.remove_signal_handler(number)
