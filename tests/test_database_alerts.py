"""The alerts about PostgreSQL ask for what its exporter says of a real one that is followed."""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from experiments.cluster.hosts import Loopback
from experiments.cluster.node import Node
from experiments.cluster.postgres import Postgres
from experiments.cluster.programs import MissingProgram, system_program
from runtime.dev_server import free_ports
from tests.patience import PATIENCE
from tests.scraping import Scraped, scrape
from tests.test_alerts import ALERTS

EXPORTER = shutil.which("prometheus-postgres-exporter")
PASSWORD = "only-of-this-test"  # of a server that ends with the test
SELECTED = re.compile(r"\b(pg_\w+)(?:\{(\w+)!?[=~])?")
"""A metric and, where an alert selects by one, its label."""


def _is_here() -> bool:
    try:
        system_program("postgres")
    except MissingProgram:
        return False
    return EXPORTER is not None


needs_programs = pytest.mark.skipif(
    not _is_here(), reason="no postgresql, or no prometheus-postgres-exporter is installed"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exported() -> AsyncIterator[str]:
    """The address of the exporter of a PostgreSQL that another one follows."""
    with tempfile.TemporaryDirectory(prefix="case72-postgresql-") as folder:
        os.chmod(folder, 0o711)
        hosts, at = Loopback(), f"127.0.0.1:{free_ports(0)[0]}"
        leads = Postgres("leads", hosts, Path(folder) / "leads", "temporal", PASSWORD)
        follows = Postgres("follows", hosts, Path(folder) / "follows", "temporal", PASSWORD)
        exporter = Node(
            "exporter",
            at,
            [str(EXPORTER), f"--web.listen-address={at}"],
            Path(folder) / "exporter.log",
            {"DATA_SOURCE_NAME": f"{leads.url('postgres')}?sslmode=disable"},
        )
        try:
            await leads.create()
            await leads.start()
            await follows.follow(leads)
            await follows.start()
            await exporter.start()
            yield f"http://{at}/metrics"
        finally:
            for node in (exporter, follows.node, leads.node):
                await node.stop()


@needs_programs
@pytest.mark.asyncio(loop_scope="module")
async def test_the_exporter_says_whatever_alerts_ask_of_postgresql(exported: str) -> None:
    wanted = {found for rule in ALERTS.values() for found in SELECTED.findall(rule)}
    assert {name for name, _ in wanted} >= {"pg_up", "pg_stat_activity_count"}
    async with asyncio.timeout(PATIENCE):
        while missing := wanted - _found(await _scraped(exported), wanted):
            print("not exported:", missing)
            await asyncio.sleep(0.5)


async def _scraped(url: str) -> Scraped:
    try:
        return await scrape(url)
    except httpx2.ConnectError:  # it has only just started
        return Scraped([])


def _found(scraped: Scraped, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {
        (name, label)
        for name, label in wanted
        if any(s.name == name and (not label or label in s.labels) for s in scraped.samples)
    }
