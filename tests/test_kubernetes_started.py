"""Each container of deploy/kubernetes started by hand: its command, settings, secrets, probes."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from runtime.connection import connect, register_search_attributes
from runtime.dev_server import free_ports
from tests.containers import paths
from tests.desk.provider import CLIENT_SECRET, providing
from tests.keys import line
from tests.kubernetes.manifests import WORKLOADS, Workload, secret_files
from tests.own_namespace import in_a_namespace
from tests.patience import PATIENCE, looks
from tests.providers import dovecot as imap
from tests.providers.test_file_store import BUCKET, s3
from tests.test_whole import ROOT

__all__ = ["s3"]
SERVED = [w for w in WORKLOADS if not w.is_job and w.name != "inbound"]
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
KNOWN = {"CASE72_DESK_CLIENT_SECRET": CLIENT_SECRET, "CASE72_INBOUND_IMAP_PASSWORD": imap.PASSWORD}


@dataclass
class Pod:
    """A workload's container as a process of this machine."""

    workload: Workload
    folder: Path
    there: dict[str, str]
    """Settings that name what is elsewhere in the cluster, and here on this machine."""
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [port["name"] for port in self.workload.container.get("ports", ())]
        self.ports = dict(zip(names, free_ports(*(0 for _ in names)), strict=True))
        secrets = self.folder / "secrets"
        secrets.mkdir()
        for group in self.workload.secrets:
            for name in secret_files()[group]:
                made = line("k1") if name == "encryption.keys" else f"{name:-<40}"
                (secrets / name).write_text(KNOWN.get(name, made) + "\n")

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, translated."""
        here = {"CASE72_STATE": str(self.folder / "state")} | {
            f"CASE72_{name.upper()}": f"127.0.0.1:{port}"
            for name, port in self.ports.items()
            if name != "http"
        }
        found = {
            name: value.replace("/run/secrets/case72", str(self.folder / "secrets"))
            for name, value in self.workload.environment.items()
        }
        port = str(self.ports.get("http", ""))
        web = {"CASE72_PAGE_PORT": port, "CASE72_DESK_PORT": port} if port else {}
        return paths() | found | here | web | AWS | self.there

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Its command, killed at the end if it still runs."""
        with (self.folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.workload.command[1:],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    @property
    def log(self) -> str:
        """What it has said."""
        return (self.folder / "log").read_text("utf-8")

    async def probed(self, process: asyncio.subprocess.Process, probe: str) -> None:
        """Ask until the probe is content, for as long as a test waits."""
        asks = self.workload.container[probe]["httpGet"]
        url = f"http://127.0.0.1:{self.ports[asks['port']]}{asks['path']}"
        async with asyncio.timeout(PATIENCE), httpx2.AsyncClient() as kubelet:
            async for _ in looks():
                assert process.returncode is None, self.log
                with suppress(httpx2.ConnectError):
                    if (await kubelet.get(url)).status_code == 200:
                        return

    async def lives_and_ends(self, within: float | None = None) -> None:
        """Start it, probe it, and end it as Kubernetes does, or sooner."""
        async with self.running() as process:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                await self.probed(process, probe)
            process.send_signal(signal.SIGTERM)
            grace = within or self.workload.pod["terminationGracePeriodSeconds"]
            assert await asyncio.wait_for(process.wait(), grace) == 0, self.log


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def there(server: str) -> dict[str, str]:
    """Where Temporal is, and a namespace in which nobody else works."""
    namespace = (await in_a_namespace(await connect(server))).namespace
    return {"TEMPORAL_ADDRESS": server, "TEMPORAL_NAMESPACE": namespace}


@pytest.mark.parametrize("workload", SERVED, ids=lambda w: w.name)
async def test_it_starts_is_well_and_ends_in_time(
    workload: Workload, there: dict[str, str], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        if workload.name == "desk":
            provider = await stack.enter_async_context(providing())
            there = there | {"CASE72_DESK_ISSUER": provider.issuer}
        await Pod(workload, tmp_path, there).lives_and_ends()


@pytest.mark.parametrize("name", ["page", "desk"])
async def test_while_temporal_is_away_it_stays_in_service_and_says_so(
    name: str, tmp_path: Path
) -> None:
    (workload,) = (w for w in SERVED if w.name == name)
    pod = Pod(workload, tmp_path, {"TEMPORAL_ADDRESS": "127.0.0.1:1"})
    async with pod.running() as process:
        await pod.probed(process, "startupProbe")
        await pod.probed(process, "readinessProbe")
        if name == "page":
            async with httpx2.AsyncClient() as other:
                ready = await other.get(f"http://127.0.0.1:{pod.ports['http']}/ready")
            assert ready.status_code == 503


@imap.needs_dovecot
async def test_inbound_reads_the_mailbox(there: dict[str, str], tmp_path: Path) -> None:
    (workload,) = (w for w in WORKLOADS if w.name == "inbound")
    async with imap.dovecot(tmp_path / "imap") as mailbox:
        here = {
            "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
            "CASE72_INBOUND_IMAP_SECURITY": "none",
            "CASE72_INBOUND_IMAP_PORT": str(mailbox.port),
            "CASE72_INBOUND_IMAP_USERNAME": imap.USER,
        }
        pod = Pod(workload, tmp_path, there | here)
        # It waits for mail for 30 seconds (CASE72_INBOUND_POLL_SECONDS) unless it is interrupted.
        await pod.lives_and_ends(within=15)
        assert '"event": "reading"' in pod.log


async def test_the_daily_deletion_runs_to_its_end(
    there: dict[str, str], s3: str, tmp_path: Path
) -> None:
    (workload,) = (w for w in WORKLOADS if w.name == "files")
    bucket = {"CASE72_FILES_S3_BUCKET": BUCKET, "CASE72_FILES_S3_ENDPOINT": s3}
    pod = Pod(workload, tmp_path, there | bucket)
    async with pod.running() as process:
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0, pod.log
    assert "No file is older than a day." in pod.log


@imap.needs_dovecot
async def test_the_audit_fails_while_it_finds_something_and_says_what(
    server: str, tmp_path: Path
) -> None:
    (workload,) = (w for w in WORKLOADS if w.name == "audit")
    client = await in_a_namespace(await connect(server))  # in that of the others workers were
    await register_search_attributes(client)
    async with imap.dovecot(tmp_path / "imap") as mailbox:
        here = {
            "TEMPORAL_ADDRESS": server,
            "TEMPORAL_NAMESPACE": client.namespace,
            "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
            "CASE72_INBOUND_IMAP_SECURITY": "none",
            "CASE72_INBOUND_IMAP_PORT": str(mailbox.port),
            "CASE72_INBOUND_IMAP_USERNAME": imap.USER,
        }
        pod = Pod(workload, tmp_path, here)
        async with pod.running() as process:
            assert await asyncio.wait_for(process.wait(), PATIENCE) == 1, pod.log
    assert pod.log.count("no worker listens") == 4
