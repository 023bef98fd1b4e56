"""The body of an HTTP message: what is sent compressed comes out, and never more of it than may."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip"
"""The one compression that is asked for and taken."""

MEMBERS = 100
"""Members that a gzip body may have; a million empty ones cost time and give nothing."""

_GZIP = ("gzip", "x-gzip")
_PLAIN = ("", "identity")


class BodyError(Exception):
    """The body cannot be used; says why."""


class CodingError(BodyError):
    """It is compressed in a way that is not read here."""


class TooLargeError(BodyError):
    """It is larger than may be, before or after it is unpacked."""


class BrokenError(BodyError):
    """It is not what it says: no gzip, or cut off."""


class Body:
    """Bytes as they come in; ``limit`` bounds what they unpack to, and so the memory."""

    def __init__(self, coding: str, limit: int) -> None:
        """Takes the Content-Encoding as it was sent.

        Raises:
            CodingError: it is none that is read here.
        """
        coding = coding.strip().lower()
        if coding not in (*_GZIP, *_PLAIN):
            raise CodingError(f"the Content-Encoding {coding[:40]!r} is not read here; {ACCEPTED} is")
        self._packed = coding in _GZIP
        self._member: zlib._Decompress | None = None
        self._limit = limit
        self._data = bytearray()
        self._taken = 0
        self.size = 0
        """Bytes that came out so far."""
        self._members = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooLargeError: they are too many, packed or unpacked.
            BrokenError: they are no gzip.
        """
        self._taken += len(data)
        if self._taken > self._limit:
            raise self._too_large()
        if not self._packed:
            self._add(data)
            return
        try:
            self._unpack(data)
        except zlib.error as error:
            raise BrokenError(f"its Content-Encoding says gzip, and it is none ({error})") from error

    def whole(self) -> bytes:
        """All of it; it is not kept here.

        Raises:
            BrokenError: its end is missing.
        """
        if self._packed and (self._member is not None or not self._members):
            raise BrokenError("cut off: the gzip data end before their end")
        data, self._data = bytes(self._data), bytearray()
        return data

    def _unpack(self, data: bytes) -> None:
        """Unpack one gzip member after the other; what follows the last one must be another."""
        while data:
            if self._member is None:
                self._members += 1
                if self._members > MEMBERS:
                    raise BrokenError(f"the gzip data have more than {MEMBERS} parts")
                self._member = zlib.decompressobj(wbits=31)
            # One byte more than may be is enough to know that it is too large.
            self._add(self._member.decompress(data, self._limit - self.size + 1))
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if self._member.eof:
                self._member = None

    def _add(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise self._too_large()
        self._data += data

    def _too_large(self) -> TooLargeError:
        return TooLargeError(f"too large: more than {self._limit:,} bytes")
