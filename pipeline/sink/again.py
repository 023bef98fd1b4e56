"""The second look: what two workers did in the same second, neither could see; each looks again later."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from pipeline.sink.amending import Amender, Changes, Patiently, told
from pipeline.sink.finding import CANDIDATES, Finder
from pipeline.stories.choice import PROMISING, Member, called, choose
from pipeline.stories.recent import MOST, OF_A_STORY, Recent
from pipeline.stories.sketch import similarity

LATER_S = 2.0
"""After so many seconds, two refreshes, what others wrote at the same moment can be found."""

SKEW = timedelta(seconds=2)
"""How far the clocks of two workers may be apart."""

WROTE_S = 15.0
"""How long it is known that an article was written here."""

BATCHES = 200
"""Batches whose changes are kept at most: many more than are written in two seconds."""

Item = TypeVar("Item")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Founder:
    """An article that founded a story."""

    due: float
    written: datetime
    member: Member


class Again:
    """Keeps what is to be looked at a second time, and looks; what fails then is not tried a third time.

    Args:
        finder: finds what others wrote.
        amender: makes the changes.
        recent: the articles that were written here.
        briefly: a few attempts at what Elasticsearch is asked, for batches wait meanwhile.
    """

    def __init__(self, finder: Finder, amender: Amender, recent: Recent, briefly: Patiently) -> None:
        self._finder = finder
        self._amender = amender
        self._recent = recent
        self._briefly = briefly
        self._wrote: dict[str, float] = {}
        self._founders: deque[_Founder] = deque(maxlen=MOST)
        self._changes: deque[tuple[float, Changes]] = deque(maxlen=BATCHES)
        self._names: deque[tuple[float, Mapping[str, str]]] = deque(maxlen=BATCHES)

    def wrote(self, article: str) -> None:
        """An article has been written here."""
        now = time.monotonic()
        self._wrote.pop(article, None)
        self._wrote[article] = now
        while self._wrote[oldest := next(iter(self._wrote))] < now - WROTE_S:
            del self._wrote[oldest]

    def founded(self, member: Member) -> None:
        """An article has founded a story."""
        self._founders.append(_Founder(_due(), datetime.now(UTC), member))

    def changed(self, changes: Changes) -> None:
        """Changes have been made."""
        if changes:
            _keep(self._changes, changes)

    def renamed(self, names: Mapping[str, str]) -> None:
        """Stories have got the id of others."""
        if names:
            _keep(self._names, names)
            self._founders = deque(
                (
                    replace(each, member=replace(each.member, story=called(each.member.story, names)))
                    for each in self._founders
                ),
                maxlen=MOST,
            )

    @property
    def due(self) -> float | None:
        """When there is something to look at, by ``time.monotonic``; none if there is nothing."""
        first = [due for due, _ in list(self._changes)[:1]] + [due for due, _ in list(self._names)[:1]]
        return min([*first, *(each.due for each in list(self._founders)[:1])], default=None)

    async def look(self) -> None:
        """Look at what is due: changes that do not hold are made again, stories that are one united."""
        now = time.monotonic()
        while self._changes and self._changes[0][0] <= now:
            await self._amender.amend(self._changes.popleft()[1])
        while self._names and self._names[0][0] <= now:
            await self._amender.rename(self._names.popleft()[1])
        founders = []
        while self._founders and self._founders[0].due <= now:
            founders.append(self._founders.popleft())
        if names := await self._united(founders):
            await self._amender.rename(names)
            self.renamed(names)

    async def _united(self, founders: list[_Founder]) -> dict[str, str]:
        """Stories that turn out to be others, since somebody else wrote the like at the same time."""
        if not founders:
            return {}
        since = min(each.written for each in founders) - SKEW - timedelta(seconds=LATER_S)
        written = await told(self._briefly, lambda: self._finder.written(since))
        others = sorted(written - self._wrote.keys())[:MOST]
        theirs = Recent(float("inf"))
        for member in await told(self._briefly, lambda: self._finder.these(others)):
            theirs.add(member, 0)
        alike = [(each.member, near) for each in founders if (near := _promising(each.member, theirs))]
        by_story = await self._stories(alike)
        names: dict[str, str] = {}
        for member, near in alike:
            names |= self._one(member, near, by_story, names)
        return names

    async def _stories(
        self, alike: Sequence[tuple[Member, Mapping[str, Sequence[Member]]]]
    ) -> Mapping[str, Sequence[Member]]:
        """The articles of all stories that some articles may be of."""
        wanted = defaultdict(list)
        for member, near in alike:
            for story in near:
                wanted[story].append(member.sketch.moment)
        found = await told(self._briefly, partial(self._finder.members, wanted)) if wanted else []
        return _by_story(found)

    def _one(
        self,
        member: Member,
        near: Mapping[str, Sequence[Member]],
        by_story: Mapping[str, Sequence[Member]],
        names: Mapping[str, str],
    ) -> dict[str, str]:
        """The stories that one founder shows to be another, or to be its own."""
        found = [each for story in near for each in (*near[story], *by_story.get(story, ()))]
        found += self._recent.of_stories([member.story], OF_A_STORY)
        members = {each.article: replace(each, story=called(each.story, names)) for each in [*found, member]}
        choice = choose(member.sketch, members.values(), called(member.story, names))
        return dict.fromkeys(choice.absorbed, choice.story)


def _promising(member: Member, theirs: Recent) -> Mapping[str, Sequence[Member]]:
    """By story, the articles of those that have one that is like a founder."""
    stories = _by_story(theirs.near(member.sketch, CANDIDATES))
    return {
        story: found
        for story, found in stories.items()
        if any(similarity(member.sketch, each.sketch) >= PROMISING for each in found)
    }


def _by_story(members: Iterable[Member]) -> Mapping[str, Sequence[Member]]:
    found: defaultdict[str, list[Member]] = defaultdict(list)
    for each in members:
        found[each.story].append(each)
    return found


def _keep(queue: deque[tuple[float, Item]], item: Item) -> None:
    """Keep something to look at; should there be too much, the oldest is not looked at."""
    if len(queue) == queue.maxlen:
        log.warning("too much was written to look at all of it again", batches=len(queue))
    queue.append((_due(), item))


def _due() -> float:
    return time.monotonic() + LATER_S
