"""Who may see the page, and what its answers allow a browser to do."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from pipeline.settings import Settings
from pipeline.web.errors import WebError

LIVE = "/health/live"
STATIC = "/static/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Nothing from elsewhere, nothing inline: text that got through as markup would still do nothing.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Server": "newswire",
}
_FOREVER = "private, max-age=31536000, immutable"
_UNAUTHORIZED = "this page asks for a login: a user and a password, or an API key"


class Login:
    """The logins that open the page: a user with a password, and API keys."""

    def __init__(self, user: str | None, password: str | None, keys: Sequence[str] = ()) -> None:
        """None of them at all: the page is open, and only this machine may reach it."""
        self._basic = f"{user}:{password}".encode() if user and password else None
        self._keys = [key.encode() for key in keys]

    @classmethod
    def of(cls, settings: Settings) -> Login:
        """The logins of the settings.

        Raises:
            WebError: a user has no password, or the other way round, or the user's name has a colon in it.
        """
        password = settings.web_password.get_secret_value() if settings.web_password else None
        if (settings.web_user is None) != (password is None):
            given, missing = ("USER", "PASSWORD") if password is None else ("PASSWORD", "USER")
            raise WebError(f"NEWSWIRE_WEB_{given} is set without NEWSWIRE_WEB_{missing}: set both or neither")
        if ":" in (settings.web_user or ""):
            raise WebError("NEWSWIRE_WEB_USER has a colon in it, which browsers cannot send: leave it out")
        return cls(settings.web_user, password, [key.get_secret_value() for key in settings.web_api_keys])

    @property
    def needed(self) -> bool:
        """Whether there is any login, and so everybody needs one."""
        return bool(self._basic or self._keys)

    def admits(self, authorization: str, key: str) -> bool:
        """Whether these headers open the page; takes as long whatever of them is right.

        Args:
            authorization: the header of this name, ``Basic …`` or ``Bearer …``; may be empty.
            key: the header ``X-Api-Key``; may be empty.
        """
        scheme, _, value = authorization.partition(" ")
        given = [value.strip()] if scheme.lower() == "bearer" else []
        given += [key] if key else []
        right = [hmac.compare_digest(_bytes(one), known) for one in given for known in self._keys]
        if scheme.lower() == "basic" and self._basic:
            right.append(hmac.compare_digest(_decoded(value), self._basic))
        return any(right)


def check(host: str, login: Login) -> None:
    """Refuse to be open to other machines.

    Raises:
        WebError: the address is not this machine's own alone, and there is no login.
    """
    if not is_own(host) and not login.needed:
        raise WebError(
            f"the page would be open to everybody who reaches {host}: set NEWSWIRE_WEB_USER and"
            " NEWSWIRE_WEB_PASSWORD, or NEWSWIRE_WEB_API_KEYS, or serve it at 127.0.0.1 only"
        )


def is_own(host: str) -> bool:
    """Whether the host is this machine's loopback: ``localhost``, or such an address."""
    name = host.removeprefix("[").removesuffix("]").lower()
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def guarded(login: Login) -> Middleware:
    """Lets through whom the login admits; where there is none, only who asks this machine by its own name.

    The second keeps out a page from elsewhere that has its name lead here (DNS rebinding). A page from
    elsewhere may link here and no more. Whether the process lives is told to everybody.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == LIVE:
            return await handler(request)
        if _is_embedded(request):
            return web.Response(status=403, text="Another site's page may only link here.\n")
        if not login.needed:
            if is_own(_name(request.headers.get(hdrs.HOST, ""))):
                return await handler(request)
            return web.Response(
                status=421,
                text="This page answers only to localhost and 127.0.0.1: set a login for others.\n",
            )
        headers = request.headers
        if login.admits(headers.get(hdrs.AUTHORIZATION, ""), headers.get("X-Api-Key", "")):
            return await handler(request)
        return web.json_response(
            {"error": _UNAUTHORIZED},
            status=401,
            headers={hdrs.WWW_AUTHENTICATE: 'Basic realm="newswire", charset="UTF-8"'},
        )

    return guard


async def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers that keep a browser from doing more than the page needs; for every answer."""
    response.headers.update(_HEADERS)
    if request.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    versioned = request.path.startswith(STATIC) and response.status == 200  # noqa: PLR2004 - as named by HTTP
    response.headers[hdrs.CACHE_CONTROL] = _FOREVER if versioned else "no-store"


def _is_embedded(request: web.Request) -> bool:
    """Whether a browser asks for a page of another site: then with the login it remembers, too."""
    site, mode = request.headers.get("Sec-Fetch-Site"), request.headers.get("Sec-Fetch-Mode")
    return site in {"cross-site", "same-site"} and mode != "navigate"


def _name(host: str) -> str:
    """The host of a ``Host`` header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0]
    return host.partition(":")[0]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
