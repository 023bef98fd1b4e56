"""Articles into Elasticsearch: the document, the index it goes to, and the writing."""
