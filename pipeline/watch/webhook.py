"""One alert to one webhook: a POST that is signed, bounded, and says what became of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

import pipeline
from pipeline import addresses
from pipeline.article import Alert, encode
from pipeline.settings import Settings
from pipeline.watch.watches import WEBHOOKS_INTERNAL, Watch, is_own

TIMEOUT_S = 10.0
MOST_PAUSE_S = 300.0

_FIRST_PAUSE_S = 1.0
_SUCCESS = range(200, 300)
_REFUSALS = range(400, 500)
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_PREFIX = "whsec_"


class Refused(Struct, frozen=True):
    """The receiver will never take this alert; what it answered."""

    reason: str


class Trouble(Struct, frozen=True):
    """The receiver did not take the alert now; why, and for how many seconds it asks to be left alone."""

    reason: str
    retry_after_s: float = 0.0


Outcome = Refused | Trouble | None


def session(settings: Settings) -> aiohttp.ClientSession:
    """A client that reaches only what webhooks may reach; without cookies and proxies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            socket_factory=addresses.sockets(WEBHOOKS_INTERNAL, internal=settings.webhooks_internal),
            limit_per_host=4,
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        trust_env=False,
    )


async def post(client: aiohttp.ClientSession, watch: Watch, alert: Alert) -> Outcome:
    """Post an alert as JSON; None once the receiver took it. Redirects are not followed.

    A refusal is a 4xx but 408 and 429; whatever else is no 2xx may pass.

    Args:
        client: as ``session`` makes it.
        watch: with a webhook.
        alert: one of the watch's.
    """
    assert watch.webhook is not None
    body = encode(alert)
    try:
        headers = _headers(watch, alert, body, datetime.now(UTC))
        async with client.post(watch.webhook, data=body, headers=headers, allow_redirects=False) as answer:
            return _judged(answer)
    except TimeoutError:
        return Trouble(f"no answer within {TIMEOUT_S:g} s")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Trouble(_words(error, watch.webhook))


def pause_s(attempt: int, asked_s: float, jitter: float) -> float:
    """Seconds until the next attempt: growing, and no less than is asked, but at most ``MOST_PAUSE_S``.

    Args:
        attempt: how many there were.
        asked_s: for how many seconds the receiver asks to be left alone.
        jitter: from 0 to 1, another one each time.
    """
    grown = _FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 10)
    return min(MOST_PAUSE_S, max(asked_s, grown * (0.5 + jitter / 2)))


def signature(secret: str, alert: str, moment: int, body: bytes) -> str:
    """What proves that a post is ours, by the Standard Webhooks: an HMAC of its id, its time and its body.

    Args:
        secret: Base64 after ``whsec_``, else the text itself.
        alert: the alert's id.
        moment: seconds since 1970.
        body: the bytes that are posted.

    Raises:
        ValueError: the secret is no Base64 though it says so, or is empty.
    """
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error as error:
            raise ValueError(f"what follows {_PREFIX} in the secret is no Base64") from error
    if not key:
        raise ValueError("the secret is empty")
    digest = hmac.digest(key, f"{alert}.{moment}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _headers(watch: Watch, alert: Alert, body: bytes, now: datetime) -> Mapping[str, str]:
    moment = int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Newswire/{pipeline.__version__}",
        "webhook-id": alert.id,
        "webhook-timestamp": str(moment),
    }
    if watch.secret_env is not None:
        if is_own(watch.secret_env):
            raise ValueError(f"{watch.secret_env} is a setting of Newswire and signs nothing: take another")
        secret = os.environ.get(watch.secret_env, "")
        if not secret:
            raise ValueError(f"the environment variable {watch.secret_env} of the secret is not set")
        headers["webhook-signature"] = signature(secret, alert.id, moment, body)
    return headers


def _judged(answer: aiohttp.ClientResponse) -> Outcome:
    status = answer.status
    if status in _SUCCESS:
        return None
    said = f"it answers {status} {answer.reason or ''}".strip()
    if status in _REFUSALS and status not in _PASSING:
        return Refused(said)
    if "Location" in answer.headers:
        said += ", and redirects are not followed: give the new address"
    asked = answer.headers.get("Retry-After", "")
    return Trouble(said, float(asked) if asked.isdecimal() and len(asked) < 7 else 0.0)  # noqa: PLR2004 - eleven days


def _words(error: Exception, url: str) -> str:
    """The reason in words, without the URL, which may hold a secret."""
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, addresses.InternalAddressError):
            return str(error.os_error)
        return f"cannot connect to {error.host}:{error.port}: {error.strerror or error.os_error}"
    if isinstance(error, aiohttp.InvalidURL):
        return "its URL is none"
    if isinstance(error, aiohttp.ClientResponseError):
        return "what it answers is no HTTP that can be read"
    parts = urlsplit(url)
    text = str(error)
    secret = any(part.strip("/") and part in text for part in (parts.path, parts.query))
    return type(error).__name__ if secret or not text else text
