"""What a feed from elsewhere has dealt with outlives a kill, and belongs to one process at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.ledger import Ledger, ledger_of
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.settings import Settings


def test_what_was_put_is_there_and_what_was_dropped_is_not(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "deep" / "x.ledger")
    assert ledger.all() == {}
    ledger.put({"a": "1", "é \n\0☃": "", "c": "3"})
    ledger.put({"a": "2"}, drop=["c", "never there"])
    again = Ledger(tmp_path / "deep" / "x.ledger")
    assert again.all() == {"a": "2", "é \n\0☃": ""}


def test_what_is_dropped_and_put_at_once_is_there(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "x.ledger")
    ledger.put({"a": "1"})
    ledger.put({"a": "2"}, drop=["a"])
    assert ledger.all() == {"a": "2"}


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.text("abc", max_size=1), st.text(st.characters(codec="utf-8"), max_size=5)),
            st.lists(st.text("abc", max_size=1), max_size=2),
        ),
        max_size=6,
    )
)
def test_it_does_what_a_dictionary_does(steps: list[tuple[dict[str, str], list[str]]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        ledger, model = Ledger(Path(folder, "x.ledger")), dict[str, str]()
        for values, drop in steps:
            ledger.put(values, drop=drop)
            model = {key: value for key, value in model.items() if key not in drop} | values
        assert ledger.all() == model


def test_one_feed_at_a_time_holds_it_and_others_may_still_look(tmp_path: Path) -> None:
    ledger, other = Ledger(tmp_path / "x.ledger"), Ledger(tmp_path / "x.ledger")
    with ledger.held():
        ledger.put({"a": "1"})
        with pytest.raises(AlreadyWatchedError, match=str(tmp_path / "x.ledger")), other.held():
            pass
        assert other.all() == {"a": "1"}
    with other.held():
        pass


def test_any_thread_may_use_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "x.ledger")
    threads = [threading.Thread(target=ledger.put, args=({str(number): "x"},)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger.all()) == 8


def test_what_was_put_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pipeline.feeds.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "for number in range(100000):\n"
        "    ledger.put({str(number): 'x', 'last': str(number)}); print(number, flush=True)\n"
    )
    file = tmp_path / "x.ledger"
    process = subprocess.Popen([sys.executable, "-c", script, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(50):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    told = 49 + len(process.stdout.readlines())
    process.wait()
    process.stdout.close()
    found = Ledger(file).all()
    last = int(found.pop("last"))
    assert last in {told, told + 1}
    assert set(found) == {str(number) for number in range(last + 1)}


def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "x.ledger"
    file.write_bytes(b"no table " * 1000)
    with pytest.raises(OSError, match="remove it") as caught:
        Ledger(file).all()
    assert str(file) in str(caught.value)
    with pytest.raises(OSError, match="make room"):
        Ledger(file).put({"a": "1"})


def test_a_folder_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text("no folder")
    with pytest.raises(OSError, match="feed"):
        Ledger(tmp_path / "feed" / "x.ledger").put({"a": "1"})


def test_each_place_source_and_topic_has_its_own(tmp_path: Path) -> None:
    here = Settings(var=tmp_path)
    ledgers = [
        ledger_of("remote", ("host", "folder"), "agency", here),
        ledger_of("mailbox", ("host", "folder"), "agency", here),
        ledger_of("remote", ("host", "other"), "agency", here),
        ledger_of("remote", ("hostfolder",), "agency", here),
        ledger_of("remote", ("host", "folder"), "other", here),
        ledger_of("remote", ("host", "folder"), "agency", here.model_copy(update={"topic_raw": "other"})),
        ledger_of("remote", ("host", "folder"), "agency", here.model_copy(update={"kafka": "other:9092"})),
    ]
    for number, ledger in enumerate(ledgers):
        ledger.put({"number": str(number)})
    assert [ledger.all()["number"] for ledger in ledgers] == [str(number) for number in range(len(ledgers))]
    assert ledger_of("remote", ("host", "folder"), "agency", here).all() == {"number": "0"}
    assert {path.parent for path in tmp_path.rglob("*.ledger")} == {tmp_path / "feed"}
