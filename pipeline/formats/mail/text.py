"""The text of a mail's plain part: lines joined that were broken only to be sent, the signature cut off."""

from __future__ import annotations

import re

SIGNATURE = 20
"""Lines that a signature has at most."""

_QUOTES = re.compile(r">*")


def plain(text: str, *, flowed: bool, delete_space: bool) -> str:
    """What its writer wrote.

    Args:
        text: the part's text.
        flowed: whether it is ``format=flowed`` (RFC 3676).
        delete_space: whether the space that marks a soft break is none of the text (``DelSp``).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unsigned(text)
    return _joined(text, delete_space=delete_space) if flowed else text


def unsigned(text: str) -> str:
    """The text without its signature: what stands behind a line of two dashes and a space, if it is short."""
    whole = text if text.endswith("\n") else f"{text}\n"
    head, mark, rest = f"\n{whole}".rpartition("\n-- \n")
    return head.removeprefix("\n") if mark and rest.count("\n") <= SIGNATURE else text


def _joined(text: str, *, delete_space: bool) -> str:
    """Lines that end in a space go on in the next of the same depth of quotes (RFC 3676, 4).

    A blank line is never gone on with: some send a space before it.
    """
    lines: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(_QUOTES.match(line)[0])  # type: ignore[index]  # it matches the empty string too
        content = line[depth:].removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        kept = content[:-1] if soft and delete_space else content
        if open_depth == depth and content and content != "-- ":
            lines[-1].append(kept)
        else:
            lines.append([f"{'>' * depth} " if depth else "", kept])
        open_depth = depth if soft else -1
    return "\n".join("".join(parts).rstrip() for parts in lines)
