"""How far behind consumer groups are: measured at the broker, judged by rules, shown, kept and exported."""

from __future__ import annotations

from pipeline.lag.broker import LagError
from pipeline.lag.monitor import Monitor
from pipeline.lag.shape import GroupLag, PartitionLag, Reader, Snapshot, Status

__all__ = ["GroupLag", "LagError", "Monitor", "PartitionLag", "Reader", "Snapshot", "Status"]
