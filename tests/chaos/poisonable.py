"""A worker whose models heed poisoned copy: ``python -m tests.chaos.poisonable [HOP…]``."""

from __future__ import annotations

import asyncio
import sys

from pipeline import log
from pipeline.agents import worker
from pipeline.settings import settings
from tests.chaos import models

HOPS: tuple[worker.Name, ...] = ("enrich", "index")


if __name__ == "__main__":
    log.configure("INFO", json=True)
    asyncio.run(worker.run(settings(), [hop for hop in HOPS if hop in sys.argv[1:]], models.load))
