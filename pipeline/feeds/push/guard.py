"""Who may send, and how often: a token for all, and so many requests a minute for each client."""

from __future__ import annotations

import hmac
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from pipeline.feeds.push.problem import ProblemError

CLIENTS = 10_000
"""Clients that are kept apart; the one that was quiet the longest makes room."""

_MINUTE = 60.0


class Rate:
    """A bucket for each client, which each request takes from and time fills again, to a minute's worth."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, client: str) -> int:
        """0 where the client may ask, and it counts; else the seconds until it may."""
        now = self._clock()
        left, since = self._buckets.pop(client, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / _MINUTE)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        if len(self._buckets) > CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - left) * _MINUTE / self._per_minute))


class Guard:
    """Lets in who knows the token, where there is one, and asks no more often than it may."""

    def __init__(self, token: str | None, per_minute: int) -> None:
        self._token = token
        self._per_minute = per_minute
        self._rate = Rate(per_minute)

    def admit(self, request: web.Request) -> None:
        """Let a request in; one with a wrong token counts too, so nobody tries many.

        Raises:
            ProblemError: not this one, or not now.
        """
        wait = self._rate.wait_s(request.remote or "")
        if wait:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-requests",
                f"more than {self._per_minute} requests a minute",
                headers={"Retry-After": str(wait)},
            )
        if self._token is None:
            if "Origin" in request.headers:  # any page in a browser on this machine could send copy otherwise
                detail = "requests of web pages are refused where no token is set"
                raise ProblemError(HTTPStatus.FORBIDDEN, "web-page", detail)
        elif not _knows(request.headers.get("Authorization", ""), self._token):
            raise ProblemError(
                HTTPStatus.UNAUTHORIZED,
                "unauthorized",
                "send the header Authorization: Bearer TOKEN, with the token of this feed",
                headers={"WWW-Authenticate": 'Bearer realm="newswire"'},
            )


def _knows(header: str, token: str) -> bool:
    """Whether the header carries the token; how long it takes tells nothing of where they differ."""
    scheme, _, given = header.partition(" ")
    same = hmac.compare_digest(given.strip().encode(errors="surrogateescape"), token.encode())
    return same and scheme.lower() == "bearer"
