"""NewsML-G2 as the tests of its modules write it: short invented copy, put together from its parts."""

from __future__ import annotations

from msgspec import UNSET

from pipeline.article import RawArticle
from pipeline.formats.shape import Rejected
from tests.formats import conformance

NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
XHTML = "http://www.w3.org/1999/xhtml"
CLASS = '<itemClass qcode="ninat:text"/>'
HEADLINE = "<headline>Harbour bridge opens</headline>"
STORY = "The bridge over the harbour opened on Monday."
TEXT = f"<p>{STORY}</p>"


def html(body: str, attributes: str = "") -> str:
    """Content as XHTML."""
    return (
        '<inlineXML contenttype="application/xhtml+xml">'
        f'<html xmlns="{XHTML}" {attributes}><head><title>A page</title></head><body>{body}</body></html>'
        "</inlineXML>"
    )


def nitf(body: str, head: str = "", namespace: str = 'xmlns="http://iptc.org/std/NITF/2006-10-18/"') -> str:
    """Content as NITF."""
    return (
        f'<inlineXML contenttype="application/nitf+xml"><nitf {namespace}><body><body.head>{head}</body.head>'
        f"<body.content>{body}</body.content></body></nitf></inlineXML>"
    )


def item(
    meta: str = "",
    content: str = HEADLINE,
    inline: str = html(TEXT),
    *,
    attributes: str = 'guid="urn:x:1" version="1" xml:lang="en"',
    rights: str = "",
    namespace: str = f'xmlns="{NAMESPACE}"',
    kind: str = CLASS,
) -> str:
    """A news item."""
    return (
        f'<newsItem {namespace} standard="NewsML-G2" standardversion="2.34" {attributes}>'
        f"{f'<rightsInfo>{rights}</rightsInfo>' if rights else ''}"
        f"<itemMeta>{kind}{meta}</itemMeta><contentMeta>{content}</contentMeta>"
        f"<contentSet>{inline}</contentSet></newsItem>"
    )


def message(*items: str, header: str = "") -> str:
    """A message of several items."""
    return (
        f'<newsMessage xmlns="{NAMESPACE}"><header>{header}</header>'
        f"<itemSet>{''.join(items)}</itemSet></newsMessage>"
    )


def article(text: str, **changes: object) -> RawArticle:
    """The one article that a document gives."""
    return conformance.article(text.encode(), **changes)


def articles(text: str, **changes: object) -> list[RawArticle]:
    """All articles of a document that gives nothing else."""
    found = conformance.outcomes(text.encode(), **changes)
    assert all(isinstance(one, RawArticle) for one in found), found
    return [one for one in found if isinstance(one, RawArticle)]


def rejected(text: str, **changes: object) -> Rejected:
    """The one rejection that a document gives."""
    return conformance.rejected(text.encode(), **changes)


def paragraphs(one: RawArticle) -> list[str]:
    """The blocks of the body."""
    return one.body.split("\n\n") if one.body else []


def subjects(one: RawArticle) -> list[tuple[str | None, str | None, str | None]]:
    """Code, name and type of each subject."""
    return [
        (
            None if each.qcode is UNSET else each.qcode,
            None if each.name is UNSET else each.name,
            None if each.type is UNSET else each.type,
        )
        for each in one.subjects
    ]
