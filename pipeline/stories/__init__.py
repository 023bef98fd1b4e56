"""Which articles tell the same story: rewrites, longer takes and pick-ups, found without keeping state.

Pure functions and an index in memory; what was tried, and how the state lives in Elasticsearch, stands in
``docs/decisions/0021-stories.md``.
"""
