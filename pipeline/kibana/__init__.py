"""What Kibana shows of the news and of the pipeline: its saved objects, and how they get into a Kibana."""

from __future__ import annotations
