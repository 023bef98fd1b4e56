"""Dead letters as JSON lines in a file that is whole or not there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline import durable
from pipeline.article import DeadLetter, encode
from pipeline.errors import NewswireError

STDOUT = "-"

OnProgress = Callable[[int], None]


class ExportError(NewswireError):
    """The file cannot be written; says why."""


def export(letters: Iterable[DeadLetter], file: str, *, on_progress: OnProgress = lambda _count: None) -> int:
    """Write letters, one a line, by the schema of a dead letter; how many they were.

    Args:
        letters: what to write; read as it is written.
        file: where to; ``-`` is standard output. A file that is there is replaced, once all is on the disk.
        on_progress: told how many were written.

    Raises:
        ExportError: the file cannot be written.
    """
    count = 0
    with _opened(file) as out:
        for count, letter in enumerate(letters, 1):
            out.write(encode(letter) + b"\n")
            on_progress(count)
    return count


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file).resolve()
    try:
        if path.exists() and not path.is_file():  # a device or a pipe stays what it is
            with path.open("wb") as out:
                yield out
        else:
            with durable.replacing(path) as out:
                yield out
    except OSError as error:
        raise ExportError(f"{file} cannot be written: {error.strerror or error}") from error
