"""The articles of the last seconds: found by their bands, with their stories, and forgotten in time."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.stories.choice import Member
from pipeline.stories.recent import OF_A_BAND, OF_A_STORY, Recent
from pipeline.stories.sketch import Sketch, of_text
from tests.stories.articles import (
    BRIDGE,
    BRIDGE_AGAIN,
    BRIDGE_AGAIN_BODY,
    BRIDGE_BODY,
    MONDAY,
    VOTE,
    VOTE_BODY,
)


def made(headline: str = BRIDGE, body: str = BRIDGE_BODY) -> Sketch:
    found = of_text(headline, body, "en", MONDAY + timedelta(0))
    assert found is not None
    return found


ONE, REWRITE, ELSE = made(), made(BRIDGE_AGAIN, BRIDGE_AGAIN_BODY), made(VOTE, VOTE_BODY)


def test_what_shares_bands_is_found() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("b", "vote", ELSE), 0)
    assert [each.article for each in recent.near(REWRITE, 5)] == ["a"]


def test_all_articles_of_a_story_that_is_found_are_given() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("b", "bridge", ELSE), 0)
    assert [each.article for each in recent.near(ONE, 1)] == ["a", "b"]


def test_no_more_stories_than_articles_that_are_asked_for() -> None:
    recent = Recent(10)
    for number in range(9):
        recent.add(Member(f"{number}", f"story {number}", ONE), 0)
    assert [each.article for each in recent.near(ONE, 4)] == ["0", "1", "2", "3"]


def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("a", "vote", ELSE), 1)
    assert len(recent) == 1
    assert recent.near(ONE, 5) == []
    assert [each.story for each in recent.near(ELSE, 5)] == ["vote"]


def test_what_is_old_is_forgotten() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("b", "bridge", ONE), 8)
    recent.add(Member("c", "vote", ELSE), 10.5)
    assert [each.article for each in recent.near(ONE, 5)] == ["b"]


def test_a_new_version_is_kept_as_long_as_any() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("a", "bridge", ONE), 9)
    recent.add(Member("b", "vote", ELSE), 12)
    assert [each.article for each in recent.near(ONE, 5)] == ["a"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 12)), max_size=30))
def test_it_holds_what_was_added_lately_and_nothing_else(steps: list[tuple[int, int, int]]) -> None:
    recent, now, last = Recent(10), 0, dict[str, int]()
    for article, story, later in steps:
        now += later
        last[f"{article}"] = now
        recent.add(Member(f"{article}", f"{story}", ONE), now)
        kept = {each for each, added in last.items() if added >= now - 10}
        assert {each.article for each in recent.near(ONE, 99)} == kept
        assert len(recent) == len(kept)


def test_nothing_is_found_where_nothing_is() -> None:
    assert Recent(1).near(ONE, 3) == []
    assert Recent(1).of_stories([]) == []


def test_of_too_many_the_latest_stay() -> None:
    recent = Recent(10, most=3)
    for number in range(5):
        recent.add(Member(f"{number}", "bridge", ONE), number)
    assert len(recent) == 3
    assert [each.article for each in recent.near(ONE, 5)] == ["2", "3", "4"]


def test_a_story_of_very_many_is_told_by_its_latest() -> None:
    recent = Recent(10)
    for number in range(OF_A_BAND * 3):
        recent.add(Member(f"{number:03}", "bridge", ONE), number / 100)
    found = [each.article for each in recent.near(ONE, 30)]
    assert found == [f"{number:03}" for number in range(OF_A_BAND * 3 - OF_A_STORY, OF_A_BAND * 3)]
    assert len(recent.of_stories(["bridge"])) == OF_A_BAND * 3


def test_what_is_forgotten_is_not_found() -> None:
    recent = Recent(10)
    recent.add(Member("a", "bridge", ONE), 0)
    recent.add(Member("b", "bridge", ONE), 0)
    recent.forget("a")
    recent.forget("never there")
    assert [each.article for each in recent.near(ONE, 5)] == ["b"]
    assert [each.article for each in recent.of_stories(["bridge"])] == ["b"]


def test_the_articles_of_a_story_get_another_ones_id() -> None:
    recent = Recent(10)
    recent.add(Member("a", "old", ONE), 0)
    recent.add(Member("b", "new", ELSE), 0)
    recent.rename({"old": "new", "unknown": "new"})
    assert recent.of_stories(["old"]) == []
    assert {each.article: each.story for each in recent.near(ONE, 5)} == {"a": "new", "b": "new"}
    recent.forget("a")
    assert [each.article for each in recent.of_stories(["new"])] == ["b"]
