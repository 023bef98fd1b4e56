"""Retrying on the real broker: each letter goes back once, as it was, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, structs

from pipeline import dead
from pipeline.article import DeadLetter, Failure, Header
from pipeline.dead import retry as retrying
from pipeline.dead.register import Which
from pipeline.dead.retry import BrokerAwayError, Report, Trouble, retry
from pipeline.dead.topic import DeadTopic
from pipeline.settings import Settings
from tests.dead.letters import FAILED, from_feed, from_topic
from tests.dead.standing import letter, open_letters, put, put_letters, retried, throw_away
from tests.feeding import fresh, noise, records
from tests.services import Stack

pytestmark = pytest.mark.services


@pytest.fixture
def here(stack: Stack, tmp_path: Path) -> Settings:
    return fresh(stack.settings, tmp_path)


def failed(settings: Settings, number: int = 0, **changes: Any) -> DeadLetter:
    """A letter that came from the topic of enriched articles."""
    return from_topic(number, **{"topic": settings.topic_enriched, **changes})


def all_open(settings: Settings) -> tuple[Report, list[Trouble]]:
    """Retry whatever is open."""
    troubles: list[Trouble] = []
    with DeadTopic(settings) as topic:
        topic.read()
        report = retry(topic, topic.letters(Which()), settings, on_trouble=troubles.append)
    return report, troubles


def back(settings: Settings) -> list[Any]:
    """What stands on the topic of enriched articles."""
    return records(settings, settings.topic_enriched)


def test_a_message_goes_back_as_it_was_and_once(here: Settings) -> None:
    headers = (Header("trace", b"\xff\x00"), Header("none"), Header("trace", b""))
    original = failed(here, key=b"\x00k", value=bytes(range(256)), headers=headers, attempts=2)
    put(here, letter(here, original), letter(here, original))
    assert all_open(here) == (Report(sent=1), [])
    (record,) = back(here)
    assert (record.key, record.value) == (b"\x00k", bytes(range(256)))
    assert record.headers == [
        ("trace", b"\xff\x00"),
        ("none", None),
        ("trace", b""),
        ("newswire-attempts", b"2"),
    ]
    assert open_letters(here) == []
    assert retried(here) == 1
    assert all_open(here) == (Report(), [])
    assert len(back(here)) == 1


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [(b"k", None, None), (UNSET, b"", b""), (b"", b"x", b"x"), (UNSET, None, b"")],
)
def test_null_and_empty_stay_apart(here: Settings, key: Any, value: bytes | None, expected: Any) -> None:
    """Neither key nor value is what no client sends: then the value is empty."""
    put_letters(here, [failed(here, key=key, value=value or b"", tombstone=value is None)])
    assert all_open(here)[0].sent == 1
    (record,) = back(here)
    assert (record.key, record.value) == (None if key is UNSET else key, expected)


def test_what_fails_again_is_a_new_letter_with_its_attempts_counted(here: Settings) -> None:
    put_letters(here, [failed(here, attempts=3)])
    all_open(here)
    (record,) = back(here)
    again = dead.of_message(
        Failure("index", "E", "still no"),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
        failed=FAILED,
    )
    put_letters(here, [again])
    assert [each.attempts for each in open_letters(here)] == [4]
    assert retried(here) == 1


def test_the_versions_of_an_article_go_back_in_their_order(here: Settings) -> None:
    put_letters(here, [failed(here, number, key=b"k") for number in range(500)])
    assert all_open(here)[0].sent == 500
    assert [record.value for record in back(here)] == [f'{{"number": {n}}}'.encode() for n in range(500)]


def test_copies_in_several_partitions_go_back_once(here: Settings) -> None:
    """Without a key each copy may come to stand elsewhere; partitions may have been added."""
    one = failed(here, key=UNSET)
    put(here, *(letter(here, one, partition) for partition in (0, 2, 2, 3)))
    assert all_open(here) == (Report(sent=1), [])
    assert open_letters(here) == []
    assert len(back(here)) == 1


def test_what_cannot_be_sent_is_told_and_stays_open(here: Settings) -> None:
    homeless = from_topic(1, topic="news.nowhere")
    lost = structs.replace(dead.without_bytes(failed(here, 2)), offset=99)
    put_letters(here, [from_feed(0), homeless, lost, failed(here, 3)])
    report, troubles = all_open(here)
    assert report == Report(sent=1, not_sent=3)
    told = {trouble.id: trouble.reason for trouble in troubles}
    assert "/in/wire-0.jsonl, byte 0: mend it" in told[dead.identity(from_feed(0))]
    assert "'news.nowhere'" in told[dead.identity(homeless)]
    assert "gone" in told[dead.identity(lost)]
    assert open_letters(here) == [from_feed(0), homeless, lost]


def test_bytes_too_large_for_a_letter_are_read_where_they_are(stack: Stack, tmp_path: Path) -> None:
    here = fresh(stack.settings, tmp_path, partitions=1)
    value = b"large" * 100_000
    message = {"topic": here.topic_enriched, "key": b"k", "value": value, "headers": [("trace", b"1")]}
    put(here, {"topic": here.topic_enriched, "value": b"before"}, message)
    put_letters(here, [dead.without_bytes(failed(here, offset=1, key=b"k", value=value))])
    throw_away(here, here.topic_enriched, 1)
    assert all_open(here) == (Report(sent=1), [])
    _, again = back(here)
    assert (again.key, again.value) == (b"k", value)
    assert again.headers == [("trace", b"1"), ("newswire-attempts", b"1")]


def test_one_that_the_broker_refuses_fails_alone(stack: Stack, tmp_path: Path) -> None:
    """The topic was made anew since, and takes less."""
    here = fresh(stack.settings, tmp_path, partitions=1)
    strict = fresh(stack.settings, tmp_path, partitions=1, max_article_bytes=2048)
    large = {3, 17}
    letters = [
        failed(strict, number, value=noise(30_000).encode() if number in large else b"small")
        for number in range(20)
    ]
    put_letters(here, letters)
    report, troubles = all_open(here)
    assert report == Report(sent=18, not_sent=2)
    assert [trouble.id for trouble in troubles] == [
        dead.identity(letters[number]) for number in sorted(large)
    ]
    assert {each.offset for each in open_letters(here)} == large
    sent = records(strict, strict.topic_enriched)
    assert {record.key for record in sent} == {each.key for each in letters if each.offset not in large}


def test_an_end_between_the_message_and_its_mark_loses_nothing(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_letters(here, [failed(here, number) for number in range(5)])

    def end(*_: object) -> Sequence[Any]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retrying._Retry, "_marks", end)
        with pytest.raises(KeyboardInterrupt):
            all_open(here)
    assert len(back(here)) == 5
    assert len(open_letters(here)) == 5, "whoever does not know sends again"
    assert all_open(here)[0].sent == 5
    assert open_letters(here) == []
    assert len(back(here)) == 10


def test_a_broker_that_goes_on_the_way_leaves_the_rest_open(
    stack: Stack, here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "ANSWER_S", 3.0)
    monkeypatch.setattr(retrying, "BATCH", 20)
    letters = [failed(here, number) for number in range(100)]
    put_letters(here, letters)
    seen: list[int] = []

    def go(sent: int) -> None:
        seen.append(sent)
        if sent == 40:
            stack.kafka.kill9()

    with DeadTopic(here) as topic:
        topic.read()
        chosen = list(topic.letters(Which()))
        try:
            with pytest.raises(BrokerAwayError, match="40 letters were retried"):
                retry(topic, chosen, here, on_progress=go)
        finally:
            stack.kafka.start()
    assert seen == [20, 40]
    assert len(open_letters(here)) == 60
    assert all_open(here)[0].sent == 60
    assert {record.key for record in back(here)} == {each.key for each in letters}
    assert open_letters(here) == []
