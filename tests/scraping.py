"""A worker as Prometheus sees it: a process of its own, scraped over HTTP."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from temporalio.client import Client

from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server, free_ports
from tests.test_crashes import Host

_SAMPLE = re.compile(r"(\w+)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Sample:
    """A time series, and where it stands."""

    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True)
class Scraped:
    """All that a process exports."""

    samples: list[Sample]

    @classmethod
    def read(cls, text: str) -> "Scraped":
        """Read what was exported in Prometheus' text format."""
        found = filter(None, map(_SAMPLE.fullmatch, text.splitlines()))
        return cls([Sample(m[1], dict(_LABEL.findall(m[2] or "")), float(m[3])) for m in found])

    def __call__(self, name: str, **labels: str) -> float:
        """The sum of the series of that name that have these labels."""
        return sum(
            s.value for s in self.samples if s.name == name and labels.items() <= s.labels.items()
        )


@dataclass(frozen=True)
class Watched:
    """A server, and a worker whose metrics can be read."""

    client: Client
    url: str
    stop_server: Callable[[], Awaitable[None]]

    async def scrape(self) -> Scraped:
        """What the worker exports now."""
        return await scrape(self.url)


async def scrape(url: str) -> Scraped:
    """What is exported there now."""
    async with httpx2.AsyncClient() as http:
        return Scraped.read((await http.get(url)).text)


@asynccontextmanager
async def watched(folder: Path, **settings: str) -> AsyncIterator[Watched]:
    """A server and a worker with metrics, until the end of the test."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dev_server(folder / "temporal"))
        client = await connect(server.address)
        await register_search_attributes(client)
        at = f"127.0.0.1:{free_ports(0)[0]}"
        host = Host(
            folder, server.address, CASE72_METRICS=at, **({"CASE72_RING_SECONDS": "0"} | settings)
        )
        try:
            await host.start()
            yield Watched(client, f"http://{at}/metrics", stack.aclose)
        finally:
            await host.stop()
