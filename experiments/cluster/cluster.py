"""A whole cluster: what docker-compose.yml describes, as processes, and more than one of each.

The settings of every process are the compose file's. Only names of containers and paths inside of
them are replaced by what they are here.
"""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.service import RPCError

from experiments.cluster.balancer import TEMPORAL_PORT, Balancer
from experiments.cluster.compose_file import ComposeFile
from experiments.cluster.hosts import Hosts
from experiments.cluster.node import Node, kept_running
from experiments.cluster.places import ROOT, Places
from experiments.cluster.postgres import Bouncer, Postgres
from experiments.cluster.programs import Programs
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import free_ports
from runtime.workers import QUEUES
from temporal_client.search_attributes import STATUS

COMPOSE = ROOT / "docker-compose.yml"
SECURED = ROOT / "deploy/secured/docker-compose.yml"
SERVICES = ("frontend", "history", "matching", "worker")
"""Those of Temporal's server."""
_DYNAMIC_CONFIG = "/etc/temporal/config/dynamicconfig/docker.yaml"
_WITHIN_SECONDS = 180
_AS_IN_THE_DEMO = {"CASE72_RING_SECONDS": "0.2", "CASE72_LEAST_WINDOW": "PT1S"}
_CLOCKS_CAN_MOVE = """
# Only for trials: a case's own clock can be moved forward.
frontend.WorkflowTimeSkippingEnabled: [{value: true}]
history.timerProcessorMaxTimeShift: [{value: 20ms}]
history.timerProcessorMaxPollRPS: [{value: 1000}]
"""


class ClusterFailed(Exception):
    """A node or a job did not do its work. The message quotes its last words."""


@dataclass(frozen=True)
class Size:
    """How many there are of each node."""

    frontend: int = 2
    history: int = 2
    matching: int = 2
    worker: int = 2
    """The server's own worker, which does its system's work."""
    our_workers: int = 2
    """Workers of ours, for each queue."""
    pages: int = 2


SMALL = Size(1, 1, 1, 1, 1, 1)


@dataclass
class Cluster:
    """The nodes of a running cluster, by name."""

    folder: Path
    hosts: Hosts
    compose: ComposeFile
    programs: Programs
    size: Size = field(default_factory=Size)
    settings: dict[str, str] = field(default_factory=dict)
    """Settings of ours besides the compose file's."""
    nodes: dict[str, Node] = field(default_factory=dict)

    _keeping: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        self.ui_port = int(self.compose.variables["UI_PORT"])
        self.page_port = int(self.compose.variables["PAGE_PORT"])
        self.places = Places(self.compose, self.folder, self.hosts, self.programs)
        self.places.keep_secrets()
        database = self.compose.environment("postgresql")
        role, password = database["POSTGRES_USER"], database["POSTGRES_PASSWORD"]
        options = self.compose.command("postgresql")[1:]
        folder = self.folder / "postgresql-1"
        self.primary = Postgres("postgresql-1", self.hosts, folder, role, password, options)
        self.bouncer = Bouncer(self.hosts, self.folder / "pgbouncer", self.primary)
        sizes = {kind: getattr(self.size, kind) for kind in SERVICES}
        if self.places.is_secured:
            sizes["internal-frontend"] = self.size.frontend
        for kind, count in sizes.items():
            for number in range(1, count + 1):
                self._add(self.server_node(f"{kind}-{number}", kind, self.programs.server))
        for queue in QUEUES:
            for number in range(1, self.size.our_workers + 1):
                name = f"case72-{queue}-{number}"
                self._add(self._ours(name, "worker", ["worker.py", "--queue", queue]))
        for number in range(1, self.size.pages + 1):
            command = self.compose.command("page")[1:]
            self._add(self._ours(f"case72-page-{number}", "page", command))
        self._add(self._mail())
        self.balancer = Balancer(
            self.hosts.gateway,
            self.folder / "balancer",
            self.named("frontend-"),
            self.named("case72-page-"),
            self.page_port,
        )
        self._add(self.balancer.node)
        self._add(self._web_ui())

    # --- what it is made of -----------------------------------------------------------------

    def named(self, prefix: str) -> list[Node]:
        """Return the nodes whose names begin so."""
        return [node for name, node in self.nodes.items() if name.startswith(prefix)]

    def server_node(self, name: str, service: str, program: Path) -> Node:
        """Return a node of Temporal's server that has one of its services."""
        node = self._node(name, "temporal", [str(program), "start", "--service", service])
        settings = self.compose.mounted("temporal")[_DYNAMIC_CONFIG]
        here = self.folder / "dynamicconfig.yaml"
        here.write_text((ROOT / settings).read_text() + _CLOCKS_CAN_MOVE)
        node.environment |= {
            "BIND_ON_IP": node.address,
            "TEMPORAL_BROADCAST_ADDRESS": node.address,
            "DYNAMIC_CONFIG_FILE_PATH": str(here),
        }
        return node

    def _add(self, node: Node) -> None:
        self.nodes[node.name] = node

    def _node(self, name: str, service: str, command: list[str]) -> Node:
        address = self.hosts.address(name)
        command = [*self.hosts.inside(name), *command]
        environment = self.places.environment(service, address)
        return Node(name, address, command, self.folder / f"{name}.log", environment)

    def _ours(self, name: str, service: str, command: list[str]) -> Node:
        if command[0].endswith(".py"):
            command = [str(ROOT / command[0]), *command[1:]]
        node = self._node(name, service, [sys.executable, *command])
        node.environment |= {"PYTHONPATH": str(ROOT), **_AS_IN_THE_DEMO, **self.settings}
        return node

    def _mail(self) -> Node:
        """Return a mail server that keeps every e-mail in a maildir, as Mailpit would."""
        address = self.hosts.address("mailpit")
        listen = f"{address}:{self.compose.environment('worker')['CASE72_SMTP_PORT']}"
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", listen]
        command += ["-c", "aiosmtpd.handlers.Mailbox", str(self.folder / "e-mails")]
        command = [*self.hosts.inside("mailpit"), *command]
        return Node("mailpit", address, command, self.folder / "mailpit.log")

    def _web_ui(self) -> Node:
        node = self._node("temporal-ui", "temporal-ui", [str(self.programs.web_ui)])
        node.command += ["--root", str(self.programs.web_ui_files), "--env", "docker", "start"]
        node.environment["TEMPORAL_UI_PORT"] = str(self.ui_port)
        return node

    # --- running ----------------------------------------------------------------------------

    def issue(self, *names: str) -> None:
        """Make the certificates and API keys, or renew those of `names`."""
        frontends = [node.address for node in self.named("frontend-")]
        self.places.issue([self.hosts.gateway, *frontends], *names)

    async def start(self) -> None:
        """Start everything, in the order in which the compose file's services wait.

        From then on the task that awaits this is ended if a node cannot be started again.

        Raises:
            ClusterFailed: a node or a job failed.
            DatabaseFailed: PostgreSQL did.
        """
        if self.places.is_secured:
            self.issue()
        await self.primary.create()
        await self.primary.start()
        await self.bouncer.start()
        await self.job("temporal-schema")
        for node in self.nodes.values():
            if not node.name.startswith("case72-"):
                await node.start()
        await self._keeping.enter_async_context(kept_running([*self.nodes.values()]))
        await self.job("temporal-namespace")
        for node in self.named("case72-"):
            await node.start()
        for node in self.named("case72-"):
            await self.is_well(node)

    async def knows_search_attributes(self) -> None:
        """Register them, and wait until every frontend knows them, which takes some seconds.

        This process must have the `client_environment`.
        """
        await register_search_attributes(await connect())
        for frontend in self.named("frontend-"):
            client = await connect(f"{frontend.address}:{TEMPORAL_PORT}")
            async with asyncio.timeout(_WITHIN_SECONDS):
                while True:
                    with suppress(RPCError):
                        await client.count_workflows(f"{STATUS.name} = 'contacting'")
                        break
                    await asyncio.sleep(0.5)

    async def job(self, service: str) -> None:
        """Run a service that ends when its work is done."""
        tools = self.programs.path_of_tools(self.folder / "tools")
        path = os.pathsep.join([tools, str(Path(sys.executable).parent), os.environ["PATH"]])
        command = self.places.command(service)
        job = Node(service, "", command, self.folder / f"{service}.log")
        job.environment = {"PATH": path} | self.places.environment(service)
        await job.start()
        assert job.process is not None
        try:
            code = await asyncio.wait_for(job.process.wait(), _WITHIN_SECONDS)
        except TimeoutError:
            code = None
        finally:
            await job.kill()
        if code != 0:
            raise ClusterFailed(f"{service} failed: {job.last_words()}")

    async def is_well(self, node: Node) -> None:
        """Wait until the health check of one of our nodes succeeds."""
        service = "page" if node.name.startswith("case72-page") else "worker"
        check = self.places.health_check(service, node.address)
        until = asyncio.get_running_loop().time() + _WITHIN_SECONDS
        while asyncio.get_running_loop().time() < until:
            process = await asyncio.create_subprocess_exec(
                *check, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            if await process.wait() == 0:
                return
            await asyncio.sleep(0.3)
        raise ClusterFailed(f"{node.name} did not get well: {node.last_words()}")

    async def stop(self) -> None:
        """Kill everything. Nothing runs any more when this returns.

        Raises:
            OSError: a node could not be started again.
        """
        try:
            await self._keeping.aclose()
        finally:
            for node in (*self.nodes.values(), self.bouncer.node, self.primary.node):
                await node.kill()
            self.hosts.close()


def composed(*more: Path) -> ComposeFile:
    """Return docker-compose.yml, and files that add to it, with variables for a cluster here."""
    page, web_ui = free_ports(8272, 8080)
    return ComposeFile.read(
        [COMPOSE, *more],
        {
            "POSTGRES_PASSWORD": secrets.token_hex(12),
            "CODEC_PASSWORD": secrets.token_hex(12),
            "PAGE_PORT": str(page),
            "UI_PORT": str(web_ui),
        },
    )


@asynccontextmanager
async def running(cluster: Cluster) -> AsyncIterator[Cluster]:
    """Start a cluster, and stop it however the block ends."""
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()
