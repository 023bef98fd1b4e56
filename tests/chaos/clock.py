"""A wall clock that jumps, for the workers, their model processes and the feeder.

What it covers: everything in those processes that asks for the time of day, C libraries included. What it
does not: Kafka and Elasticsearch keep the machine's clock, and so do the times of files. The clock is a small
library that is preloaded (``clock.c``), so a C compiler is needed.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


def compiler() -> str | None:
    """The C compiler, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


class Clock:
    """The clock of the processes that were started with its variables.

    Args:
        folder: where the library and the file with the shift are put.
    """

    def __init__(self, folder: Path) -> None:
        self._shift = folder / "clock"
        self._library = folder / "clock.so"

    def build(self) -> None:
        """Compile the library.

        Raises:
            subprocess.CalledProcessError: the compiler refuses it.
        """
        found = compiler()
        assert found, "there is no C compiler: install one (cc)"
        subprocess.run([found, "-shared", "-fPIC", "-O1", "-o", self._library, SOURCE], check=True)
        self.jump(0)

    @property
    def variables(self) -> dict[str, str]:
        """What a process must have in its environment."""
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._shift)}

    def jump(self, seconds: int) -> None:
        """Set the clock so far from the machine's, at once and for all processes."""
        # Written in place: a new file would not be the one that they have mapped.
        with self._shift.open("r+b" if self._shift.exists() else "w+b") as file:
            file.write(struct.pack("=q", seconds))
