"""Dead letters as Kafka messages: the original key, value and headers, with the reason in headers of ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, structs

from pipeline.article import DeadLetter, Failure, Header

PREFIX = "newswire-"
ATTEMPTS = PREFIX + "attempts"
RETRIED = PREFIX + "retried"

MOST_SAID = 4000
"""Characters that a reason may have; what an error says beyond them helps nobody."""

MOST_BESIDE = 64 * 1024
"""Bytes of key and headers that a letter without its value still keeps."""

Headers: TypeAlias = list[tuple[str, Any]]
"""Names and bytes. A value may be ``None``: Kafka allows it, though its clients' types do not say so."""

_ORIGINAL = ("key", "value", "headers")
_OURS = frozenset(DeadLetter.__struct_fields__) - set(_ORIGINAL)
_DIGITS = 16


def of_message(
    failure: Failure,
    *,
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes | None]],
    failed: datetime,
) -> DeadLetter:
    """The letter for a message that could not be processed; never fails, whatever the error says.

    Args:
        failure: at which stage and why, and how often it was tried this time.
        topic: where the message stands.
        partition: where the message stands.
        offset: where the message stands.
        key: the message's own.
        value: the message's own; ``None`` is a tombstone.
        headers: the message's own. Of those that begin with ``newswire-`` only the attempts of earlier lives
            count, and none is taken over.
        failed: when, with a time zone.
    """
    given = tuple(headers)
    return DeadLetter(
        stage=failure.stage,
        error_type=_said(failure.error_type) or "unknown",
        error_message=_said(failure.error_message) or "no reason was given",
        failed=failed,
        attempts=_earlier_attempts(given) + failure.attempts,
        value=value or b"",
        key=UNSET if key is None else key,
        headers=_originals(given),
        topic=topic,
        partition=partition,
        offset=offset,
        tombstone=value is None,
    )


def of_record(failure: Failure, record: Any, failed: datetime) -> DeadLetter:
    """As ``of_message``, for a record as aiokafka or Faust hands it out; neither says its types."""
    return of_message(
        failure,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers or (),
        failed=failed,
    )


def message(letter: DeadLetter) -> tuple[bytes | None, bytes, Headers]:
    """Key, value and headers of a dead letter on its topic."""
    reason = msgspec.to_builtins(letter, builtin_types=(bytes,))
    ours: Headers = [
        (PREFIX + name.replace("_", "-"), _said(str(text)).encode())
        for name, text in reason.items()
        if name in _OURS
    ]
    return reason.get("key"), letter.value, [*pairs(letter.headers), *ours]


def letter(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> DeadLetter:
    """The dead letter in a message; headers of ours that it does not know are passed over.

    Raises:
        ValueError: a header that a dead letter needs is missing or malformed.
    """
    given = tuple(headers)
    reason: dict[str, object] = {
        field: (text or b"").decode(errors="replace")
        for name, text in given
        if name.startswith(PREFIX) and (field := name.removeprefix(PREFIX).replace("-", "_")) in _OURS
    }
    if key is not None:
        reason["key"] = key
    reason["value"] = value or b""
    read = msgspec.convert(reason, DeadLetter, strict=False, builtin_types=(bytes, datetime))
    return structs.replace(read, headers=_originals(given))


def without_bytes(letter: DeadLetter) -> DeadLetter:
    """The same letter for a message too large to be copied: it says where the original bytes are."""
    size = len(letter.value)
    note = f" (its {size} bytes are too large to be kept here: read them at that offset)"
    said = _said(letter.error_message, MOST_SAID - len(note)) + note
    short = structs.replace(letter, value=b"", omitted=size, error_message=said)
    beside = len(letter.key or b"") + sum(
        len(header.name.encode()) + len(header.value or b"") for header in letter.headers
    )
    return structs.replace(short, key=UNSET, headers=()) if beside > MOST_BESIDE else short


def came_from_topic(letter: DeadLetter) -> bool:
    """Whether it was a message on a topic; else a feed rejected it, and it never was one."""
    return UNSET not in (letter.topic, letter.partition, letter.offset)


def identity(letter: DeadLetter) -> str:
    """Sixteen hexadecimal digits, the same for each copy of a letter, however often it was written.

    What came from a topic is known by its place there and its bytes: a topic that was made anew counts its
    offsets from zero again. What a feed rejected is known by its location and its bytes; where they are not
    kept, by what is said of them.
    """
    if came_from_topic(letter):
        place = f"{letter.topic}\0{letter.partition}\0{letter.offset}"
    else:
        place = _said(letter.location or "") + ("" if letter.value else f"\0{_said(letter.error_message)}")
    kept = b"" if letter.omitted is UNSET else f"{letter.omitted}\0".encode()
    return hashlib.sha256(place.encode() + b"\0\0" + kept + letter.value).hexdigest()[:_DIGITS]


def mark(identity: str) -> Headers:
    """The headers of the message which says that a letter was retried; its value is empty."""
    return [(RETRIED, identity.encode())]


def retried(headers: Iterable[tuple[str, bytes | None]]) -> str | None:
    """The identity of the letter that a message says was retried, if it is such a message."""
    for name, text in headers:
        if name == RETRIED and re.fullmatch(rb"[0-9a-f]{%d}" % _DIGITS, text or b""):
            return (text or b"").decode()
    return None


def sent_back(own: Iterable[tuple[str, bytes | None]], attempts: int) -> Headers:
    """The headers with which a message goes back to its topic: its own, and how often it was tried."""
    return [*pairs(_originals(own)), (ATTEMPTS, str(attempts).encode())]


def pairs(headers: Iterable[Header]) -> tuple[tuple[str, bytes | None], ...]:
    """Headers as the clients give and take them."""
    return tuple((header.name, None if header.value is UNSET else header.value) for header in headers)


def _originals(headers: Iterable[tuple[str, bytes | None]]) -> tuple[Header, ...]:
    return tuple(
        Header(name, UNSET if text is None else text) for name, text in headers if not name.startswith(PREFIX)
    )


def _earlier_attempts(headers: Iterable[tuple[str, bytes | None]]) -> int:
    told = [text for name, text in headers if name == ATTEMPTS]
    return int(told[-1] or b"") if told and re.fullmatch(rb"[0-9]{1,9}", told[-1] or b"") else 0


def _said(text: str, most: int = MOST_SAID) -> str:
    """Text that can be encoded and has an end; the same again where it has them already."""
    sound = text[: most + 1].encode(errors="backslashreplace").decode()
    return sound if len(sound) <= most else sound[: most - 1] + "…"
