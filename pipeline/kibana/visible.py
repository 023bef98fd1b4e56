"""Which articles Kibana shows: those that `newswire search` finds, in the two languages Kibana speaks."""

from __future__ import annotations

from pipeline.kibana.saved import Always
from pipeline.query.elastic import visible

KQL = (
    "not status: canceled and not embargo > now and not (status: withheld and not embargo: *)"
    " and not replaced_by: *"
)
"""``ALWAYS`` in Kibana's own language, for the layers of maps, which take no other."""

ALWAYS: Always = ("Only what may be seen now", visible())
"""No kill, no copy under embargo or withheld without an end, nothing that was replaced."""
