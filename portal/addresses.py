"""Whom a request counts for, where so many are let through for an address."""

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.requests import Request

_NOBODY_KNOWN = "unknown"


def network_asking(request: Request) -> str:
    """Where a request comes from; behind a trusted proxy, where that had it from."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """The name that an address counts under: of IPv6 the /64, which is the least one visitor has.

    An IPv4 address that is written as IPv6 counts as itself. What is no address, as a proxy may
    say of a visitor it does not know, all counts as one: it could be another each time.
    """
    try:
        address = ip_address(host)
    except ValueError:
        return _NOBODY_KNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))
