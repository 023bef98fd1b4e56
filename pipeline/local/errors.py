"""The one error of this folder, so that a caller has one thing to catch."""

from __future__ import annotations

from pipeline.errors import NewswireError


class LocalServiceError(NewswireError):
    """An embedded service cannot do what was asked.

    The message stands by itself: what is wrong, where, and what to do about it.
    """
