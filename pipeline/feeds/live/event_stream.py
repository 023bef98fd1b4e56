"""Server-sent events: bytes come in, events come out, none larger than it may be."""

from __future__ import annotations

import codecs
import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

CONNECT_S = 20.0
SILENCE_S = 300.0
"""Seconds without a byte after which the server counts as gone; most send a comment each quarter minute."""

MOST_EVENTS = 100
MOST_BYTES = 16 * 1024 * 1024
"""Read ahead at most; then the server has to wait."""

_STEP_S = 0.2
_ROOM = 1024
_LONGEST_RETRY_MS = 300_000


class EndedError(Exception):
    """The server ended the stream in good order; it may be asked for more."""


@dataclass(frozen=True)
class Event:
    """What came: its bytes, or ``None`` where they were too many; ``size`` is how many.

    ``id`` is the last that the server gave, with this event or before. ``retry`` is how many seconds it wants
    us to wait before we come again, if it says so. An event of no bytes says nothing but these.
    """

    data: bytes | None
    size: int
    id: str = ""
    retry: float | None = None


class Parser:
    """Events from bytes, by section 9.2.6 of the HTML standard, except that bytes of data stay as they are.

    What in them is no UTF-8 is the format's matter. Nothing of an event that is too large is kept.
    """

    def __init__(self, largest: int, last_id: str = "") -> None:
        self._largest = largest
        self._id = self._told_id = last_id
        self._retry: float | None = None
        self._data: list[bytes] = []
        self._size = -1
        self._line = bytearray()
        self._dropped = 0
        self._after_cr = False
        self._started = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that these bytes complete."""
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        lines = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines[:-1]:
            self._extend(line)
            event = self._take_line()
            if event:
                yield event
        self._extend(lines[-1])

    def _extend(self, part: bytes) -> None:
        kept = part[: self._largest + _ROOM - len(self._line)]
        self._line += kept
        self._dropped += len(part) - len(kept)

    def _take_line(self) -> Event | None:
        """Read the line that is complete; the event that it ends, if it ends one."""
        line, dropped = bytes(self._line), self._dropped
        self._line.clear()
        self._dropped = 0
        if not self._started:
            line, self._started = line.removeprefix(codecs.BOM_UTF8), True
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._size += len(value) + dropped + 1  # each line but the first brings a line end with it
            if self._size > self._largest:
                self._data.clear()
            else:
                self._data.append(value)
        elif name == b"id" and not dropped and b"\0" not in value:
            self._id = value.decode(errors="replace")
        elif name == b"retry" and value.isdigit():
            self._retry = min(int(value[:9]), _LONGEST_RETRY_MS) / 1000
        return None

    def _dispatch(self) -> Event | None:
        size, data, retry = max(0, self._size), b"\n".join(self._data), self._retry
        news = size or retry is not None or self._id != self._told_id
        self._size, self._retry, self._told_id = -1, None, self._id
        self._data.clear()
        return Event(data if size <= self._largest else None, size, self._id, retry) if news else None


class EventStream:
    """A connection. A thread of its own reads ahead, so that whoever waits for events can be stopped."""

    def __init__(
        self, url: str, headers: dict[str, str], context: ssl.SSLContext, last_id: str, largest: int
    ) -> None:
        """Connects.

        Raises:
            httpx.HTTPError: there is no connection, or it breaks off.
            httpx.HTTPStatusError: the server does not answer by a stream.
        """
        self._parser = Parser(largest, last_id)
        self._changed = threading.Condition()
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._end: Exception | None = None
        self._closing = False
        known = {"Accept": "text/event-stream", "Cache-Control": "no-store", "Accept-Encoding": "identity"}
        self._client = httpx.Client(
            # A redirect may lead to this machine, or to a server that must not see the token.
            verify=context,
            timeout=httpx.Timeout(CONNECT_S, read=SILENCE_S),
            follow_redirects=False,
        )
        try:
            self._response = self._open(url, {**known, **headers}, last_id)
        except BaseException:
            self._client.close()
            raise
        self._thread = threading.Thread(target=self._read, name=f"events of {url}", daemon=True)
        self._thread.start()

    def _open(self, url: str, headers: dict[str, str], last_id: str) -> httpx.Response:
        sent: dict[str, str | bytes] = {**headers}
        if last_id:
            sent["Last-Event-ID"] = last_id.encode()
        request = self._client.build_request("GET", url, headers=_encoded(sent))
        response = self._client.send(request, stream=True)
        response.raise_for_status()
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code != httpx.codes.OK or kind != "text/event-stream":
            response.close()
            what = f"{response.status_code} {response.reason_phrase}, content type '{kind}'"
            raise httpx.HTTPStatusError(
                f"no stream of events, but {what}", request=request, response=response
            )
        return response

    def take(self, limit: int, seconds: float) -> list[Event]:
        """The events that are there, at most so many; waits so long for the first.

        Raises:
            EndedError: there are none, and the server has ended the stream.
            httpx.HTTPError: there are none, and the connection is lost.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._end, seconds)
            taken = [self._events.popleft() for _ in range(min(limit, len(self._events)))]
            self._bytes -= sum(event.size for event in taken)
            self._changed.notify_all()
            if not taken and self._end is not None:
                raise self._end
            return taken

    def _read(self) -> None:
        end: Exception = EndedError()
        try:
            for chunk in self._response.iter_bytes():
                for event in self._parser.feed(chunk):
                    self._put(event)
        except Exception as error:  # noqa: BLE001 - it is raised where the events are taken
            end = error
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def _put(self, event: Event) -> None:
        held = 0 if event.data is None else event.size
        with self._changed:
            while not self._closing and (len(self._events) >= MOST_EVENTS or self._bytes > MOST_BYTES):
                self._changed.wait(_STEP_S)
            if self._closing:
                raise EndedError
            self._events.append(event)
            self._bytes += held
            self._changed.notify_all()

    def close(self) -> None:
        """Leave."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        stream = self._response.extensions.get("network_stream")
        with contextlib.suppress(OSError, AttributeError):
            # Closing a socket does not wake a thread that reads from it; this does.
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # None: above
        self._thread.join()
        self._response.close()
        self._client.close()


def _encoded(headers: dict[str, str | bytes]) -> dict[bytes, bytes]:
    return {
        name.encode(): value if isinstance(value, bytes) else value.encode()
        for name, value in headers.items()
    }
