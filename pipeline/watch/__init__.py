"""Saved searches that alert: a watch is a query that every new article is held against.

``watches`` says what a watch is, ``store`` keeps them in Elasticsearch, ``matching`` holds articles against
them, ``watcher`` makes alerts of what matches, at once or when an embargo ends; ``webhook`` and ``couriers``
bring alerts to a URL, ``tail`` prints them.
"""

from __future__ import annotations

from pipeline.watch.watches import Watch, WatchError, query_of, watch

__all__ = ["Watch", "WatchError", "query_of", "watch"]
