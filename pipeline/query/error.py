"""What was typed is no query: what is wrong, where, and the text with a mark under the place."""

from __future__ import annotations

from rich.cells import cell_len

from pipeline.errors import NewswireError

_AROUND = 30  # characters shown on each side of the place


class QueryError(NewswireError):
    """What was typed is no query; the message says what is wrong, where, and what to write instead.

    Attributes:
        reason: what is wrong and what to write instead, without the place.
        position: the index of the character in what was typed; ``None`` where it is about no one character.
    """

    def __init__(self, reason: str, text: str = "", position: int | None = None) -> None:
        self.reason = reason
        self.position = position
        super().__init__(
            reason if position is None else f"character {position + 1}: {reason}\n{_shown(text, position)}"
        )


def _shown(text: str, position: int) -> str:
    """The text around the place, and a caret under it."""
    start, end = max(0, position - _AROUND), position + _AROUND
    before = ("…" if start else "") + _line(text[start:position])
    after = _line(text[position:end]) + ("…" if end < len(text) else "")
    return f"  {before}{after}\n  {' ' * cell_len(before)}^"


def _line(text: str) -> str:
    return "".join(" " if sign.isspace() else sign for sign in text)
