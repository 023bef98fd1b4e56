"""What processes have used, asked of the system when somebody wants to know: the work pays nothing for it."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil


class Usage:
    """CPU seconds and number of the child processes that this process has for one purpose.

    It must have no other children that end, else their seconds are counted too.

    Args:
        pids: the ids of those that live, or did a moment ago.
        helpers: of those whose seconds count too, but not they themselves.
    """

    def __init__(
        self, pids: Callable[[], Iterable[int]], helpers: Callable[[], Iterable[int]] = tuple
    ) -> None:
        self._pids = pids
        self._helpers = helpers
        self._before = _ended_s()
        self._most = 0.0

    def cpu_s(self) -> float:
        """Their CPU seconds since this was made, of those too that have ended, however; never falls."""
        # The ended ones first: who ends meanwhile is missed for a moment, and never counted twice.
        ended_s = _ended_s() - self._before
        self._most = max(self._most, ended_s + sum(map(_living_s, [*self._pids(), *self._helpers()])))
        return self._most

    def living(self) -> int:
        """How many live."""
        return sum(map(_lives, self._pids()))


def _ended_s() -> float:
    """CPU seconds of all children that have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _living_s(pid: int) -> float:
    """CPU seconds of a process, and of children of its own; 0 if it is gone."""
    with suppress(psutil.Error):
        return float(sum(psutil.Process(pid).cpu_times()[:4]))
    return 0.0


def _lives(pid: int) -> bool:
    with suppress(psutil.Error):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False
