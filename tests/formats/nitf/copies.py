"""Copy in NITF for the tests of its parts."""

from __future__ import annotations

from typing import Any

from pipeline.article import RawArticle
from tests.formats.conformance import article

NITF = "http://iptc.org/std/NITF/2006-10-18/"


def document(
    body: str = "<p>The ferry is late.</p>",
    *,
    docdata: str = "",
    head: str = "",
    above: str = "<hedline><hl1>Ferry late</hl1></hedline>",
    root: str = "",
    status: str = "",
) -> bytes:
    """A NITF document with what a test is about put in its place."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<nitf {root}><head><title>Title</title>{head}'
        f"<docdata {status}>{docdata}</docdata></head><body><body.head>{above}</body.head>"
        f"<body.content>{body}</body.content></body></nitf>"
    ).encode()


def read(body: str = "<p>The ferry is late.</p>", **parts: Any) -> RawArticle:
    """The article that it gives; ``zone`` is the feed's."""
    zone = parts.pop("zone", None)
    return article(document(body, **parts), zone=zone)


def flags(one: RawArticle) -> str:
    """All that was flagged."""
    return " | ".join(one.flags)


FULL = document(
    "<p>One paragraph, and <em>more</em>.</p><hl2>A heading</hl2><p>The end.</p>",
    docdata=(
        '<doc-id id-string="acme.7.b" regsrc="ACME"/><urgency ed-urg="3"/><date.issue '
        'norm="20240619T101500+0200"/>'
        '<du-key key="ferry" version="2" generation="4"/><doc.copyright holder="Acme" year="2024"/>'
    ),
    root=f'xmlns="{NITF}" xml:lang="en-GB"',
)
