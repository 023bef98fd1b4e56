"""Three brokers and two data nodes on this machine: what a small production has, with small heaps."""

from __future__ import annotations

import base64
import json
import shutil
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from pipeline.local import down
from pipeline.local.elasticsearch import LocalElasticsearch, node_settings
from pipeline.local.kafka import Kafka, server_properties
from pipeline.local.ports import free_port
from pipeline.local.service import Service
from pipeline.settings import Settings
from pipeline.sink import connection
from tests.services import HOST, new_folder
from tests.workers import eventually

MEMBERS = 3
HEAP_MIB = {"broker": 192, "data": 384, "voting": 160}
START_S = 120.0


class Broker(Kafka):
    """One of several that are brokers and controllers, all three of them a quorum of two.

    Args:
        settings: its address and folder.
        number: which it is, from 1.
        controllers: the controllers' ports, by number.
        cluster: the id of the cluster.
    """

    def __init__(self, settings: Settings, number: int, controllers: Mapping[int, int], cluster: str) -> None:
        super().__init__(settings)
        self.number = number
        self._controllers = controllers
        self._cluster = cluster

    def _new_cluster(self) -> str:
        return self._cluster

    def _properties(self) -> str:
        usual = server_properties(self.address, self._controllers[self.number])
        options = dict(line.split("=", 1) for line in usual.splitlines())
        voters = (f"{number}@{HOST}:{port}" for number, port in self._controllers.items())
        options |= {"node.id": str(self.number), "controller.quorum.voters": ",".join(voters)}
        for kind in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            options[f"{kind}.replication.factor"] = str(MEMBERS)
        for kind in ("transaction.state.log", "share.coordinator.state.topic"):
            options[f"{kind}.min.isr"] = "2"
        options |= {"default.replication.factor": str(MEMBERS), "min.insync.replicas": "2"}
        return "".join(f"{key}={value}\n" for key, value in options.items())


class Node(LocalElasticsearch):
    """One of several nodes; two hold data, the third only votes, so that one of the three may be lost.

    Args:
        settings: its address and folder.
        name: its name.
        transports: the ports at which nodes speak to each other, by name; the last one only votes.
    """

    def __init__(self, settings: Settings, name: str, transports: Mapping[str, int]) -> None:
        super().__init__(settings, brief=True)
        self.node = name
        self._transports = transports

    @property
    def votes_only(self) -> bool:
        return self.node == [*self._transports][-1]

    def _node_settings(self, data: Path, logs: Path) -> str:
        usual = node_settings(self.address, data, logs)
        options = {key: json.loads(value) for key, value in (x.split(": ", 1) for x in usual.splitlines())}
        del options["discovery.type"]
        options |= {
            "node.name": self.node,
            "node.roles": ["master", "voting_only"] if self.votes_only else ["master", "data", "ingest"],
            "transport.port": self._transports[self.node],
            "discovery.seed_hosts": [f"{HOST}:{port}" for port in self._transports.values()],
            "cluster.initial_master_nodes": [*self._transports],
        }
        return "".join(f"{key}: {json.dumps(value)}\n" for key, value in options.items())


class Cluster:
    """Three brokers and three nodes for the length of a ``with`` block; their data are removed.

    Attributes:
        settings: all brokers and the two data nodes; topics are made with three replicas.
        brokers: the brokers.
        nodes: the two data nodes.
    """

    def __init__(self) -> None:
        """Chooses ports and folders; nothing is started yet."""
        self._folders = [new_folder() for _ in range(MEMBERS)]
        cluster = base64.urlsafe_b64encode(b"n" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        numbers = range(1, MEMBERS + 1)
        ports = iter([free_port(HOST) for _ in range(4 * MEMBERS)])
        controllers = {number: next(ports) for number in numbers}
        transports = {f"node-{number}": next(ports) for number in numbers}
        self.brokers: list[Broker] = []
        self._every_node: list[Node] = []
        for number, (name, folder) in enumerate(zip(transports, self._folders, strict=True), 1):
            heap = HEAP_MIB["voting" if number == MEMBERS else "data"]
            settings = Settings(
                kafka=f"{HOST}:{next(ports)}",
                elasticsearch=f"http://{HOST}:{next(ports)}",
                var=folder,
                kafka_heap_mib=HEAP_MIB["broker"],
                elasticsearch_heap_mib=heap,
            )
            self.brokers.append(Broker(settings, number, controllers, cluster))
            self._every_node.append(Node(settings, name, transports))
        self.nodes = [node for node in self._every_node if not node.votes_only]
        self.settings = Settings(
            kafka=",".join(broker.settings.kafka for broker in self.brokers),
            elasticsearch=",".join(node.settings.elasticsearch for node in self.nodes),
            var=self._folders[0],
            replication=MEMBERS,
        )

    @property
    def services(self) -> Sequence[Service]:
        """All of them."""
        return [*self._every_node, *self.brokers]

    def __enter__(self) -> Self:
        """Starts all at the same time: none is ready before it has found another."""
        try:
            with ExitStack() as stack:
                launches = [(each, stack.enter_context(each.starting())) for each in self.services]
                for each, launch in launches:
                    each.wait_ready(launch)
            self.await_whole()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops all and removes their data."""
        for each in self.services:
            each.kill9()
        for folder in self._folders:
            down(Settings(var=folder))  # what was killed leaves its pid file
            shutil.rmtree(folder)

    def await_whole(self) -> None:
        """Wait until all brokers are in the cluster, and all shards have their replicas on all nodes."""
        eventually(lambda: len(self.alive()) == MEMBERS, within_s=START_S, what="three brokers")
        with self.client() as client:
            health = client.cluster.health(
                wait_for_status="green", wait_for_nodes=str(MEMBERS), timeout=f"{START_S:.0f}s"
            )
            assert not health["timed_out"], health

    def alive(self) -> set[int]:
        """The numbers of the brokers that the cluster knows to be there."""
        with _admin(self.settings) as admin:
            return {broker["broker_id"] for broker in admin.describe_cluster()["brokers"]}

    def leader(self, *topics: str) -> Broker:
        """The broker that leads most partitions of these topics."""
        with _admin(self.settings) as admin:
            leads: Counter[int] = Counter(
                partition["leader_id"]
                for topic in admin.describe_topics(list(topics))
                for partition in topic["partitions"]
            )
        ((number, _),) = leads.most_common(1)
        return self.brokers[number - 1]

    def joined(self, *groups: str) -> set[int]:
        """How many members these consumer groups have; none while they share partitions out."""
        with _admin(self.settings) as admin:
            try:
                said = admin.describe_groups(list(groups))
            except KafkaError as error:
                if error.retriable:  # the topic of the commits is made with the first group
                    return set()
                raise
        return {len(each["members"]) if each["group_state"] == "Stable" else 0 for each in said.values()}

    def primary(self, index: str) -> Node:
        """The data node that has most primary shards of what an alias stands for."""
        with self.client() as client:
            shards = client.cat.shards(index=index, format="json", h=["node", "prirep"])
        held = Counter(str(each["node"]) for each in shards if each["prirep"] == "p")  # type: ignore[index]  # the client types a table as text
        return next(node for node in self.nodes if node.node == held.most_common(1)[0][0])

    def client(self) -> Elasticsearch:
        """Ours, for both data nodes."""
        return Elasticsearch(**connection.options(self.settings, timeout_s=START_S + 10))


@contextmanager
def _admin(settings: Settings) -> Iterator[Any]:
    client = KafkaAdminClient(bootstrap_servers=settings.brokers)
    try:
        yield client
    finally:
        client.close()
