"""The choice of a story: which one is joined, which ones are one, and that everybody decides alike."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stories.choice import Choice, Member, called, choose, founded
from pipeline.stories.sketch import Sketch, of_text
from tests.stories.articles import (
    BRIDGE,
    BRIDGE_AGAIN,
    BRIDGE_AGAIN_BODY,
    BRIDGE_BODY,
    MATCH,
    MATCH_BODY,
    MONDAY,
    VOTE,
    VOTE_BODY,
    article,
)

OWN = "20261123T120000-own"


def made(headline: str = BRIDGE, body: str = BRIDGE_BODY, hours: float = 0) -> Sketch:
    found = of_text(headline, body, "en", MONDAY + timedelta(hours=hours))
    assert found is not None
    return found


def member(story: str, sketch: Sketch, article: str = "a") -> Member:
    return Member(article, story, sketch)


REWRITE = made(BRIDGE_AGAIN, BRIDGE_AGAIN_BODY)
ELSE = made(VOTE, VOTE_BODY)


def test_who_is_like_nobody_founds_a_story() -> None:
    assert choose(made(), [], OWN) == Choice(OWN)
    assert choose(made(), [member("old", ELSE)], OWN) == Choice(OWN)


def test_a_rewrite_joins_its_story_and_no_other() -> None:
    near = [member("bridge", made()), member("vote", ELSE), member("match", made(MATCH, MATCH_BODY))]
    assert choose(REWRITE, near, OWN) == Choice("bridge")


def test_a_story_is_judged_by_all_its_articles() -> None:
    """One pair that is alike by chance ties no events together."""
    others = [member("vote", ELSE, f"v{number}") for number in range(3)]
    assert choose(REWRITE, [member("vote", made()), *others], OWN) == Choice(OWN)


def test_of_two_stories_the_one_that_is_more_alike_is_joined() -> None:
    far = made("Newtown bridge: what is known of the cracks and the closed tunnel", "Questions and answers.")
    near = [member("b", made()), member("a", ELSE), member("c", far)]
    assert choose(made(hours=1), near, OWN).story == "b"


def test_two_stories_that_are_one_get_the_oldest_id() -> None:
    near = [member("20261123T080002-b", made()), member("20261123T080001-c", REWRITE)]
    assert choose(made(hours=1), near, OWN) == Choice("20261123T080001-c", ("20261123T080002-b",))


def test_stories_that_are_not_alike_stay_apart_although_one_article_is_like_both() -> None:
    both = made(f"{BRIDGE}; {VOTE}", f"{BRIDGE_BODY} {VOTE_BODY}")
    choice = choose(both, [member("bridge", made()), member("vote", ELSE)], OWN)
    assert choice.absorbed == ()
    assert choice.story in {"bridge", "vote"}


def test_an_article_keeps_the_story_that_it_has() -> None:
    near = [member("bridge", made()), member("vote", ELSE)]
    assert choose(ELSE, near, "vote").story == "vote"
    rewritten = choose(REWRITE, [member("20261101T000000-old", ELSE, "v"), *near[:1]], "20261101T000000-old")
    assert rewritten == Choice("20261101T000000-old")


def test_what_its_own_story_turns_out_to_be_part_of_is_joined() -> None:
    near = [member("a", made()), member("b", REWRITE, "other")]
    assert choose(REWRITE, near, "b") == Choice("a", ("b",))
    assert choose(made(), near, "a") == Choice("a", ("b",))


def test_what_is_days_apart_is_another_story() -> None:
    assert choose(made(hours=73), [member("old", made())], OWN) == Choice(OWN)
    assert choose(made(), [member("late", made(hours=71))], OWN) == Choice("late")
    assert choose(made(), [member("late", made(hours=73))], OWN) == Choice(OWN)


@given(st.permutations([("a", made()), ("b", REWRITE), ("c", ELSE), ("a", REWRITE), ("b", made(hours=2))]))
def test_the_order_of_what_is_found_plays_no_part(found: list[tuple[str, Sketch]]) -> None:
    near = [member(story, sketch, str(place)) for place, (story, sketch) in enumerate(found)]
    assert choose(made(hours=1), near, OWN) == Choice("a", ("b",))


def test_the_older_of_two_articles_founds_the_story_with_the_smaller_id() -> None:
    first, second = article(number=9), article(number=1, hours=1)
    assert founded(first) < founded(second)
    assert founded(first) == founded(article(number=9)) == "20261123T080000-000000000000"


def test_articles_of_one_second_found_stories_of_their_own() -> None:
    assert founded(article(number=1 << 100)) != founded(article(number=2 << 100))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_two_workers_that_see_the_same_end_up_with_the_same_story(count: int) -> None:
    """Each has founded a story of its own; whatever comes next makes them one, whoever gets it."""
    near = [member(f"20261123T08000{number}-x", made(), str(number)) for number in range(count + 1)]
    choices = {choose(REWRITE, order, OWN).story for order in (near, near[::-1])}
    assert choices == {"20261123T080000-x"}


def test_a_story_is_called_by_the_last_of_its_names() -> None:
    names = {"c": "b", "b": "a", "e": "d"}
    assert [called(story, names) for story in "abcdef"] == ["a", "a", "a", "d", "d", "f"]


def test_a_name_that_is_not_older_is_none() -> None:
    names = {"c": "a", "a": "b", "b": "b"}
    assert [called(story, names) for story in "abc"] == ["a", "b", "a"]
