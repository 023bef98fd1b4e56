"""The life of a story: what each article of a batch has to do with others, and what that changes in them."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from msgspec import UNSET

from pipeline.article import EnrichedArticle
from pipeline.sink.again import Again
from pipeline.sink.amending import Amender, Patiently, Write
from pipeline.sink.bulk import Indexed, Outcome, Refused, Stale
from pipeline.sink.changes import Change, preceded, replaced, replaced_id
from pipeline.sink.finding import Finder, Replacer
from pipeline.sink.planning import Plan, Planner
from pipeline.sink.standing import Look
from pipeline.stories.choice import PROMISING, Member
from pipeline.stories.recent import Recent
from pipeline.stories.sketch import Sketch, similarity

KEPT_S = 5.0
"""How long what was written here is kept: by then, searches find it."""

ASKED = (
    *("version", "status", "story_id", "provenance", "provenances", "feed"),
    *("replaces", "replaces_id", "replaced_by"),
)
"""Fields of what stands that a plan is made from."""

log = structlog.get_logger(__name__)


class Kin:
    """What a sink knows of the articles that it writes: their stories, and what takes whose place.

    All of it can be found again in Elasticsearch, but for what was written in the last seconds by somebody
    else at the same time; a second look finds that.

    Args:
        finder: finds stories.
        look: tells what stands of an article.
        write: writes documents, in one attempt.
        patiently: attempts without end at what Elasticsearch is asked.
        briefly: a few attempts.
    """

    def __init__(
        self, finder: Finder, look: Look, write: Write, patiently: Patiently, briefly: Patiently
    ) -> None:
        self._finder = finder
        self._look = look
        self._recent = Recent(KEPT_S)
        self._replacers: dict[str, tuple[float, Replacer]] = {}
        self._amender = Amender(finder, self._recent, look, write, patiently)
        again = Amender(finder, self._recent, look, write, briefly)
        self._again = Again(finder, again, self._recent, briefly)
        self._later: asyncio.Task[None] | None = None
        self.turn = asyncio.Lock()
        """To be held from a plan until it is settled: a second look comes between batches."""

    async def plan(
        self, articles: Mapping[int, EnrichedArticle], sketches: Mapping[int, Sketch], former: Plan
    ) -> Plan:
        """What is to be written of a batch beside the articles themselves; does not wait for Elasticsearch.

        Args:
            articles: those that can become documents, by place; their outcomes have the same places.
            sketches: what is compared of them, by place; of some there is nothing.
            former: what has been planned of the batch so far, which stays for those that have their outcome.
        """
        if not articles:
            return former
        own = {each.id for each in articles.values()}
        ids = own | {other for each in articles.values() if (other := replaced_id(each))}
        standing = await self._look(ids, ASKED)
        sketches = {
            place: made
            for place, made in sketches.items()
            if (each := articles.get(place))
            and (each.id not in standing or each.version >= standing[each.id].version)
        }
        near, replacers = await self._finder.near(list(sketches.values()), own)
        plan = Plan(articles, standing)
        candidates = await self._candidates(plan, dict(zip(sketches, near, strict=True)), sketches)
        recently = {each: replacer for each, (_, replacer) in self._replacers.items() if each in own}
        planner = Planner(plan, recently | replacers, self._recent)
        for place in articles:
            planner.add(place, sketches.get(place), candidates.get(place, ()))
        planner.close()
        for place in articles.keys() & former.members.keys() - plan.members.keys():
            self._recent.forget(articles[place].id)
        return former.renewed(plan)

    async def settle(self, plan: Plan, outcomes: Mapping[int, Outcome]) -> None:
        """Change the documents that a batch says something of, now that each article has its outcome."""
        names: dict[str, str] = {}
        changes: dict[str, list[Change]] = defaultdict(list)
        for place, article in plan.articles.items():
            outcome = outcomes[place]
            if isinstance(outcome, Indexed):
                names |= plan.names.get(place, {})
                self._again.wrote(article.id)
                if place in plan.founders:
                    self._again.founded(plan.members[place])
            elif place in plan.members:
                self._recent.forget(article.id)
            if isinstance(outcome, Stale):
                changes[article.id].append(preceded(article))
            if not isinstance(outcome, Refused) and (other := replaced_id(article)):
                changes[other].append(self._replaces(article, other, plan.fields[place].get("story_id")))
        own = {each.id for each in plan.articles.values()}
        needed = {each: made for each, made in changes.items() if each in own or _is_needed(each, made, plan)}
        await self._amender.amend(needed)
        self._again.changed(needed)
        await self._amender.rename(names)
        self._again.renamed(names)
        if self._again.due is not None and self._later is None:
            self._later = asyncio.create_task(self._look_again())

    async def close(self) -> None:
        """Look at nothing any more."""
        if self._later:
            self._later.cancel()
            await asyncio.gather(self._later, return_exceptions=True)

    def _replaces(self, article: EnrichedArticle, other: str, story: str | None) -> Change:
        """The change of the article that this one takes the place of; kept for when that comes later."""
        now = time.monotonic()
        canceled = article.replaces is not UNSET and article.replaces.status == "canceled"
        self._replacers.pop(other, None)
        self._replacers[other] = now, Replacer(article.id, canceled, story)
        while self._replacers[oldest := next(iter(self._replacers))][0] < now - KEPT_S:
            del self._replacers[oldest]
        return replaced(article.id, canceled=canceled)

    async def _candidates(
        self, plan: Plan, near: Mapping[int, Sequence[Member]], sketches: Mapping[int, Sketch]
    ) -> dict[int, list[Member]]:
        """The articles of all stories that have one that is like an article, for each."""
        stories: dict[int, set[str]] = {}
        moments: dict[str, list[datetime]] = defaultdict(list)
        for place, found in near.items():
            own = sketches[place]
            stories[place] = {each.story for each in found if similarity(own, each.sketch) >= PROMISING}
            if there := plan.standing.get(plan.articles[place].id):
                stories[place] |= {story for story in [there.source.get("story_id")] if story}
            for story in stories[place]:
                moments[story].append(own.moment)
        members = await self._finder.members(moments)
        by_story: dict[str, list[Member]] = defaultdict(list)
        for each in members:
            by_story[each.story].append(each)
        return {
            place: [each for story in found for each in by_story[story]] for place, found in stories.items()
        }

    async def _look_again(self) -> None:
        try:
            while (due := self._again.due) is not None:
                await asyncio.sleep(due - time.monotonic())
                try:
                    async with self.turn:
                        await self._again.look()
                except Exception:
                    # What it would have mended stays as it is; a worker does not end for that.
                    log.exception("stories cannot be looked at again")
        finally:
            self._later = None


def _is_needed(article: str, changes: Sequence[Change], plan: Plan) -> bool:
    """Whether changes are to be made in a document that is none of the batch, as far as is known."""
    if article not in plan.standing:
        return True
    fields = plan.standing[article].source
    for change in changes:
        fields = change(fields)
    return fields != plan.standing[article].source
