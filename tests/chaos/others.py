"""The faults that are no signals: a broker that is away, a full disk, clocks, new partitions, new workers."""

from __future__ import annotations

import signal
import time

from elasticsearch import Elasticsearch
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from tests.chaos.cast import Cast, until
from tests.chaos.clock import Clock

AWAY_S = 60.0
FULL_S = 20.0
HOUR_S = 3600
JUMPS_S = (2 * HOUR_S, -HOUR_S, 24 * HOUR_S, 0)
BETWEEN_JUMPS_S = 8.0
SHARED_S = 8.0
MORE_PARTITIONS = 3
NEW_PARTITIONS_S = 90.0


def refuse_connections(cast: Cast) -> None:
    """Nobody listens at the broker's port for a minute."""
    cast.stack.kafka.stop()
    time.sleep(AWAY_S)
    cast.stack.kafka.start()


def fill_disk(cast: Cast) -> None:
    """The index takes no documents, as when the disk is nearly full, and then does again."""
    block = "index.blocks.read_only_allow_delete"
    index = cast.settings.index
    with Elasticsearch(str(cast.settings.elasticsearch), request_timeout=60) as client:
        counts = []
        for _ in range(int(FULL_S)):
            # Elasticsearch looks at the disk now and then, and takes the block away that we put there.
            client.indices.put_settings(index=index, settings={block: True})
            time.sleep(1)
            client.indices.refresh(index=index)
            counts.append(client.count(index=index)["count"])
        client.indices.put_settings(index=index, settings={block: None})
    assert counts[2] == counts[-1], "the block held nothing up"


def jump_clocks(cast: Cast) -> None:
    """The clocks of our processes go two hours ahead, an hour back, a day ahead, and right again."""
    clock = Clock(cast.folder)
    for seconds in JUMPS_S:
        clock.jump(seconds)
        time.sleep(BETWEEN_JUMPS_S)


def add_partitions(cast: Cast) -> None:
    """Both topics get more partitions, and a feeder that knows of them; over when all are in use."""
    settings = cast.settings
    count = settings.partitions + MORE_PARTITIONS
    topics = (settings.topic_raw, settings.topic_enriched)
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.create_partitions(dict.fromkeys(topics, count))
    cast.hit(cast.feeder.await_pid(), signal.SIGTERM)
    places = [TopicPartition(topic, number) for topic in topics for number in range(count)]

    def in_use() -> bool:
        found = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return all(found[place].offset > 0 for place in places)

    assert until(in_use, NEW_PARTITIONS_S, step_s=1), "nothing came into the new partitions"
    admin.close()


def come_and_go(cast: Cast) -> None:
    """A second worker joins and leaves when asked to, and joins and is killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        second = cast.worker(f"second-{number.name.lower()}", "enrich", "index")
        cast.join(second)
        assert until(lambda second=second: "the worker is ready" in second.output.read_text(), 60), (  # type: ignore[misc]  # a default binds the loop's value
            f"the second worker is not ready; see {second.output}"
        )
        time.sleep(SHARED_S)
        cast.part(second, number)


def nothing(_: Cast) -> None:
    """Nothing: the fault is in the copy, or stands around all."""
