"""What files would give if they were fed: their articles and what is none, and nothing is sent."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import UNSET, Struct, UnsetType, structs

from pipeline import formats
from pipeline.article import RawArticle, Subject
from pipeline.errors import NewswireError
from pipeline.feeds import Item, StandardInput, Unreadable
from pipeline.feeds.files import find
from pipeline.formats import Context, Rejected


class CheckError(NewswireError):
    """What was asked for cannot be done; says why and what to do."""


class Sketch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article in short; fields as in ``RawArticle``, texts as their numbers.

    ``private_notes`` counts the notes that are not for publication; they are given where they were asked for.
    """

    id: str
    version: int
    status: str
    format: str
    offset: int
    source: str
    guid: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    item_class: str | UnsetType = UNSET
    replaces: str | UnsetType = UNSET
    embargo: datetime | UnsetType = UNSET
    expires: datetime | UnsetType = UNSET
    urgency: int | UnsetType = UNSET
    language: str | UnsetType = UNSET
    created: str | UnsetType = UNSET
    modified: str | UnsetType = UNSET
    headline: str | UnsetType = UNSET
    slugline: str | UnsetType = UNSET
    byline: str | UnsetType = UNSET
    dateline: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    subjects: tuple[Subject, ...] = ()
    keywords: tuple[str, ...] = ()
    paragraphs: int
    headings: int
    tables: int
    characters: int
    media: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    private_notes: int
    private: tuple[str, ...] = ()
    wire: dict[str, str] = {}
    flags: tuple[str, ...] = ()


class Fault(Struct, frozen=True, kw_only=True):
    """A piece that is no article: where it is, what is wrong, and how many bytes it has."""

    place: str
    kind: str
    reason: str
    size: int


class Checked(Struct, frozen=True, kw_only=True):
    """What one file would give; one that cannot be read says why."""

    file: str
    articles: tuple[Sketch, ...] = ()
    faults: tuple[Fault, ...] = ()
    unreadable: str | None = None

    @property
    def good(self) -> bool:
        """Whether every piece of it is an article."""
        return not self.faults and self.unreadable is None


def check(paths: Iterable[str | Path], context: Context, *, private: bool = False) -> Iterator[Checked]:
    """What files, the files in folders, and standard input (``-``) would give, one after the other.

    Args:
        paths: what to read.
        context: what holds for all of them.
        private: whether to give notes that are not for publication.

    Raises:
        CheckError: there is no file.
    """
    none = True
    for path in paths:
        found: Iterable[Item | Unreadable]
        found = [StandardInput(threading.Event())] if str(path) == "-" else find(Path(path))
        for item in found:
            none = False
            yield _checked(item, context, private=private)
    if none:
        raise CheckError("nothing to check: name files, folders that hold some, or - for standard input")


def _checked(item: Item | Unreadable, context: Context, *, private: bool) -> Checked:
    if isinstance(item, Unreadable):
        return Checked(file=item.location, unreadable=item.reason)
    articles: list[Sketch] = []
    faults: list[Fault] = []
    reason = None
    here = structs.replace(context, location=item.location, received=datetime.now(UTC))
    try:
        with item.open() as file:
            for outcome in formats.read(formats.Stream(file), here):
                if isinstance(outcome, Rejected):
                    faults.append(_fault(outcome))
                else:
                    articles.append(sketch(outcome, private=private))
    except OSError as error:
        reason = error.strerror or str(error)
    return Checked(file=item.location, articles=tuple(articles), faults=tuple(faults), unreadable=reason)


def _fault(rejected: Rejected) -> Fault:
    return Fault(place=rejected.place, kind=rejected.kind, reason=rejected.reason, size=rejected.size)


def sketch(article: RawArticle, *, private: bool = False) -> Sketch:
    """An article in short."""
    body = article.body or ""
    return Sketch(
        id=article.id,
        version=article.version,
        status=article.status,
        format=article.provenance.format,
        offset=article.provenance.offset,
        source=article.source,
        guid=article.guid,
        kind=article.kind,
        item_class=article.item_class,
        replaces=article.replaces.guid if article.replaces else UNSET,
        embargo=article.embargo,
        expires=article.expires,
        urgency=article.urgency,
        language=article.language_declared,
        created=article.created,
        modified=article.modified,
        headline=article.headline,
        slugline=article.slugline,
        byline=article.byline,
        dateline=article.dateline,
        provider=article.provider,
        subjects=article.subjects,
        keywords=article.keywords,
        paragraphs=len(body.split("\n\n")) if body else 0,
        headings=len(article.headings),
        tables=len(article.tables),
        characters=len(body),
        media=tuple(one.href for one in article.media),
        members=article.members,
        notes=article.ednotes,
        private_notes=len(article.ednotes_nonpublic),
        private=article.ednotes_nonpublic if private else (),
        wire=article.wire,
        flags=article.flags,
    )
