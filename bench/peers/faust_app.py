"""A plain Faust agent as its tutorial has it: one message after the other, each sent with a wait of its own.

For the hop alone. Faust commits what the agent has gone past every 2.8 s: at least once.
https://faust-streaming.github.io/faust/playbooks/quickstart.html
"""

from __future__ import annotations

import faust
from faust.types import StreamT

from bench.peers.job import job, tell_ready

work = job()
settings = work.settings
app = faust.App(
    settings.group,
    broker=[f"kafka://{broker}" for broker in settings.brokers],
    key_serializer="raw",
    value_serializer="raw",
    topic_allow_declare=False,
    topic_disable_leader=True,
)
raw = app.topic(settings.topic_raw, key_type=bytes, value_type=bytes)
enriched = app.topic(settings.topic_enriched, key_type=bytes, value_type=bytes)


@app.agent(raw)
async def enrich(values: StreamT[bytes]) -> None:
    """Article by article."""
    async for value in values:
        [done] = work.done([value])
        await enriched.send(key=done.key, value=done.value)


tell_ready()
