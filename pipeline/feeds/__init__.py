"""Where copy comes from: every feed in one shape."""

from __future__ import annotations

from pipeline.feeds.files import Files
from pipeline.feeds.memory import AlreadyWatchedError
from pipeline.feeds.shape import Feed, Item, Result, StoppedReadingError, Unreadable
from pipeline.feeds.standard_input import StandardInput
from pipeline.feeds.watch import Watch, memory_of

__all__ = [
    "AlreadyWatchedError",
    "Feed",
    "Files",
    "Item",
    "Result",
    "StandardInput",
    "StoppedReadingError",
    "Unreadable",
    "Watch",
    "memory_of",
]
