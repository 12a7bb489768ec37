"""docker-compose.yml on a cluster of real programs: PostgreSQL, pgbouncer, a server in parts."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.cluster import SMALL, Cluster, composed, running
from experiments.cluster.compose_file import ComposeFile, MissingVariable
from experiments.cluster.hosts import Loopback
from experiments.cluster.programs import are_here, installed
from runtime.connection import connect
from tests.cli.conftest import Cli
from tests.patience import PATIENCE
from tests.reading import part_of
from tests.test_whole import ROOT

needs_cluster = pytest.mark.skipif(
    not are_here(composed(), INSTALLED),
    reason="no cluster's programs are here: `make .cluster/tools.stamp`, and Debian's postgresql, "
    "pgbouncer and haproxy",
)
SILENT = f"{ROOT / 'examples'}/silent.json"
SUMMARY = "Late shipment rate above 4 %"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster() -> AsyncIterator[Cluster]:
    """One of each node."""
    with tempfile.TemporaryDirectory(prefix="case72-cluster-") as folder:
        os.chmod(folder, 0o711)
        compose = composed()
        small = Cluster(Path(folder), Loopback(), compose, installed(compose, INSTALLED), SMALL)
        async with running(small):
            with pytest.MonkeyPatch.context() as environment:
                for name, value in small.places.client_environment().items():
                    environment.setenv(name, value)
                await small.knows_search_attributes()
                yield small


@needs_cluster
@pytest.mark.asyncio(loop_scope="module")
async def test_a_seller_is_written_to_and_sees_their_case(cluster: Cluster) -> None:
    cli = Cli(cluster.balancer.temporal)
    ratings = ["ratings", "import", f"{ROOT / 'examples'}/ratings.csv", "--by", "feed"]
    async with asyncio.timeout(PATIENCE):
        # A cluster that has only just started may leave a seller unanswered for 30 seconds. The
        # client then asks for what is done here.
        while "import the file again" in (imported := await cli(*ratings)).out:
            assert imported.code == 1
    assert imported.code == 0, imported.err
    opened = await cli("open", SILENT)
    assert opened.code == 0, opened.err
    link = await _link_in_the_email(cluster)
    async with httpx2.AsyncClient(follow_redirects=True) as browser:
        page = await browser.get(link)
    assert page.status_code == 200
    assert SUMMARY in page.text


async def _link_in_the_email(cluster: Cluster) -> str:
    link = re.compile(rf"http://localhost:{cluster.page_port}/enter/\S+")
    async with asyncio.timeout(PATIENCE):
        while not (found := _about_the_case(cluster.folder / "e-mails" / "new")):
            await asyncio.sleep(0.2)
    (address,) = link.findall(part_of(found[0], "plain"))
    return str(address)


def _about_the_case(folder: Path) -> list[EmailMessage]:
    emails = [message_from_bytes(file.read_bytes(), policy=default) for file in folder.iterdir()]
    return [email for email in emails if SUMMARY in part_of(email, "plain")]


@needs_cluster
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_stored_in_postgresql_is_encrypted(cluster: Cluster) -> None:
    client = await connect(cluster.balancer.temporal)
    kept = "select count(*) from history_node where position('Lantern'::bytea in data) > 0"
    assert await cluster.primary.ask("select count(*) > 0 from history_node", "temporal") == "t"
    assert await cluster.primary.ask(kept, "temporal") == "0"
    assert client.namespace == "default"


@needs_cluster
@pytest.mark.asyncio(loop_scope="module")
async def test_the_web_ui_reads_the_cluster(cluster: Cluster) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{cluster.ui_port}") as web_ui:
        answer = await web_ui.get("/api/v1/namespaces/default")
    assert answer.json()["namespaceInfo"]["name"] == "default"


@needs_cluster
@pytest.mark.asyncio(loop_scope="module")
async def test_a_node_that_is_killed_is_replaced_and_goes_on(cluster: Cluster) -> None:
    history = cluster.nodes["history-1"]
    await history.kill()
    cli = Cli(cluster.balancer.temporal)
    async with asyncio.timeout(PATIENCE):
        while (await cli("show", "US/A3LANTERN")).code != 0:
            await asyncio.sleep(0.5)
    assert history.starts >= 2


def test_a_variable_without_a_value_is_named() -> None:
    file = ComposeFile.read([ROOT / "docker-compose.yml"], {})
    with pytest.raises(MissingVariable, match="POSTGRES_PASSWORD: is required"):
        file.environment("postgresql")


def test_variables_have_the_values_that_docker_would_give_them() -> None:
    given = {"POSTGRES_PASSWORD": "secret", "PAGE_PORT": "9999"}
    file = ComposeFile.read([ROOT / "docker-compose.yml"], given)
    assert file.environment("temporal-schema")["SQL_PASSWORD"] == "secret"
    assert file.environment("worker")["CASE72_PAGE_URL"] == "http://localhost:9999"
    assert file.environment("worker")["CASE72_WEB_UI"] == "http://localhost:8080"
    assert file.environment("temporal-namespace")["RETENTION"] == "90d"
    assert "for name in temporal visibility" in file.command("temporal-schema")[-1]
    assert "$name" in file.command("temporal-schema")[-1]
