"""The embedded services: a real Kafka and a real Elasticsearch on this machine."""

from pipeline.local.apt import ensure_tools
from pipeline.local.errors import LocalServiceError
from pipeline.local.service import Status
from pipeline.local.services import down, fetch, log_files, log_lines, status, up

__all__ = [
    "LocalServiceError",
    "Status",
    "down",
    "ensure_tools",
    "fetch",
    "log_files",
    "log_lines",
    "status",
    "up",
]
