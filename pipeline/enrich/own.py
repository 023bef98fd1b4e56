"""The user's own enrichers: callables from article to article that installed packages offer.

A package offers one by an entry point of the group ``newswire.enrichers``; its name is the entry point's, its
version the package's. ``docs/enrichers.md`` has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

from msgspec import structs

from pipeline.article import EnrichedArticle, decode_enriched, encode
from pipeline.enrich.stages import Stage
from pipeline.errors import NewswireError

GROUP = "newswire.enrichers"

KEPT = ("id", "source", "version", "status", "received", "provenance", "guid", "enriched")
"""Fields that say which article it is, and what may be done with it: they stay as they are."""

Own = Callable[[EnrichedArticle], EnrichedArticle]


class OwnEnricherError(NewswireError):
    """An enricher of the user's cannot be used; the message says which, of which package, and why."""


class BrokenArticleError(ValueError):
    """What an enricher gave back is no article, or another one; the message says why."""


def stages(limit_s: float, taken: Sequence[str] = ()) -> list[Stage]:
    """The installed enrichers, in the order of their names.

    Args:
        limit_s: seconds that each may take for an article.
        taken: names that none may have.

    Raises:
        OwnEnricherError: one cannot be imported, is not callable, or has a name that is taken.
    """
    found = sorted(entry_points(group=GROUP), key=lambda each: each.name)
    names = [*taken, *(each.name for each in found)]
    for each in found:
        if names.count(each.name) > 1:
            raise OwnEnricherError(
                f"the enricher {each.name!r} of {_package(each)} has a name that another one has"
            )
    return [_stage(each, limit_s) for each in found]


def _stage(point: EntryPoint, limit_s: float) -> Stage:
    try:
        call = point.load()
    except Exception as error:
        raise OwnEnricherError(
            f"the enricher {point.name!r} of {_package(point)} cannot be imported from {point.value!r}: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not callable(call):
        raise OwnEnricherError(
            f"the enricher {point.name!r} of {_package(point)} is not callable: {point.value!r}"
        )
    return Stage(
        point.name, lambda articles: [_checked(each, call, point) for each in articles], limit_s, alone=True
    )


def _checked(article: EnrichedArticle, call: Own, point: EntryPoint) -> EnrichedArticle:
    """What the enricher makes of an article, if that meets the contract and still is the same article."""
    done = call(article)
    if not isinstance(done, EnrichedArticle):
        raise BrokenArticleError(f"it gave back {type(done).__name__}, not an article")
    for field in KEPT:
        if getattr(done, field) != getattr(article, field):
            raise BrokenArticleError(f"it changed {field!r}, which must stay as it is")
    models = done.models | {point.name: _package(point)}
    return decode_enriched(encode(structs.replace(done, models=models)))


def _package(point: EntryPoint) -> str:
    """The package that offers it, and its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unknown package"
