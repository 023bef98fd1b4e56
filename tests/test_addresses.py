"""Which addresses strangers may send us to."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import aiohttp
import pytest
from aiohttp.resolver import ThreadedResolver
from hypothesis import given
from hypothesis import strategies as st

from pipeline.addresses import InternalAddressError, is_internal, names_internal, sockets
from tests.watch.receiver import Receiver


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_internet_is_not_internal(address: str) -> None:
    assert not is_internal(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1"),  # noqa: S104 - refused
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::"),
    ],
)
def test_this_machine_and_private_networks_are(address: str) -> None:
    assert is_internal(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_what_it_is_in_ipv6_too(address: ipaddress.IPv4Address) -> None:
    for form in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_internal(form) or not is_internal(str(address))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "::1"])
def test_names_that_surely_mean_this_machine(host: str) -> None:
    assert names_internal(host)


@pytest.mark.parametrize("host", ["a.example", "localhost.example", "8.8.8.8", "2130706433"])
def test_other_names_are_looked_up_when_they_are_connected_to(host: str) -> None:
    assert not names_internal(host)


class _Lying(ThreadedResolver):
    """Every name means this machine, as somebody's own name server may say."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        return await super().resolve(host and "127.0.0.1", port, family)


def post(host: str, *, internal: bool) -> int:
    """How many posts a receiver on this machine gets under a host's name."""

    async def main() -> int:
        connector = aiohttp.TCPConnector(
            socket_factory=sockets("the test", internal=internal), resolver=_Lying()
        )
        async with Receiver() as receiver, aiohttp.ClientSession(connector=connector) as client:
            port = receiver.url.rpartition(":")[2]
            await client.post(f"http://{host}:{port}/")
            return len(receiver.posts)

    return asyncio.run(main())


@pytest.mark.parametrize("host", ["127.0.0.1", "harmless.example"])
def test_what_counts_is_the_address_that_is_connected_to(host: str) -> None:
    with pytest.raises(aiohttp.ClientConnectorError) as raised:
        post(host, internal=False)
    assert isinstance(raised.value.os_error, InternalAddressError)
    assert post(host, internal=True) == 1
