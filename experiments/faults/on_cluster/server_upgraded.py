"""The nodes of the Temporal server are upgraded one by one, under load."""

import asyncio
from contextlib import suppress
from pathlib import Path
from random import Random

from temporalio.api.workflowservice.v1 import GetClusterInfoRequest
from temporalio.service import RPCError

from domain.case.events import Decision
from domain.case.status import Status
from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.balancer import TEMPORAL_PORT
from experiments.cluster.cluster import Cluster, ClusterFailed, composed
from experiments.cluster.programs import MissingProgram, installed
from experiments.faults.crowd import Life, Part
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.stories import BRIEF, REJECTED, cast, later, silence
from experiments.faults.trial import NotHere, Trial
from runtime.connection import Unreachable, connect
from tests.workflows.events import ACCEPT, PLAN, decided
from workflows.case.issue_case import IssueCase

BEFORE = "1.31.2"
"""The newest 1.31 whose modules the Go proxy has: 1.31.3 and 1.31.4 need one that it withholds."""
KINDS = {"history": 7234, "matching": 7235, "worker": 7239, "frontend": 7233}
"""The port of each kind of node, which it opens when it serves."""
_AT_ONCE = 0.2
"""This part of the cases is opened before the upgrade, and twice during it."""
_WAITING = 4
"""Of so many of them one is played after the upgrade: version 1.31 cannot skip time."""
_BETWEEN = (2, 5)
_TRIES = 6
_SERVES_WITHIN = 120


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Begin with the older version, update the schema, and replace the nodes."""
    after = composed().version("temporal")
    trial = Trial(
        "cluster: server upgraded",
        seed,
        f"Temporal's server runs in version {BEFORE}. The schema is updated and the nodes are "
        f"stopped (SIGTERM) and started in {after}, one by one: {', '.join(KINDS)}. Meanwhile "
        "cases live in real time with windows of 20 seconds; a part of them is opened before and "
        "has its clock played forward after the upgrade",
    )
    try:
        installed(composed(), INSTALLED, BEFORE)
    except MissingProgram as missing:
        raise NotHere(str(missing)) from missing
    async with cluster_scene(folder, seed, server_version=BEFORE) as stage:
        stage.crowd.clocks_run_ahead = False
        await _upgrade(stage, trial, after, cases)
        await stage.play(cases - len(stage.crowd.lives))
        await stage.judge(trial)
    return trial


def _parts(random: Random, count: int, upgraded: asyncio.Event) -> list[Part]:
    """Return cases that live in real time, and among them some that wait for the upgrade."""
    now = (
        Part("72 hours in 20 s", silence, rules=BRIEF),
        Part("answered within 20 s", _answered, "02", rules=BRIEF),
        REJECTED,
    )
    parts = random.choices(now, weights=(3, 2, 1), k=count)
    for number, part in zip(range(0, count, _WAITING), cast(random, count), strict=False):
        parts[number] = later(part, upgraded)
    return parts


async def _answered(case: Life) -> None:
    """The seller answers a call and sends a plan, which is accepted. No clock is played forward.

    A call that the upgrade made us miss is not held against the seller: the lead resolves the case.
    """
    if await case.leaves(Status.CONTACTING) is Status.ESCALATED:
        await case.tell(IssueCase.decide, decided(Decision.RESOLVE))
        return
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.review_plan, ACCEPT)


async def _upgrade(stage: ClusterScene, trial: Trial, after: str, cases: int) -> None:
    cluster, upgraded = stage.cluster, asyncio.Event()
    async with asyncio.TaskGroup() as tasks:

        async def opens() -> None:
            parts = _parts(stage.random, round(_AT_ONCE * cases), upgraded)
            stage.crowd.at_once, before = len(parts), len(stage.crowd.lives)
            tasks.create_task(stage.crowd.live(parts))
            await stage.opened(before + len(parts))

        await opens()
        trial.notes.append(f"before: {', '.join(await _versions(stage))}")
        cluster.programs = installed(cluster.compose, INSTALLED, after)
        (cluster.folder / "tools" / "temporal-sql-tool").unlink()
        await _update_schema(cluster, trial)
        for kind, port in KINDS.items():
            for node in cluster.named(f"{kind}-"):
                await asyncio.sleep(stage.random.uniform(*_BETWEEN))
                await node.stop()
                node.command = cluster.server_node(node.name, kind, cluster.programs.server).command
                await node.start()
                await _serves(node.address, port)
                trial.faults[f"{kind} upgraded"] += 1
            if kind in ("history", "matching"):
                await opens()
        versions = await _versions(stage)
        upgraded.set()
    trial.notes.append(f"after: {', '.join(versions)}")
    if set(versions) != {after}:
        trial.violations.append(f"the frontends have versions {', '.join(versions)}")


async def _update_schema(cluster: Cluster, trial: Trial) -> None:
    """Repeat the job if it fails, as docker-compose.yml does: PostgreSQL may have no connection."""
    for left in reversed(range(_TRIES)):
        try:
            await cluster.job("temporal-schema")
        except ClusterFailed:
            trial.faults["schema's job failed"] += 1
            if not left:
                raise
        else:
            trial.faults["schema updated"] += 1
            return


async def _serves(address: str, port: int) -> None:
    async with asyncio.timeout(_SERVES_WITHIN):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(address, port)
                writer.close()
                return
            await asyncio.sleep(0.2)


async def _versions(stage: ClusterScene) -> list[str]:
    """Ask each frontend for its version, as `temporal operator cluster system` does."""
    return [
        await _version(f"{n.address}:{TEMPORAL_PORT}") for n in stage.cluster.named("frontend-")
    ]


async def _version(frontend: str) -> str:
    """Wait until a frontend answers: it opens its port before it is well."""
    async with asyncio.timeout(_SERVES_WITHIN):
        while True:
            with suppress(Unreachable, RPCError):
                client = await connect(frontend)
                info = await client.workflow_service.get_cluster_info(GetClusterInfoRequest())
                return info.server_version
            await asyncio.sleep(0.5)
