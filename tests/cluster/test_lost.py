"""A broker and a node are killed under load: the rest goes on, nothing is lost and nothing is twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from pipeline import kafka_topics
from pipeline.search import asking
from pipeline.settings import Settings
from tests.chaos import found, verdict, wire
from tests.chaos.cast import Actor, until
from tests.chaos.feed import Writer
from tests.chaos.progress import Place, Progress, Sample
from tests.cluster.cluster import Cluster
from tests.services import apart
from tests.workers import environment, eventually

# Two minutes and more on two cores: too long for each `make test`.
pytestmark = [pytest.mark.services, pytest.mark.chaos]

STORIES = 600
FEED_S = 24.0
WARM = 100
STEP = 60
"""Messages that both hops together must have committed after a loss: more than were under way."""

QUICK = {"partitions": 4, "processes": 1, "enrich_batch": 16, "index_batch": 50}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


@pytest.fixture
def own(cluster: Cluster, tmp_path: Path) -> Settings:
    settings = apart(cluster.settings, var=tmp_path / "var", **QUICK)
    asyncio.run(kafka_topics.ensure(settings, patience_s=60))
    return settings


def actors(settings: Settings, inbox: Path, folder: Path) -> list[Actor]:
    """A feeder and two workers, each with both hops; nobody starts them again."""
    variables = {**os.environ, **environment(settings)}
    commands = {
        "feeder": ("-m", "pipeline", "feed", "--watch", str(inbox)),
        "worker-1": ("-m", "tests.security.light_worker", "enrich", "index"),
        "worker-2": ("-m", "tests.security.light_worker", "enrich", "index"),
    }
    return [Actor(name, command, variables, folder) for name, command in commands.items()]


def backwards(samples: Sequence[Sample]) -> set[Place]:
    """The partitions of which what was committed was taken back at some time."""
    return {
        place
        for before, after in pairwise(samples)
        for place, stand in after.stands.items()
        if stand.committed < before.stands[place].committed
    }


def test_topics_have_three_replicas_of_which_two_must_take_what_is_acknowledged(own: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=own.brokers)
    try:
        (topic,) = admin.describe_topics([own.topic_raw])
        asked = ConfigResource(ConfigResourceType.TOPIC, own.topic_raw)
        said = admin.describe_configs([asked])
    finally:
        admin.close()
    assert all(len(partition["replica_nodes"]) == 3 for partition in topic["partitions"])
    assert said["topic"][own.topic_raw]["min.insync.replicas"]["value"] == "2"


def test_one_broker_and_one_node_are_killed_and_nothing_is_lost(
    cluster: Cluster, own: Settings, tmp_path: Path
) -> None:
    copy = wire.stories(STORIES, seed=1)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    cast = actors(own, inbox, tmp_path)
    with ExitStack() as stack:
        for actor in cast:
            actor.start()
            stack.callback(actor.leave)
        # Who joins while others are at work is a case of the chaos suite.
        groups = [f"{own.group}-{hop}" for hop in ("enrich", "index")]
        eventually(lambda: cluster.joined(*groups) == {2}, within_s=90, what="two members in each group")
        progress = stack.enter_context(Progress(own))
        writer = stack.enter_context(Writer(copy, inbox, own, FEED_S))
        progress.await_commits(WARM, 60)
        cluster.await_whole()
        writer.go()

        broker = cluster.leader(own.topic_raw, own.topic_enriched)
        broker.kill9()
        progress.await_commits(progress.committed + STEP, 60)

        node = cluster.primary(own.index)
        node.kill9()
        assert asking.searched(own, {"query": {"match_all": {}}})["hits"]["hits"]
        progress.await_commits(progress.committed + STEP, 60)

        writer.join()
        until(lambda: progress.settled() and copy.versions <= found.fed(own), 90, step_s=0.5)
        judged = verdict.judge(copy.wanted, copy.poison, found.documents(own), found.letters(own))
        assert judged.good, f"{judged}; the processes' output is in {tmp_path}"
        assert (judged.found, judged.dead) == (STORIES, 0)
        assert progress.samples[-1].lag == 0
        assert backwards(progress.samples) == set()
        assert all(actor.pid for actor in cast), "nobody had to be started again"

        for service in (broker, node):
            service.start()
        cluster.await_whole()
        for actor in cast:
            os.kill(actor.pid, signal.SIGTERM)
