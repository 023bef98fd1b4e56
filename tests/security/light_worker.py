"""``python -m tests.security.light_worker enrich index``: a real worker, with models of the tests."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from pipeline import log
from pipeline.agents import worker
from pipeline.settings import settings
from tests.enrich.models import load

if __name__ == "__main__":
    log.configure("DEBUG")
    asyncio.run(worker.run(settings(), cast("list[worker.Name]", sys.argv[1:]), load))
