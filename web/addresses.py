"""The name under which rate limits count the requests of an address."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

_UNKNOWN = "unknown"
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\d+)?|([\d.]+):\d+")
_NAT64 = IPv6Network("64:ff9b::/96")
"""The prefix under which an IPv6-only network sees all IPv4 addresses. It is a single /64."""


def network_asking(request: Request) -> str:
    """Return the network of the visitor who sent a request. A trusted proxy names the visitor."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """Return the name under which an address counts.

    An IPv6 address counts as its /64, which is the least that one visitor has. An IPv4 address
    written as IPv6 counts as the IPv4 address. A port, which some proxies add, is ignored.

    All texts that are not addresses share one name. A proxy may use them for unknown visitors, and
    each request could have another text.
    """
    if found := _WITH_PORT.fullmatch(host):
        host = found[1] or found[2] or ""
    try:
        address = ip_address(host)
    except ValueError:
        return _UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address in _NAT64:
        return str(IPv4Address(int(address) & 0xFFFF_FFFF))
    return str(IPv6Network((int(address), 64), strict=False))
