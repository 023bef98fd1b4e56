"""What an address asks for: read once, bounded, and one clear error for what is not understood."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args

from pipeline.search import Filters, QueryError, Sort

EVERYTHING = Filters(until="9998")
"""What holds for every article: a query must ask for something."""

MOST = 100
_USUAL = 10
# No more digits than the most has: neither zeros before it nor thousands of digits are ever counted.
_SIZE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as an address asks for it; what people choose is in the words, filters are for programs."""

    words: str = ""
    sort: Sort = "relevance"
    after: str | None = None
    size: int = _USUAL
    filters: Filters = EVERYTHING


def asked(query: Mapping[str, str], *, filtered: bool = False) -> Asked:
    """The search that an address's parameters ask for: ``q``, ``sort``, ``after``, ``size``.

    Args:
        query: the parameters; others are passed over.
        filtered: read those of ``pipeline.search.Filters`` too, by their names.

    Raises:
        QueryError: a sort or size is none; says which there are.
    """
    words = query.get("q", "").strip()
    names = [field.name for field in dataclasses.fields(Filters)] if filtered else []
    given = {name: query[name] for name in names if query.get(name)}
    return Asked(
        words=words,
        sort=_sort(query.get("sort") or ("relevance" if words else "newest")),
        after=query.get("after") or None,
        size=size(query),
        filters=Filters(**given) if given else Filters() if words else EVERYTHING,
    )


def size(query: Mapping[str, str]) -> int:
    """How many hits at most.

    Raises:
        QueryError: it is no number from 1 to 100.
    """
    text = query.get("size") or str(_USUAL)
    if not (_SIZE.fullmatch(text) and 1 <= int(text) <= MOST):
        raise QueryError(f"size: {text[:20]!r} is not from 1 to {MOST}")
    return int(text)


def _sort(text: str) -> Sort:
    if text not in get_args(Sort):
        raise QueryError(f"sort: {text[:20]!r} is none of {', '.join(get_args(Sort))}")
    return cast("Sort", text)
