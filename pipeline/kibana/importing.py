"""Puts the saved objects into a Kibana that runs, by its import API."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec
from pydantic import HttpUrl

from pipeline.errors import NewswireError
from pipeline.kibana.objects import ndjson
from pipeline.settings import Settings

OLDEST = (9, 4)
"""The oldest Kibana (major, minor) whose forms the objects were checked against."""

TIMEOUT_S = 120
_CONNECT_S = 10
_LOGIN = "write user and password into its URL, as in http://user:password@host:5601"
_FAULTS = {
    400: "finds fault with what it got",
    401: f"does not let us in: {_LOGIN}",
    403: "forbids the import: the user's role needs 'Saved Objects Management'",
    404: "knows no such space or path: create the space first; a base path belongs to the URL",
    413: "takes no file of this size: raise the limit of the proxy before it",
    503: "is not ready yet: try again when its page opens",
}
_SPACE = re.compile(r"[a-z0-9_-]{1,255}")
_SHOWN = 300


T = TypeVar("T")


class _VersionOf(msgspec.Struct):
    number: str


class _Status(msgspec.Struct):
    version: _VersionOf | None = None
    status: dict[str, Any] | None = None


class _Link(msgspec.Struct):
    type: str = ""
    id: str = ""


class _Cause(msgspec.Struct):
    type: str = ""
    message: str = ""
    references: tuple[_Link, ...] = ()


class _Meta(msgspec.Struct):
    title: str = ""


class _One(msgspec.Struct, rename="camel"):
    """An object in the answer of the import API."""

    type: str
    id: str
    destination_id: str = ""
    title: str = ""
    meta: _Meta = msgspec.field(default_factory=_Meta)
    error: _Cause = msgspec.field(default_factory=_Cause)

    @property
    def named(self) -> str:
        """What people call it."""
        return self.meta.title or self.title


class _Answer(msgspec.Struct, rename="camel"):
    """What the import API says."""

    success: bool = False
    success_results: tuple[_One, ...] = ()
    errors: tuple[_One, ...] = ()


class KibanaError(NewswireError):
    """Kibana did not take the objects; the message says why and what to do."""


class Taken(msgspec.Struct, frozen=True):
    """An object that Kibana took.

    Attributes:
        type: of the object.
        id: of the object in this space; another than ours where another space has ours.
        title: what people call it.
    """

    type: str
    id: str
    title: str


class Refused(msgspec.Struct, frozen=True):
    """An object that Kibana did not take.

    Attributes:
        type: of the object.
        id: ours.
        title: what people call it.
        reason: why, in a few words.
    """

    type: str
    id: str
    title: str
    reason: str


class Summary(msgspec.Struct, frozen=True):
    """What an import did.

    Attributes:
        kibana: where, without user and password.
        version: of that Kibana.
        space: into which space; ``None`` for the default one.
        taken: what is there now.
        refused: what is not.
    """

    kibana: str
    version: str
    space: str | None
    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...]


def import_objects(
    settings: Settings, *, url: str | None = None, space: str | None = None, overwrite: bool = True
) -> Summary:
    """Import every object; again is no harm, for each keeps its id.

    Args:
        settings: where Kibana is, and the alias of the articles.
        url: another Kibana than that of the settings; user and password may stand in it.
        space: the id of a space; the default one without it.
        overwrite: whether objects of ours that are there are replaced, with all that was changed in them.

    Returns:
        What Kibana took and what it refused; it may take some and refuse others.

    Raises:
        KibanaError: there is none, it is too old, it lets us not in, or what answers is not Kibana.
    """
    address = _address(settings.kibana if url is None else url)
    if space is not None and not _SPACE.fullmatch(space):
        raise KibanaError(f"'{space}' is no id of a space: small letters, digits, - and _ only")
    where = str(address.copy_with(username=None, password=None)).rstrip("/")
    with httpx.Client(
        timeout=httpx.Timeout(TIMEOUT_S, connect=_CONNECT_S), headers={"kbn-xsrf": "newswire"}
    ) as client:
        version = _version(_answer(client, "GET", address, "/api/status", where), where)
        path = f"/s/{quote(space)}" if space else ""
        answer = _answer(
            client,
            "POST",
            address,
            f"{path}/api/saved_objects/_import",
            where,
            params={"overwrite": "true"} if overwrite else {},
            files={"file": ("newswire.ndjson", ndjson(settings.index), "application/x-ndjson")},
        )
    return _summary(answer, where, version, space)


def _address(url: str | HttpUrl) -> httpx.URL:
    try:
        address = httpx.URL(str(url))
    except httpx.InvalidURL as error:
        why = "" if "@" in str(url) else f": {error}"  # it may quote a part of the password
        raise KibanaError(f"'{_shown(url)}' is no URL{why}") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise KibanaError(f"'{_shown(url)}' is no URL of a Kibana: write it as http://127.0.0.1:5601")
    return address


def _shown(url: str | HttpUrl) -> str:
    """What may be shown of a text that is no URL: nothing of what may be user and password."""
    _, at, rest = str(url).rpartition("@")
    return f"…{at}{rest}" if at else rest


def _answer(
    client: httpx.Client, method: str, address: httpx.URL, path: str, where: str, **request: Any
) -> Any:
    """What Kibana answers to one request, read as JSON.

    Raises:
        KibanaError: it does not answer, or not as it should.
    """
    whole = address.copy_with(path=address.path.rstrip("/") + path)
    try:
        response = client.request(method, whole, **request)
    except httpx.HTTPError as error:
        raise KibanaError(
            f"Kibana at {where} does not answer ({error or type(error).__name__}): is it running there?"
            " The setting kibana (NEWSWIRE_KIBANA) or --url says where it is"
        ) from None
    body = _json(response)
    if response.status_code == httpx.codes.OK and isinstance(body, dict):
        return body
    raise KibanaError(_fault(response, body, where))


def _json(response: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return None


def _fault(response: httpx.Response, body: Any, where: str) -> str:
    """Why an answer will not do, and what to do."""
    code = response.status_code
    if code == httpx.codes.OK:
        return f"what answers at {where} is not Kibana"
    if response.has_redirect_location:
        target = response.headers["location"]
        return f"what answers at {where} sends us to {target}: give Kibana's own URL, with its base path"
    said = body.get("message") if isinstance(body, dict) else response.text
    told = f" (it says: {str(said)[:_SHOWN]})" if said else ""
    return f"Kibana at {where} {_FAULTS.get(code, f'answers {code}')}{told}"


def _version(body: Any, where: str) -> str:
    """The version that a Kibana says it has.

    Raises:
        KibanaError: it says none, or is too old.
    """
    status = _read(body, _Status, where)
    if status.version is None and status.status is not None:
        raise KibanaError(f"Kibana at {where} tells its version only to a user it knows: {_LOGIN}")
    number = status.version.number if status.version else ""
    found = re.match(r"(\d{1,5})\.(\d{1,5})\.\d", number)
    if not found:
        raise KibanaError(f"what answers at {where} is not Kibana: its status names no version")
    if (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise KibanaError(f"Kibana at {where} is {number}; the objects need {oldest} or newer")
    return number


def _summary(body: Any, where: str, version: str, space: str | None) -> Summary:
    """What the import API said.

    Raises:
        KibanaError: it said neither that all went well nor what did not.
    """
    answer = _read(body, _Answer, where)
    if not answer.success and not answer.errors:
        raise KibanaError(f"Kibana at {where} did not say that it took the objects")
    taken = [Taken(one.type, one.destination_id or one.id, one.named) for one in answer.success_results]
    refused = [Refused(one.type, one.id, one.named, _reason(one.error)) for one in answer.errors]
    return Summary(where, version, space, tuple(taken), tuple(refused))


def _read(body: Any, kind: type[T], where: str) -> T:
    """An answer as what it should be; what else it holds is passed over."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        raise KibanaError(
            f"what answers at {where} is not Kibana, or not one that we know: {error}"
        ) from None


def _reason(error: _Cause) -> str:
    """Why an object was refused, for a person."""
    match error.type:
        case "conflict" | "ambiguous_conflict":
            return "is there already; --overwrite replaces it"
        case "missing_references":
            missing = ", ".join(f"{one.type} {one.id}" for one in error.references)
            return f"needs what is not there: {missing}"
        case "unsupported_type":
            return "this Kibana knows no such type"
        case kind:
            return (error.message or kind or "no reason was given")[:_SHOWN]
