"""What docs/backup.md has a person do once PostgreSQL is restored."""

import asyncio
import os
import re
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from experiments.cluster.cluster import Cluster, ClusterFailed
from experiments.cluster.places import ROOT
from experiments.faults.trial import Trial

_WINDOW = timedelta(hours=72)
_SERVES_WITHIN = 120
_UNLISTED_WITHIN = 60


async def come_back(cluster: Cluster, known: list[str], trial: Trial) -> None:
    """Start everything, silence being held.

    Args:
        cluster: its PostgreSQL runs already; all other nodes have ended.
        known: the ids of sellers of whom the desk knows that they had turned up.
        trial: is told what the commands said.
    """
    ours = {node.name for node in cluster.named("case72-")}
    for node in cluster.nodes.values():
        if node.name not in ours:
            await node.start()
    await cluster.job("temporal-namespace")
    until = f"{datetime.now(UTC) + _WINDOW:%Y-%m-%dT%H:%M:%SZ}"
    for node in cluster.named("case72-"):
        node.environment["CASE72_SILENCE_HELD_UNTIL"] = until
        await node.start()
    for node in cluster.named("case72-"):
        await cluster.is_well(node)
    workers = [node for node in cluster.named("case72-") if "-page-" not in node.name]
    for node in workers:
        said = f'"silence_held_until": "{until.removesuffix("Z")}+00:00"'
        if said not in node.log.read_text(errors="replace"):
            trial.violations.append(f"{node.name} does not say {said}")
    listed = await _client("list", "--status", "contacting", "--limit", "1000")
    trial.notes.append(f"`client.py list --status contacting`: {len(listed.splitlines())} lines")
    # A case that was opened in the lost time is not listed. It is opened again.
    still = [seller for seller in known if re.search(rf"\bUS/{seller}\b", listed)]
    for seller in still:
        await _client("contact", f"US/{seller}", "phone", "--note", "spoke to us before the loss")
    trial.notes.append(f"`client.py contact`: {len(still)} of {len(known)} sellers")


async def in_visibility_only(client: Client) -> list[str]:
    """Return a violation for each workflow that only the database of visibility knows."""
    ghosts = await _unknown(client)
    # A workflow that is just being deleted, as those of a number are, is listed a little longer.
    with suppress(TimeoutError):
        async with asyncio.timeout(_UNLISTED_WITHIN):
            while ghosts:
                await asyncio.sleep(1)
                ghosts &= await _unknown(client)
    return [f"{ghost}: is listed, and Temporal does not know it" for ghost in sorted(ghosts)]


async def _unknown(client: Client) -> set[str]:
    """Return each workflow that is listed, and that Temporal does not know."""
    unknown = set()
    async for found in client.list_workflows():
        try:
            await client.get_workflow_handle(found.id, run_id=found.run_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            unknown.add(f"{found.id} {found.run_id}")
    return unknown


async def _client(*arguments: str) -> str:
    """Run a command of the client until Temporal answers. Return what it printed."""
    said = ""
    with suppress(TimeoutError):
        async with asyncio.timeout(_SERVES_WITHIN):
            while True:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, str(ROOT / "client.py"), *arguments),
                    env=dict(os.environ),
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                )
                out, err = await process.communicate()
                if process.returncode == 0:
                    return out.decode()
                said = err.decode().strip()
                await asyncio.sleep(1)
    raise ClusterFailed(f"client.py {' '.join(arguments)}: {said}")
