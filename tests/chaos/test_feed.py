"""The feed: all files in their order, none half written, the first ones at once and the others when told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests import feeding
from tests.chaos.cast import until
from tests.chaos.feed import FILE_LINES, FIRST_FILES, Writer
from tests.chaos.wire import Copy, poisoned, stories
from tests.services import Stack

COPY = stories(400, seed=1)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def content(inbox: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(inbox.iterdir()))


def test_the_first_files_come_at_once_and_the_others_when_told(inbox: Path) -> None:
    with Writer(COPY, inbox, Settings(), 0.2) as writer:
        assert until(lambda: len(list(inbox.iterdir())) == FIRST_FILES, 5)
        assert not until(lambda: len(list(inbox.iterdir())) > FIRST_FILES, 0.3)
        writer.go()
        writer.join()
    assert content(inbox) == b"".join(COPY.lines)
    assert not [path for path in inbox.iterdir() if path.name.startswith(".")]


def test_a_case_that_fails_does_not_wait_for_its_feed(inbox: Path) -> None:
    def fail() -> None:
        with Writer(COPY, inbox, Settings(), 3600) as writer:
            writer.go()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(content(inbox).splitlines()) <= (FIRST_FILES + 1) * FILE_LINES


@pytest.fixture
def settings(stack: Stack, tmp_path: Path) -> Settings:
    return feeding.fresh(stack.settings, tmp_path)


@pytest.mark.services
def test_what_no_feed_would_send_is_spread_over_the_files(inbox: Path, settings: Settings) -> None:
    copy: Copy = poisoned(COPY, 10, [])
    assert len(copy.straight) > FIRST_FILES
    with Writer(copy, inbox, settings, 0.2) as writer:
        assert until(lambda: len(list(inbox.iterdir())) == FIRST_FILES, 5)
        early = len(feeding.records(settings, settings.topic_raw))
        writer.go()
        writer.join()
    found = [record.value for record in feeding.records(settings, settings.topic_raw)]
    assert sorted(found) == sorted(copy.straight)
    assert 0 < early < len(found)
