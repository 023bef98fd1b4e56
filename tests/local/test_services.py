"""The real Kafka and the real Elasticsearch: up, down, killed, and up again with their data."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import UnknownTopicOrPartitionError

from pipeline.local import LocalServiceError, down, log_files, log_lines, status, up
from pipeline.local import user as users
from pipeline.local.kafka import Kafka
from pipeline.local.ports import free_port
from pipeline.local.services import fetch, services
from pipeline.settings import Settings
from tests.services import HOST, Stack

pytestmark = pytest.mark.services
TOPIC = "kept"
COUNT = 500


@pytest.fixture(scope="module")
def own() -> Iterator[Stack]:
    """Services of this module's own, which may be killed, in a folder with an awkward name."""
    parent = Path(tempfile.mkdtemp(prefix="newswire été "))
    parent.chmod(0o755)
    try:
        with Stack(parent / "var") as stack:
            yield stack
    finally:
        shutil.rmtree(parent)


@pytest.fixture
def running(own: Stack) -> Stack:
    """The same, running whatever a test before did."""
    up(own.settings)
    return own


def produce(stack: Stack, begin: int, count: int) -> None:
    """Numbers onto the topic, each confirmed."""
    with KafkaAdminClient(bootstrap_servers=stack.settings.kafka) as admin:
        if TOPIC not in admin.list_topics():
            admin.create_topics([NewTopic(TOPIC, 1, 1)])
    producer = KafkaProducer(bootstrap_servers=stack.settings.kafka, acks="all")
    sent = [producer.send(TOPIC, str(number).encode()) for number in range(begin, begin + count)]
    for future in sent:
        future.get(timeout=30)
    producer.close()


def consumed(stack: Stack) -> list[int]:
    """All numbers on the topic."""
    consumer = KafkaConsumer(bootstrap_servers=stack.settings.kafka, auto_offset_reset="earliest")
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    found: list[int] = []
    while consumer.position(partition) < end:
        for records in consumer.poll(timeout_ms=1000).values():
            found += [int(record.value) for record in records]
    consumer.close()
    return found


def index(stack: Stack, begin: int, count: int) -> None:
    """Numbered documents, each acknowledged; not refreshed, so that they are in the translog alone."""
    with Elasticsearch(str(stack.settings.elasticsearch)) as client:
        actions = [{"_index": TOPIC, "_id": str(number)} for number in range(begin, begin + count)]
        done, _ = bulk(client, actions)
        assert done == count


def indexed(stack: Stack) -> int:
    """How many documents are found."""
    with Elasticsearch(str(stack.settings.elasticsearch)) as client:
        client.indices.refresh(index=TOPIC)
        return int(client.count(index=TOPIC)["count"])


def clear(stack: Stack) -> None:
    """No topic and no index of before."""
    with KafkaAdminClient(bootstrap_servers=stack.settings.kafka) as admin:
        if TOPIC in admin.list_topics():
            admin.delete_topics([TOPIC])
    with Elasticsearch(str(stack.settings.elasticsearch)) as client:
        client.options(ignore_status=404).indices.delete(index=TOPIC)


def test_up_starts_both(running: Stack) -> None:
    kafka, elasticsearch = status(running.settings)
    for one in (kafka, elasticsearch):
        assert one.state == "running"
        assert one.pid is not None
        assert one.memory_bytes is not None
        assert one.memory_bytes > 50 * 1024 * 1024
        assert one.uptime_s is not None
    assert (kafka.service, elasticsearch.service) == ("kafka", "elasticsearch")
    assert kafka.version == "4.3.1"
    assert elasticsearch.version == "9.4.3"
    assert kafka.address == running.settings.kafka
    assert f"http://{elasticsearch.address}/" == str(running.settings.elasticsearch)


def test_up_again_says_so_and_starts_nothing(running: Stack) -> None:
    before = [one.pid for one in status(running.settings)]
    again = up(running.settings)
    assert [one.pid for one in again] == before
    assert {one.note for one in again} == {"was running already"}


def test_they_listen_on_loopback_alone(running: Stack) -> None:
    for one in status(running.settings):
        hosts = {
            connection.laddr.ip
            for connection in psutil.Process(one.pid).net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
        }
        assert {host.removeprefix("::ffff:") for host in hosts} == {HOST}


def test_elasticsearch_does_not_run_as_root(running: Stack) -> None:
    _, elasticsearch = status(running.settings)
    assert psutil.Process(elasticsearch.pid).uids().effective != 0


def test_kill_9_loses_nothing_and_both_start_again(running: Stack) -> None:
    clear(running)
    for life in range(2):
        produce(running, life * COUNT, COUNT)
        index(running, life * COUNT, COUNT)
        running.kafka.kill9()
        running.elasticsearch.kill9()
        again = up(running.settings)
        assert {one.state for one in again} == {"running"}
        assert all("removed the stale pid file" in one.note for one in again)
        assert consumed(running) == list(range((life + 1) * COUNT))
        assert indexed(running) == (life + 1) * COUNT


def test_down_stops_both_and_up_finds_the_data(running: Stack) -> None:
    clear(running)
    produce(running, 0, COUNT)
    index(running, 0, COUNT)
    pids = [one.pid for one in status(running.settings)]
    stopped = down(running.settings)
    assert [(one.state, one.note) for one in stopped] == [("stopped", "stopped")] * 2
    assert not any(pid and psutil.pid_exists(pid) for pid in pids)
    assert not running.kafka.pid_file.exists()
    assert [one.note for one in down(running.settings)] == ["was not running"] * 2
    up(running.settings)
    assert consumed(running) == list(range(COUNT))
    assert indexed(running) == COUNT


def test_one_of_them_can_be_stopped_and_started(running: Stack) -> None:
    pid = running.kafka.status().pid
    assert down(running.settings, only=["elasticsearch"])[0].state == "stopped"
    assert [one.state for one in status(running.settings)] == ["running", "stopped"]
    assert up(running.settings, only=["elasticsearch"])[0].state == "running"
    assert running.kafka.status().pid == pid


def test_a_topic_is_not_made_by_a_slip(running: Stack) -> None:
    with KafkaAdminClient(bootstrap_servers=running.settings.kafka) as admin:
        (described,) = admin.describe_topics(["nwes.raw"])
        assert described["error_code"] == UnknownTopicOrPartitionError.errno
        assert "nwes.raw" not in admin.list_topics()


def test_a_message_of_seven_mebibytes_passes(running: Stack) -> None:
    with KafkaAdminClient(bootstrap_servers=running.settings.kafka) as admin:
        admin.create_topics([NewTopic("large", 1, 1)])
    producer = KafkaProducer(bootstrap_servers=running.settings.kafka, max_request_size=8 * 1024 * 1024)
    assert producer.send("large", os.urandom(7 * 1024 * 1024)).get(timeout=30).offset == 0
    producer.close()


def test_the_logs_are_where_it_says(running: Stack) -> None:
    files = log_files(running.settings)
    assert all(any(file.is_file() for file in found) for found in files.values())
    lines = list(log_lines(running.settings, only=["elasticsearch"], lines=2000))
    assert all(line.startswith("elasticsearch | ") for line in lines)
    assert any("started" in line for line in lines)


UP = """
import sys
from pathlib import Path
from pydantic import HttpUrl
from pipeline.local import up
from pipeline.settings import Settings
kafka, elasticsearch, var = sys.argv[1:]
up(Settings(kafka=kafka, elasticsearch=elasticsearch, var=Path(var)))
"""


def test_an_up_that_was_killed_is_made_good_by_the_next(running: Stack) -> None:
    down(running.settings)
    where = [running.settings.kafka, str(running.settings.elasticsearch), str(running.settings.var)]
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", UP, *where]) as child:
        while running.kafka.find().process is None:
            assert child.poll() is None
        child.send_signal(signal.SIGKILL)
    assert not running.kafka.pid_file.exists()
    assert {one.state for one in up(running.settings)} == {"running"}
    for service in services(running.settings):
        (process,) = [one for one in psutil.process_iter(["cmdline"]) if is_node(one, service.mark)]
        assert service.status().pid == process.pid


def is_node(process: psutil.Process, mark: str) -> bool:
    """Whether it is a Kafka or an Elasticsearch on that folder."""
    return mark in (process.info["cmdline"] or [])


def test_a_service_of_another_folder_at_the_port_is_named(running: Stack, tmp_path: Path) -> None:
    settings = running.settings.model_copy(update={"var": tmp_path})
    with pytest.raises(LocalServiceError) as caught:
        up(settings, only=["kafka"])
    pid = running.kafka.status().pid
    assert f"{settings.kafka} is taken by process {pid} (java … conf/server.properties)" in str(caught.value)


def test_both_faults_are_told_at_once(running: Stack, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    settings = running.settings.model_copy(update={"var": Path(tempfile.mkdtemp())})
    settings.var.chmod(0o755)
    with pytest.raises(LocalServiceError) as caught:
        up(settings)
    shutil.rmtree(settings.var)
    assert settings.kafka in str(caught.value)
    assert "NEWSWIRE_ELASTICSEARCH" in str(caught.value)


def test_external_services_are_left_alone_and_looked_at(running: Stack, tmp_path: Path) -> None:
    settings = Settings(
        kafka=f"{running.settings.kafka},{running.settings.kafka}",
        elasticsearch=str(running.settings.elasticsearch).replace("http://", "http://a:b@"),
        var=tmp_path / "var",
        cache=tmp_path / "cache",
    )
    for found in (up(settings), status(settings), down(settings)):
        assert [one.state for one in found] == ["external", "external"]
        assert all("not started here" in one.note for one in found)
    assert found[1].version == "9.4.3"
    fetch(settings)
    assert log_files(settings) == {}
    assert list(tmp_path.iterdir()) == []
    assert {one.state for one in status(running.settings)} == {"running"}


def test_a_kafka_that_dies_at_start_shows_its_log(tmp_path: Path) -> None:
    kafka = Kafka(Settings(kafka=f"{HOST}:{free_port(HOST)}", var=tmp_path))
    kafka.start()
    kafka.stop()
    meta = kafka.folder / "data" / "meta.properties"
    meta.write_text(meta.read_text().replace("node.id=1", "node.id=7"))
    with pytest.raises(LocalServiceError) as caught:
        kafka.start()
    assert str(caught.value).startswith("kafka ended while it was starting")
    assert "node" in str(caught.value)
    assert kafka.status().state == "stopped"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for Elasticsearch")
def test_under_a_closed_folder_elasticsearch_finds_a_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = Path(tempfile.mkdtemp(prefix="newswire-system-"))
    system.chmod(0o755)
    monkeypatch.setattr(users, "SYSTEM_DATA", system)
    tmp_path.chmod(0o700)
    settings = Settings(elasticsearch=f"http://{HOST}:{free_port(HOST)}", var=tmp_path / "var")
    try:
        found = up(settings, only=["elasticsearch"])[0]
        assert found.state == "running"
        assert Path(str(found.folder)).is_relative_to(system)
        assert (tmp_path / "var" / "elasticsearch" / "data").is_dir()
        assert up(settings, only=["elasticsearch"])[0].note == "was running already"
    finally:
        down(settings, only=["elasticsearch"])
        shutil.rmtree(system)
