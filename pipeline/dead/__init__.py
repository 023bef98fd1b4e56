"""Dead letters: what could not be processed, with the reason, and how it gets another chance.

Here are the letters as Kafka messages, which feeder and agents write. ``topic`` reads all that stand on
``news.dead``, ``retry`` sends them back, ``export`` writes them into a file.
"""

from __future__ import annotations

from pipeline.dead.letters import (
    Headers,
    came_from_topic,
    identity,
    letter,
    mark,
    message,
    of_message,
    of_record,
    retried,
    without_bytes,
)

__all__ = [
    "Headers",
    "came_from_topic",
    "identity",
    "letter",
    "mark",
    "message",
    "of_message",
    "of_record",
    "retried",
    "without_bytes",
]
