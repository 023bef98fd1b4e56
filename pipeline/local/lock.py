"""A lock between processes, so that two commands never fetch, start or stop the same thing at once."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.local.errors import LocalServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TELL_AFTER_S = 1.0


@contextmanager
def locked(file: Path, *, limit_s: float, progress: Callable[[str], None]) -> Iterator[int]:
    """Holds the lock within the block; the kernel lets go of it when the last holder dies.

    Args:
        file: the lock's file; made when missing, and left there.
        limit_s: seconds to wait for another holder.
        progress: is told once when there is somebody to wait for.

    Yields:
        The file descriptor. A child that inherits it holds the lock too, until it ends.

    Raises:
        LocalServiceError: another process held it all that time, or the file cannot be made.
    """
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LocalServiceError(
            f"cannot write {file}: {error.strerror}. Run as its owner, or name another folder."
        ) from error
    try:
        _wait(descriptor, file, limit_s, progress)
        yield descriptor
    finally:
        os.close(descriptor)


def _wait(descriptor: int, file: Path, limit_s: float, progress: Callable[[str], None]) -> None:
    began = time.monotonic()
    told = False
    while not _taken(descriptor):
        waited = time.monotonic() - began
        if waited >= limit_s:
            raise LocalServiceError(
                f"another newswire process has held {file} for {limit_s:.0f} s. "
                "Let it finish, or end it, and run the command again."
            )
        if not told and waited >= TELL_AFTER_S:
            progress("waiting for another newswire process that is at work on the same thing")
            told = True
        time.sleep(0.1)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
