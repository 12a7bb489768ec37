"""The origin of a web site, in the form that browsers send."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_SHOWN = re.compile(r"[\x21-\x7e]+")


def origin_of(text: str) -> str:
    """Return scheme, host and port in lower case, without the scheme's default port.

    Browsers compare origins letter by letter, so an origin in another form never matches.

    Raises:
        ValueError: the text is not an origin, or no browser would send it.
    """
    if not text.isascii():
        raise ValueError("must be ASCII: write a host of another script as xn--...")
    if not _SHOWN.fullmatch(text) or "\\" in text:
        raise ValueError("must be an address such as https://health.shop.example")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("must have a port between 1 and 65535, if any") from None
    scheme = parts.scheme
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("must begin with https:// (or http://) and a host")
    if port == 0:
        raise ValueError("must have a port between 1 and 65535, if any")
    if "@" in parts.netloc:
        raise ValueError("must not have a user's name or a password in it")
    if parts.path not in ("", "/") or parts.query or parts.fragment or text[-1] in "?#":
        raise ValueError("must be a host only, without a path")
    host = _host(parts)
    named = "" if port in (None, _DEFAULT_PORTS[scheme]) else f":{port}"
    return f"{scheme}://{host}{named}"


def is_this_machine(origin: str) -> bool:
    """Tell whether an origin is on this machine, where https is not needed."""
    return urlsplit(origin).hostname in ("localhost", "127.0.0.1", "::1")


def parts_of(text: str) -> SplitResult | None:
    """Return the parts of a URL; None if the text is not a URL."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises if the port is bad
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        if "[" in parts.netloc:
            return f"[{IPv6Address(host)}]" if "%" not in host else _no_host()
        if host.rpartition(".")[2].isdigit():  # browsers read such a host as an IP address
            return str(IPv4Address(host))
    except AddressValueError:
        return _no_host()
    if host.endswith("."):
        raise ValueError("must not end with a dot: browsers treat that as another host")
    if len(host) > 253 or not _NAME.fullmatch(host):
        return _no_host()
    return host


def _no_host() -> str:
    raise ValueError("must have a valid host")
