"""Where the nodes of a cluster run: each has an address of its own, as a container has."""

import os
import subprocess
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

GATEWAY = "gateway"
"""Stands for this machine itself where a node is named. The balancer runs here."""
_ONE_CLUSTER = count()


class Hosts(Protocol):
    """Gives each node an address."""

    gateway: str
    """The address at which this machine itself is reached by the nodes."""

    def address(self, node: str) -> str:
        """Return a node's address, always the same."""

    def inside(self, node: str) -> list[str]:
        """Return the command that runs another one where the node is."""

    def close(self) -> None:
        """Take away what was made."""


def _subnet() -> tuple[int, int]:
    """Return two numbers that differ from those of other clusters on this machine."""
    number = os.getpid() * 8 + next(_ONE_CLUSTER) % 8
    return 64 + number // 250 % 128, number % 250


@dataclass
class Loopback:
    """All on this machine's loopback interface: needs no rights (Linux only)."""

    gateway: str = ""
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._net = "127.{}.{}".format(*_subnet())
        self.gateway = f"{self._net}.1"

    def address(self, node: str) -> str:
        """Return a node's address."""
        return self._known.setdefault(node, f"{self._net}.{len(self._known) + 2}")

    def inside(self, node: str) -> list[str]:
        """Return no command: all are here."""
        return []

    def close(self) -> None:
        """Do nothing."""


@dataclass
class Namespaces:
    """Each node in a network namespace of its own, on one bridge. Needs root and iproute2.

    So the connection between any two nodes can be cut, which needs iptables.
    """

    gateway: str = ""
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        second, third = _subnet()
        self._net, self._bridge = f"10.{second}.{third}", f"c72-{second}-{third}"
        self.gateway = f"{self._net}.1"
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self.gateway}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def address(self, node: str) -> str:
        """Return a node's address. Make its namespace if it has none."""
        if node not in self._known:
            number = len(self._known) + 2
            self._known[node] = f"{self._net}.{number}"
            self._make(node, number)
        return self._known[node]

    def inside(self, node: str) -> list[str]:
        """Return the command that enters the node's namespace."""
        self.address(node)
        return ["ip", "netns", "exec", self._namespace(node)]

    def cut(self, one: str, other: str) -> None:
        """Let nothing pass between a node and another one, or `GATEWAY`. No side is told."""
        self._rule("-I", one, other)

    def mend(self, one: str, other: str) -> None:
        """Let everything pass again between the two."""
        self._rule("-D", one, other)

    def close(self) -> None:
        """Delete the namespaces and the bridge."""
        for node in self._known:
            _ip("netns", "delete", self._namespace(node))
        _ip("link", "delete", self._bridge)

    def _rule(self, how: str, one: str, other: str) -> None:
        there = self.gateway if other == GATEWAY else self.address(other)
        for chain, side in (("INPUT", "-s"), ("OUTPUT", "-d")):
            _run(*self.inside(one), "iptables", "-w", how, chain, side, there, "-j", "DROP")

    def _make(self, node: str, number: int) -> None:
        name, outside = self._namespace(node), f"{self._bridge}-{number}"[-15:]
        _ip("netns", "add", name)
        _ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", outside, "master", self._bridge, "up")
        for arguments in (
            ("addr", "add", f"{self._net}.{number}/24", "dev", "eth0"),
            ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", name, *arguments)

    def _namespace(self, node: str) -> str:
        return f"{self._bridge}-{node}"


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
