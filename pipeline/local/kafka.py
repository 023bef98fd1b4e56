"""Apache Kafka on this machine: one node that is broker and controller (KRaft)."""

from __future__ import annotations

import base64
import os
import socket
import struct
import subprocess
import uuid
from typing import TYPE_CHECKING, ClassVar

import psutil
from kafka.protocol.metadata import MetadataRequest, MetadataResponse

from pipeline.errors import NewswireError
from pipeline.local import user as users
from pipeline.local.errors import LocalServiceError
from pipeline.local.install import Name, Programs, fetch
from pipeline.local.java import java_for
from pipeline.local.ports import Address, address_of, free_port
from pipeline.local.process import spawn
from pipeline.local.service import Answer, Launch, Service
from pipeline.resources import resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.settings import KafkaSecurity, Settings

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
# Understood by all brokers since 2018 (Kafka 2.1); the cluster's id is in it.
METADATA_VERSION = 7
MAX_METADATA_BYTES = 1024 * 1024


class Kafka(Service):
    """The embedded Kafka, or the brokers that the setting names instead."""

    name: ClassVar[Name] = "kafka"
    setting: ClassVar[str] = "NEWSWIRE_KAFKA"
    main_class: ClassVar[str] = "kafka.Kafka"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, users.me())
        self.address = address_of(settings.brokers[0])
        self.external = why_external(settings.kafka, settings.kafka_security)

    @property
    def where(self) -> str:
        """All brokers that are named."""
        return ", ".join(self.settings.brokers)

    def programs(self, progress: Callable[[str], None]) -> Programs:
        """Kafka's jars."""
        return fetch("kafka", self.settings.cache.resolve(), progress)

    def spawn(self, programs: Programs, lock: int) -> Launch:  # noqa: ARG002 - Kafka itself must not hold it
        """Formats the storage if it is new, and starts the broker."""
        conf, data, logs = (self.folder / part for part in ("conf", "data", "logs"))
        for folder in (conf, data, logs):
            users.make_folder(folder)
        java = str(java_for(self.user).program)
        properties = "conf/server.properties"
        users.write_file(self.folder / properties, self._properties())
        start = [java, *self._java_options(programs, logs), "-cp", f"{programs.home}/lib/*"]
        if not (data / "meta.properties").is_file():
            self._format(start, properties)
        child = spawn(
            [*start, self.mark, self.main_class, properties],
            folder=self.folder,
            output=self.log_files[1],
            environment={**os.environ, "LC_ALL": "C.UTF-8"},
            user=self.user,
        )
        return Launch(psutil.Process(child.pid), child)

    def ask(self, process: psutil.Process | None, limit_s: float) -> Answer | None:
        """Whether a broker answers, and is of the cluster in our storage if it is to be that process."""
        if self.settings.kafka_security != "plaintext":
            return self._ask_locked()
        cluster = ask_cluster(self.settings.kafka, limit_s)
        if cluster is None or (process is not None and cluster != cluster_of(self.folder / "data")):
            return None
        return Answer(_version_of(process) if process is not None else None)

    def _ask_locked(self) -> Answer | None:
        """Whether brokers of others let us in; what they say against it is told with the status."""
        from kafka.admin import KafkaAdminClient  # noqa: PLC0415 - few need it, and it is slow to load
        from kafka.errors import KafkaError  # noqa: PLC0415 - likewise

        from pipeline import kafka_security  # noqa: PLC0415 - likewise

        try:
            refused = kafka_security.require_now(self.settings)
            client = KafkaAdminClient(
                bootstrap_servers=self.settings.brokers,
                bootstrap_timeout_ms=kafka_security.TRY_MS,
                **kafka_security.kafka_python(self.settings),
            )
        except (NewswireError, KafkaError, OSError) as error:
            refused = str(error)
        else:
            client.close()
        self.external = refused or self.external
        return None if refused else Answer()

    def _java_options(self, programs: Programs, logs: Path) -> list[str]:
        return [
            f"-Xmx{self.settings.kafka_heap_mib}m",
            # Half the time and memory to start than with the stock options, and no slower at our size.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            f"-XX:ErrorFile={logs}/crash-%p.log",
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={resource('deploy/local/log4j2.properties').as_uri()}",
            f"-Dnewswire.logs={logs}",
            "-Dnewswire.level=warn",
            f"-Dnewswire.version={programs.version}",
        ]

    def _properties(self) -> str:
        return server_properties(self.address, free_port(self.address.host))

    def _new_cluster(self) -> str:
        return base64.urlsafe_b64encode(b"n" + uuid.uuid4().bytes[1:]).decode().rstrip("=")

    def _format(self, start: list[str], properties: str) -> None:
        command = [*start, "kafka.tools.StorageTool", "format", "--ignore-formatted"]
        result = subprocess.run(
            [*command, "-t", self._new_cluster(), "-c", properties],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            said = (result.stdout + result.stderr).strip()
            raise LocalServiceError(f"cannot format Kafka's storage {self.folder / 'data'}: {said}")


def why_external(brokers: str, security: KafkaSecurity = "plaintext") -> str:
    """Why brokers are not ours to start, in words; empty if they are."""
    if security != "plaintext":
        return "has TLS or a login, which the embedded one has not: it is not started here"
    if "," in brokers:
        return "several brokers are named: it is not started here"
    if not address_of(brokers).loopback:
        return "not an address of this machine: it is not started here"
    return ""


def server_properties(address: Address, controller_port: int) -> str:
    """The configuration of one node that keeps every message on this machine only."""
    at = f"{address}"
    controller = f"{Address(address.host, controller_port)}"
    options = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{controller}",
        "listeners": f"PLAINTEXT://{at},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{at}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        # Relative to the folder that it runs in: a path could hold what this file cannot.
        "log.dirs": "data",
        # A misspelt topic is an error, not a new topic.
        "auto.create.topics.enable": "false",
        "message.max.bytes": MAX_MESSAGE_BYTES,
        "replica.fetch.max.bytes": MAX_MESSAGE_BYTES,
        # There is one node.
        "default.replication.factor": 1,
        "min.insync.replicas": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        # Fewer internal partitions: less to open at start and to close at stop.
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "controlled.shutdown.enable": "false",
        # After a crash the node waits as long for itself as for a lost broker: by default 9 s.
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
        "log.segment.bytes": 64 * 1024 * 1024,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        "num.io.threads": 4,
        "num.network.threads": 2,
        "background.threads": 4,
    }
    return "".join(f"{key}={value}\n" for key, value in options.items())


def ask_cluster(brokers: str, limit_s: float) -> str | None:
    """The id of the cluster that the brokers belong to; None if none is ready within the limit, in seconds.

    One plain request: kafka-python's clients leave threads and sockets behind where no broker answers.
    """
    for broker in brokers.split(","):
        try:
            metadata = _metadata(address_of(broker), limit_s)
        except (OSError, ValueError, IndexError, struct.error):
            continue  # nobody there, or nobody who speaks Kafka's protocol
        if metadata.brokers and metadata.cluster_id:
            return str(metadata.cluster_id)
    return None


def _metadata(address: Address, limit_s: float) -> MetadataResponse:
    request = MetadataRequest[METADATA_VERSION](topics=[], allow_auto_topic_creation=False)
    request.with_header(correlation_id=1, client_id="newswire")
    with socket.create_connection((address.host, address.port), timeout=limit_s) as connection:
        connection.sendall(request.encode(header=True, framed=True))
        with connection.makefile("rb") as stream:
            (size,) = struct.unpack(">i", stream.read(4))
            if not 0 < size <= MAX_METADATA_BYTES:
                raise ValueError(f"an answer of {size} bytes")
            return MetadataResponse[METADATA_VERSION].decode(stream.read(size), header=True)


def cluster_of(data: Path) -> str | None:
    """The cluster's id as it stands in the storage; None where it is not formatted."""
    try:
        lines = (data / "meta.properties").read_text().splitlines()
    except FileNotFoundError:
        return None
    return next((line.removeprefix("cluster.id=") for line in lines if line.startswith("cluster.id=")), None)


def _version_of(process: psutil.Process) -> str | None:
    prefix = "-Dnewswire.version="
    try:
        arguments = process.cmdline()
    except psutil.NoSuchProcess:
        return None
    return next((part.removeprefix(prefix) for part in arguments if part.startswith(prefix)), None)
