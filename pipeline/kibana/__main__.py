"""``python -m pipeline.kibana``: makes ``deploy/kibana/newswire.ndjson`` again."""

from __future__ import annotations

from pipeline.kibana.objects import ALIAS, FILE, ndjson
from pipeline.resources import PACKAGE

if __name__ == "__main__":
    (PACKAGE.parent / FILE).write_bytes(ndjson(ALIAS))
