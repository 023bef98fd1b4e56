"""All of our saved objects, and the file that they make."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.kibana import lag, news

FILE = "deploy/kibana/newswire.ndjson"
"""For importing by hand; made by ``python -m pipeline.kibana``."""

ALIAS = "news"
"""The alias in the file: the default of the setting ``index``."""


def objects(alias: str) -> list[dict[str, Any]]:
    """Every object, each after those that it needs.

    Args:
        alias: under which the articles are searched.
    """
    return [*news.objects(alias), *lag.objects(alias)]


def ndjson(alias: str) -> bytes:
    """The objects as Kibana imports them: one a line; the same bytes for the same alias."""
    return b"".join(msgspec.json.encode(one, order="sorted") + b"\n" for one in objects(alias))
