"""Documents that change by what others say: read whole, changed, and written under their own version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

import structlog

from pipeline.sink import templates
from pipeline.sink.bulk import Document, Outcome, Refused
from pipeline.sink.changes import Change, renamed
from pipeline.sink.document import restored
from pipeline.sink.finding import Finder
from pipeline.sink.standing import Look
from pipeline.stories.choice import called
from pipeline.stories.recent import Recent

PORTION = 50
"""Documents that are read and written at once."""

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

    Args:
        finder: finds the articles of a story.
        recent: the articles that no search finds yet.
        look: tells what stands.
        write: writes documents.
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
        ids = list(changes)
        for start in range(0, len(ids), PORTION):
            await self._portion({each: changes[each] for each in ids[start : start + PORTION]})

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

    async def _portion(self, changes: Changes) -> None:
        standing = await told(self._patiently, lambda: self._look(changes, None))
        documents: dict[int, Document] = {}
        for place, (each, one) in enumerate(standing.items()):
            fields = one.source
            for change in changes[each]:
                fields = change(fields)
            if fields != one.source:
                received = datetime.fromisoformat(fields["received"])
                whole = restored(fields, templates.languages())
                documents[place] = Document(each, one.version, received, whole)
        if documents:
            ids = list(standing)
            for place, outcome in (await self._write(documents)).items():
                if isinstance(outcome, Refused):
                    log.warning("a document cannot be changed", article=ids[place], reason=outcome.reason)
