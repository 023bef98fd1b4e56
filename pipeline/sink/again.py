"""The second look: what two workers did in the same second, neither could see; each looks again later."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pipeline.sink.amending import Amender, Changes, Patiently, told
from pipeline.sink.finding import CANDIDATES, Finder
from pipeline.stories.choice import Member, called, choose
from pipeline.stories.recent import MOST, OF_A_STORY, Recent

LATER_S = 2.0
"""After so many seconds, two refreshes, what others wrote at the same moment can be found."""

SKEW = timedelta(seconds=2)
"""How far the clocks of two workers may be apart."""

WROTE_S = 15.0
"""How long it is known that an article was written here."""


@dataclass(frozen=True, slots=True)
class _Founder:
    """An article that founded a story."""

    due: float
    written: datetime
    member: Member


class Again:
    """Keeps what is to be looked at a second time, and looks.

    Args:
        finder: finds what others wrote.
        amender: makes the changes.
        recent: the articles that were written here.
        patiently: attempts without end at what Elasticsearch is asked.
    """

    def __init__(self, finder: Finder, amender: Amender, recent: Recent, patiently: Patiently) -> None:
        self._finder = finder
        self._amender = amender
        self._recent = recent
        self._patiently = patiently
        self._wrote: dict[str, float] = {}
        self._founders: deque[_Founder] = deque(maxlen=MOST)
        self._changes: deque[tuple[float, Changes]] = deque()
        self._names: deque[tuple[float, Mapping[str, str]]] = deque()

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
            self._changes.append((_due(), changes))

    def renamed(self, names: Mapping[str, str]) -> None:
        """Stories have got the id of others."""
        if names:
            self._names.append((_due(), names))
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
            await self._amender.amend(self._changes[0][1])
            self._changes.popleft()
        while self._names and self._names[0][0] <= now:
            await self._amender.rename(self._names[0][1])
            self._names.popleft()
        founders = [each for each in self._founders if each.due <= now]
        if names := await self._united(founders):
            await self._amender.rename(names)
            self.renamed(names)
        while self._founders and self._founders[0].due <= now:
            self._founders.popleft()

    async def _united(self, founders: list[_Founder]) -> dict[str, str]:
        """Stories that turn out to be others, since somebody else wrote the like at the same time."""
        if not founders:
            return {}
        since = min(each.written for each in founders) - SKEW - timedelta(seconds=LATER_S)
        written = await told(self._patiently, lambda: self._finder.written(since))
        others = sorted(written - self._wrote.keys())[:MOST]
        theirs = Recent(float("inf"))
        for member in await told(self._patiently, lambda: self._finder.these(others)):
            theirs.add(member, 0)
        names: dict[str, str] = {}
        for each in founders if others else ():
            names |= await self._one(each.member, theirs, names)
        return names

    async def _one(self, member: Member, theirs: Recent, names: Mapping[str, str]) -> dict[str, str]:
        near = theirs.near(member.sketch, CANDIDATES)
        if not near:
            return {}
        wanted = defaultdict(list)
        for each in near:
            wanted[each.story].append(member.sketch.moment)
        found = await told(self._patiently, lambda: self._finder.members(wanted))
        own = called(member.story, names)
        found += self._recent.of_stories([member.story], OF_A_STORY)
        members = {
            each.article: replace(each, story=called(each.story, names)) for each in [*near, *found, member]
        }
        choice = choose(member.sketch, members.values(), own)
        return dict.fromkeys(choice.absorbed, choice.story)


def _due() -> float:
    return time.monotonic() + LATER_S
