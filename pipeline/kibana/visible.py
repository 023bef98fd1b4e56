"""Which articles Kibana shows: those that `newswire search` finds, in the two languages Kibana speaks."""

from __future__ import annotations

from pipeline.kibana.saved import Always, Object
from pipeline.query.elastic import visible

KQL = (
    "not status: canceled and not embargo > now and not (status: withheld and not embargo: *)"
    " and not replaced_by: *"
)
"""``ALWAYS`` in Kibana's own language, for the layers of maps, which take no other."""


def _query() -> Object:
    """What may be seen now, without the versions that another article has taken the place of."""
    seen = visible()["bool"]
    return {"bool": {**seen, "must_not": [*seen["must_not"], {"exists": {"field": "replaced_by"}}]}}


ALWAYS: Always = ("Only what may be seen now", _query())
"""No kill, no copy under embargo or withheld without an end, nothing that was replaced."""
