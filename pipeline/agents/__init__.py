"""The Faust agents: ``enrich`` from raw to enriched articles, ``index`` from enriched articles to search."""
