"""Tokens by which we log in at Kafka (OAUTHBEARER): from a file, or from an authority for our own secret."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiokafka.abc import AbstractTokenProvider as AiokafkaProvider
from aiokafka.errors import KafkaConnectionError as AiokafkaAwayError
from kafka.errors import KafkaConnectionError
from kafka.net.sasl.oauth import AbstractTokenProvider as KafkaPythonProvider
from pydantic import SecretStr

from pipeline.errors import NewswireError
from pipeline.hosts import is_here

if TYPE_CHECKING:
    import httpx

ANSWER_S = 5.0
"""Seconds that the authority has to give a token."""

RENEW = 0.8
"""The part of a token's time after which another is asked for."""

_LONGEST_SAID = 200
_LARGEST = 64 * 1024
_NO_TIME_S = 60.0


class TokenError(NewswireError):
    """There is no token to log in with; says why, and what to do.

    Attributes:
        passing: nobody answered, so that it may be another time.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where tokens are from: a file that somebody else keeps fresh, or an authority (client credentials).

    Attributes:
        url: the authority's token endpoint.
        client: who we are there.
        secret: by which we show it.
        scope: what is asked for, words parted by spaces; by default what the authority gives.
        ca: who signs its certificate; by default whom the system trusts.
        file: the file instead.
    """

    url: str | None = None
    client: str | None = None
    secret: SecretStr | None = None
    scope: str | None = None
    ca: Path | None = None
    file: Path | None = None

    def fault(self, setting: Callable[[str], str]) -> str | None:
        """What does not fit together, in words.

        Args:
            setting: how a person calls a setting.
        """
        if (self.url is None) == (self.file is None):
            return f"either {setting('token_url')} or {setting('token_file')} must be set for OAUTHBEARER"
        if self.url is None:
            return None
        missing = [setting(f"token_{one}") for one in ("client", "secret") if not getattr(self, one)]
        if missing:
            return f"{' and '.join(missing)} must be set for {setting('token_url')}"
        where = urlsplit(self.url)
        if where.scheme != "https" and not is_here(where.hostname or ""):
            return f"{setting('token_url')} is not https, and our secret would go there in the clear"
        return None


class Tokens:
    """Gives a token that is good for a while yet; from any thread, one asks and the others wait."""

    def __init__(self, source: Source) -> None:
        """Touches nothing yet."""
        self._source = source
        self._lock = threading.Lock()
        self._kept: str | None = None
        self._until = 0.0

    def get(self) -> str:
        """A token.

        Raises:
            TokenError: there is none.
        """
        if self._source.file:
            return _from_file(self._source.file)
        with self._lock:
            if self._kept is None or time.monotonic() >= self._until:
                began = time.monotonic()
                self._kept, seconds = _from_authority(self._source)
                self._until = began + seconds * RENEW
            return self._kept

    def required(self) -> None:
        """See whether there is one, or may be one soon.

        Raises:
            TokenError: there is none, for a reason that waiting does not cure.
        """
        try:
            self.get()
        except TokenError as error:
            if not error.passing:
                raise


@lru_cache(maxsize=64)
def tokens(source: Source) -> Tokens:
    """Those of a source; all clients of the process share them, so that the authority is seldom asked."""
    return Tokens(source)


class ForKafkaPython(KafkaPythonProvider):  # type: ignore[misc]  # the library ships no types
    """As kafka-python asks for tokens. That there is none now counts as a broker that is away."""

    def __init__(self, given: Tokens) -> None:
        self._tokens = given

    def token(self) -> str:
        """A token; called in the library's own thread.

        Raises:
            KafkaConnectionError: there is none.
        """
        try:
            return self._tokens.get()
        except TokenError as error:
            raise KafkaConnectionError(str(error)) from error


class ForAiokafka(AiokafkaProvider):  # type: ignore[misc]  # the library ships no types
    """As aiokafka and Faust ask for tokens. That there is none now counts as a broker that is away."""

    def __init__(self, given: Tokens) -> None:
        self._tokens = given

    async def token(self) -> str:
        """A token.

        Raises:
            aiokafka.errors.KafkaConnectionError: there is none.
        """
        try:
            return await asyncio.to_thread(self._tokens.get)
        except TokenError as error:
            raise AiokafkaAwayError(str(error)) from error


def _from_file(file: Path) -> str:
    """What stands in the file, if it has not ended."""
    try:
        found = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise TokenError(
            f"the token file {file} cannot be read: {why}; whatever renews it must write it there"
        ) from error
    if not found or len(found.split()) != 1:
        raise TokenError(
            f"the token file {file} holds no token: whatever renews it must write one, and no more"
        )
    ends = _end(found)
    if ends is not None and ends <= time.time():
        when = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(ends))
        raise TokenError(f"the token in {file} ended at {when}: see why nothing renews it")
    return found


def _end(token: str) -> float | None:
    """When a token says that it ends, in seconds since 1970; nothing where it is not one that says so."""
    try:
        part = token.split(".")[1]
        content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(content["exp"])
    except (IndexError, ValueError, KeyError, TypeError, binascii.Error):
        return None


def _from_authority(source: Source) -> tuple[str, float]:
    """A token, and the seconds it is good for. What the authority says is told, our secret never."""
    import httpx  # noqa: PLC0415 - few need it, and it is slow to load

    assert source.url
    assert source.client
    assert source.secret
    at = urlsplit(source.url)
    where = f"the token authority at {at.scheme}://{at.hostname}{f':{at.port}' if at.port else ''}{at.path}"
    form = {"grant_type": "client_credentials"} | ({"scope": source.scope} if source.scope else {})
    try:
        answer = httpx.post(
            source.url,
            data=form,
            auth=(source.client, source.secret.get_secret_value()),
            headers={"Accept": "application/json"},
            timeout=ANSWER_S,
            follow_redirects=False,
            verify=_trusting(source.ca),
            trust_env=False,
        )
    except httpx.HTTPError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise TokenError(
                f"the certificate of {where} is not trusted: {error}; set the authority that signed it"
                " (NEWSWIRE_KAFKA_TOKEN_CA)"
            ) from None
        # Without its causes: they hold the request, and with it our secret.
        raise TokenError(
            f"{where} does not answer: {str(error) or type(error).__name__}", passing=True
        ) from None
    return _read(where, answer, source.client)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(ca) if ca else None)
    except OSError as error:
        raise TokenError(
            f"the file of the authority that signs the token endpoint's certificate, {ca}, cannot be used:"
            f" {error.strerror or error}"
        ) from error


def _read(where: str, answer: httpx.Response, client: str) -> tuple[str, float]:
    """The token in an answer, and the seconds it is good for."""
    content = _content(answer)
    if answer.status_code != HTTPStatus.OK:
        said = content.get("error_description") or content.get("error") or answer.reason_phrase
        passing = (
            answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        )
        raise TokenError(
            f"{where} gives '{client}' no token: {answer.status_code} {str(said)[:_LONGEST_SAID]}; see the"
            " client, its secret and the scope",
            passing=passing,
        )
    token = content.get("access_token")
    if not isinstance(token, str) or not token.isascii() or len(token.split()) != 1:
        raise TokenError(f"{where} answers without an access_token: see whether it is the token endpoint")
    seconds = content.get("expires_in")
    if not isinstance(seconds, (int, float)):
        ends = _end(token)
        seconds = _NO_TIME_S if ends is None else ends - time.time()
    return token, max(0.0, float(seconds))


def _content(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json() if len(answer.content) <= _LARGEST else None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
