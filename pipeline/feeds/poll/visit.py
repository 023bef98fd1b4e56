"""One visit to a URL: a conditional GET that is polite, bounded, and tells what went wrong in words."""

from __future__ import annotations

import base64
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from msgspec import Struct

import pipeline
from pipeline import addresses
from pipeline.feeds import _body
from pipeline.feeds.poll import schedule

AGENT = f"Newswire/{pipeline.__version__}"

REDIRECTS = 5
"""Redirects that are followed in one visit."""

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
    "application/json;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_OK, _NON_AUTHORITATIVE, _NOTHING, _SAME, _GONE, _TOO_MANY = 200, 203, 204, 304, 410, 429
_FOR_GOOD = (301, 308)
_MOVED = (*_FOR_GOOD, 302, 303, 307)
_VALIDATOR = 1000
_SHOWN = 200
_CHUNK = 64 * 1024
_SECRET = re.compile(
    r"([?&;](?:[^=&;#]*(?:key|token|secret|passw|pwd|auth|sig)[^=&;#]*)=)[^&;#]+", re.IGNORECASE
)


class Request(Struct, frozen=True, kw_only=True):
    """What to ask for. ``headers`` and ``login`` are secrets of ``home``, and sent to its origin alone.

    ``internal``: any address may be reached; else those of the public internet, and one that ``home`` holds.
    """

    url: str
    home: str
    headers: Mapping[str, str] = {}
    login: tuple[str, str] | None = None
    etag: str = ""
    modified: str = ""
    digest: str = ""
    limit: int
    internal: bool = False


class Answer(Struct, frozen=True, kw_only=True):
    """What came back. ``body`` is None where nothing has changed since the last visit.

    ``moved`` is where the URL has moved for good, empty if it has not. ``hint`` are the seconds for which
    the server says that nothing new is to be expected.
    """

    body: bytes | None = None
    etag: str = ""
    modified: str = ""
    digest: str = ""
    moved: str = ""
    hint: float = 0.0


class VisitError(Exception):
    """The visit gave nothing to read; says why.

    ``retry_after`` are the seconds for which the server asks to be left alone, ``host`` whether that means
    all of it; ``gone``: it says that the URL will never answer again. ``sign`` is what tells this trouble
    from another one, where the reason says more than that.
    """

    def __init__(
        self,
        reason: str,
        *,
        sign: str = "",
        retry_after: float | None = None,
        host: bool = False,
        gone: bool = False,
    ) -> None:
        super().__init__(reason)
        self.sign = sign or reason
        self.retry_after = retry_after
        self.host = host
        self.gone = gone


def shown(url: str) -> str:
    """The URL as it may be shown: the values of keys and tokens in its query left out."""
    return _SECRET.sub(r"\1***", url)


class Clients(NamedTuple):
    """Clients that neither follow redirects nor unpack, and have their own timeouts.

    Attributes:
        public: reaches the public internet alone, whatever a name means.
        everywhere: reaches any address.
    """

    public: ClientSession
    everywhere: ClientSession


@asynccontextmanager
async def clients(at_once: int, timeout_s: float) -> AsyncIterator[Clients]:
    """Clients with so many connections at once, each of which may take so many seconds."""
    context = ssl.create_default_context()

    def client(*, internal: bool) -> ClientSession:
        return ClientSession(
            connector=TCPConnector(
                limit=at_once,
                ssl=context,
                socket_factory=addresses.sockets("`internal = true`", internal=internal),
            ),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=timeout_s, sock_connect=timeout_s / 3),
            auto_decompress=False,
        )

    async with client(internal=False) as public, client(internal=True) as everywhere:
        yield Clients(public, everywhere)


async def visit(clients: Clients, request: Request) -> Answer:
    """Ask once, following redirects.

    Args:
        clients: with what.
        request: what to ask for.

    Raises:
        VisitError: there is nothing to read.
    """
    url, moved, for_good = request.url, "", True
    try:
        for _ in range(REDIRECTS + 1):
            client = clients.everywhere if _may_be_internal(request, url) else clients.public
            async with client.get(url, headers=_headers(request, url), allow_redirects=False) as response:
                if response.status not in _MOVED:
                    return await _read(response, request, moved)
                url, for_good = _next(url, response), for_good and response.status in _FOR_GOOD
                moved = url if for_good else moved
    except TimeoutError as error:
        raise VisitError("it does not answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise VisitError(_words(error)) from error
    raise VisitError(f"it redirects more than {REDIRECTS} times")


def _headers(request: Request, url: str) -> dict[str, str]:
    headers = {"User-Agent": AGENT, "Accept": _ACCEPT, "Accept-Encoding": _body.ACCEPTED}
    if request.etag:
        headers["If-None-Match"] = request.etag
    if request.modified:
        headers["If-Modified-Since"] = request.modified
    if _origin(url) == _origin(request.home):
        headers |= request.headers
        if request.login is not None:
            login = base64.b64encode(":".join(request.login).encode())
            headers["Authorization"] = f"Basic {login.decode()}"
    return headers


def _may_be_internal(request: Request, url: str) -> bool:
    """Whether the address may be one of this machine or of a private network."""
    typed = _origin(url) == _origin(request.home) and addresses.names_internal(urlsplit(url).hostname or "")
    return request.internal or typed


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _next(url: str, response: ClientResponse) -> str:
    """Where a redirect leads.

    Raises:
        VisitError: to nowhere that we go.
    """
    target = urljoin(url, response.headers.get("Location", "").strip())
    told = shown(target[:_SHOWN]).encode(errors="replace").decode()
    scheme, before = urlsplit(target).scheme, urlsplit(url).scheme
    if scheme not in ("http", "https"):
        raise VisitError(f"it redirects to {told}, which is neither http nor https")
    if not response.headers.get("Location") or not urlsplit(target).hostname:
        raise VisitError(f"HTTP {response.status}: it redirects to no address")
    if (before, scheme) == ("https", "http"):
        raise VisitError(f"it redirects from https to http, to {told}, which anybody could change on the way")
    if urlsplit(target).username or urlsplit(target).password:
        raise VisitError("it redirects to an address with a user or a password in it")
    return target


async def _read(response: ClientResponse, request: Request, moved: str) -> Answer:
    """What an answer that is no redirect says.

    Raises:
        VisitError: it is an error, too large, or broken.
    """
    if response.status in (_SAME, _NOTHING):
        return Answer(
            etag=request.etag,
            modified=request.modified,
            digest=request.digest,
            moved=moved,
            hint=schedule.hint(response.headers, b""),
        )
    if response.status not in (_OK, _NON_AUTHORITATIVE):
        raise _refusal(response)
    body = await _content(response, request.limit)
    digest = hashlib.sha256(body).hexdigest()
    return Answer(
        body=None if digest == request.digest else body,
        etag=_validator(response, "ETag"),
        modified=_validator(response, "Last-Modified"),
        digest=digest,
        moved=moved,
        hint=schedule.hint(response.headers, body),
    )


def _refusal(response: ClientResponse) -> VisitError:
    words = " ".join((response.reason or "").encode(errors="replace").decode().split())[:100]
    return VisitError(
        f"HTTP {response.status} {words}".rstrip(),
        retry_after=schedule.retry_after(response.headers.get("Retry-After"), datetime.now(UTC)),
        host=response.status == _TOO_MANY,
        gone=response.status == _GONE,
    )


async def _content(response: ClientResponse, limit: int) -> bytes:
    if (response.content_length or 0) > limit:
        raise VisitError(f"too large: {response.content_length:,} bytes; the limit is {limit:,}")
    try:
        body = _body.Body(response.headers.get("Content-Encoding", ""), limit)
        async for chunk in response.content.iter_chunked(_CHUNK):
            body.feed(chunk)
        content = body.whole()
    except _body.BodyError as error:
        raise VisitError(str(error)) from error
    if not content.strip():
        raise VisitError("the answer is empty")
    return content


def _validator(response: ClientResponse, name: str) -> str:
    """A header to be sent back as it is; one that is no plain text is not worth it."""
    value = response.headers.get(name, "").strip()
    return value if value.isascii() and value.isprintable() and len(value) <= _VALIDATOR else ""


def _words(error: Exception) -> str:
    """What went wrong, without what differs from one time to the next."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not to be trusted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer is cut off"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "it closes the connection without an answer"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"it cannot be reached: {error.os_error.strerror or error.os_error}"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"it does not speak HTTP: {error.message[:200]}"
    return f"{type(error).__name__}: {error}"[:300]
