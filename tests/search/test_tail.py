"""A live tail gives each version once, in the order in which they were written, also those that come late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import QueryError
from pipeline.search import latest, tail
from pipeline.search.cursors import read, text_of
from pipeline.search.tail import _moved, _Reader, _Written
from pipeline.settings import Settings
from tests.search.news import tell, write
from tests.sink.articles import article

services = pytest.mark.services

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def wrote(settings: Settings, guids: dict[str, float]) -> None:
    """Articles that were written so many seconds after noon, searchable now."""
    write(settings, [article(guid, version=1) for guid in guids])
    tell(
        settings, {guid: {"indexed": (NOW + timedelta(seconds=at)).isoformat()} for guid, at in guids.items()}
    )


def names(*guids: str) -> list[str]:
    return [article(guid).id for guid in guids]


@services
def test_first_come_the_newest_the_oldest_of_them_first(own: Settings) -> None:
    wrote(own, {"a": 3, "b": 1, "c": 2, "d": 0})
    found = latest(own, size=3)
    assert [hit.id for hit in found.hits] == names("b", "c", "a")
    assert found.hits[0].title == "Un mot."
    assert latest(own, after=found.after).hits == ()


@services
def test_then_comes_what_was_written_since_each_once(own: Settings) -> None:
    wrote(own, {"a": 0})
    after = latest(own).after
    wrote(own, {"b": 5, "c": 6, "d": 7})
    first = latest(own, after=after, size=2)
    assert [hit.id for hit in first.hits] == names("b", "c")
    second = latest(own, after=first.after, size=2)
    assert [hit.id for hit in second.hits] == names("d")
    assert latest(own, after=second.after).hits == ()
    assert latest(own, after=after, size=2).hits == first.hits


@services
def test_what_was_written_before_but_is_searchable_only_now_comes_too(own: Settings) -> None:
    wrote(own, {"a": 0, "b": 10})
    after = latest(own).after
    wrote(own, {"late": 5, "later": 9.5})
    found = latest(own, after=after, size=1)
    assert [hit.id for hit in found.hits] == names("late")
    found = latest(own, after=found.after)
    assert [hit.id for hit in found.hits] == names("later")
    wrote(own, {"much later": 60})
    found = latest(own, after=found.after)
    assert [hit.id for hit in found.hits] == names("much later")
    wrote(own, {"too late": 9})
    assert latest(own, after=found.after).hits == ()


@services
def test_after_the_first_answer_too_and_what_that_left_out_does_not_come(own: Settings) -> None:
    wrote(own, {"old": -60, "a": 0, "b": 10})
    first = latest(own, size=1)
    assert [hit.id for hit in first.hits] == names("b")
    assert latest(own, after=first.after).hits == ()
    wrote(own, {"late": 5, "later": -15, "too late": -70})
    assert [hit.id for hit in latest(own, after=first.after).hits] == names("later", "late")


@services
def test_where_very_much_was_written_the_first_answer_leaves_no_more_behind_than_fits(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "_MOST_KNOWN", 3)
    wrote(own, {f"n{number}": number for number in range(6)})
    first = latest(own, size=2)
    assert [hit.id for hit in first.hits] == names("n4", "n5")
    assert latest(own, after=first.after).hits == ()
    wrote(own, {"late": 4.5, "before": 1})
    assert [hit.id for hit in latest(own, after=first.after).hits] == names("late")


@services
def test_a_new_version_comes_again_and_what_may_not_be_seen_never(own: Settings) -> None:
    wrote(own, {"a": 0, "b": 1})
    after = latest(own).after
    write(own, [article("a", version=2, headline="Encore"), article("b", version=2, status="canceled")])
    write(own, [article("c", status="withheld"), article("d", embargo=datetime.now(UTC) + timedelta(days=1))])
    found = latest(own, after=after)
    assert [(hit.title, hit.version) for hit in found.hits] == [("Encore", 2)]


@services
def test_many_that_were_written_at_one_moment_are_all_given(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "_MOST_KNOWN", 5)
    wrote(own, {"before": -1})
    after = latest(own).after
    guids = [f"n{number}" for number in range(40)]
    wrote(own, dict.fromkeys(guids, 1.0))
    given: list[str] = []
    while True:
        found = latest(own, after=after, size=7)
        if not found.hits:
            break
        given += [hit.id for hit in found.hits]
        after = found.after
    assert sorted(given) == sorted(names(*guids))


@services
def test_an_index_without_articles_has_nothing_and_a_place_to_go_on_from(own: Settings) -> None:
    write(own, [])
    empty = latest(own)
    assert empty.hits == ()
    write(own, [article("a")])
    assert [hit.id for hit in latest(own, after=empty.after).hits] == names("a")


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "A" * 100_000,
        text_of(_Reader(10**17, "")),
        text_of(_Reader(0, "", b"x" * 5000)),
        text_of(_Reader(0, "x" * 2000)),
        msgspec.json.encode([0, "", ""]).decode(),
    ],
    ids=lambda after: after[:12],
)
def test_a_place_that_is_none_is_refused(after: str) -> None:
    with pytest.raises(QueryError, match=r"^after: this is no place"):
        latest(Settings(), after=after)


@services
def test_marks_that_are_no_marks_are_answered(own: Settings) -> None:
    wrote(own, {"a": 0})
    assert len(latest(own, after=text_of(_Reader(0, "", b"xyz"))).hits) == 1


@pytest.mark.parametrize("size", [0, 1001])
def test_a_size_out_of_bounds_is_said(size: int) -> None:
    with pytest.raises(QueryError, match="is not from 1 to 1000"):
        latest(Settings(), size=size)


def rounds(written: list[tuple[int, int]], size: int) -> Iterator[list[_Written]]:
    """What a reader is given, one article more searchable each time: as ``latest`` does it, in memory."""
    reader = _Reader(0, "")
    waiting = sorted(written, key=lambda one: one[1])
    there: list[_Written] = []
    new: list[_Written] = []
    while waiting or new:
        if waiting:
            moment, _ = waiting.pop(0)
            there = sorted([*there, _Written(moment, f"{len(there):032x}")])
        known = {reader.known[at : at + 5] for at in range(0, len(reader.known), 5)}
        beyond_start = [one for one in there if tuple(one) > (reader.moment, reader.id)]
        found = beyond_start[: size + len(known)]
        new = [one for one in found if one.mark() not in known][:size]
        had = {one for one in found if one.mark() in known}
        full = len(found) == size + len(known)
        rest = known - {one.mark() for one in had} if full else set()
        reader = _moved(reader, found, had | set(new), b"".join(sorted(rest)))
        assert read(text_of(reader), _Reader) == reader
        yield new


@given(
    written=st.lists(st.tuples(st.integers(1, 25_000), st.integers(0, 1000)), min_size=1, max_size=30),
    size=st.integers(1, 4),
)
def test_within_half_a_minute_each_is_given_once_in_whatever_order_they_come(
    written: list[tuple[int, int]], size: int
) -> None:
    given = [one for new in rounds(written, size) for one in new]
    assert sorted(one.moment for one in given) == sorted(moment for moment, _ in written)
    assert len(set(given)) == len(given)
