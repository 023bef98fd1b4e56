"""Percentiles of what was measured: each is a value that was there, none is worked out between two."""

from __future__ import annotations

from collections.abc import Sequence


def percentiles(
    values: Sequence[float], shares: Sequence[int] = (50, 99), digits: int = 1
) -> dict[str, float]:
    """For each share, the value that so many of a hundred are below, as ``p50``; rounded.

    Args:
        values: one or more, in any order.
        shares: of a hundred.
        digits: behind the point.
    """
    ordered = sorted(values)
    return {
        f"p{share}": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], digits)
        for share in shares
    }
