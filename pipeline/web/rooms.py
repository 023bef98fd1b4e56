"""What every answer of the page may use: settings, threads, templates, and what is watched for all."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.lag import Snapshot
from pipeline.search import Latest
from pipeline.settings import Settings
from pipeline.web import refining, view
from pipeline.web.asking import Asking
from pipeline.web.broadcast import Broadcast
from pipeline.web.trails import Trails

FILES: Mapping[str, str] = {
    "newswire.css": "text/css",
    "newswire.js": "text/javascript",
    "favicon.svg": "image/svg+xml",
}
"""What a browser fetches beside the pages, and of what type it is."""

_STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Rooms:
    """What one application has once."""

    settings: Settings
    ask: Asking
    tail: Broadcast[Latest]
    lag: Broadcast[Snapshot]
    sample: Callable[[], Awaitable[Snapshot]]
    trails: Trails


ROOMS = web.AppKey("rooms", Rooms)


def page(name: str, *, status: int = HTTPStatus.OK, **values: Any) -> web.Response:
    """A page of the template of this name."""
    text = _environment().get_template(name).render(values)
    response = web.Response(text=text, status=status, content_type="text/html", charset="utf-8")
    response.enable_compression()
    return response


@cache
def static(name: str) -> bytes:
    """A file that pages refer to."""
    return (_STATIC / name).read_bytes()


@cache
def address_of(name: str) -> str:
    """Its address, which changes with what is in it, so that browsers may keep it for ever."""
    return f"/static/{name}?{hashlib.sha256(static(name)).hexdigest()[:12]}"


@cache
def _environment() -> Environment:
    """Everything that is put into a page is escaped, whatever it is."""
    found = Environment(
        loader=PackageLoader("pipeline.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "marked": view.marked,
        "moment": view.moment,
        "phrase": refining.phrase,
        "machine": view.machine,
        "direction": view.direction,
        "language_name": view.language_name,
        "span": view.span,
        "web_address": view.web_address,
    }
    found.globals |= {"link": view.link, "asset": address_of}
    return found
