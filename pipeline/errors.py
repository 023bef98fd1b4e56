"""The one base of the errors that a person can do something about."""

from __future__ import annotations


class NewswireError(Exception):
    """What was asked cannot be done. The message stands by itself: what is wrong, where, what to do."""
