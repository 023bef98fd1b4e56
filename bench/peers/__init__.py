"""Newswire beside what else its users might build on: the same articles, broker, Elasticsearch and cores."""
