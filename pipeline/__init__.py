"""Newswire: wire copy onto Kafka, enriched by Faust agents, searchable in Elasticsearch."""

__version__ = "0.1.0"
