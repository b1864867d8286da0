"""What is counted where a client could take address after address."""

from __future__ import annotations

import ipaddress


def network(address: str) -> str:
    """Return what one client cannot change at will: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
