"""Addresses, and ports that are free or taken."""

from __future__ import annotations

import os
import socket
from collections import deque
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local import ports as ports_module
from pipeline.local.errors import LocalServiceError
from pipeline.local.ports import Address, _shown, address_of, answers, free_port, require_free

HOST = "127.0.0.1"
ports = st.integers(1, 65535)


@given(st.ip_addresses(v=4), ports)
def test_an_ipv4_address_is_read_as_it_is_written(host: IPv4Address, port: int) -> None:
    assert str(address_of(f"{host}:{port}")) == f"{host}:{port}"


@given(st.ip_addresses(v=6), ports)
def test_an_ipv6_address_stands_in_brackets(host: IPv6Address, port: int) -> None:
    address = address_of(f"[{host}]:{port}")
    assert address == Address(str(host), port)
    assert str(address) == f"[{host}]:{port}"


def test_spaces_around_an_address_do_not_matter() -> None:
    assert address_of(" kafka.example:9092 ") == Address("kafka.example", 9092)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert Address(host, 1).loopback


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "kafka", "localhost.example", "", "::", "fe80::1"])  # noqa: S104 - not bound
def test_everything_else_is_not_loopback(host: str) -> None:
    assert not Address(host, 1).loopback


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port(HOST)
    with socket.create_server((HOST, port)):
        assert answers(Address(HOST, port))


def test_nobody_answers_at_a_free_port() -> None:
    assert not answers(Address(HOST, free_port(HOST)))


def test_no_port_is_given_twice_though_nobody_listens_yet() -> None:
    given = [free_port(HOST) for _ in range(900)]
    assert len(set(given)) == len(given)


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        free = free_port(HOST)
        monkeypatch.setattr(ports_module, "_given", deque())
        monkeypatch.setattr(ports_module, "_CHOICE", [taken, free])
        assert free_port(HOST) == free


def test_a_host_one_cannot_listen_on_is_told() -> None:
    with pytest.raises(OSError, match="assign"):
        free_port("192.0.2.1")


def test_a_free_port_passes() -> None:
    require_free(Address(HOST, free_port(HOST)), "NEWSWIRE_KAFKA")


def test_a_taken_port_is_refused_with_who_has_it() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(LocalServiceError) as caught:
            require_free(Address(HOST, port), "NEWSWIRE_KAFKA")
    message = str(caught.value)
    assert f"{HOST}:{port} is taken by process {os.getpid()} (" in message
    assert "NEWSWIRE_KAFKA" in message


def test_an_address_that_is_not_of_this_machine_is_refused_with_the_reason() -> None:
    with pytest.raises(LocalServiceError, match=r"cannot listen on 192\.0\.2\.1:") as caught:
        require_free(Address("192.0.2.1", free_port(HOST)), "NEWSWIRE_KAFKA")
    assert "assign" in str(caught.value)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["/usr/bin/java", "-Xmx1g", "-cp", "lib/*", "kafka.Kafka"], "java … kafka.Kafka"),
        (["/bin/nc", "-l", "9092"], "nc -l 9092"),
        (["redis"], "redis"),
        ([], "?"),
    ],
)
def test_a_command_is_shown_by_its_ends(command: list[str], shown: str) -> None:
    assert _shown(command) == shown
