"""Fuzzing led by coverage: ``python -m tests.fuzzing.under_atheris TARGET TALLY [libFuzzer's options]``.

Runs where Atheris is installed (``make fuzz`` does that), in a process of its own, which libFuzzer ends.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline.formats", "pipeline.query", "pipeline.feeds.live"]):
    from tests.fuzzing.targets import check, peak_mib, seeds

EVERY = 200
"""Inputs between two notes of how it goes."""


def main() -> None:
    """Fuzz until libFuzzer's options say that it is enough."""
    target, tally, *options = sys.argv[1:]
    copy = len(seeds(target))
    runs, slowest_s, before = 0, 0.0, 0

    def one(data: bytes) -> None:
        nonlocal runs, slowest_s, before
        runs += 1
        slowest_s = max(slowest_s, check(target, data))
        if runs <= copy:
            before = peak_mib()
        if runs == 1 or runs % EVERY == 0:
            grown_mib = peak_mib() - before
            told = {"runs": runs, "slowest_s": slowest_s, "grown_mib": grown_mib}
            Path(tally).write_text(json.dumps(told))

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
