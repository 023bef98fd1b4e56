"""Which addresses strangers may send us to: none of this machine or of private networks, unless allowed.

Whoever may add a watch could otherwise have the worker post to services that trust their network, and whoever
runs a feed could have us fetch from them. A name may mean another address at each look-up, so what counts is
the address that is connected to.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

REFUSED = "{} is an address of this machine or of a private network, which is refused unless {} allows it"

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class InternalAddressError(OSError):
    """A host means an address that must not be reached."""


def is_internal(address: str) -> bool:
    """Whether an IP address is not one of the public internet; addresses within addresses count too."""
    # A scope (fe80::1%eth0) names an interface of this machine.
    found = ipaddress.ip_address(address.partition("%")[0])
    return not all(each.is_global and not each.is_multicast for each in (found, *_within(found)))


def names_internal(host: str) -> bool:
    """Whether a host as it is written in a URL is surely internal; what a name means is not looked up."""
    try:
        return is_internal(host)
    except ValueError:
        return host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost")


def sockets(allowance: str, *, internal: bool) -> Callable[[tuple[Any, ...]], socket.socket]:
    """Makes the socket for each connection of aiohttp's, if the address may be reached.

    Args:
        allowance: what would allow internal addresses, for a person.
        internal: whether they are allowed.
    """

    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not internal and is_internal(address[0]):
            raise InternalAddressError(REFUSED.format(address[0], allowance))
        return socket.socket(family, kind, protocol)

    return make


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]
