"""A file on its way through a format: its start can be looked at, and little of it is held."""

from __future__ import annotations

import codecs
import io
from typing import Protocol

HEAD = 64 * 1024
"""Bytes from a file's start that a format may look at to know its own."""


class Readable(Protocol):
    """The part of a binary file that a stream needs."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; fewer only at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """A line with its end, or its first ``size`` bytes."""
        ...


class Stream:
    """A binary file that is read once, whose start can be looked at first and whose memory is bounded."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._ahead = b""
        self.offset = 0
        """Bytes taken so far."""

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end; they stay to be read."""
        if len(self._ahead) < size:
            self._ahead += self._file.read(size - len(self._ahead))
        return self._ahead[:size]

    def peek_lines(self, count: int, size: int) -> list[bytes]:
        """The next lines that are not blank, as many as there are within the next ``size`` bytes."""
        lines: list[bytes] = []
        start = 0
        while len(lines) < count and start < size:
            end = self._ahead.find(b"\n", start, size)
            if end < 0:
                more = self._file.readline(size - len(self._ahead)) if len(self._ahead) < size else b""
                if more:
                    self._ahead += more
                    continue
                end = min(len(self._ahead), size) - 1
            line = self._ahead[start : end + 1]
            if not line:
                break
            if line.removeprefix(codecs.BOM_UTF8).strip():
                lines.append(line)
            start = end + 1
        return lines

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer only at the end."""
        data = self.peek(size)
        return self._take(data)

    def readline(self, size: int) -> bytes:
        """The next line with its end, or its first ``size`` bytes; empty at the end."""
        end = self._ahead.find(b"\n")
        if end < 0 and len(self._ahead) < size:
            self._ahead += self._file.readline(size - len(self._ahead))
            end = self._ahead.find(b"\n")
        return self._take(self._ahead[: min(size, end + 1 or size)])

    def skip_line(self) -> int:
        """Drop what is left of a line, keeping little of it in memory; the number of bytes dropped."""
        start = self.offset
        while (part := self.readline(HEAD)) and not part.endswith(b"\n"):
            pass
        return self.offset - start

    def skip(self) -> int:
        """Drop all that is left, keeping little of it in memory; the number of bytes dropped."""
        start = self.offset
        while self.read(HEAD):
            pass
        return self.offset - start

    def _take(self, data: bytes) -> bytes:
        self._ahead = self._ahead[len(data) :]
        self.offset += len(data)
        return data


def stream_of(data: bytes) -> Stream:
    """Bytes in memory as a stream."""
    return Stream(io.BytesIO(data))
