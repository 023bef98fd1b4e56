"""An enricher that fails, or takes too long, costs an article that part alone."""

import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pipeline.article import EnrichedArticle, Provenance
from pipeline.enrich.stages import AGAIN_S, OutOfTimeError, Stage, degraded, within

NOW = datetime(2024, 6, 19, 12, 0, tzinfo=UTC)
FINE, BAD = "fine", "bad"


def one(body: str = FINE, **fields: Any) -> EnrichedArticle:
    return EnrichedArticle(
        id="0" * 32,
        source="local",
        version=1,
        status="usable",
        received=NOW,
        provenance=Provenance(feed="files", format="text", location="a.txt"),
        enriched=NOW,
        body=body,
        **fields,
    )


def read(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
    """Marks an article as read; cannot read a bad one."""
    for each in articles:
        if each.body == BAD:
            raise ZeroDivisionError("a bad one")
    return [structs.replace(each, models={"read": "1"}) for each in articles]


def sleep(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
    """Takes as long as a bad article lets it."""
    for each in articles:
        if each.body == BAD:
            time.sleep(60)
    return [structs.replace(each, models={"read": "1"}) for each in articles]


def marked(articles: Sequence[EnrichedArticle]) -> list[bool]:
    return ["read" in each.models for each in articles]


@given(st.lists(st.sampled_from([FINE, BAD]), max_size=6), st.booleans())
def test_only_what_fails_goes_without(bodies: list[str], alone: bool) -> None:
    done = Stage("read", read, 10, alone=alone).run([one(each) for each in bodies])
    assert [each.body for each in done] == bodies
    assert marked(done) == [body == FINE for body in bodies]
    assert [each.degraded for each in done] == [
        {} if body == FINE else {"read": "ZeroDivisionError: a bad one"} for body in bodies
    ]


def test_a_batch_is_given_at_once_unless_articles_are_to_be_alone() -> None:
    given_sizes: list[int] = []

    def count(articles: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        given_sizes.append(len(articles))
        return list(articles)

    Stage("count", count, 10).run([one(), one()])
    Stage("count", count, 10, alone=True).run([one(), one()])
    assert given_sizes == [2, 1, 1]


def test_an_article_that_takes_too_long_goes_without() -> None:
    started = time.monotonic()
    done = Stage("sleep", sleep, 0.2).run([one(), one(BAD), one()])
    assert marked(done) == [True, False, True]
    assert done[1].degraded == {"sleep": "it took over 0.2 s"}
    assert time.monotonic() - started < 30


def test_what_was_missing_before_stays_told() -> None:
    done = Stage("read", read, 10).run([one(BAD, degraded={"language": "it died"})])
    assert done[0].degraded.keys() == {"language", "read"}


def test_memory_that_is_out_is_not_the_articles_fault() -> None:
    def swell(_: Sequence[EnrichedArticle]) -> list[EnrichedArticle]:
        raise MemoryError

    with pytest.raises(MemoryError):
        Stage("swell", swell, 10).run([one()])


def test_reasons_stand_beside_each_other() -> None:
    assert degraded(one(degraded={"a": "1"}), {"b": "2"}).degraded == {"a": "1", "b": "2"}


def test_code_that_catches_everything_is_ended_all_the_same() -> None:
    def stubborn() -> None:
        for _ in range(2):
            with suppress(BaseException):  # as careless code does
                time.sleep(60)
        time.sleep(60)

    with pytest.raises(OutOfTimeError), within(0.1):
        stubborn()


def test_nothing_comes_after_the_time_is_up_and_done_with() -> None:
    with within(0.2):
        pass
    time.sleep(0.4)
    with pytest.raises(OutOfTimeError), within(0.05):
        time.sleep(60)
    time.sleep(AGAIN_S + 0.2)


def test_a_limit_gives_back_the_one_around_it() -> None:
    handler = signal.getsignal(signal.SIGALRM)

    def inner() -> None:
        with within(30):
            pass
        time.sleep(60)

    with pytest.raises(OutOfTimeError), within(0.3):
        inner()
    assert signal.getsignal(signal.SIGALRM) is handler


def test_in_another_thread_there_is_no_limit() -> None:
    done: list[bool] = []

    def work() -> None:
        with within(0.01):
            time.sleep(0.1)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert done == [True]
