"""Sends on what is in the spool, in order; each message stays there until the broker has acknowledged it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue

import msgspec
from aiokafka.errors import KafkaError as AioKafkaError
from kafka.errors import (
    InvalidRecordError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
)

from pipeline.errors import NewswireError
from pipeline.feeds import handed
from pipeline.feeds.spool.store import Record, SpoolDamagedError, SpoolError, Store
from pipeline.producer import Message, Producer, StoppedError
from pipeline.settings import Settings

RETRY_S = 5.0
"""Seconds after which sending is tried again that failed for a reason which concerns all messages."""

GRACE_S = 5.0
"""Seconds for which it goes on sending when the run ends, as long as the broker answers."""

SILENT_S = 2.0
"""Seconds without an acknowledgement after which the broker counts as silent then."""

SAY_S = 5.0
"""Seconds after which it is said once more what is waited for."""

FLUSH_S = 1.0

_TICK_S = 0.2
_LEAVE_S = 10.0
_ITS_OWN_FAULT = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidRecordError)


class Forwarder:
    """A thread that waits for the broker as long as it takes.

    A message that the broker refuses for itself alone stays in the spool and keeps nobody waiting; it is sent
    once more when the spool is opened anew. Any other error is waited for: after it all that is not
    acknowledged is sent once more, in order.

    What is waited for, what was refused, and what ends the thread, goes to ``post``.
    """

    def __init__(self, store: Store, settings: Settings, post: Callable[[handed.Message], None]) -> None:
        self._store = store
        self._settings = settings
        self._post = post
        self._halt = threading.Event()
        self._connected = self._closing = False
        self._heard = self._said = 0.0
        self._fault: Exception | None = None
        self._set_aside: SimpleQueue[tuple[Record, Exception]] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="spool forwarder", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def leave(self) -> None:
        """Send on for a moment, while the broker answers, and end; what is left stays in the spool."""
        self._heard = start = time.monotonic()
        while self._store.left and self._connected:
            now = time.monotonic()
            if now - self._heard > SILENT_S or now - start > GRACE_S:
                break
            time.sleep(_TICK_S / 4)
        self._halt.set()
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_S)

    def _work(self) -> None:
        try:
            while not self._halt.is_set():
                self._try()
        except Exception as error:  # noqa: BLE001 - whatever it is, the run has to hear of it
            self._post(handed.Failed(error))

    def _try(self) -> None:
        """Send until stopped, or until something goes wrong that concerns all messages."""
        producer = Producer(self._settings, on_wait=self._say, stop=self._halt, make_topics=True)
        self._fault, self._closing = None, False
        try:
            producer.connect()
            self._connected = True
            self._send_all(producer)
        except StoppedError:
            pass
        except SpoolDamagedError:
            raise
        except (KafkaError, AioKafkaError, NewswireError) as error:
            self._say(f"{type(error).__name__}: {error}; trying again in {RETRY_S:g} s")
            self._halt.wait(RETRY_S)
        finally:
            self._connected = False
            self._closing = True
            producer.close(FLUSH_S)
            self._clear()

    def _send_all(self, producer: Producer) -> None:
        number = 0
        while not self._halt.is_set():
            records = self._store.after(number)
            for record in records:
                number = record.number
                self._send(producer, record)
                if self._fault or self._halt.is_set():
                    break
            self._clear()
            if self._fault:
                raise self._fault
            if not records:
                producer.tend()
                self._store.wait(number, _TICK_S)

    def _send(self, producer: Producer, record: Record) -> None:
        try:
            message = msgspec.msgpack.decode(record.data, type=Message)
        except msgspec.DecodeError as error:
            self._set_aside.put((record, error))
            return
        producer.post(message, partial(self._done, record))

    def _done(self, record: Record, error: Exception | None) -> None:
        """Take note of the broker's answer; in a thread of Kafka's, so nothing here waits for the disk."""
        if error is None:
            self._heard = time.monotonic()
            self._store.remove(record)
        elif self._closing:  # whatever is on its way then fails, and no message is at fault
            return
        elif isinstance(error, _ITS_OWN_FAULT):
            self._set_aside.put((record, error))
        else:
            self._fault = self._fault or error

    def _clear(self) -> None:
        """Clear the spool of what was sent, and set aside what was refused; a full disk stops nobody."""
        try:
            self._note_refused()
            self._store.tidy()
        except SpoolDamagedError:
            raise
        except SpoolError as error:
            self._say(str(error))

    def _note_refused(self) -> None:
        """Set aside what was refused."""
        while True:
            try:
                record, error = self._set_aside.get_nowait()
            except Empty:
                return
            reason = f"{type(error).__name__}: {error}"
            self._store.refuse(record, reason)
            what = f"message {record.number} of the spool {self._store.folder}"
            said = f"{what}: the broker does not take it: {reason}; it is kept, and sent at the next start"
            self._post(handed.Said("failed", said))

    def _say(self, message: str) -> None:
        """Say what is waited for, every now and then, and for how much."""
        if time.monotonic() - self._said > SAY_S:
            self._said = time.monotonic()
            where = f"in the spool {self._store.folder}: {self._store.waiting()}"
            self._post(handed.Said("waiting", f"{message}; {where}"))
