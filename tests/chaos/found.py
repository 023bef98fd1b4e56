"""What there is in the end: on the raw topic, in the index, among the dead letters."""

from __future__ import annotations

import re
from contextlib import suppress

from elasticsearch import Elasticsearch

from pipeline import dead, query
from pipeline.article import DeadLetter, InvalidArticleError, decode_raw
from pipeline.settings import Settings
from pipeline.sink import connection
from tests import feeding
from tests.chaos.verdict import Document, Letter

MOST = 10_000
_GUID = re.compile(rb"(?:story|poison)-\d{5}")


def fed(settings: Settings) -> set[tuple[str, int]]:
    """Guid and version of all articles on the raw topic."""
    found = set()
    for record in feeding.records(settings, settings.topic_raw):
        with suppress(InvalidArticleError):
            article = decode_raw(record.value)
            found.add((str(article.guid), article.version))
    return found


def documents(settings: Settings) -> list[Document]:
    """All that a search finds."""
    with Elasticsearch(**connection.options(settings, timeout_s=60)) as client:
        client.indices.refresh(index=settings.index)
        answer = client.search(
            index=settings.index,
            query=query.visible(),
            size=MOST,
            source_includes=["guid", "version", "body"],
        )
    sources = [hit["_source"] for hit in answer["hits"]["hits"]]
    return [Document(each["guid"], each["version"], each["body"]) for each in sources]


def letters(settings: Settings) -> list[Letter]:
    """All dead letters."""
    return [Letter(guid_of(each), dead.identity(each)) for each in feeding.letters(settings)]


def guid_of(letter: DeadLetter) -> str:
    """The guid in a letter's bytes, which may be no article; the bytes themselves where there is none."""
    found = _GUID.search(letter.value)
    return found.group().decode() if found else repr(letter.value[:80])
