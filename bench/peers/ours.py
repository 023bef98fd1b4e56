"""Newswire's own worker with some of its hops; with 1 ms of busy work for models where that is asked for."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import cast

from bench.peers.job import light
from pipeline import log
from pipeline.agents import worker
from pipeline.enrich import load
from pipeline.settings import settings


def main() -> None:
    """As ``newswire worker`` does it, which runs one hop or all; here those that the arguments name."""
    log.configure("INFO")
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    models = light if os.environ["PEERS_WORK"] == "light" else load
    asyncio.run(worker.run(settings(), [cast("worker.Name", name) for name in sys.argv[1:]], models))


if __name__ == "__main__":
    main()
