"""A program that has model processes by a function of its own main module, and hangs where it is told to."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from pipeline.enrich.pool import ModelPool
from pipeline.settings import Settings
from tests.enrich.models import Models, value


class Hanging(Models):
    """Models that never come back from an article."""

    def enrich(self, raws, now, skipped, begins):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as ``Models``
        mark(Path(str(raws[0].headline)))
        return super().enrich(raws, now, skipped, begins)


def mark(folder: Path) -> None:
    """Say that it hangs, and do so."""
    (folder / "hangs").touch()
    time.sleep(600)


def load_hanging(_: Settings) -> Models:
    """Models that hang."""
    return Hanging()


def load_forever(settings: Settings) -> Models:
    """Hangs itself."""
    mark(settings.var)
    return Models()


async def main(mode: str, folder: Path) -> None:
    """Have one article enriched."""
    settings = Settings(processes=1, var=folder)
    async with ModelPool(settings, load_forever if mode == "loads forever" else load_hanging) as pool:
        await pool.enrich([value("a", str(folder))])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
