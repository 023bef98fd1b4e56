"""Kafka's configuration, and what is ours to start."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local.kafka import Kafka, ask_cluster, cluster_of, server_properties, why_external
from pipeline.local.ports import Address, free_port
from pipeline.local.user import me
from pipeline.settings import Settings

HOST = "127.0.0.1"


def properties(text: str) -> dict[str, str]:
    """The keys and values of a properties file."""
    return dict(line.split("=", 1) for line in text.splitlines())


def test_it_listens_on_loopback_alone() -> None:
    found = properties(server_properties(Address(HOST, 9092), 9093))
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093"
    assert found["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9093"


def test_an_ipv6_address_stands_in_brackets() -> None:
    found = properties(server_properties(Address("::1", 9092), 9093))
    assert found["listeners"] == "PLAINTEXT://[::1]:9092,CONTROLLER://[::1]:9093"


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_whatever_the_ports_one_node_needs_no_other(port: int, controller: int) -> None:
    found = properties(server_properties(Address(HOST, port), controller))
    assert {value for key, value in found.items() if "replication.factor" in key} == {"1"}
    assert {value for key, value in found.items() if "min.isr" in key or "min.insync" in key} == {"1"}


def test_topics_are_not_made_by_a_slip() -> None:
    assert properties(server_properties(Address(HOST, 1), 2))["auto.create.topics.enable"] == "false"


def test_the_largest_article_fits_eight_times() -> None:
    found = properties(server_properties(Address(HOST, 1), 2))
    assert int(found["message.max.bytes"]) == 8 * Settings().max_article_bytes
    assert found["replica.fetch.max.bytes"] == found["message.max.bytes"]


@pytest.mark.parametrize("brokers", ["127.0.0.1:9092", "localhost:9092", "[::1]:9092", "127.0.0.9:1"])
def test_a_loopback_address_is_ours(brokers: str) -> None:
    assert why_external(brokers) == ""


@pytest.mark.parametrize(
    ("brokers", "why"),
    [
        ("kafka.example:9092", "not an address of this machine"),
        ("10.0.0.5:9092", "not an address of this machine"),
        ("127.0.0.1:9092,127.0.0.1:9093", "several brokers"),
    ],
)
def test_anything_else_is_external(brokers: str, why: str) -> None:
    assert why in why_external(brokers)
    assert why in Kafka(Settings(kafka=brokers)).external


def test_it_runs_as_whoever_starts_it(tmp_path: Path) -> None:
    kafka = Kafka(Settings(kafka="localhost:9092", var=tmp_path))
    assert kafka.user == me()
    assert kafka.address == Address("localhost", 9092)
    assert kafka.folder == tmp_path.resolve() / "kafka"


def test_an_external_ones_address_is_the_first(tmp_path: Path) -> None:
    kafka = Kafka(Settings(kafka="one.example:9092,two.example:9092", var=tmp_path))
    assert str(kafka.address) == "one.example:9092"


def test_the_clusters_id_is_read_from_the_storage(tmp_path: Path) -> None:
    (tmp_path / "meta.properties").write_text("#\n#Tue\ncluster.id=nAbC_-1\nversion=1\nnode.id=1\n")
    assert cluster_of(tmp_path) == "nAbC_-1"


@pytest.mark.parametrize("text", ["", "version=1\n", "#cluster.id=x\n"])
def test_a_storage_without_an_id_has_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "meta.properties").write_text(text)
    assert cluster_of(tmp_path) is None


def test_a_storage_that_is_not_formatted_has_no_id(tmp_path: Path) -> None:
    assert cluster_of(tmp_path) is None


def test_where_nobody_listens_no_cluster_answers() -> None:
    assert ask_cluster(f"{HOST}:{free_port(HOST)}", 0.3) is None


@contextmanager
def speaker(says: bytes) -> Iterator[str]:
    """Somebody who says that to whoever connects, and hangs up."""

    def speak() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1024)
            connection.sendall(says)

    with socket.create_server((HOST, 0)) as server:
        thread = threading.Thread(target=speak)
        thread.start()
        yield f"{HOST}:{server.getsockname()[1]}"
        thread.join()


def metadata(brokers: int, cluster: str | None) -> bytes:
    """An answer as a broker gives it, laid out by Kafka's protocol guide (Metadata, version 7)."""
    body = struct.pack(">iii", 1, 0, brokers)
    for number in range(brokers):
        body += struct.pack(">ih9sih", number, 9, b"127.0.0.1", 9092, -1)
    body += struct.pack(">h", -1) if cluster is None else struct.pack(">h", len(cluster)) + cluster.encode()
    body += struct.pack(">ii", 1, 0)
    return struct.pack(">i", len(body)) + body


def test_a_broker_tells_its_cluster() -> None:
    with speaker(metadata(1, "nAbC")) as broker:
        assert ask_cluster(broker, 5) == "nAbC"


def test_a_cluster_without_a_ready_broker_is_not_ready() -> None:
    with speaker(metadata(0, "nAbC")) as broker:
        assert ask_cluster(broker, 5) is None


def test_the_first_broker_that_answers_will_do() -> None:
    with speaker(metadata(2, "nAbC")) as broker:
        assert ask_cluster(f"{HOST}:{free_port(HOST)}, {broker}", 5) == "nAbC"


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"\0\0",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x04\0\0\0\x01",
        metadata(1, "nAbC")[:-9],
        metadata(1, None),
        struct.pack(">iiii", 12, 1, 0, 2**30),
    ],
)
def test_what_is_no_kafka_does_not_answer(says: bytes) -> None:
    with speaker(says) as broker:
        assert ask_cluster(broker, 5) is None
