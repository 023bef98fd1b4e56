"""The chain of models for poisoned copy: real, and with articles that kill it, hang it or eat its memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pipeline import enrich
from pipeline.article import EnrichedArticle, RawArticle
from pipeline.enrich.process import Models
from pipeline.settings import Settings

DIES = "This article ends the process that reads it."
HANGS = "This article keeps whoever reads it busy for ever."
SWELLS = "This article takes memory until there is none, and is told so."
BURSTS = "This article takes memory until the kernel kills the process that reads it."

_PIECE = 16 * 1024 * 1024


class Poisonable:
    """The real chain, but for the articles that do to their process what their body says."""

    def __init__(self, chain: Models) -> None:
        self._chain = chain

    def enrich(
        self,
        raws: Sequence[RawArticle],
        now: datetime,
        skipped: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> list[EnrichedArticle]:
        """As the real chain."""
        for each in raws:
            match each.body:
                case str() as body if body == DIES:
                    os._exit(9)
                case str() as body if body == HANGS:
                    time.sleep(3600)
                case str() as body if body == SWELLS:
                    _swell()
                case str() as body if body == BURSTS:
                    _burst()
        return self._chain.enrich(raws, now, skipped, begins)


def _swell() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(_PIECE))


def _burst() -> None:
    """The limit of the process stands in for the kernel's patience: what it does then is the same."""
    try:
        _swell()
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)


def load(settings: Settings) -> Poisonable:
    """The real chain, wrapped; ``process_memory_mib`` is the limit that it swells to."""
    return Poisonable(enrich.load(settings))
