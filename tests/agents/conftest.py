"""What all tests of the agents need."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.agents.hops import a_hop_dies_alone

__all__ = ["a_hop_dies_alone", "nothing_of_faust_is_left"]


@pytest.fixture(autouse=True)
def nothing_of_faust_is_left() -> Iterator[None]:
    """What Faust leaves open is collected here, not in the middle of whatever comes next."""
    yield
    gc.collect()
