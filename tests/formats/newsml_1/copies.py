"""Copy in NewsML 1.x for the tests of its parts."""

from __future__ import annotations

from typing import Any

from pipeline.article import RawArticle
from tests.formats.conformance import article

HEADLINE = "<NewsLines><HeadLine>Ferry late</HeadLine></NewsLines>"


def content(data: str = "<p>The ferry is late.</p>", about: str = "", href: str = "") -> str:
    """A ContentItem."""
    link = f' Href="{href}"' if href else ""
    held = f"<DataContent>{data}</DataContent>" if data else ""
    return f"<ContentItem{link}>{about}{held}</ContentItem>"


def component(inside: str = "", role: str = "", attributes: str = "") -> str:
    """A NewsComponent."""
    stated = f'<Role FormalName="{role}"/>' if role else ""
    return f"<NewsComponent {attributes}>{stated}{inside}</NewsComponent>"


def item(
    inside: str | None = None,
    *,
    guid: str = "urn:newsml:acme.example:20240619:ferry:1",
    identifier: str = "",
    labels: str = "",
    manage: str = '<Status FormalName="Usable"/>',
    attributes: str = "",
) -> str:
    """A NewsItem with what a test is about put in its place."""
    public = f"<PublicIdentifier>{guid}</PublicIdentifier>" if guid else ""
    inside = component(HEADLINE + content()) if inside is None else inside
    return (
        f"<NewsItem {attributes}><Identification><NewsIdentifier>"
        f"{identifier}{public}</NewsIdentifier>{labels}"
        f"</Identification><NewsManagement>{manage}</NewsManagement>{inside}</NewsItem>"
    )


def newsml(*items: str, before: str = "", envelope: str = "", attributes: str = "") -> bytes:
    """A whole file."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<NewsML {attributes}>{before}'
        f"<NewsEnvelope>{envelope}</NewsEnvelope>{''.join(items)}</NewsML>"
    ).encode()


def read(inside: str | None = None, *, before: str = "", envelope: str = "", **parts: Any) -> RawArticle:
    """The one article of a file of one item."""
    zone = parts.pop("zone", None)
    return article(newsml(item(inside, **parts), before=before, envelope=envelope), zone=zone)
