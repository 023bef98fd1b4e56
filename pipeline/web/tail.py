"""What comes in, as it becomes searchable: one look a second for all pages that watch."""

from __future__ import annotations

from collections.abc import AsyncIterator

from msgspec import Struct

from pipeline.search import Hit, Latest, latest
from pipeline.settings import Settings
from pipeline.web import view
from pipeline.web.asking import Asking

EVERY_S = 1.0
_SIZE = 50
_MOST_PAGES = 20


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article in the list of what came in; all of it is text, for a script that shows it as such."""

    id: str
    href: str
    title: str
    source: str
    direction: str
    version: int
    language: str | None = None
    language_name: str | None = None
    kind: str | None = None
    created: str | None = None
    created_text: str | None = None


class Tail:
    """Asks for what was indexed since it asked last."""

    def __init__(self, settings: Settings, ask: Asking) -> None:
        self._settings = settings
        self._ask = ask
        self._after: str | None = None

    def begin(self) -> None:
        """Forget where it was: nobody watched, and what came in meanwhile is no news."""
        self._after = None

    async def look(self) -> Latest | None:
        """What is new; nothing the first time, for who listens has seen that.

        Raises:
            NewswireError: Elasticsearch could not be asked.
        """
        began = self._after is None
        found = await self._ask(latest, self._settings, after=self._after, size=_SIZE)
        self._after = found.after
        return None if began or not found.hits else found

    async def since(self, after: str) -> AsyncIterator[Latest]:
        """What was indexed since, up to a thousand articles.

        Raises:
            QueryError: ``after`` is no such mark.
            NewswireError: Elasticsearch could not be asked.
        """
        for _ in range(_MOST_PAGES):
            found = await self._ask(latest, self._settings, after=after, size=_SIZE)
            if not found.hits:
                return
            yield found
            after = found.after


def line(hit: Hit) -> Line:
    """A hit as the list shows it."""
    return Line(
        id=hit.id,
        href=view.link(f"/article/{hit.id}"),
        title=hit.title,
        source=hit.source,
        direction=view.direction(hit.language),
        version=hit.version,
        language=hit.language,
        language_name=view.language_name(hit.language) if hit.language else None,
        kind=hit.kind if hit.kind and hit.kind != "new" else None,
        created=view.machine(hit.created) if hit.created else None,
        created_text=view.moment(hit.created) if hit.created else None,
    )
