"""Feeding a topic from within a bench: by the producer that feeds are put onto it with."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.article import RawArticle
from pipeline.producer import Producer, article_message
from pipeline.settings import Settings


def feed(articles: Iterable[RawArticle], settings: Settings) -> None:
    """Send articles, each as it comes once the broker is there, and wait until it has them all.

    Raises:
        Exception: what was wrong with the first that the broker did not take.
    """
    failed: list[Exception] = []
    producer = Producer(settings)
    try:
        producer.connect()
        for each in articles:
            producer.post(
                article_message(each, settings), lambda error: failed.append(error) if error else None
            )
        producer.flush()
    finally:
        producer.close()
    if failed:
        raise failed[0]
