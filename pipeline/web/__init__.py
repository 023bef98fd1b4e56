"""The web page: search, article, live tail and lag, rendered here, with the same as JSON beside it."""

from __future__ import annotations

from pipeline.web.app import make_app
from pipeline.web.errors import WebError
from pipeline.web.server import address, run

__all__ = ["WebError", "address", "make_app", "run"]
