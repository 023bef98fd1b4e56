"""Copy that comes compressed, whatever its name says: unpacked as it is read, and a bomb is left alone."""

from __future__ import annotations

import zlib

from pipeline.formats.stream import HEAD, Readable

MAGIC = b"\x1f\x8b\x08"
"""How a gzip file starts (RFC 1952)."""

LARGEST = 64 * 1024 * 1024
"""Bytes that may come out of a file whatever goes in; past them, at most ``RATIO`` for each byte in."""

RATIO = 100
_READ = 16 * 1024


class BadArchiveError(Exception):
    """A gzip file that is broken, cut off, or grows without end; says which."""


class Unpacked:
    """The bytes in a gzip file of one member or more; what follows them is left alone, as ``gzip`` does.

    Reading raises ``BadArchiveError``.
    """

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._member = zlib.decompressobj(wbits=31)
        self._packed = b""
        self._ready = b""
        self._taken = 0
        self._given = 0
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; fewer only at the end."""
        while len(self._ready) < size and not self._ended:
            self._more(max(HEAD, size - len(self._ready)))
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def readline(self, size: int, /) -> bytes:
        """A line with its end, or its first ``size`` bytes."""
        while (end := self._ready.find(b"\n", 0, size)) < 0 and len(self._ready) < size and not self._ended:
            self._more(HEAD)
        return self.read(min(end + 1 or size, len(self._ready)))

    def _more(self, size: int) -> None:
        if not self._packed:
            self._packed = self._file.read(_READ)
            self._taken += len(self._packed)
            if not self._packed:
                raise BadArchiveError("cut off: the gzip file ends before its data do")
        try:
            data = self._member.decompress(self._packed, size)
        except zlib.error as error:
            raise BadArchiveError(f"broken: the gzip file cannot be unpacked ({error})") from error
        self._packed = self._member.unconsumed_tail
        self._given += len(data)
        self._ready += data
        if self._given > max(LARGEST, self._taken * RATIO):
            raise BadArchiveError(f"too large: {self._taken:,} bytes of gzip give {self._given:,} and go on")
        if self._member.eof:
            self._packed = self._member.unused_data
            if len(self._packed) < len(MAGIC):
                self._packed += self._file.read(_READ)
            self._ended = not self._packed.startswith(MAGIC)
            self._member = zlib.decompressobj(wbits=31)
