"""Articles written down in every format, so that their reading can be measured on the same texts."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from html import escape

from pipeline.article import RawArticle

TIME = "2024-06-19T10:15:00+02:00"


def _paragraphs(article: RawArticle) -> list[str]:
    return str(article.body).split("\n\n")


def _headline(article: RawArticle) -> str:
    return " ".join(str(article.body).split()[:9])


def _html(article: RawArticle) -> str:
    return "".join(f"<p>{escape(each)}</p>\n" for each in _paragraphs(article))


def text(article: RawArticle) -> bytes:
    """Plain text with the prefix of its date."""
    return f"date 2024-06-19 {article.body}\n".encode()


def jsonl(article: RawArticle) -> bytes:
    """One line of JSON."""
    fields = {"guid": article.guid, "headline": _headline(article), "body": article.body, "created": TIME}
    return json.dumps(fields).encode() + b"\n"


def ninjs_1(article: RawArticle) -> bytes:
    """JSON of ninjs 1.x with its body as XHTML."""
    return json.dumps(
        {
            "uri": article.guid,
            "type": "text",
            "version": "1",
            "pubstatus": "usable",
            "versioncreated": TIME,
            "language": article.language_declared,
            "headline": _headline(article),
            "body_xhtml": _html(article),
            "subject": [{"code": "medtop:11000000", "name": "politics"}],
        }
    ).encode()


def ninjs_3(article: RawArticle) -> bytes:
    """JSON of ninjs 3.x."""
    return json.dumps(
        {
            "uri": article.guid,
            "type": "text",
            "version": "1",
            "pubStatus": "usable",
            "versionCreated": TIME,
            "language": article.language_declared,
            "headlines": [{"role": "main", "value": _headline(article)}],
            "bodies": [{"role": "main", "contentType": "text/html", "value": _html(article)}],
            "subjects": [{"uri": "http://cv.iptc.org/newscodes/mediatopic/11000000", "name": "politics"}],
        }
    ).encode()


def nitf(article: RawArticle) -> bytes:
    """NITF 3.x with an external DTD that is not there."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nitf SYSTEM "nitf-3-6.dtd">\n'
        f'<nitf baselang="{article.language_declared}"><head><title>{escape(_headline(article))}</title>'
        '<tobject tobject.type="news"><tobject.subject tobject.subject.refnum="11000000"/></tobject>'
        f'<docdata management-status="usable"><doc-id id-string="{article.guid}"/><urgency ed-urg="4"/>'
        '<date.issue norm="20240619T101500+0200"/><du-key version="1"/></docdata></head><body><body.head>'
        f"<hedline><hl1>{escape(_headline(article))}</hl1></hedline><byline>By the desk</byline>"
        f"<dateline>HARBOUR CITY</dateline></body.head><body.content>{_html(article)}</body.content>"
        "</body></nitf>"
    ).encode()


def newsml_g2(article: RawArticle) -> bytes:
    """A newsItem of NewsML-G2 with XHTML inside."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/"'
        f' guid="{article.guid}" version="1" standard="NewsML-G2" standardversion="2.32"'
        f' xml:lang="{article.language_declared}"><itemMeta><itemClass qcode="ninat:text"/>'
        f'<provider qcode="nprov:X"/><versionCreated>{TIME}</versionCreated><pubStatus qcode="stat:usable"/>'
        '</itemMeta><contentMeta><urgency>4</urgency><subject qcode="medtop:11000000"><name>politics</name>'
        f"</subject><slugline>harbour</slugline><headline>{escape(_headline(article))}</headline></contentMeta>"
        '<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>x</title></head><body>{_html(article)}</body></html></inlineXML></contentSet></newsItem>"
    ).encode()


def newsml_1(article: RawArticle) -> bytes:
    """A NewsItem of NewsML 1.2."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<NewsML Version="1.2"><NewsItem><Identification>'
        "<NewsIdentifier>"
        "<ProviderId>x.example</ProviderId><DateId>20240619</DateId>"
        '<RevisionId PreviousRevision="0" Update="N">'
        f"1</RevisionId><PublicIdentifier>{article.guid}</PublicIdentifier></NewsIdentifier></Identification>"
        '<NewsManagement><NewsItemType FormalName="News"/><FirstCreated>20240619T101500+0200</FirstCreated>'
        "<ThisRevisionCreated>20240619T101500+0200</ThisRevisionCreated><Status FormalName='Usable'/>"
        f"</NewsManagement><NewsComponent><NewsLines><HeadLine>{escape(_headline(article))}</HeadLine>"
        "</NewsLines>"
        f'<DescriptiveMetadata><Language FormalName="{article.language_declared}"/></DescriptiveMetadata>'
        '<ContentItem><MediaType FormalName="Text"/><DataContent>'
        f"{_html(article)}</DataContent></ContentItem>"
        "</NewsComponent></NewsItem></NewsML>"
    ).encode()


def iptc7901(article: RawArticle) -> bytes:
    """An IPTC 7901 message, its lines wrapped at 69 columns."""
    body = "\r\n\r\n".join(textwrap.fill(each, 69).replace("\n", "\r\n") for each in _paragraphs(article))
    head = textwrap.fill(_headline(article), 60).split("\n")[0]
    return (
        f"\x01abc0001 4 pl 250  abc 0000\r\n\r\nHarbour/Bridge/\r\n\x02{head} =\r\n\r\n{body}\r\n\r\n"
        "\x03191015 Jun 24\r\n\x7f\r\n\x7f\x04\r\n"
    ).encode()


def anpa1312(article: RawArticle) -> bytes:
    """An ANPA 1312 message."""
    body = "".join(f"\t   {each}\r\n" for each in _paragraphs(article))
    return (
        "\x16\x16\x01w0001\x1fasian\r\nr i\x13\x11 BC-Harbour--Bridge   06-19 0250\r\n\x02"
        f"^BC-Harbour--Bridge,250<\r\n^{_headline(article)}<\r\n^By THE DESK=\r\n{body}"
        "\x03XX-WF-06-19-24 0815GMT<\r\n\x0c\r\n\x04\r\n"
    ).encode()


def rss(*articles: RawArticle) -> bytes:
    """A feed of RSS 2.0."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour</title>'
        f"{''.join(map(_rss_item, articles))}</channel></rss>"
    ).encode()


def _rss_item(article: RawArticle) -> str:
    return (
        f"<item><guid isPermaLink='false'>{article.guid}</guid><title>{escape(_headline(article))}</title>"
        "<link>http://x.example/1</link><pubDate>Wed, 19 Jun 2024 10:15:00 +0200</pubDate>"
        f"<description>Short.</description><content:encoded>{escape(_html(article))}</content:encoded></item>"
    )


def atom(*articles: RawArticle) -> bytes:
    """An Atom feed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Harbour</title><id>f</id><updated>{TIME}</updated>"
        f"{''.join(map(_atom_entry, articles))}</feed>"
    ).encode()


def _atom_entry(article: RawArticle) -> str:
    return (
        f"<entry><id>{article.guid}</id><title>{escape(_headline(article))}</title><updated>{TIME}</updated>"
        f'<content type="html">{escape(_html(article))}</content></entry>'
    )


def json_feed(article: RawArticle) -> bytes:
    """A JSON Feed with one item."""
    item = {
        "id": article.guid,
        "title": _headline(article),
        "content_html": _html(article),
        "date_published": TIME,
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": [item]}
    return json.dumps(feed).encode()


def html(article: RawArticle) -> bytes:
    """An article's page."""
    headline = escape(_headline(article))
    return (
        f'<!DOCTYPE html>\n<html lang="{article.language_declared}"><head><meta charset="utf-8">'
        f'<title>{headline}</title><meta property="article:published_time" content="{TIME}"></head><body>'
        f"<nav><a href='/'>Home</a></nav><main><article><h1>{headline}</h1>{_html(article)}</article></main>"
        "<footer>Harbour</footer></body></html>"
    ).encode()


def email(article: RawArticle) -> bytes:
    """A message with a plain and an HTML part."""
    message = EmailMessage()
    message["From"] = "Desk <desk@x.example>"
    message["To"] = "wire@y.example"
    message["Subject"] = _headline(article)
    message["Date"] = "Wed, 19 Jun 2024 10:15:00 +0200"
    message["Message-ID"] = f"<{article.guid}@x.example>"
    message.set_content(str(article.body))
    message.add_alternative(f"<html><body>{_html(article)}</body></html>", subtype="html")
    return message.as_bytes()


WRITERS: dict[str, tuple[Callable[..., bytes], int]] = {
    "text": (text, 1),
    "jsonl": (jsonl, 1),
    "ninjs 1.x": (ninjs_1, 1),
    "ninjs 3.x": (ninjs_3, 1),
    "nitf": (nitf, 1),
    "newsml-g2": (newsml_g2, 1),
    "newsml-1.2": (newsml_1, 1),
    "iptc7901": (iptc7901, 1),
    "anpa1312": (anpa1312, 1),
    "rss, one item": (rss, 1),
    "rss, 20 items": (rss, 20),
    "atom, one item": (atom, 1),
    "atom, 20 items": (atom, 20),
    "json-feed": (json_feed, 1),
    "html": (html, 1),
    "email": (email, 1),
}
"""How articles are written in each format, and how many stand in a file."""


def files(name: str, articles: Sequence[RawArticle]) -> list[bytes]:
    """The articles as files of a format."""
    write, count = WRITERS[name]
    return [write(*articles[first : first + count]) for first in range(0, len(articles), count)]
