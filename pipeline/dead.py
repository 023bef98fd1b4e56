"""Dead letters as Kafka messages: the original key and value, with the reason in headers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from pipeline.article import DeadLetter

PREFIX = "newswire-"

Headers = list[tuple[str, bytes]]


def message(letter: DeadLetter) -> tuple[bytes | None, bytes, Headers]:
    """Key, value and headers of a dead letter on its topic."""
    reason = msgspec.to_builtins(letter, builtin_types=(bytes,))
    value, key = reason.pop("value"), reason.pop("key", None)
    return (
        key,
        value,
        [(PREFIX + name.replace("_", "-"), str(text).encode()) for name, text in reason.items()],
    )


def letter(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> DeadLetter:
    """The dead letter in a message; headers that are not ours are passed over.

    Raises:
        ValueError: a header that a dead letter needs is missing or malformed.
    """
    reason: dict[str, object] = {
        name.removeprefix(PREFIX).replace("-", "_"): text.decode(errors="replace")
        for name, text in headers
        if name.startswith(PREFIX)
    }
    if key is not None:
        reason["key"] = key
    reason["value"] = value or b""
    return msgspec.convert(reason, DeadLetter, strict=False, builtin_types=(bytes, datetime))


def without_bytes(letter: DeadLetter) -> DeadLetter:
    """The same letter for a message too large to be copied: it says where the original bytes are."""
    note = f"its {len(letter.value)} bytes are too large to be kept here: read them at that offset"
    return msgspec.structs.replace(letter, value=b"", error_message=f"{letter.error_message} ({note})")
