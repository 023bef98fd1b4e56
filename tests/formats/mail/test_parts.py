"""The parts of mails: headers decoded, bodies chosen, traps refused before Python's parser sees them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.mail import parts as mail_parts
from pipeline.formats.mail.parts import Leaf, decoded, header, leaves, parameter, parse
from pipeline.formats.shape import UnfitError


def mail(headers: str, body: str = "Text.\n") -> bytes:
    return f"From: desk@h.example\n{headers}\n\n{body}".encode("utf-8", "surrogateescape")


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    """The headers and the body of a mail with parts, as one text."""
    inside = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inside}--{boundary}--\n'


def parts(text: str) -> list[Leaf]:
    return list(leaves(parse(f"From: desk@h.example\n{text}".encode())))


def shown(text: str) -> list[str]:
    return [leaf.text()[0].strip() for leaf in parts(text) if not leaf.attached]


def refused(data: bytes) -> UnfitError:
    with pytest.raises(UnfitError) as caught:
        list(leaves(parse(data)))
    return caught.value


PLAIN = "Content-Type: text/plain\n\nThe ferry is late."
HTML = "Content-Type: text/html\n\n<p>The ferry is late.</p>"
PICTURE = "Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\nAAAA"


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("Ferry late", "Ferry late"),
        ("Ferry\r\n late", "Ferry late"),
        ("=?utf-8?q?F=C3=A4hre?=", "Fähre"),
        ("=?UTF-8?B?RsOkaHJl?=", "Fähre"),
        ("=?iso-8859-1?q?F=E4hre?= =?iso-8859-1?q?_sp=E4t?=", "Fähre spät"),
        ("=?utf-8?b?RsM=?= =?utf-8?b?pGhyZQ==?=", "Fähre"),
        ("=?iso-2022-jp?b?GyRCRU8bKEI=?=", "渡"),
        ("Re: =?utf-8?q?F=C3=A4hre?= late", "Re: Fähre late"),
        ("=?utf-8?q?One=0D=0ABcc:_all@h.example?=", "One Bcc: all@h.example"),
        ("=?x-nobody?q?Ferry?=", "Ferry"),
        ("=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        ("=?utf-8?q?F=E4hre?=", "Fähre"),
        ("F\udcc3\udca4hre", "Fähre"),
        ("F\udce4hre", "Fähre"),
        ("", ""),
    ],
)
def test_a_header_is_what_it_was_meant_to_be(value: str, meant: str) -> None:
    assert decoded(value) == meant


def test_the_first_header_that_says_something() -> None:
    message = parse(mail("Organization:\nORGANISATION: Harbour\nSubject: A\nSubject: B"))
    assert header(message, "organization", "organisation") == "Harbour"
    assert header(message, "subject") == "A"
    assert header(message, "date") == ""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("text/plain; charset=utf-8", "utf-8"),
        ('text/plain; CHARSET="utf-8"', "utf-8"),
        ("text/plain; charset*=us-ascii'en'utf-8", "utf-8"),
        ("text/plain", ""),
        ("text/plain; charset", ""),
        ("", ""),
    ],
)
def test_a_parameter_of_a_header(value: str, found: str) -> None:
    assert parameter(parse(mail(f"Content-Type: {value}")), "charset") == found


def test_a_name_in_pieces_and_in_an_encoding_of_its_own() -> None:
    headers = "Content-Disposition: attachment; filename*0*=utf-8''F%C3%A4; filename*1=hre.xml"
    (leaf,) = leaves(parse(mail(headers)))
    assert (leaf.name, leaf.attached) == ("Fähre.xml", True)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", "VGhlIGZlcnJ5Lg=="),
        ("quoted-printable", "The=20fer=\nry."),
        ("7bit", "The ferry."),
        ("BASE64", "VGhlIGZlcnJ5Lg"),
        ("x-nobody", "The ferry."),
    ],
)
def test_bodies_in_any_transfer_encoding(encoding: str, body: str) -> None:
    (leaf,) = leaves(parse(mail(f"Content-Transfer-Encoding: {encoding}", body)))
    assert leaf.text()[0].strip() == "The ferry."


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "Fähre".encode()),
        ("iso-8859-1", "Fähre".encode("cp1252")),
        ("us-ascii", "Fähre".encode()),
        ("us-ascii", "Fähre".encode("cp1252")),
        ("utf-8", "Fähre".encode("cp1252")),
        ("iso-8859-1", "Fähre".encode()),
        ("x-nobody", "Fähre".encode()),
    ],
)
def test_charsets_that_lie(charset: str, data: bytes) -> None:
    message = parse(f"From: a\nContent-Type: text/plain; charset={charset}\n\n".encode() + data)
    assert next(leaves(message)).text()[0] == "Fähre"


def test_a_charset_of_several_bytes_that_lies_is_refused() -> None:
    message = parse(b"From: a\nContent-Type: text/plain; charset=euc-kr\n\n\xb9\xe8 \xff\xff")
    with pytest.raises(UnfitError, match="EUC"):
        next(leaves(message)).text()


def test_of_alternatives_plain_text_is_shown() -> None:
    assert shown(multipart("alternative", PLAIN, HTML)) == ["The ferry is late."]


@pytest.mark.parametrize(
    "stub",
    [
        "",
        " \n",
        "View this in your browser",
        "Ihr Mailprogramm kann kein HTML anzeigen",
        ("Your e-mail client cannot show it"),
    ],
)
def test_plain_text_that_only_points_to_the_other_is_not(stub: str) -> None:
    text = multipart("alternative", f"Content-Type: text/plain\n\n{stub}", HTML)
    assert shown(text) == ["<p>The ferry is late.</p>"]


def test_without_any_text_the_last_alternative_is_taken() -> None:
    assert [leaf.kind for leaf in parts(multipart("alternative", PICTURE, PICTURE))] == ["image/jpeg"]


def test_html_that_holds_nothing_gives_way() -> None:
    empty = "Content-Type: text/html\n\n<p>&nbsp;</p>"
    assert shown(multipart("alternative", "Content-Type: text/plain\n\nSee it in HTML", empty)) == [
        "<p>&nbsp;</p>"
    ]


def test_a_picture_that_belongs_to_the_html_is_attached_to_it() -> None:
    related = multipart("related", HTML, PICTURE, boundary="r")
    found = parts(multipart("alternative", "Content-Type: text/plain\n\nSee your browser", related))
    assert [(leaf.kind, leaf.attached) for leaf in found] == [("text/html", False), ("image/jpeg", True)]


def test_parts_in_their_order_with_attachments_apart() -> None:
    named = "Content-Type: text/plain; name=story.txt\n\nAttached."
    found = parts(multipart("mixed", PLAIN, PICTURE, named, HTML))
    assert [(leaf.kind, leaf.attached) for leaf in found] == [
        ("text/plain", False),
        ("image/jpeg", True),
        ("text/plain", True),
        ("text/html", False),
    ]


def test_a_mail_within_a_mail_is_one_part() -> None:
    inner = "Content-Type: message/rfc822\n\nSubject: Inner\n\nThe ferry."
    (leaf,) = parts(multipart("mixed", inner))
    assert (leaf.kind, leaf.attached, leaf.data) == ("message/rfc822", True, b"")
    assert b"Subject: Inner" in leaf.inner
    (other,) = parts(PLAIN)
    assert other.inner == b""


@pytest.mark.parametrize(
    "data",
    [
        b"From: desk@h.example\nSubject: x",
        b"From: desk@h.example\nContent-Type: multipart/mixed; boundary=b\n\n",
        b"From: desk@h.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nThe ferry",
    ],
)
def test_a_mail_without_its_end_is_truncated(data: bytes) -> None:
    assert refused(data).kind == "truncated"


def test_headers_that_are_too_large_are_refused() -> None:
    one = refused(b"X-Junk: " + b"x" * 5_000_000 + b"\n\nText.")
    assert one.kind == "size"
    assert "headers of 5,000,008 bytes; 262,144 may be" in str(one)


def test_as_many_parts_as_a_mail_may_have_are_read() -> None:
    assert len(parts(multipart("mixed", *[PLAIN] * 900))) == 900


@pytest.mark.parametrize(
    "data",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)),
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 5000,
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000 + b"--b--\n",
        b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\nContent-Type: multipart/digest;"
        b" boundary=b\n\n" * 300,
        b"Content-Type: multipart/mixed; boundary=b0\n\n"
        + b"".join(b"boundary=b%d\n" % n for n in range(20))
        + b"x\n" * 1_000_000,
    ],
)
def test_so_many_parts_that_it_must_be_a_trap_are_refused_at_once(data: bytes) -> None:
    start = time.process_time()
    assert refused(b"From: a\n" + data).kind in ("size", "truncated")
    assert time.process_time() - start < 5


@given(st.binary(max_size=300))
def test_any_bytes_are_a_mail_or_refused(data: bytes) -> None:
    for document in (
        data,
        b"From: a\n\n" + data,
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + data,
    ):
        try:
            found = list(leaves(parse(document)))
        except UnfitError as error:
            assert str(error)  # noqa: PT017 - any reason is one
            continue
        for leaf in found:
            assert isinstance(leaf.data, bytes)
            assert isinstance(leaf.inner, bytes)


@given(st.text(max_size=200))
def test_any_text_in_a_header_is_one_line(text: str) -> None:
    assert "\n" not in decoded(text)
    assert "\n" not in decoded(f"=?utf-8?q?{text}?=")


def test_a_trap_in_a_header_takes_no_time() -> None:
    start = time.process_time()
    for piece in ("=?utf-8?q?a?= ", "=?", "=?utf-8?b?", "((", '"', "a@b,"):
        decoded(piece * (250_000 // len(piece)))
    assert time.process_time() - start < 15
    assert mail_parts.PARTS == 1000
