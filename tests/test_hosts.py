"""Hosts that are this machine."""

import pytest

from pipeline.hosts import is_here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_this_machine(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["", "10.0.0.1", "0.0.0.0", "localhost.example.org", "::", "kafka"])  # noqa: S104 - is refused
def test_any_other(host: str) -> None:
    assert not is_here(host)
