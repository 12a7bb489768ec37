"""docker-compose.yml without containers: what it sets, and every command that can run outside."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import WorkflowHandle

from domain.case.attempt import Channel
from domain.case.view import CaseView
from domain.shared.result import Result
from runtime.connection import connect
from runtime.dev_server import DevServer, dev_server, free_ports
from tests.cli.conftest import Cli
from tests.containers import paths
from tests.keys import keys_file
from tests.page.forwarding import PROXY, asked_from, forwarding
from tests.page.site import KEY
from tests.patience import PATIENCE
from tests.providers.mail_server import Letterbox, mail_server
from tests.reading import part_of
from tests.test_whole import ROOT
from workflows.case.issue_case import IssueCase

COMPOSED: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSED["services"]
JOBS = {"temporal-schema", "temporal-namespace"}
"""They end when their work is done."""
EXAMPLES = ROOT / "examples"
SELLER, SUMMARY = "A3LANTERN", "Late shipment rate above 4 %"
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def test_whoever_is_not_on_this_machine_reaches_nothing() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_password_has_a_default() -> None:
    found = _VARIABLE.findall((ROOT / "docker-compose.yml").read_text())
    secret = [kind for name, kind, _ in found if name.endswith("PASSWORD")]
    assert secret
    assert set(secret) == {"?"}


def test_the_page_believes_the_gateway_alone_about_its_visitors() -> None:
    (network,) = COMPOSED["networks"]["default"]["ipam"]["config"]
    _, _, proxies = _VARIABLE.fullmatch(
        SERVICES["page"]["environment"]["CASE72_PAGE_PROXIES"]
    ).groups()  # type: ignore[union-attr]  # or the test fails
    assert proxies == network["gateway"]
    assert ip_address(proxies) in ip_network(network["subnet"])
    # No service has a network of its own, where the gateway would be another.
    assert not [name for name, service in SERVICES.items() if "networks" in service]


def test_the_desks_emails_link_to_the_web_ui_where_it_is_opened() -> None:
    web_ui = SERVICES["worker"]["environment"]["CASE72_WEB_UI"]
    address = _VARIABLE.sub(lambda m: m[3], web_ui)
    (port,) = (_VARIABLE.sub(lambda m: m[3], p) for p in SERVICES["temporal-ui"]["ports"])
    assert address == "http://localhost:8080"
    assert port == "127.0.0.1:8080:8080"
    # It allows itself to be opened there alone.
    assert SERVICES["temporal-ui"]["environment"]["TEMPORAL_CORS_ORIGINS"] == web_ui


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_a_container_logs_does_not_fill_the_disk(service: str) -> None:
    logging = SERVICES[service]["logging"]
    assert logging["driver"] == "local"  # which rotates
    assert set(logging["options"]) == {"max-size", "max-file"}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_each_tells_whether_it_is_well(service: str) -> None:
    assert ("healthcheck" in SERVICES[service]) != (service in JOBS)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_each_waits_until_what_it_needs_is_well(service: str) -> None:
    for needed, how in SERVICES[service].get("depends_on", {}).items():
        done = "service_completed_successfully" if needed in JOBS else "service_healthy"
        assert how["condition"] == done


def test_what_it_mounts_of_ours_exists() -> None:
    mounts = [m for service in SERVICES.values() for m in service.get("volumes", ())]
    ours = [m.split(":")[0] for m in mounts if m.startswith("./")]
    assert ours
    assert all((ROOT / path).is_file() for path in ours)


@pytest.mark.parametrize(
    ("job", "setting"),
    [
        ("case72", "CASE72_METRICS"),
        ("page", "CASE72_METRICS"),
        ("temporal", "PROMETHEUS_ENDPOINT"),
    ],
)
def test_prometheus_looks_where_the_figures_are_served(job: str, setting: str) -> None:
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    (found,) = (one for one in scraped["scrape_configs"] if one["job_name"] == job)
    service, _, port = found["static_configs"][0]["targets"][0].partition(":")
    assert SERVICES[service]["environment"][setting] == f"0.0.0.0:{port}"


@dataclass
class Outside:
    """Where what the file calls by the names of its containers is found here."""

    server: DevServer
    box: Letterbox
    folder: Path
    port: int
    health_port: int

    def environment(self, service: str) -> dict[str, str]:
        """What the file sets for a service."""
        settings = SERVICES[service]["environment"]
        return {name: self._translated(value) for name, value in settings.items()}

    def _translated(self, text: str) -> str:
        given = {"PAGE_PORT": str(self.port), "CODEC_PASSWORD": "twelve-letters"}
        text = _VARIABLE.sub(lambda m: given.get(m[1], m[3]), text)
        for theirs, ours in {
            "temporal:7233": self.server.address,
            "/var/lib/case72": str(self.folder / "state"),
            "/run/secrets": str(self.folder / "secrets"),
            "mailpit": "127.0.0.1",
            "1025": str(self.box.port),
            "172.30.72.1": PROXY,
            "0.0.0.0": "127.0.0.1",
            "8272": str(self.port),
            ":9464": f":{free_ports(0)[0]}",
            ":9465": f":{self.health_port}",
        }.items():
            text = text.replace(theirs, ours)
        return text

    def start(self, service: str) -> subprocess.Popen[bytes]:
        """Run what the container would."""
        command = SERVICES[service].get("command", ["python", "worker.py"])
        more = {"CASE72_PAGE_PORT": str(self.port)}
        return subprocess.Popen(
            [sys.executable, *command[1:]],
            cwd=ROOT,
            env=paths() | self.environment(service) | more,
            stderr=(self.folder / f"{service}.log").open("wb"),
        )

    def is_well(self, service: str) -> bool:
        """Run its health check."""
        kind, *command = SERVICES[service]["healthcheck"]["test"]
        command = [self._translated(part).replace("$$", "$") for part in command]
        if kind == "CMD-SHELL":
            command = ["/bin/sh", "-c", *command]
        where = paths() | self.environment(service)
        ended = subprocess.run(command, env=where, capture_output=True, timeout=20, check=False)
        return ended.returncode == 0

    async def gets_well(self, service: str) -> None:
        """Wait until it is."""
        async with asyncio.timeout(PATIENCE):
            while not await asyncio.to_thread(self.is_well, service):
                await asyncio.sleep(0.2)


@asynccontextmanager
async def outside(folder: Path) -> AsyncIterator[Outside]:
    """A server and a letterbox, and the secrets that the file names."""
    keys_file(folder / "secrets", "k1").rename(folder / "secrets" / "encryption_keys")
    (folder / "secrets" / "page_secrets").write_text(KEY)
    async with dev_server(folder / "temporal") as server, mail_server() as box:
        yield Outside(server, box, folder, *free_ports(0, 0))


async def test_the_worker_and_the_page_run_as_it_says_and_their_health_checks_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(outside(tmp_path))
        for service in ("worker", "page"):
            assert not here.is_well(service)
            process = here.start(service)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            await here.gets_well(service)
        for name, value in here.environment("worker").items():
            monkeypatch.setenv(name, value)
        cli = Cli(here.server.address)
        for command in (
            ["ratings", "import", f"{EXAMPLES}/ratings.csv", "--by", "feed"],
            ["open", f"{EXAMPLES}/silent.json"],
        ):
            answer = await cli(*command)
            assert answer.code == 0, answer.err
        client = await connect(here.server.address)
        handle = client.get_workflow_handle_for(IssueCase.run, f"case/US/{SELLER}")
        async with asyncio.timeout(PATIENCE):
            while not (notices := await _notices(handle)):
                await asyncio.sleep(0.1)
        assert notices == [Result.ACCEPTED]
        (message,) = [m for m in here.box.messages() if SUMMARY in part_of(m, "plain")]
        (link,) = re.findall(r"http://localhost:\d+/enter/\S+", part_of(message, "plain"))
        async with httpx2.AsyncClient(follow_redirects=True) as browser:
            page = await browser.get(link)
        assert page.status_code == 200
        assert SUMMARY in page.text
        # Each visitor who comes by the machine's proxy has limits of their own.
        proxy = await stack.enter_async_context(forwarding(here.port))
        assert 429 in await asked_from("127.0.0.5", proxy, 40)
        assert await asked_from("127.0.0.6", proxy, 1) == [403]


async def _notices(handle: WorkflowHandle[IssueCase, CaseView]) -> list[Result]:
    """What came of the e-mails that are done."""
    view = await handle.query(IssueCase.case)
    return [a.result for a in view.attempts if a.channel is Channel.EMAIL and a.result]


async def test_the_job_of_the_namespace_makes_it_once(tmp_path: Path) -> None:
    job = SERVICES["temporal-namespace"]
    async with dev_server(tmp_path) as server:
        where = {
            "TEMPORAL_ADDRESS": server.address,
            "TEMPORAL_NAMESPACE": "ours",
            "RETENTION": "9d",
        }
        for _ in range(2):
            command = [*job["entrypoint"], job["command"][0].replace("$$", "$")]
            process = await asyncio.create_subprocess_exec(
                *command, env=paths() | where, stdout=subprocess.DEVNULL
            )
            assert await asyncio.wait_for(process.wait(), 60) == 0
        service = (await connect(server.address)).workflow_service
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace="ours"))
        assert found.config.workflow_execution_retention_ttl.ToTimedelta().days == 9


async def test_the_web_ui_answers_where_it_is_asked(tmp_path: Path) -> None:
    asked = SERVICES["temporal-ui"]["healthcheck"]["test"][-1]
    path = asked.removeprefix("http://127.0.0.1:8080")
    async with dev_server(tmp_path) as server, httpx2.AsyncClient(base_url=server.ui) as client:
        # Of a path that it does not know it shows its page.
        assert (await client.get(path)).json() == {"status": "OK"}
