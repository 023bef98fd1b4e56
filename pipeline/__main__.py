"""``newswire``, also as ``python -m pipeline``; ``newswire worker`` begins to load its models at once."""

from __future__ import annotations

import sys
from typing import NoReturn

_NO_MODELS = {"--help", "index", "watch"}


def main() -> NoReturn:
    """Run the command."""
    if sys.argv[1:2] == ["worker"] and not _NO_MODELS & set(sys.argv):
        from pipeline.enrich import ahead  # noqa: PLC0415 - before all that takes longer to import

        ahead.begin()
    from pipeline.cli import main as run  # noqa: PLC0415 - as above

    run()


if __name__ == "__main__":
    main()
