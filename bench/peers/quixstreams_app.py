"""QuixStreams: an application that applies, produces and sinks, as its "Sinks" and "Branching" pages have it.

It takes messages one by one: batches are for windows only. Its sink writes when a checkpoint is committed;
the page "Sinks" says to bound that by ``commit_every``. At least once, by default.
https://quix.io/docs/quix-streams/connectors/sinks/elasticsearch-sink.html
"""

from __future__ import annotations

from quixstreams import Application
from quixstreams.sinks.community.elasticsearch import ElasticsearchSink

from bench.peers.job import Done, job, tell_ready


def main() -> None:
    """Run until a signal."""
    work = job()
    settings = work.settings
    app = Application(
        broker_address=settings.kafka,
        consumer_group=settings.group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_every=500,
        commit_interval=1.0,
        state_dir=settings.var / "quixstreams",
        loglevel="WARNING",
    )

    def enrich(value: bytes) -> Done:
        return work.done([value])[0]

    source = app.topic(work.source, key_deserializer="bytes", value_deserializer="bytes")
    enriched = app.dataframe(source).apply(enrich)
    if work.publishes:
        out = app.topic(settings.topic_enriched, key_serializer="bytes", value_serializer="bytes")
        enriched.apply(lambda done: done.value).to_topic(out)
    if work.sinks:
        sink = ElasticsearchSink(url=str(settings.elasticsearch), index=settings.index)
        enriched.apply(lambda done: done.document).sink(sink)
    tell_ready()
    app.run()


if __name__ == "__main__":
    main()
