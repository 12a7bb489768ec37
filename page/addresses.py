"""The name that an address counts under where so many requests are let through for each."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

_NOBODY_KNOWN = "unknown"
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")
_NAT64 = IPv6Network("64:ff9b::/96")
"""The whole of IPv4, as a network without it sees it: within a single /64."""


def network_asking(request: Request) -> str:
    """Return the network that a request comes from; behind a trusted proxy, the visitor's."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """Return the name that an address counts under.

    Of IPv6 that is the /64, which is the least that one visitor has.

    An IPv4 address that is written as IPv6 counts as itself, and so does one with a port, as some
    proxies give it. What is no address, as a proxy may say of a visitor it does not know, all
    counts as one: it could be another each time.
    """
    if found := _WITH_PORT.fullmatch(host):
        host = found[1] or found[2] or ""
    try:
        address = ip_address(host)
    except ValueError:
        return _NOBODY_KNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address in _NAT64:
        return str(IPv4Address(int(address) & 0xFFFF_FFFF))
    return str(IPv6Network((int(address), 64), strict=False))
