"""Reads docker-compose.yml: its services, and those of them that are ours."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.deploy.dockerfile import ROOT

FILE = ROOT / "docker-compose.yml"

Service = dict[str, Any]


_OPEN = re.compile(r"\$\{\w+:-([^}]*)\}")


def loaded() -> dict[str, Any]:
    """The file, with its anchors put in and what it leaves open as it is by default."""
    found: dict[str, Any] = yaml.safe_load(_OPEN.sub(r"\1", FILE.read_text("utf-8")))
    return found


def services() -> dict[str, Service]:
    """All services by their names."""
    found: dict[str, Service] = loaded()["services"]
    return found


def ours() -> dict[str, Service]:
    """Those that our image runs."""
    return {name: one for name, one in services().items() if one["image"].startswith("newswire:")}
