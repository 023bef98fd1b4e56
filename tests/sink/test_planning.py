"""A batch is planned article by article: stories, what takes whose place, and what stood before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from pipeline.article import EnrichedArticle, Replaced, article_id
from pipeline.sink.finding import Replacer
from pipeline.sink.planning import Plan, Planner
from pipeline.sink.standing import Standing
from pipeline.stories.choice import Member, founded
from pipeline.stories.recent import Recent
from pipeline.stories.sketch import sketch
from tests.sink.articles import NOON
from tests.sink.telling import TEXTS, telling

FIRST, LATER, VOTE = (
    telling("bridge"),
    telling("rewrite", received=NOON + timedelta(hours=1)),
    telling("vote"),
)


def stood(*articles: EnrichedArticle, **fields: Any) -> dict[str, Standing]:
    """What stands of some articles, each of a story that is named like its guid."""
    return {
        each.id: Standing(
            "news",
            each.version,
            {"version": each.version, "status": each.status, "story_id": f"{each.guid}"} | fields,
        )
        for each in articles
    }


def member(article: EnrichedArticle, story: str) -> Member:
    made = sketch(article)
    assert made is not None
    return Member(article.id, story, made)


def planned(
    *articles: EnrichedArticle,
    standing: Mapping[str, Standing] | None = None,
    replacers: Mapping[str, Replacer] | None = None,
    candidates: Sequence[Member] = (),
    recent: Recent | None = None,
) -> Plan:
    plan = Plan(dict(enumerate(articles)), standing or {})
    planner = Planner(plan, replacers or {}, recent or Recent(5))
    for place, each in enumerate(articles):
        planner.add(place, sketch(each), candidates)
    planner.close()
    return plan


def stories(plan: Plan) -> list[str | None]:
    return [plan.fields[place].get("story_id") for place in plan.articles]


def test_who_is_alone_founds_a_story_and_the_next_take_joins_it() -> None:
    plan = planned(FIRST, VOTE, LATER)
    assert stories(plan) == [founded(FIRST), founded(VOTE), founded(FIRST)]
    assert plan.founders == {0, 1}


def test_candidates_are_joined_as_well_as_what_was_written_a_moment_ago() -> None:
    assert stories(planned(LATER, candidates=[member(FIRST, "a")])) == ["a"]
    recent = Recent(5)
    recent.add(member(FIRST, "b"), 0)
    assert stories(planned(LATER, recent=recent)) == ["b"]


def test_an_article_is_not_compared_with_its_own_former_version() -> None:
    newer = telling("vote", "bridge", version=2)
    assert stories(planned(newer, candidates=[member(FIRST, "a")])) == [founded(newer)]


def test_what_stands_keeps_its_story_and_gives_it_to_what_is_like_it() -> None:
    plan = planned(FIRST, LATER, standing=stood(FIRST))
    assert stories(plan) == ["bridge", "bridge"]
    assert plan.founders == set()


def test_two_stories_that_are_one_are_named_with_the_article_that_shows_it() -> None:
    take = telling("take", received=NOON + timedelta(hours=2))
    plan = planned(VOTE, take, candidates=[member(FIRST, "b"), member(LATER, "a")])
    assert stories(plan) == [founded(VOTE), "a"]
    assert plan.names == {1: {"b": "a"}}


def test_those_that_came_before_in_the_batch_get_the_oldest_id_too() -> None:
    take = telling("take", received=NOON + timedelta(hours=2))
    plan = planned(LATER, take, candidates=[member(FIRST, "0")], standing=stood(LATER))
    assert stories(plan) == ["0", "0"]
    assert {each.story for each in plan.members.values()} == {"0"}


def test_an_older_version_than_what_stands_changes_no_story() -> None:
    recent = Recent(5)
    older = telling("bridge", "vote", version=1)
    plan = planned(older, standing=stood(telling("vote", version=2)), recent=recent)
    assert stories(plan) == ["vote"]
    assert not plan.members
    assert len(recent) == 0


def test_of_two_versions_in_a_batch_the_second_keeps_the_story_of_the_first() -> None:
    newer = telling("vote", "bridge", version=2, received=NOON + timedelta(hours=1))
    assert stories(planned(FIRST, newer)) == [founded(FIRST)] * 2


def test_a_kill_has_no_story_and_keeps_what_it_replaced() -> None:
    kill = telling("bridge", version=2, status="canceled")
    standing = stood(FIRST, replaces={"guid": "old"}, replaces_id="x")
    plan = planned(kill, standing=standing)
    assert plan.fields[0].keys() == {"provenances", "feed", "replaces", "replaces_id"}


def test_what_replaces_and_what_is_replaced_share_a_story() -> None:
    new = telling("vote", "new", replaces=Replaced(guid="bridge"))
    assert stories(planned(new, standing=stood(FIRST))) == ["bridge"]
    assert stories(planned(FIRST, replacers={FIRST.id: Replacer("n", canceled=False, story="s")})) == ["s"]
    assert planned(new).fields[0]["replaces_id"] == article_id("Test", "bridge", "")


def test_what_stands_as_replaced_stays_so_though_nobody_says_so_any_more() -> None:
    hidden = planned(FIRST, standing=stood(FIRST, replaced_by="n")).fields[0]
    gone = planned(FIRST, standing=stood(FIRST, replaced_by="n", status="canceled")).fields[0]
    assert hidden["replaced_by"] == gone["replaced_by"] == "n"
    assert "status" not in hidden
    assert gone["status"] == "canceled"


def test_what_replaces_an_article_of_another_week_has_its_story_and_keeps_it() -> None:
    """What it tells is like another story, and none of its own is near it."""
    days = [f"{NOON + timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}" for number in (0, 5)]
    old = telling("vote", created=days[0])
    like = telling("bridge", created=days[1], received=NOON + timedelta(hours=1))
    late = NOON + timedelta(hours=2)
    new = telling("rewrite", created=days[1], received=late, replaces=Replaced(guid="vote"))
    plan = planned(old, like, new, new)
    assert stories(plan) == [founded(old)] * 4
    assert plan.names[2] == {founded(like): founded(old)}


def test_a_plan_is_renewed_for_what_was_planned_again() -> None:
    first = planned(FIRST, VOTE)
    standing = stood(FIRST)
    later = Plan({0: FIRST}, standing)
    planner = Planner(later, {}, Recent(5))
    planner.add(0, None, ())
    planner.close()
    plan = first.renewed(later)
    assert plan.articles == first.articles
    assert plan.standing == standing
    assert stories(plan) == ["bridge", founded(VOTE)]
    assert plan.members.keys() == plan.founders == {1}


batches = st.lists(
    st.builds(
        lambda text, guid, version, hours, days, replaced: telling(
            text,
            f"g{guid}",
            version=version,
            received=NOON + timedelta(hours=hours),
            created=f"{NOON + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
            replaces=UNSET if replaced is None else Replaced(guid=f"g{replaced}"),
        ),
        st.sampled_from(list(TEXTS)),
        st.integers(0, 4),
        st.integers(0, 3),
        st.integers(0, 9),
        st.sampled_from([0, 5]),
        st.none() | st.integers(0, 4),
    ),
    max_size=12,
)


@given(batches)
def test_every_article_has_a_story_that_no_other_name_is_left_of(batch: list[EnrichedArticle]) -> None:
    plan = planned(*batch)
    gone = {old for names in plan.names.values() for old in names}
    assert all(story and story not in gone for story in stories(plan))
    assert all(new < old for names in plan.names.values() for old, new in names.items())
