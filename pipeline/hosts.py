"""Whether a host is this machine, so that what is sent to it in the clear goes over no wire."""

from __future__ import annotations

import ipaddress


def is_here(host: str) -> bool:
    """Whether it is: a loopback address, or the name of one."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
