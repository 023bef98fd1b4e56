"""All of our dashboards, and the files that they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.grafana import dead_letters, lag, overview, pipeline

FOLDER = Path(__file__).parent / "dashboards"


def dashboards() -> dict[str, dict[str, Any]]:
    """Each dashboard by the name of its file."""
    return {
        "overview.json": overview.dashboard(),
        "lag.json": lag.dashboard(),
        "pipeline.json": pipeline.dashboard(),
        "dead-letters.json": dead_letters.dashboard(),
    }


def texts() -> dict[str, str]:
    """What is in each file: the same each time, for people to read and to compare."""
    return {
        name: json.dumps(one, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for name, one in dashboards().items()
    }
