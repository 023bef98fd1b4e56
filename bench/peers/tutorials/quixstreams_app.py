"""QuixStreams by its own sink's page.

https://quix.io/docs/quix-streams/connectors/sinks/elasticsearch-sink.html
"""

from __future__ import annotations

from quixstreams import Application
from quixstreams.sinks.community.elasticsearch import ElasticsearchSink

from bench.peers.job import tell_ready
from bench.peers.tutorials.nlp import enrich
from pipeline.settings import settings


def main() -> None:
    """Run until a signal."""
    place = settings()
    app = Application(
        broker_address=place.kafka,
        consumer_group=place.group,
        auto_offset_reset="earliest",
        state_dir=place.var / "quixstreams",
    )
    sink = ElasticsearchSink(url=str(place.elasticsearch), index=place.index)
    articles = app.dataframe(app.topic(place.topic_raw, value_deserializer="json"))
    articles.apply(enrich).sink(sink)
    tell_ready()
    app.run()


if __name__ == "__main__":
    main()
