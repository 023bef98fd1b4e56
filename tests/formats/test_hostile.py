"""Input made to harm: in every format it gives an article or a clear rejection, soon, in little memory."""

from __future__ import annotations

import base64
import gzip
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection

import pytest

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.formats.shape import Context, Rejected
from tests.formats.conformance import context

CPU_S = 10.0
"""Seconds of processor time: ten times what is promised, for a processor that is shared. What grows with the
square of its input takes minutes."""

MEMORY = 256 * 1024 * 1024
LIMIT = 1024 * 1024
GOOD = b"date 2024-06-19 The next article passes."

G2 = (
    '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:g2" version="1" standard="NewsML-G2"'
    ' standardversion="2.32" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><provider literal="p"/>'
    "<versionCreated>2024-06-19T10:00:00Z</versionCreated></itemMeta><contentMeta><headline>Harbour</headline>"
    '</contentMeta><contentSet><inlineXML contenttype="application/xhtml+xml">'
    '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html></inlineXML></contentSet></newsItem>'
)
NITF = (
    '<nitf><head><docdata><doc-id id-string="n1"/></docdata></head><body><body.head><hedline>'
    "<hl1>Harbour</hl1></hedline></body.head><body.content>{}</body.content></body></nitf>"
)
NEWSML = (
    '<NewsML Version="1.2"><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:n1'
    "</PublicIdentifier></NewsIdentifier></Identification><NewsComponent><NewsLines><HeadLine>Harbour</HeadLine>"
    '</NewsLines><ContentItem><MediaType FormalName="Text"/><DataContent>{}</DataContent></ContentItem>'
    "</NewsComponent></NewsItem></NewsML>"
)
RSS = (
    '<rss version="2.0"><channel><title>Feed</title><item><guid>r1</guid><title>Harbour</title>'
    "<description>{}</description></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Feed</title><id>f</id><entry><id>a1</id>'
    '<title>Harbour</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{}</div></content></entry></feed>'
)
XML = {"newsml-g2": G2, "nitf": NITF, "newsml-1.2": NEWSML, "rss": RSS, "atom": ATOM}
HTML = (
    "<!DOCTYPE html><html lang='en'><head><title>Harbour</title></head>"
    "<body><article>{}</article></body></html>"
)
BOMB = (
    "<!DOCTYPE x [<!ENTITY a0 'xxxxxxxxxx'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)
INCLUDE = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd' parse='text'/>"
SCRIPT = "&lt;script&gt;steal()&lt;/script&gt;<p>Text.</p>"

BODIES: dict[str, str] = {
    "200,000 paragraphs": "<p>x</p>" * 200_000,
    "5 MB in one paragraph": "<p>" + "word " * 1_000_000 + "</p>",
    "5,000 levels": "<div>" * 5_000 + "x" + "</div>" * 5_000,
    "200 levels of tables": "<table><tr><td>" * 60 + "x" * 1000 + "</td></tr></table>" * 60,
    "100,000 elements below 200 levels": "<div>" * 200 + "<b>x</b>" * 100_000 + "</div>" * 200,
    "500,000 attributes": "<p " + " ".join(f"a{n}='1'" for n in range(500_000)) + ">x</p>",
    "XInclude": f"<p>x {INCLUDE}</p>",
    "NULs": "<p>x\0y</p>",
    "a million entities": "<p>" + "&amp;" * 1_000_000 + "</p>",
}


def _of_xml(name: str, text: str) -> bytes:
    return XML[name].replace("{}", text).encode()


def _mail(body: str, headers: str = "") -> bytes:
    return (
        f"From: desk@agency.example\r\nTo: wire@newsroom.example\r\nSubject: Harbour\r\n{headers}"
        f"Message-ID: <m1@agency.example>\r\nMIME-Version: 1.0\r\n\r\n{body}"
    ).encode()


def _multipart(depth: int) -> bytes:
    head = "From: a@agency.example\nTo: b@c.example\nSubject: x\nMIME-Version: 1.0\n"
    body = "Text."
    for level in range(depth):
        body = f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{body}\n--b{level}--\n"
    return (head + body).encode()


def _json(**members: object) -> bytes:
    return json.dumps(members).encode()


TRAPS: dict[str, bytes] = {
    **{f"{name}: {trap}": _of_xml(name, body) for name in XML for trap, body in BODIES.items()},
    **{f"{name}: entity bomb": BOMB.encode() + _of_xml(name, "<p>&a11;</p>") for name in XML},
    **{
        f"{name}: external entity": b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
        + _of_xml(name, "<p>&e;</p>")
        for name in XML
    },
    **{f"{name}: 8 MB of one tag": _of_xml(name, "<p>")[:-20] + b"<b>" * 2_500_000 for name in XML},
    **{f"html: {trap}": HTML.replace("{}", body).encode() for trap, body in BODIES.items()},
    "ninjs: 5 MB body": _json(uri="n1", pubstatus="usable", headline="H", body_text="word " * 1_000_000),
    "ninjs: 200,000 paragraphs": _json(uri="n1", pubstatus="usable", body_html="<p>x</p>" * 200_000),
    "ninjs: lone surrogate": b'{"uri": "n1", "pubstatus": "usable", "headline": "\\ud800", "body_text": "x"}',
    "ninjs: NaN": b'{"uri": "n1", "pubstatus": "usable", "headline": "x", "urgency": NaN}',
    "ninjs: member twice": b'{"uri": "n1", "pubstatus": "canceled", "pubstatus": "usable", "headline": "x"}',
    "ninjs: deep": b'{"uri": "n1", "pubstatus": "usable", "headline": "x", "a": ' + b"[" * 100_000,
    "ninjs: 100,000 subjects": _json(
        uri="n1",
        pubstatus="usable",
        headline="x",
        subject=[{"code": str(n), "name": "n"} for n in range(100_000)],
    ),
    "JSON Feed: 100,000 items": _json(
        version="https://jsonfeed.org/version/1.1", title="F", items=[{"id": str(n)} for n in range(100_000)]
    ),
    "rss: 2,000 items": _of_xml("rss", "").replace(
        b"<item>", b"<item><title>x</title><description>y</description></item>" * 2_000 + b"<item>"
    ),
    "rss: 120 items in their guids": _of_xml("rss", "").replace(
        b"<item>", b"<item><guid>a" * 120 + b"<b>x</b>" * 20_000 + b"</guid></item>" * 120 + b"<item>"
    ),
    "newsml-1.2: 10,000 codes of one topic": _of_xml("newsml-1.2", "<p>x</p>").replace(
        b"<NewsItem>",
        b"<TopicSet><Topic>" + b"<FormalName>x</FormalName>" * 10_000 + b"</Topic></TopicSet><NewsItem>",
    ),
    "iptc7901: no end": b"\x01abc0001 3 pl 10 abc\r\n\r\nslug\r\n\x02" + b"Text. " * 1_000_000,
    "iptc7901: 100,000 starts": b"\x01abc0001 3 pl 10 abc\r\n" * 100_000,
    "iptc7901: fillers": b"\x7f" * 5_000_000 + b"\x01abc0001 3 pl 10\r\n\x02Text.\x03010000 Jan 24\x04",
    "anpa1312: no end": b"\x16\x16\x01a0001\x1fxyz\r\ni a\x13\x11 slug 01-02 0001\r\n\x02"
    + b"Text. " * 1_000_000,
    "e-mail: 2,000 nested parts": _multipart(2_000),
    "e-mail: 100,000 headers": _mail("Text.", "X-Junk: x\r\n" * 100_000),
    "e-mail: 5 MB header": _mail("Text.", "X-Junk: " + "x" * 5_000_000 + "\r\n"),
    "e-mail: 100,000 folds": _mail("Text.", "X-Junk: x" + "\r\n x" * 100_000 + "\r\n"),
    "e-mail: 50,000 encoded words": _mail("Text.", "Keywords: " + "=?utf-8?q?x?= " * 50_000 + "\r\n"),
    "e-mail: 5 MB of base64": _mail(
        base64.b64encode(b"x" * 4_000_000).decode(), "Content-Transfer-Encoding: base64\r\n"
    ),
    "gzip bomb": gzip.compress(b"<nitf>" + b" " * 200_000_000),
    "gzip bomb of lines": gzip.compress(b"\n" * 200_000_000),
    "gzip bomb of XML": gzip.compress(b"<rss><channel>" + b"<item/>" * 20_000_000),
}


WORDS = 20_000_000

LONG: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"Harbour\n\n" + b"word " * WORDS,
    "JSON lines": lambda: b'{"guid": "a", "body": "' + b"word " * WORDS + b'"}\n',
    "nitf": lambda: _of_xml("nitf", "<p>" + "word " * WORDS + "</p>"),
    "newsml-g2": lambda: _of_xml("newsml-g2", "<p>" + "word " * WORDS + "</p>"),
    "ninjs": lambda: _json(uri="n1", pubstatus="usable", headline="H", body_text="word " * WORDS),
    "e-mail": lambda: _mail("word " * WORDS),
    "iptc7901": lambda: b"\x01abc0001 3 pl 10 abc\r\n\r\nslug\r\n\x02" + b"Text " * WORDS + b"\x03",
}
"""Articles of a hundred megabytes, made when they are needed."""


def _measured(work: Callable[[], object]) -> tuple[float, int]:
    """Processor seconds and additional bytes of memory that something takes, in a process of its own."""

    def child(pipe: Connection) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        work()
        after = resource.getrusage(resource.RUSAGE_SELF)
        pipe.send(
            (
                after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                max(0, after.ru_maxrss - before.ru_maxrss) * 1024,
            )
        )

    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=child, args=(theirs,))
    process.start()
    theirs.close()
    try:
        return ours.recv()  # type: ignore[no-any-return]  # what the child sends
    except EOFError:
        pytest.fail("the process died")
    finally:
        process.join()


def parsed(data: bytes) -> list[formats.Outcome]:
    return list(formats.parse(data, at_length()))


def at_length() -> Context:
    return context(limit=LIMIT, received=datetime(2024, 6, 19, tzinfo=UTC))


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_takes_little_time_and_memory(name: str) -> None:
    parsed(GOOD)
    parsed(TRAPS[name][:2000])  # What is loaded at first use is loaded before the fork.
    seconds, memory = _measured(lambda: parsed(TRAPS[name]))
    assert seconds < CPU_S
    assert memory < MEMORY


@pytest.mark.parametrize("name", LONG)
def test_an_article_of_100_mb_is_rejected_in_little_memory(name: str) -> None:
    data = LONG[name]()
    parsed(data[:2000])
    seconds, memory = _measured(lambda: parsed(data))
    assert seconds < CPU_S
    assert memory < MEMORY
    assert {type(one) for one in parsed(data)} == {Rejected}


@pytest.mark.parametrize("name", [name for name in TRAPS if "bomb" in name or "external" in name])
def test_a_bomb_gives_no_article(name: str) -> None:
    found = parsed(TRAPS[name])
    assert found
    assert not [one for one in found if isinstance(one, RawArticle) and "root:" in (one.body or "")]
    if "bomb" in name:
        assert all(isinstance(one, Rejected) for one in found)


@pytest.mark.parametrize("name", [name for name in TRAPS if "XInclude" in name])
def test_nothing_is_included(name: str) -> None:
    assert "root:" not in repr(parsed(TRAPS[name]))


@pytest.mark.parametrize("name", XML)
def test_of_script_in_a_body_nothing_comes_out(name: str) -> None:
    for script in (SCRIPT, "<script>steal()</script><p>Text.</p>", "<p onclick='steal()'>Text.</p>"):
        for one in parsed(_of_xml(name, script)):
            if isinstance(one, RawArticle) and name == "rss":
                assert "steal" not in (one.body or "") + (one.summary or "")
            elif isinstance(one, RawArticle) and script != SCRIPT:
                assert "steal" not in (one.body or "")


def test_a_line_break_in_a_decoded_header_makes_no_header() -> None:
    found = parsed(_mail("Text.", "Keywords: =?utf-8?q?a=0D=0ABcc:_x=40y.example?=\r\n"))
    assert all("\n" not in word for one in found if isinstance(one, RawArticle) for word in one.keywords)


@pytest.mark.parametrize("name", ["gzip bomb", "nitf: entity bomb", "rss: NULs", "ninjs: deep"])
def test_the_next_article_passes(name: str) -> None:
    parsed(TRAPS[name])
    start = time.process_time()
    (following,) = parsed(GOOD)
    assert isinstance(following, RawArticle)
    assert time.process_time() - start < CPU_S
