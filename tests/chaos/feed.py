"""The steady feed of a case: files into a watched folder, and straight onto Kafka what no feed sends."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer

from pipeline.settings import Settings
from tests.chaos import wire
from tests.chaos.wire import Copy

FILE_LINES = 20
FIRST_FILES = 5


class Writer:
    """Puts the copy into a folder, file by file at a steady pace, in a thread of its own.

    The first files come at once, the others when ``go`` says that the workers are up. A file comes as
    ``.name`` and is renamed, as careful senders do.

    Args:
        copy: what to write; messages of it that go straight onto the topic are spread over the files.
        inbox: the folder.
        settings: where the topic is.
        seconds: over which all is written.
    """

    def __init__(self, copy: Copy, inbox: Path, settings: Settings, seconds: float) -> None:
        self._inbox = inbox
        self._settings = settings
        self._files = list(enumerate(wire.files(copy.lines, FILE_LINES)))
        self._straight = list(copy.straight)
        self._share = len(copy.straight) / len(self._files)
        self._pause_s = seconds / len(self._files)
        self._producer: Any = None
        self._go = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, name="writer")

    def __enter__(self) -> Self:
        if self._straight:
            self._producer = KafkaProducer(bootstrap_servers=self._settings.kafka, acks="all")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stop.set()
        self.go()
        self._thread.join()
        if self._producer is not None:
            self._producer.close()

    def go(self) -> None:
        """Let the feed go on."""
        self._go.set()

    def join(self) -> None:
        """Wait until all is written."""
        self._thread.join()

    def _write(self) -> None:
        for number, content in self._files[:FIRST_FILES]:
            self._put(number, content)
        self._go.wait()
        for number, content in self._files[FIRST_FILES:]:
            if self._stop.wait(self._pause_s):
                return
            self._put(number, content)

    def _put(self, number: int, content: bytes) -> None:
        name = f"{number:05}.jsonl"
        unfinished = self._inbox / f".{name}"
        unfinished.write_bytes(content)
        unfinished.rename(self._inbox / name)
        due = round(self._share * (number + 1)) - round(self._share * number)
        for _ in range(due):
            value = self._straight.pop()
            self._producer.send(self._settings.topic_raw, key=value, value=value).get(timeout=60)
