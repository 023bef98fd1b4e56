"""How long what is to be written waits for others: the longer writing takes, the longer, up to a second."""

from __future__ import annotations

SHARE = 0.25
"""Share of the time that writing takes at most, while less than a whole batch comes in between."""

LONGEST_S = 1.0


class Pace:
    """Makes few large requests of many small ones when the service is busy, and none wait when it is not.

    Each request costs the service something that does not depend on what is in it: for Elasticsearch a search
    for stories, a sync of its log, and small segments that it merges later.

    Args:
        least_s: seconds that the first document of a batch waits for others in any case.
    """

    def __init__(self, least_s: float) -> None:
        self._least_s = least_s
        self._took_s = 0.0

    def took(self, seconds: float) -> None:
        """Writing the last batch took so long."""
        self._took_s = seconds

    def linger_s(self) -> float:
        """Seconds that the first document of the next batch waits for others at most."""
        return max(self._least_s, min(LONGEST_S, self._took_s / SHARE))
