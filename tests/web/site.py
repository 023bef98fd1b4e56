"""The page served by this process, in a thread: as a browser or any other client finds it."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import httpx
from aiohttp import web

from pipeline.web import make_app

if TYPE_CHECKING:
    from types import TracebackType

    from pipeline.settings import Settings
    from pipeline.web.asking import Asking

LIMIT_S = 60.0


class Site:
    """The page at ``url`` for the length of a ``with`` block."""

    def __init__(self, settings: Settings, ask: Asking | None = None) -> None:
        self._settings = settings
        self._ask = ask
        self._bound: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        self.url = self._bound.result(LIMIT_S)
        self.client = httpx.Client(base_url=self.url, timeout=LIMIT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.stop()

    def stop(self) -> None:
        """End the server, and wait until it has ended."""
        with suppress(RuntimeError):  # its loop is closed: it has ended already
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive()

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer; ``_`` in a header's name is ``-``."""
        return self.client.get(
            path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        runner = web.AppRunner(make_app(self._settings, self._ask), access_log=None, shutdown_timeout=1)
        try:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self._bound.set_result(f"http://127.0.0.1:{runner.addresses[0][1]}")
            await self._ended.wait()
        except BaseException as error:
            if not self._bound.done():
                self._bound.set_exception(error)
            raise
        finally:
            await runner.cleanup()
