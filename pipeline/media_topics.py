"""IPTC's Media Topics: what each is called, and which it is a part of.

The table ``media_topics.json`` is made by ``python -m training.media_topics`` from the release 2023-10-24
(CC BY 4.0, © IPTC); topics that were retired by then are in it.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

SCHEME = "medtop:"


class MediaTopic(NamedTuple):
    """A Media Topic: its qcode, and its name in English."""

    qcode: str
    name: str


def lineage(qcode: str) -> tuple[MediaTopic, ...]:
    """The topic and those above it, up to the top level; none for what is no Media Topic."""
    found: list[MediaTopic] = []
    code = qcode.removeprefix(SCHEME) if qcode.startswith(SCHEME) else ""
    while entry := _table().get(code):
        code, name = entry[0], entry[1]
        found.append(MediaTopic(qcode, name))
        qcode = SCHEME + code
    return tuple(found)


@cache
def _table() -> dict[str, tuple[str, str]]:
    """By eight digits: those of the topic above, and the name."""
    data = resources.files("pipeline").joinpath("media_topics.json").read_bytes()
    return msgspec.json.decode(data, type=dict[str, tuple[str, str]])
