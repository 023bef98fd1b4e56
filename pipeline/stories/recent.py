"""Finds articles worth comparing in memory: those written so lately that no search finds them yet."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection

from pipeline.stories.choice import Member
from pipeline.stories.sketch import Sketch


class Recent:
    """The articles of the last seconds, by their bands.

    Args:
        kept_s: how long an article is kept, in seconds.
    """

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._added: deque[tuple[float, str]] = deque()
        self._members: dict[str, tuple[float, Member]] = {}
        self._bands: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._members)

    def add(self, member: Member, now: float) -> None:
        """Keep an article, in the place of its former version if there is one.

        Args:
            member: the article.
            now: seconds of a clock that never goes back.
        """
        self._forget(member.article)
        self._members[member.article] = now, member
        self._added.append((now, member.article))
        for band in member.sketch.bands:
            self._bands[band].add(member.article)
        while self._added and self._added[0][0] < now - self._kept_s:
            added, article = self._added.popleft()
            if article in self._members and self._members[article][0] == added:
                self._forget(article)

    def near(self, sketch: Sketch, limit: int) -> list[Member]:
        """The articles that share most bands, at most so many, then all others of their stories.

        Args:
            sketch: what they are compared with.
            limit: how many to find by bands.
        """
        shared = Counter(article for band in sketch.bands for article in self._bands.get(band, ()))
        ranked = sorted(shared, key=lambda article: (-shared[article], article))[:limit]
        return self.of_stories({self._members[article][1].story for article in ranked})

    def of_stories(self, stories: Collection[str]) -> list[Member]:
        """The articles of some stories, in the order in which they were added."""
        found = set(stories)
        return [member for _, member in self._members.values() if member.story in found] if found else []

    def _forget(self, article: str) -> None:
        _, member = self._members.pop(article, (0, None))
        for band in member.sketch.bands if member else ():
            self._bands[band].discard(article)
            if not self._bands[band]:
                del self._bands[band]
