"""What is sent: real news, French and English in turn, under ids of its own, spread over the partitions."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from msgspec import structs

from bench import varied
from pipeline.article import RawArticle, article_id, encode

Message = tuple[int, bytes, bytes]
"""Partition, key and value."""

DATA = Path("../shared/data")


def news(count: int, languages: Sequence[str], mark: str, seed: int, data: Path = DATA) -> list[RawArticle]:
    """So many articles, the languages in turn; none twice before all were there.

    Args:
        count: how many.
        languages: of ``fr`` and ``en``.
        mark: of their guids, so that other articles with the same text have other ids.
        seed: of their order.
        data: the folder with ``masakhanews``; where it is not, the project's samples are mixed.
    """
    chooser = random.Random(seed)
    pools = []
    every = varied.raw(data)
    for language in languages:
        pool = [each for each in every if each.language_declared == language]
        chooser.shuffle(pool)
        pools.append(cycle(pool))
    bases = (next(pool) for pool in cycle(pools))
    return [_renamed(base, f"{mark}:{number}") for number, base in enumerate(islice(bases, count))]


def _renamed(article: RawArticle, guid: str) -> RawArticle:
    return structs.replace(
        article,
        id=article_id("peers", guid, ""),
        source="peers",
        guid=guid,
        received=datetime.now(UTC),
    )


def messages(articles: Iterable[RawArticle], partitions: int) -> list[Message]:
    """Each on its partition, the partitions in turn by twos: so each has as many of both languages."""
    return [
        (number // 2 % partitions, each.id.encode(), encode(each)) for number, each in enumerate(articles)
    ]
