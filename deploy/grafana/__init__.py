"""What Grafana shows of the pipeline: dashboards that read our metrics from Prometheus."""

from __future__ import annotations
