"""Ports on this machine: whether an address is ours to listen on, and who holds it already."""

from __future__ import annotations

import errno
import ipaddress
import random
import socket
from collections import deque
from dataclasses import dataclass

import psutil

from pipeline.local.errors import LocalServiceError

# Below what Linux gives to outgoing connections (from 32768): one of them could have it before we listen.
_CHOICE = range(10_240, 32_768)
# What this process was given: who needs several ports for one service listens on none until all are known.
_given: deque[int] = deque(maxlen=1000)


@dataclass(frozen=True)
class Address:
    """A host and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written in a setting: an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether it stands for this machine alone."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def address_of(text: str) -> Address:
    """The address in ``host:port``; an IPv6 host may stand in brackets."""
    host, _, port = text.strip().rpartition(":")
    return Address(host.strip("[]"), int(port))


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment, and none of the last thousand that were given here.

    Raises:
        OSError: one cannot listen on that host at all.
    """
    while True:
        port = random.choice(_CHOICE)
        if port not in _given and _can_listen(host, port):
            _given.append(port)
            return port


def _can_listen(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def answers(address: Address, limit_s: float = 1.0) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((address.host, address.port), timeout=limit_s):
            return True
    except OSError:
        return False


def require_free(address: Address, setting: str) -> None:
    """Checks that one can listen on the address.

    Args:
        address: where a service is to listen.
        setting: the variable that holds it, for the message.

    Raises:
        LocalServiceError: another process has it, or the system does not allow it; says who and why.
    """
    try:
        socket.create_server((address.host, address.port), family=_family(address.host)).close()
    except OSError as error:
        holder = _holder(address.port)
        reason = f"{address} is taken by {holder}" if holder else f"cannot listen on {address}: {error}"
        raise LocalServiceError(
            f"{reason}. Stop it, or choose another address by {setting}; "
            "a service that runs there already and is to be used needs no `newswire up`."
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _holder(port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        if connection.status != psutil.CONN_LISTEN or connection.laddr.port != port:
            continue
        if connection.pid is None:
            return "a process of another user"
        try:
            return f"process {connection.pid} ({_shown(psutil.Process(connection.pid).cmdline())})"
        except psutil.Error:
            return f"process {connection.pid}"
    return ""


def _shown(command: list[str]) -> str:
    # A Java's first and last words tell what it is; hundreds of options stand between them.
    words = [command[0].rpartition("/")[2], *command[1:]] if command else ["?"]
    return " ".join(words) if len(words) < 4 else f"{words[0]} … {words[-1]}"  # noqa: PLR2004 - fits a line
