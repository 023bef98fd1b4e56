"""Finds articles worth comparing in memory: those written so lately that no search finds them yet."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import replace

from pipeline.stories.choice import Member
from pipeline.stories.sketch import Sketch

MOST = 2000
"""Articles that are kept at most, the latest; some 10 kB each."""

OF_A_BAND = 50
"""Articles that a band finds at most, the latest: were all of a batch the same, they would be thousands."""

OF_A_STORY = 20
"""Articles that a story is compared by at most, the latest."""

_Names = defaultdict[str, dict[str, None]]


class Recent:
    """The articles of the last seconds, by their bands.

    Args:
        kept_s: how long an article is kept, in seconds.
        most: how many are kept at most.
    """

    def __init__(self, kept_s: float, most: int | None = MOST) -> None:
        self._kept_s = kept_s
        self._most = most
        self._added: deque[tuple[float, str]] = deque()
        self._members: dict[str, tuple[float, Member]] = {}
        self._bands: _Names = defaultdict(dict)
        self._stories: _Names = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._members)

    def add(self, member: Member, now: float) -> None:
        """Keep an article, in the place of its former version if there is one.

        Args:
            member: the article.
            now: seconds of a clock that never goes back.
        """
        self.forget(member.article)
        self._members[member.article] = now, member
        self._added.append((now, member.article))
        self._stories[member.story][member.article] = None
        for band in member.sketch.bands:
            found = self._bands[band]
            found[member.article] = None
            if len(found) > OF_A_BAND:
                del found[next(iter(found))]
        while self._added and (self._added[0][0] < now - self._kept_s or self._full()):
            added, article = self._added.popleft()
            if article in self._members and self._members[article][0] == added:
                self.forget(article)

    def forget(self, article: str) -> None:
        """Keep an article no longer, if it is kept."""
        _, member = self._members.pop(article, (0, None))
        if member:
            for band in member.sketch.bands:
                _drop(self._bands, band, article)
            _drop(self._stories, member.story, article)

    def rename(self, names: Mapping[str, str]) -> None:
        """Give the articles of some stories another one's id.

        Args:
            names: the new id of each story by its old one.
        """
        for old, new in names.items():
            for article in self._stories.pop(old, ()):
                added, member = self._members[article]
                self._members[article] = added, replace(member, story=new)
                self._stories[new][article] = None

    def near(self, sketch: Sketch, limit: int) -> list[Member]:
        """The articles that share most bands, at most so many, then all others of their stories.

        Args:
            sketch: what they are compared with.
            limit: how many to find by bands.
        """
        shared = Counter(article for band in sketch.bands for article in self._bands.get(band, ()))
        ranked = sorted(shared, key=lambda article: (-shared[article], article))[:limit]
        return self.of_stories({self._members[article][1].story for article in ranked}, OF_A_STORY)

    def of_stories(self, stories: Collection[str], most: int | None = None) -> list[Member]:
        """The articles of some stories, in the order in which they were added.

        Args:
            stories: their ids.
            most: how many of a story at most, the latest; all of them if it is not said.
        """
        found = [
            self._members[article]
            for story in sorted(set(stories))
            for article in list(self._stories.get(story, ()))[-most if most else 0 :]
        ]
        return [member for _, member in sorted(found, key=lambda each: each[0])]

    def _full(self) -> bool:
        return self._most is not None and len(self._members) > self._most


def _drop(names: _Names, name: str, article: str) -> None:
    found = names.get(name, {})
    found.pop(article, None)
    if not found:
        names.pop(name, None)
