"""Raw articles as a wire sends them: whole real news, French and English in turn, other words in each."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from bench import ever_new, varied
from pipeline.article import RawArticle, article_id

DATA = Path("../shared/data")
"""Where MasakhaNEWS lies; without it the articles are mixed of the project's samples."""

LANGUAGES = ("fr", "en")


def articles(count: int, source: str, seed: int = 1, data: Path = DATA) -> list[RawArticle]:
    """So many distinct articles of one source; the same seed gives the same texts.

    The beginning of each has other words for the most part, as another event has, and the rest some: so no
    two tell the same story unless their news did, and words that nobody has met come all the time.
    """
    bases = varied.raw(data)
    pools = [[each for each in bases if each.language_declared == language] for language in LANGUAGES]
    chooser = random.Random(seed)
    return [_article(pools[number % len(pools)], number, source, chooser) for number in range(count)]


def words(articles: Sequence[RawArticle]) -> int:
    """The words of their bodies, as blanks part them."""
    return sum(len(str(each.body).split()) for each in articles)


def described(articles: Sequence[RawArticle]) -> str:
    """What was measured with, for the head of a table."""
    there = (DATA / "masakhanews").is_dir()
    kind = "MasakhaNEWS, French and English in turn" if there else "the samples, mixed"
    return f"{kind}; {words(articles) / len(articles):.0f} words an article"


def _article(pool: Sequence[RawArticle], number: int, source: str, chooser: random.Random) -> RawArticle:
    base = chooser.choice(pool)
    language, body = str(base.language_declared), str(base.body)
    cut = body.find(" ", varied.LEAD) + 1
    lead = ever_new.renewed(body[:cut], language, chooser, varied.NEW_IN_LEAD)
    guid = f"bench:{number}"
    return structs.replace(
        base,
        id=article_id(source, guid, ""),
        source=source,
        guid=guid,
        received=datetime.now(UTC),
        headline=ever_new.renewed(str(base.headline or lead[:60]), language, chooser, varied.NEW_IN_LEAD),
        body=lead + ever_new.renewed(body[cut:], language, chooser),
    )
