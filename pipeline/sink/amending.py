"""Documents that change by what others say: read whole, changed, and written under their own version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import TypeVar

import msgspec
import structlog

from pipeline.sink import templates
from pipeline.sink.bulk import Document, Outcome, Refused
from pipeline.sink.changes import Change, renamed
from pipeline.sink.document import restored
from pipeline.sink.finding import Finder
from pipeline.sink.standing import Look, Standing
from pipeline.stories.choice import called
from pipeline.stories.recent import Recent

FIRST = 4
"""Documents that are read and written at once at first; afterwards as many as have ``PORTION_BYTES``."""

PORTION = 50
"""Documents that are read and written at once at most."""

PORTION_BYTES = 8 * 1024 * 1024
"""What those that are read at once have together, about; a single one may have more."""

REWRITTEN = 500
"""Documents that get another story at once; the others do when the next article shows it to be one."""

Answer = TypeVar("Answer")
Patiently = Callable[[str], AsyncIterator[AbstractContextManager[None]]]
Write = Callable[[Mapping[int, Document]], Awaitable[dict[int, Outcome]]]
Changes = Mapping[str, Collection[Change]]
"""Changes to make, by the id of the document."""

log = structlog.get_logger(__name__)


async def told(patiently: Patiently, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What Elasticsearch answers, however long it takes until it does."""
    async for attempt in patiently("waiting for Elasticsearch to take documents"):
        with attempt:
            answer = await ask()
    return answer


class Amender:
    """Changes documents that are there; what is away is waited for.

    A newer version that comes between wins, for a document is never written but under its own version; two
    that change one at the same moment may undo each other, so whoever changes one looks at it again later.
    Nothing is written that was read before Elasticsearch was away: each attempt reads anew.

    Args:
        finder: finds the articles of a story.
        recent: the articles that no search finds yet.
        look: tells what stands.
        write: writes documents, in one attempt.
        patiently: attempts without end at what Elasticsearch is asked.
    """

    def __init__(
        self, finder: Finder, recent: Recent, look: Look, write: Write, patiently: Patiently
    ) -> None:
        self._finder = finder
        self._recent = recent
        self._look = look
        self._write = write
        self._patiently = patiently

    async def amend(self, changes: Changes) -> None:
        """Make changes in documents, as far as they are there and are not as they should be."""
        left = list(changes)
        number = FIRST
        while left:
            portion, left = {each: changes[each] for each in left[:number]}, left[number:]
            size = await told(self._patiently, partial(self._portion, portion))
            number = max(1, min(PORTION, PORTION_BYTES // max(1, size)))

    async def rename(self, names: Mapping[str, str]) -> None:
        """Give the articles of some stories the id of another, at most ``REWRITTEN`` of them.

        Args:
            names: the new id of each story, by its old one.
        """
        if not names:
            return
        names = {old: called(new, names) for old, new in names.items()}
        ids = dict.fromkeys(each.article for each in self._recent.of_stories(names))
        self._recent.rename(names)
        found = await told(self._patiently, lambda: self._finder.carrying(names, REWRITTEN))
        change = renamed(names)
        await self.amend({each: [change] for each in [*ids, *found][:REWRITTEN]})

    async def _portion(self, changes: Changes) -> int:
        """Read, change and write, once; the bytes that a document has on average."""
        standing = await self._look(changes, None)
        changed = [_changed(each, one, changes[each]) for each, one in standing.items()]
        documents = {place: each for place, each in enumerate(changed) if each}
        if documents:
            for place, outcome in (await self._write(documents)).items():
                if isinstance(outcome, Refused):
                    _cannot_change(documents[place].id, outcome.reason)
        return len(msgspec.json.encode([each.source for each in standing.values()])) // max(1, len(standing))


def _changed(article: str, standing: Standing, changes: Collection[Change]) -> Document | None:
    """A document after some changes; none if they change nothing, or it is none of ours."""
    fields = standing.source
    for change in changes:
        fields = change(fields)
    if fields == standing.source:
        return None
    try:
        received = datetime.fromisoformat(fields["received"])
    except (KeyError, TypeError, ValueError) as error:
        _cannot_change(article, f"it does not say when it was received: {error!r}")
        return None
    return Document(article, standing.version, received, restored(fields, templates.languages()))


def _cannot_change(article: str, reason: str) -> None:
    log.warning("a document cannot be changed", article=article, reason=reason)
