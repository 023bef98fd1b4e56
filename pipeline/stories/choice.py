"""Decides which story an article belongs to, and which stories are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from statistics import fmean

from pipeline.article import EnrichedArticle
from pipeline.stories.sketch import WINDOW, Sketch, similarity

LEAST = 0.4
"""How alike an article is at least, on average, to those of the story that it joins."""

PROMISING = LEAST / 2
"""How alike an article is to one of a story's, at least, for all of that story to be looked at."""


@dataclass(frozen=True, slots=True)
class Member:
    """An article that has its story.

    Attributes:
        article: its id.
        story: the story's id.
        sketch: what is compared of it.
    """

    article: str
    story: str
    sketch: Sketch


@dataclass(frozen=True, slots=True)
class Choice:
    """Where an article belongs.

    Attributes:
        story: the id of its story.
        absorbed: ids of stories that turn out to be this one; their articles get this id.
    """

    story: str
    absorbed: tuple[str, ...] = ()


def founded(article: EnrichedArticle) -> str:
    """The id of the story that an article founds: when it was received, and the beginning of its own id.

    Of two ids the smaller is the older, so that whoever finds two stories to be one gives it the same id.
    """
    return f"{article.received.astimezone(UTC):%Y%m%dT%H%M%S}-{article.id[:12]}"


def called(story: str, names: Mapping[str, str]) -> str:
    """The id of a story after some turned out to be others.

    Args:
        story: its id so far.
        names: the other, older id of each such story, by its own; one that is not older is no other name.
    """
    while (older := names.get(story, story)) < story:
        story = older
    return story


def choose(sketch: Sketch, members: Iterable[Member], own: str, least: float = LEAST) -> Choice:
    """The story that an article belongs to.

    An article joins the story whose articles it is most like on average, so that no chain of articles, each
    like the next, ties different events together. Stories that it is alike to, and that are alike to each
    other on average, are one, and have the oldest's id.

    Args:
        sketch: of the article.
        members: all articles within ``WINDOW`` of the stories that may be its own.
        own: the id of the story that it has already, or else founds.
        least: how alike those of one story are at least, on average.
    """
    stories: dict[str, list[Sketch]] = defaultdict(list)
    for member in members:
        if abs(member.sketch.moment - sketch.moment) <= WINDOW:
            stories[member.story].append(member.sketch)
    means = {story: fmean(similarity(sketch, each) for each in found) for story, found in stories.items()}
    ranked = sorted((-mean, story) for story, mean in means.items() if mean >= least and story != own)
    one = [own] if own in stories else []
    for _, story in ranked:
        if not one or _mean([each for known in one for each in stories[known]], stories[story]) >= least:
            one.append(story)
    oldest = min(one, default=own)
    return Choice(oldest, tuple(sorted({story for story in one if story != oldest})))


def _mean(first: Sequence[Sketch], second: Sequence[Sketch]) -> float:
    return fmean(similarity(one, other) for one in first for other in second)
