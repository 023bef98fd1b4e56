"""The clock: the time of day is moved in a process that runs, waits are not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.chaos.clock import Clock, compiler

pytestmark = pytest.mark.skipif(compiler() is None, reason="needs a C compiler")

# Says for each line that it is sent what time it is by two ways, and the time that only goes forward.
TELLS = (
    "import sys, time, datetime\n"
    "for _ in sys.stdin:\n"
    "    now = datetime.datetime.now(datetime.UTC).timestamp()\n"
    "    print(time.time(), now, time.monotonic(), flush=True)\n"
)


def test_a_running_process_sees_the_jump(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.build()
    with subprocess.Popen(
        [sys.executable, "-c", TELLS],
        env={**os.environ, **clock.variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for jump in (0, 7200, -3600, 0):
            clock.jump(jump)
            process.stdin.write("\n")
            process.stdin.flush()
            by_time, by_datetime, steady = map(float, process.stdout.readline().split())
            assert abs(by_time - time.time() - jump) < 5
            assert abs(by_datetime - time.time() - jump) < 5
            assert abs(steady - time.monotonic()) < 5
        process.stdin.close()


def test_a_process_without_the_file_keeps_the_time(tmp_path: Path) -> None:
    clock = Clock(tmp_path)
    clock.build()
    variables = {**os.environ, **clock.variables, "CHAOS_CLOCK": str(tmp_path / "none")}
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"],
        env=variables,
        capture_output=True,
        check=True,
    )
    assert abs(float(told.stdout) - time.time()) < 30
