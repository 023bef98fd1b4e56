"""Files that are there whole or not at all, whatever fails and whoever is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import durable


def test_what_was_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with durable.replacing(path) as out:
        out.write(b"new")
        assert not path.exists()
    durable.sync(tmp_path)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_until_it_is_whole_the_former_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"old")
    with durable.replacing(path) as out:
        out.write(b"new")
        out.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"old")

    def failing() -> None:
        with durable.replacing(path) as out:
            out.write(b"ne")
            raise error

    with pytest.raises(error):
        failing()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_that_is_killed_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"old")
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom pipeline import durable\n"
        "with durable.replacing(Path(sys.argv[1])) as out:\n"
        "    out.write(b'new')\n    out.flush()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.sync(tmp_path / "none")
    with pytest.raises(FileNotFoundError), durable.replacing(tmp_path / "none" / "list"):
        pass


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        durable.sync(tmp_path)
        with durable.replacing(tmp_path / "list") as out:
            out.write(b"x")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
