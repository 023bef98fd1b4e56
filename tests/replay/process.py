"""A replay with quick models, as a process of its own that can be killed; tells in JSON how it gets on."""

import asyncio
import sys

import msgspec

from pipeline import log
from pipeline.replay import Into, Since, Summary, run
from pipeline.settings import settings
from tests.enrich.models import load


def told(summary: Summary) -> None:
    sys.stdout.write(msgspec.json.encode(summary).decode() + "\n")
    sys.stdout.flush()


def main() -> int:
    log.configure("WARNING")
    start = Into(sys.argv[1]) if len(sys.argv) > 1 else Since()
    summary = asyncio.run(run(settings(), start, load=load, told=told))
    told(summary)
    return summary.exit_code


if __name__ == "__main__":
    sys.exit(main())
