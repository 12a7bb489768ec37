"""HAProxy before a cluster: one address for Temporal's frontends, and one for the pages."""

from dataclasses import dataclass
from pathlib import Path

from experiments.cluster.node import Node
from experiments.cluster.programs import system_program

TEMPORAL_PORT, PAGE_PORT = 7233, 8272

_CONFIG = """
global
  stats socket {folder}/haproxy.sock
defaults
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 5s
  retries 3
  option redispatch
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
listen temporal
  mode tcp
  bind {address}:{temporal}
  balance roundrobin
{frontends}
listen page
  mode http
  bind {address}:{page}
  bind 127.0.0.1:{published}
  balance roundrobin
  option forwardfor
  option httpchk GET /health
{pages}
"""


@dataclass
class Balancer:
    """The balancer's node.

    Args:
        address: where it listens; also the address from which it connects, as far as nodes see.
        folder: its configuration and its log.
        frontends: the nodes of Temporal's frontends.
        pages: the nodes of the pages.
        published: the port of the pages on this machine.
    """

    address: str
    folder: Path
    frontends: list[Node]
    pages: list[Node]
    published: int

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "haproxy.cfg"
        config.write_text(
            _CONFIG.format(
                folder=self.folder,
                address=self.address,
                temporal=TEMPORAL_PORT,
                page=PAGE_PORT,
                published=self.published,
                frontends=_servers(self.frontends, TEMPORAL_PORT),
                pages=_servers(self.pages, PAGE_PORT),
            )
        )
        command = [str(system_program("haproxy")), "-db", "-f", str(config)]
        self.node = Node("balancer", self.address, command, self.folder / "haproxy.log")

    @property
    def temporal(self) -> str:
        """Return the address of Temporal."""
        return f"{self.address}:{TEMPORAL_PORT}"


def _servers(nodes: list[Node], port: int) -> str:
    return "\n".join(f"  server {node.name} {node.address}:{port}" for node in nodes)
