"""What the page itself refuses, each with the status that a browser gets."""

from __future__ import annotations

from http import HTTPStatus

from pipeline.errors import NewswireError
from pipeline.search import QueryError, SearchError


class WebError(NewswireError):
    """The page cannot be served as it is set; the message says what to set."""


class BusyError(NewswireError):
    """More is asked at once than the page asks on."""


class KilledError(NewswireError):
    """The article was killed: nobody gets its text, not even from a tombstone that should have none."""


class AbsentError(NewswireError):
    """There is no article of this id that may be seen now."""


_STATUS: dict[type[NewswireError], HTTPStatus] = {
    QueryError: HTTPStatus.BAD_REQUEST,
    SearchError: HTTPStatus.SERVICE_UNAVAILABLE,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    KilledError: HTTPStatus.GONE,
    AbsentError: HTTPStatus.NOT_FOUND,
}


def status_of(error: NewswireError) -> HTTPStatus:
    """The status of the answer that says this error."""
    found = (status for kind, status in _STATUS.items() if isinstance(error, kind))
    return next(found, HTTPStatus.SERVICE_UNAVAILABLE)
