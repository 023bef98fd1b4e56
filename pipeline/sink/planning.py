"""What is to be written of a batch, in pure functions: article by article, each knowing those before it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pipeline.article import EnrichedArticle
from pipeline.sink.changes import Fields, came_from, marked, replaced_id, takes_place
from pipeline.sink.finding import CANDIDATES, Replacer, packed
from pipeline.sink.standing import Standing
from pipeline.stories.choice import Member, called, choose, founded
from pipeline.stories.recent import OF_A_STORY, Recent
from pipeline.stories.sketch import WINDOW, Sketch

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written of a batch.

    Attributes:
        articles: the batch, by place.
        standing: what stood of these articles and of those that they replace, by id.
        fields: what each document has beside its own fields, for ``document.related``; by place.
        members: those that can be compared, by place.
        founders: places of those that founded a story.
        names: ids of stories that turned out to be others, by the place of the article that showed it.
    """

    articles: Mapping[int, EnrichedArticle]
    standing: Mapping[str, Standing]
    fields: dict[int, dict[str, Any]] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    founders: set[int] = field(default_factory=set)
    names: dict[int, dict[str, str]] = field(default_factory=dict)

    def renewed(self, later: Plan) -> Plan:
        """This plan, but for the places that another, made later, has planned again."""
        rest = self.articles.keys() - later.articles.keys()

        def kept(of: Mapping[int, Item]) -> dict[int, Item]:
            return {place: one for place, one in of.items() if place in rest}

        return Plan(
            articles={**self.articles, **later.articles},
            standing=later.standing,
            fields=kept(self.fields) | later.fields,
            members=kept(self.members) | later.members,
            founders=(self.founders & rest) | later.founders,
            names=kept(self.names) | later.names,
        )


class Planner:
    """Plans a batch, article by article in order.

    Args:
        plan: to fill; it has its articles and what stands.
        replacers: who takes the place of which article, by the latter's id.
        recent: articles that were written here lately; those that are planned are added.
    """

    def __init__(self, plan: Plan, replacers: Mapping[str, Replacer], recent: Recent) -> None:
        self._plan = plan
        self._replacers = replacers
        self._recent = recent
        self._kept: dict[str, Fields] = {each: one.source for each, one in plan.standing.items()}
        self._names: dict[str, str] = {}

    def add(self, place: int, sketch: Sketch | None, candidates: Sequence[Member]) -> None:
        """Plan one article.

        Args:
            place: its place in the batch.
            sketch: what is compared of it, if it can be.
            candidates: the members of stories that may be its own.
        """
        article = self._plan.articles[place]
        kept = self._kept.get(article.id, {})
        fields = came_from(article, kept) | takes_place(article, kept) | self._mark(article, kept)
        stale = article.version < kept.get("version", 0)
        if "canceled" not in (article.status, fields.get("status")):
            if stale:
                fields["story_id"] = kept.get("story_id") or founded(article)
            else:
                fields |= self._story(place, sketch, candidates)
        self._plan.fields[place] = fields
        if not stale:
            self._kept[article.id] = {"version": article.version, "status": article.status} | fields

    def close(self) -> None:
        """Give those that came first the ids that their stories have in the end."""
        for fields in self._plan.fields.values():
            if story := fields.get("story_id"):
                fields["story_id"] = called(story, self._names)
        for place, member in self._plan.members.items():
            self._plan.members[place] = replace(member, story=called(member.story, self._names))

    def _mark(self, article: EnrichedArticle, kept: Fields) -> dict[str, Any]:
        """What is said of an article whose place another takes: by that one, or by what stands."""
        if one := self._replacers.get(article.id):
            return marked(kept, one.article, canceled=one.canceled)
        if by := kept.get("replaced_by"):
            return marked(kept, by, canceled=kept.get("status") == "canceled")
        return {}

    def _story(self, place: int, sketch: Sketch | None, candidates: Sequence[Member]) -> dict[str, Any]:
        article = self._plan.articles[place]
        own, *linked = self._known(article) or [founded(article)]
        is_new = own == founded(article) and not linked and article.id not in self._kept
        names = dict.fromkeys(linked, own)
        if sketch:
            choice = choose(sketch, self._members(article, sketch, candidates, None if is_new else own), own)
            names |= dict.fromkeys((*choice.absorbed, *(linked if choice.story != own else ())), choice.story)
            own = choice.story
            self._plan.members[place] = member = Member(article.id, own, sketch)
            self._recent.add(member, time.monotonic())
            if own == founded(article):
                self._plan.founders.add(place)
        if names:
            self._plan.names[place] = names
            self._names |= names
        return {"story_id": own} | (
            {"story_bands": list(sketch.bands), "story_text": packed(sketch)} if sketch else {}
        )

    def _known(self, article: EnrichedArticle) -> list[str]:
        """The stories that an article has: its own, that of what it replaces, and of what replaces it."""
        others = [
            self._kept.get(each, {}).get("story_id") for each in (article.id, replaced_id(article) or "")
        ]
        others += [one.story for one in (self._replacers.get(article.id),) if one]
        return sorted({called(story, self._names) for story in others if story})

    def _members(
        self, article: EnrichedArticle, sketch: Sketch, candidates: Sequence[Member], own: str | None
    ) -> list[Member]:
        """All that an article is compared with; itself where it has a story that nobody near it is of.

        So the story that it has is always among those that are chosen from, and a chosen one never younger.
        """
        members: dict[str, Member] = {}
        of_own = self._recent.of_stories([own], OF_A_STORY) if own else []
        for each in (*candidates, *self._recent.near(sketch, CANDIDATES), *of_own):
            story = called(each.story, self._names)
            if there := members.get(each.article):
                story = min(story, there.story)
            members[each.article] = replace(each, story=story)
        members.pop(article.id, None)
        if own and all(
            each.story != own or abs(each.sketch.moment - sketch.moment) > WINDOW for each in members.values()
        ):
            members[article.id] = Member(article.id, own, sketch)
        return list(members.values())
