"""Temporal's own server with the settings of deploy/secured/docker-compose.yml, on SQLite."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from temporalio.client import Client
from temporalio.service import RPCError, TLSConfig

from runtime.encryption import data_converter
from tests.free_port import free_port
from tests.patience import PATIENCE, looks
from tests.test_whole import ROOT

SECURED: dict[str, dict[str, Any]] = yaml.safe_load(
    (ROOT / "deploy/secured/docker-compose.yml").read_text()
)["services"]
_PORTS = [
    f"{service}_{kind}"
    for service, kinds in {
        "FRONTEND": ("GRPC_PORT", "HTTP_PORT", "MEMBERSHIP_PORT"),
        "INTERNAL_FRONTEND": ("GRPC_PORT", "HTTP_PORT", "MEMBERSHIP_PORT"),
        "MATCHING": ("GRPC_PORT", "MEMBERSHIP_PORT"),
        "HISTORY": ("GRPC_PORT", "MEMBERSHIP_PORT"),
        "WORKER": ("GRPC_PORT", "MEMBERSHIP_PORT"),
    }.items()
    for kind in kinds
]
_API_KEY = (sys.executable, str(ROOT / "client.py"), "access", "api-key")
_QUICKLY = {"TEMPORAL_JWT_KEY_REFRESH": "1s", "TEMPORAL_TLS_REFRESH_INTERVAL": "1s"}
_CONNECTIONS_LAST_SECONDS = 5


def server_program() -> Path | None:
    """Temporal's server, where `make cluster` or Go has installed it."""
    installed = [*ROOT.glob(".cluster/go.temporal.io-server-cmd-server-*/server")]
    installed.append(Path.home() / "go/bin/server")
    return next((program for program in installed if program.exists()), None)


@dataclass
class SecuredServer:
    """A running server, and what was issued for it."""

    folder: Path
    ports: dict[str, int]

    @property
    def address(self) -> str:
        """Where clients reach it."""
        return f"127.0.0.1:{self.ports['FRONTEND_GRPC_PORT']}"

    def issue(self, *names: str, **settings: str) -> None:
        """Renew what some have; or what all have."""
        subprocess.run(
            [str(ROOT / "deploy/secured/issue.sh"), str(self.folder), *names],
            check=True,
            env=os.environ
            | {"PYTHON": sys.executable, "CLIENT": str(ROOT / "client.py")}
            | settings,
        )

    def api_key(self, signing_key: str, *options: str) -> Path:
        """An API key of another kind, in a file."""
        key = str(self.folder / "ca" / f"{signing_key}.jwk")
        made = subprocess.run(
            [*_API_KEY, key, "--for", signing_key, *options],
            check=True,
            capture_output=True,
        )
        file = self.folder / f"{'-'.join((signing_key, *options)).replace('-', '')}.api-key"
        file.write_bytes(made.stdout)
        return file

    def settings(self, service: str, program: str | None = None, **others: str) -> dict[str, str]:
        """What the compose file sets for a service, with the folder of `program` mounted."""
        described = SECURED[service]
        mounted = described["volumes"][0].split(":")[0].rpartition("/")[2]
        ours = str(self.folder / (program or mounted))
        found = {
            name: re.sub(r"/run/access", ours, str(value))
            for name, value in described["environment"].items()
        }
        where = {"TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": "default"}
        return {**os.environ, **found, **where, "PYTHONPATH": str(ROOT), **others}

    async def client(self, program: str, api_key: Path | None = None) -> Client:
        """A client with what a program has, such as a thief has it."""
        there = self.folder / program
        tls = TLSConfig(
            server_root_ca_cert=(there / "ca.pem").read_bytes(),
            client_cert=(there / "client.pem").read_bytes(),
            client_private_key=(there / "client.pem").read_bytes(),
        )
        return await Client.connect(
            self.address,
            api_key=(api_key or there / "api-key").read_text().strip(),
            tls=tls,
            data_converter=data_converter(),
        )

    async def prepare(self) -> int:
        """Do the job of the namespace, which may come again."""
        job = SECURED["temporal-namespace"]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        script = (
            job["command"][0].replace("$$", "$").replace("/run/access", f"{self.folder}/operator")
        )
        process = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-euc", script),
            env=self.settings("temporal-namespace", PATH=path, RETENTION="9d"),
            stdout=subprocess.DEVNULL,
        )
        return await asyncio.wait_for(process.wait(), PATIENCE)


@asynccontextmanager
async def secured_server(folder: Path, program: Path) -> AsyncIterator[SecuredServer]:
    """A server that lets in whoever has something that was issued, with its namespace."""
    server = SecuredServer(folder / "access", {name: free_port() for name in _PORTS})
    server.issue()
    dynamic = folder / "dynamic.yaml"
    rules = (ROOT / "deploy/dynamicconfig.yaml").read_text()
    dynamic.write_text(
        f"{rules}\nfrontend.keepAliveMaxConnectionAge: [{{value: {_CONNECTIONS_LAST_SECONDS}s}}]\n"
    )
    settings = server.settings(
        "temporal",
        **{name: str(port) for name, port in server.ports.items()},
        **_QUICKLY,
        DB="sqlite",
        DBNAME=str(folder / "temporal.db"),
        VISIBILITY_DBNAME=str(folder / "visibility.db"),
        BIND_ON_IP="127.0.0.1",
        DYNAMIC_CONFIG_FILE_PATH=str(dynamic),
        LOG_LEVEL="warn",
    )
    with (folder / "server.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "start", env=settings, stdout=log, stderr=log
        )
        try:
            assert await server.prepare() == 0
            await _search_attributes_are_known(server)
            yield server
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _search_attributes_are_known(server: SecuredServer) -> None:
    """Wait until the server knows what was made just now, which takes it some seconds."""
    client = await server.client("operator")
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            with suppress(RPCError):
                await client.count_workflows("CaseStatus = 'contacting'")
                return


class Program:
    """A running program of ours, and what it logs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    async def read(self) -> None:
        """Keep what it logs, until it ends."""
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self.lines.append(line.decode().rstrip())

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    def logged(self, event: str) -> list[dict[str, Any]]:
        """What it logged of a kind."""
        known = (json.loads(line) for line in self.lines if line.startswith("{"))
        return [line for line in known if line.get("event") == event]

    async def until(self, holds: Callable[["Program"], bool]) -> None:
        """Wait until its log shows something."""
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if holds(self):
                    return
                assert self.exit_code is None, self.lines[-5:]

    async def ended(self) -> int:
        """Wait for its exit code."""
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


@asynccontextmanager
async def running(environment: dict[str, str], *command: str) -> AsyncIterator[Program]:
    """Run a program of ours, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        cwd=ROOT,
        env=environment | {"CASE72_LOG": "json"},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    program = Program(process)
    reading = asyncio.create_task(program.read())
    try:
        yield program
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 15)
        except TimeoutError:
            process.kill()
        await reading
