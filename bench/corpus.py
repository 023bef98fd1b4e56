"""Articles to measure with: the samples' paragraphs, mixed anew and with other numbers in each."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime

from pipeline.article import Provenance, RawArticle, article_id, text_of
from pipeline.formats import Context, Stream, read
from pipeline.resources import resource

PARAGRAPHS = 8


def articles(count: int, source: str, seed: int = 1) -> list[RawArticle]:
    """So many distinct articles of one source, French and English in turn, about 250 words each."""
    pools = _paragraphs()
    chooser = random.Random(seed)
    return [_article(number, pools, source, chooser) for number in range(count)]


def _article(number: int, pools: dict[str, list[str]], source: str, chooser: random.Random) -> RawArticle:
    language = ("fr", "en")[number % 2]
    body = "\n\n".join(chooser.sample(pools[language], PARAGRAPHS))
    body = re.sub(r"\d+", lambda found: str(chooser.randrange(10 ** len(found[0]))), body)
    received = datetime.now(UTC)
    guid = f"bench:{number}"
    return RawArticle(
        id=article_id(source, guid, body),
        source=source,
        guid=guid,
        version=1,
        status="usable",
        received=received,
        provenance=Provenance(feed="bench", format="text", location="samples"),
        language_declared=language,
        body=body,
    )


def _paragraphs() -> dict[str, list[str]]:
    """All paragraphs of the French and of the English samples."""
    pools: dict[str, list[str]] = {"fr": [], "en": []}
    for path in sorted(resource("samples").iterdir()):
        context = Context(
            source="bench", feed="bench", location=path.name, received=datetime.now(UTC), limit=1_000_000
        )
        with path.open("rb") as file:
            for one in read(Stream(file), context):
                if isinstance(one, RawArticle):
                    language = one.language_declared or path.name[:2]
                    pools[str(language)] += text_of(one).split("\n\n")
    return pools
