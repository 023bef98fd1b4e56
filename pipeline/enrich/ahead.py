"""The start of a zygote, which may come before anything else is imported here: it imports meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import NamedTuple

_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Started(NamedTuple):
    """A process that waits to be told what to load, and our end of the pipe to it; it ends with that."""

    process: subprocess.Popen[bytes]
    control: Connection


_begun: list[Started] = []


def begin() -> None:
    """Start a zygote now, for whoever wants one first, with the imports that our own models need."""
    _begun.append(_start(early=True))


def started() -> Started:
    """The zygote that was begun, if it was not given away yet, else a new one."""
    return _begun.pop() if _begun else _start(early=False)


def _start(*, early: bool) -> Started:
    control, theirs = Pipe()
    with theirs:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; from pipeline.enrich.zygote import main; "
            f"main({theirs.fileno()}, early={early})"
        )
        process = subprocess.Popen(
            [sys.executable, *(["-B"] if sys.dont_write_bytecode else []), "-c", code],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # Each model process is to use one core, and a process with threads cannot be forked.
            env={**os.environ, **_ONE_THREAD},
        )
    return Started(process, control)
