"""E-mail: the message as an article, or the wire copy that came with it."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline import formats
from pipeline.article import RawArticle
from pipeline.formats import mail
from pipeline.formats.shape import Rejected
from pipeline.formats.stream import stream_of
from tests.formats.conformance import Conformance, article, headings, outcomes, rejected

NITF = (
    '<?xml version="1.0"?><nitf><head><docdata><doc-id id-string="n-1"/></docdata></head><body>'
    "<body.head><hedline>"
    "<hl1>Ferry late</hl1></hedline></body.head><body.content><p>The ferry.</p></body.content></body></nitf>"
)
NINJS = '{"uri": "n-2", "pubstatus": "usable", "headline": "Ferry late", "body_text": "The ferry."}'
HEAD = (
    "Message-ID: <m-1@harbour.example>\n"
    "From: Harbour Desk <desk@harbour.example>\n"
    "To: wire@newsroom.example\n"
    "Date: Tue, 18 Jun 2024 10:15:00 +0200\n"
    "Subject: Ferry late\n"
    "MIME-Version: 1.0\n"
)


def message(body: str = "The ferry is late.\n", more: str = "", head: str = HEAD) -> bytes:
    return f"{head}{more}\n{body}".encode("utf-8", "surrogateescape")


def multipart(*parts: str, kind: str = "mixed", more: str = "") -> bytes:
    inside = "".join(f"--b\n{part}\n" for part in parts)
    return message(f"{inside}--b--\n", f'{more}Content-Type: multipart/{kind}; boundary="b"\n')


def attached(data: str | bytes, kind: str = "application/xml", name: str = "story.xml") -> str:
    """A part with a file in it."""
    packed = base64.encodebytes(data if isinstance(data, bytes) else data.encode()).decode()
    return (
        f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{packed}"
    )


def read(body: str = "The ferry is late.\n", more: str = "", head: str = HEAD, **changes: Any) -> RawArticle:
    return article(message(body, more, head), **changes)


PLAIN = "Content-Type: text/plain\n\nThe ferry is late."
COVER = "Content-Type: text/plain\n\nPlease find the story attached."


class TestConformance(Conformance):
    format = mail
    copy = multipart(
        "Content-Type: text/plain; charset=utf-8\n\nThe ferry to the island is late again.\n\nThe"
        " bridge is up.",
        "Content-Type: text/html; charset=utf-8\n\n<p>The ferry to the island is late again.</p>",
        kind="alternative",
    )


def test_everything_that_a_mail_says() -> None:
    more = (
        "Organization: Harbour News\nContent-Language: en-GB\nKeywords: ferry, bridge\nImportance: high\n"
        "X-Priority: 1\nList-ID: <wire.harbour.example>\nSupersedes: <m-0@harbour.example>\n"
    )
    one = read("The ferry is late.\n\nThe bridge is up.\n-- \nDesk, phone 12\n", more)
    assert one.guid == "m-1@harbour.example"
    assert one.headline == "Ferry late"
    assert one.created == "2024-06-18T08:15:00Z"
    assert one.provider == "Harbour News"
    assert one.byline == "Harbour Desk"
    assert one.language_declared == "en-GB"
    assert one.keywords == ("ferry", "bridge")
    assert one.body == "The ferry is late.\n\nThe bridge is up."
    assert one.replaces is not UNSET
    assert one.replaces.guid == "m-0@harbour.example"
    assert one.wire == {
        "importance": "high",
        "x_priority": "1",
        "list_id": "<wire.harbour.example>",
        "from": "desk@harbour.example",
    }
    assert one.urgency is UNSET, "what a mail calls important is none of the scale of news"
    assert one.flags == ()


@pytest.mark.parametrize(
    "head",
    [
        HEAD.encode(),
        HEAD.replace("\n", "\r\n").encode(),
        b"Received: from a by b;\n\tTue, 18 Jun 2024\nReturn-Path: <a@h.example>\nFrom: a@h.example\n\nText.",
        b"from: desk@h.example\nDATE: x\nsubject: y\n\nText.",
        b"From desk@h.example Tue Jun 18 10:15:00 2024\n",
        b"From - Tue Jun 18 10:15:00 2024\nX-Mozilla-Status: 0001\n",
    ],
)
def test_its_headers_give_it_away(head: bytes) -> None:
    assert mail.sniff(head)
    assert formats.choose(stream_of(head)) is mail


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"From: the harbour\nTo: the island\nDate: today\nThe ferry is late.",
        b"From: the harbour\nTo: the island\nDate: today\n\nThe ferry is late.",
        b"Date: 18 June\nSubject: Ferry\n\nThe ferry is late.",
        b"date 2024-06-18\n\nFrom here the ferry is late.",
        b"From here on the ferry is late.",
        b"Ferry: late\nBridge: up\nTide: low\n\nText.",
        b"<from: a@b.c>\nTo: x\nDate: y",
        b'{"From": "a@b.c"}',
        b"\xff\xfe\x00From: a@b.c",
    ],
)
def test_text_that_only_resembles_one_is_left_to_others(head: bytes) -> None:
    assert not mail.sniff(head)


# Headers


@pytest.mark.parametrize(
    ("subject", "headline"),
    [
        ("=?utf-8?q?F=C3=A4hre?= late", "Fähre late"),
        ("Ferry\n late", "Ferry late"),
        ("=?utf-8?q?Ferry=0D=0ABcc:_all@h.example?=", "Ferry Bcc: all@h.example"),
        ("=?utf-8?b?RmVycnkKWC1FdmlsOiB4?=", "Ferry X-Evil: x"),
        ("F\udce4hre", "Fähre"),
    ],
)
def test_a_subject_is_one_line_and_nothing_more(subject: str, headline: str) -> None:
    one = read(head=HEAD.replace("Ferry late", subject))
    assert one.headline == headline
    assert set(one.wire) == {"from"}


def test_a_mail_without_a_subject_has_no_headline() -> None:
    assert read(head=HEAD.replace("Subject: Ferry late\n", "")).headline is UNSET


@pytest.mark.parametrize(
    ("sender", "provider", "address"),
    [
        ("Harbour Desk <desk@harbour.example>", "Harbour Desk", "desk@harbour.example"),
        ('"Desk, Harbour" <desk@harbour.example>', "Desk, Harbour", "desk@harbour.example"),
        ("desk@harbour.example (Harbour Desk)", "Harbour Desk", "desk@harbour.example"),
        ("desk@harbour.example", UNSET, "desk@harbour.example"),
        ("<desk@harbour.example>", UNSET, "desk@harbour.example"),
        ("=?utf-8?q?K=C3=BCste=2C_Desk?= <desk@harbour.example>", "Küste, Desk", "desk@harbour.example"),
        ("A <a@h.example>, B <b@h.example>", "A", "a@h.example"),
        ("((" * 3000, None, None),
    ],
)
def test_who_sent_it(sender: str, provider: object, address: str | None) -> None:
    one = read(head=HEAD.replace("Harbour Desk <desk@harbour.example>", sender))
    if address is not None:
        assert (one.provider, one.wire["from"]) == (provider, address)
    assert one.byline is UNSET


def test_who_it_was_sent_to_stays_private() -> None:
    one = read(more="Cc: editor@newsroom.example\nBcc: boss@newsroom.example\n")
    assert "newsroom.example" not in str(one)


@pytest.mark.parametrize("date", ["yesterday", "Tue, 31 Jun 2024 10:15:00 +0200"])
def test_a_date_that_cannot_be_read_is_absent_and_flagged(date: str) -> None:
    one = read(head=HEAD.replace("Tue, 18 Jun 2024 10:15:00 +0200", date))
    assert one.created is UNSET
    assert "created: " in " ".join(one.flags)


@pytest.mark.parametrize(
    ("subject", "kind", "status"),
    [("KILL: Ferry", "kill", "withheld"), ("CORRECTION: Ferry", "correction", "usable")],
)
def test_words_in_the_subject_say_the_kind(subject: str, kind: str, status: str) -> None:
    one = read(head=HEAD.replace("Ferry late", subject))
    assert (one.kind, one.status) == (kind, status)


# Bodies


def test_html_alone_is_read_as_a_reader_sees_it() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><div style='display:none'>Preview</div>"
        "<table role='presentation'><tr><td><h2>Why</h2><p>The ferry.</p></td></tr></table>"
        "<script>x()</script></body></html>"
    )
    one = read(html, "Content-Type: text/html; charset=utf-8\n")
    assert one.body == "Why\n\nThe ferry."
    assert headings(one) == ["Why"]


def test_of_alternatives_plain_text_is_taken_and_html_where_that_is_a_stub() -> None:
    html = "Content-Type: text/html\n\n<p>The ferry in HTML.</p>"
    assert article(multipart(PLAIN, html, kind="alternative")).body == "The ferry is late."
    stub = "Content-Type: text/plain\n\nView this in your browser."
    assert article(multipart(stub, html, kind="alternative")).body == "The ferry in HTML."


def test_several_parts_that_are_shown_follow_each_other() -> None:
    assert (
        article(multipart(PLAIN, "Content-Type: text/html\n\n<p>And slow.</p>")).body
        == "The ferry is late.\n\nAnd slow."
    )


@pytest.mark.parametrize(
    ("more", "body"),
    [
        (
            "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n",
            "Die F=C3=A4hre kommt sp=\n=C3=A4t.",
        ),
        (
            "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n",
            "RGllIEbDpGhyZSBrb21tdCBzcMOkdC4=",
        ),
        ("Content-Type: text/plain; charset=us-ascii\n", "Die Fähre kommt spät."),
        ("Content-Type: text/plain; charset=utf-8\n", "Die F\udce4hre kommt sp\udce4t."),
        ("", "Die Fähre kommt spät."),
        ("Content-Type: text/plain; format=flowed\n", "Die Fähre \nkommt spät."),
        ("Content-Type: text/plain; format=flowed; delsp=yes\n", "Die Fähre  \nkommt spät."),
    ],
)
def test_a_body_however_it_was_packed(more: str, body: str) -> None:
    assert read(body, more).body == "Die Fähre kommt spät."


def test_quotes_stay_and_signatures_go() -> None:
    assert read("> Is it late?\n\nIt is.\n-- \nDesk\n").body == "> Is it late?\n\nIt is."


def test_right_to_left_text_stays_in_its_order() -> None:
    assert read("العبارة متأخرة.").body == "العبارة متأخرة."


def test_an_empty_mail_with_a_subject_is_a_headline() -> None:
    one = read("")
    assert (one.headline, one.body) == ("Ferry late", UNSET)
    assert (
        "no text to publish" in rejected(message("", head=HEAD.replace("Subject: Ferry late\n", ""))).reason
    )


# Attachments


@pytest.mark.parametrize(
    ("part", "name", "guid"),
    [
        (attached(NITF), "nitf", "n-1"),
        (attached(NITF, "text/xml"), "nitf", "n-1"),
        (attached(NITF, "application/octet-stream", "story"), "nitf", "n-1"),
        (attached(NINJS, "application/json", "story.json"), "ninjs", "n-2"),
        (attached(NITF.encode("utf-16")), "nitf", "n-1"),
        (
            attached("<html><body><article><p>The ferry.</p></article></body></html>", "text/html", "a.html"),
            "html",
            UNSET,
        ),
    ],
)
def test_copy_that_is_attached_in_a_format_of_its_own_is_the_article(
    part: str, name: str, guid: object
) -> None:
    one = article(multipart(COVER, part))
    assert one.provenance.format == name
    assert one.guid == guid
    assert one.body == "The ferry."
    assert one.provenance.location == "/in/wire"


def test_a_mail_that_is_nothing_but_copy_is_that() -> None:
    assert read(NITF, "Content-Type: application/xml\n").provenance.format == "nitf"


def test_several_attachments_are_several_articles() -> None:
    found = outcomes(multipart(COVER, attached(NITF), attached(NINJS, "application/json", "a.json")))
    assert [one.guid for one in found if isinstance(one, RawArticle)] == ["n-1", "n-2"]


def test_an_attachment_that_is_broken_is_told_with_its_name() -> None:
    one = rejected(multipart(COVER, attached(NITF[:-30], name="cut.xml")))
    assert one.kind == "truncated"
    assert one.reason.startswith("the attachment 'cut.xml': cut off")
    assert one.complete


def test_plain_text_that_is_attached_counts_only_where_the_mail_says_nothing() -> None:
    text = attached("The ferry is late.", "text/plain", "story.txt")
    assert article(multipart(text)).body == "The ferry is late."
    one = article(multipart("Content-Type: text/plain\n\nMy own words.", text))
    assert one.body == "My own words."
    assert one.wire["attachments"] == "story.txt"


@pytest.mark.parametrize(
    "part",
    [
        attached(b"\xff\xd8\xff\xe0", "image/jpeg", "a.jpg"),
        attached(b"%PDF-1.7", "application/pdf", "a.pdf"),
        attached("BEGIN:VCALENDAR", "text/calendar", "a.ics"),
        attached(b"PK\x03\x04", "application/zip", "a.zip"),
        attached(b"\x00\x01\x02", "application/octet-stream", "a.bin"),
    ],
)
def test_other_attachments_are_named(part: str) -> None:
    one = article(multipart(PLAIN, part))
    assert one.provenance.format == "email"
    assert one.wire["attachments"].startswith("a.")
    assert one.media == ()


def test_a_mail_that_is_attached_is_read_and_one_within_that_is_not() -> None:
    inner = message("Inner text.\n").decode().replace("m-1@", "m-2@")
    found = article(multipart(COVER, f"Content-Type: message/rfc822\n\n{inner}"))
    assert (found.guid, found.body) == ("m-2@harbour.example", "Inner text.")
    deeper = (
        multipart(COVER, f"Content-Type: message/rfc822\n\n{inner}")
        .decode()
        .replace('"b"', '"c"')
        .replace("--b", "--c")
    )
    one = article(multipart(COVER, f"Content-Type: message/rfc822\n\n{deeper}"))
    assert one.body == "Please find the story attached."


def test_what_holds_for_the_mail_alone_does_not_hold_for_its_attachments() -> None:
    found = list(outcomes(multipart(COVER, attached(NITF)), format="email"))
    assert [one.provenance.format for one in found if isinstance(one, RawArticle)] == ["nitf"]


def test_of_more_attachments_than_a_mail_has_the_first_are_read_and_that_is_told() -> None:
    *articles, last = outcomes(multipart(*[attached(NITF)] * 60))
    assert len(articles) == mail.ATTACHMENTS
    assert isinstance(last, Rejected)
    assert "60 attachments" in last.reason


# What is no article


def test_reports_and_replies_that_nobody_wrote_are_none() -> None:
    report = multipart(PLAIN, kind="report", more="X-Failed-Recipients: x\n")
    assert "a report of type" in rejected(report).reason
    assert "an automatic reply" in rejected(message(more="Auto-Submitted: auto-replied (vacation)\n")).reason
    assert read(more="Auto-Submitted: no\n").body == "The ferry is late."
    assert read(more="Auto-Submitted: auto-generated\n").body == "The ferry is late."


@pytest.mark.parametrize("end", [10, 100, 200, -2, -8, -40])
def test_a_mail_that_was_cut_off_is_truncated(end: int) -> None:
    data = multipart(PLAIN, kind="mixed")
    found = list(outcomes(data[:end], format="email"))
    assert [one.kind for one in found if isinstance(one, Rejected)] == ["truncated"]


def test_binary_data_is_none() -> None:
    assert rejected(message("The ferry\0 is late.")).kind == "binary"


def test_a_mail_over_the_limit_is_told_with_its_size() -> None:
    one = rejected(message("x" * mail.DOCUMENT))
    assert one.kind == "size"
    assert "a file may take 16,777,216" in one.reason


# Several mails in a file


def test_a_file_of_mails_gives_each_with_its_place() -> None:
    mails = [
        f"From desk@h.example Tue Jun 18 10:1{n}:00 2024\n{HEAD}X-N: {n}\n\nText {n}.\n>From here.\n\n"
        for n in range(3)
    ]
    data = "".join(mails).encode()
    found = [one for one in outcomes(data) if isinstance(one, RawArticle)]
    assert [one.body for one in found] == [f"Text {n}.\nFrom here." for n in range(3)]
    assert [one.provenance.offset for one in found] == [0, len(mails[0]), len(mails[0]) * 2]


def test_a_mail_that_is_none_does_not_cost_the_others() -> None:
    line = "From desk@h.example Tue Jun 18 10:15:00 2024\n"
    data = f"{line}{HEAD}\nOne.\n\n{line}no header\n\n\n{line}{HEAD}\nTwo.\n".encode()
    assert [one.body for one in outcomes(data) if isinstance(one, RawArticle)][-1] == "Two."
    assert len(outcomes(data)) == 3


def test_the_word_from_within_a_mail_parts_nothing() -> None:
    line = "From desk@h.example Tue Jun 18 10:15:00 2024\n"
    assert len(outcomes(f"{line}{HEAD}\nOne.\n\nFrom here on it is late.\n".encode())) == 1


@pytest.mark.parametrize("text", ["word\n\n", "word \n", "> word\n", "-- \n"])
def test_many_lines_take_no_time(text: str) -> None:
    start = time.process_time()
    outcomes(message(text * 200_000, "Content-Type: text/plain; format=flowed\n"))
    assert time.process_time() - start < 15


@given(st.text(max_size=200), st.text(max_size=100), st.sampled_from(["plain", "html"]))
def test_whatever_python_can_send_is_read(body: str, subject: str, kind: str) -> None:
    sent = EmailMessage()
    sent["Message-ID"] = "<m-1@h.example>"
    sent["From"] = "desk@h.example"
    sent["Subject"] = " ".join(subject.replace("\0", "").split()).encode("utf-8", "replace").decode()
    sent.set_content(body.encode("utf-8", "replace").decode(), subtype=kind)
    for one in outcomes(bytes(sent), format="email"):
        assert isinstance(one, RawArticle) or one.reason
