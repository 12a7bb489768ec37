"""A second copy of our code with one changed rule, and the workers that run it."""

import asyncio
import json
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from experiments.cluster.cluster import Cluster
from experiments.cluster.node import Node
from experiments.cluster.places import ROOT
from experiments.faults.trial import Trial
from runtime.workers import DEPLOYMENT
from workflows.shared.versions import VERSION

OLD, NEW = "1", "2"
_TEMPORAL = str(Path(sys.executable).parent / "temporal")
_KNOWN_WITHIN = 120
"""The seconds within which the server knows a version whose workers are well."""
_NAMED = ("--deployment-name", DEPLOYMENT, "--build-id")
_WORKER = "worker.py"
_NOT_COPIED = (".*", "__pycache__", "docs", "experiments", "tests")
_RULE = "domain/case/outreach.py"
_BEFORE = "key=lambda channel: channel.rings)"
_AFTER = "key=lambda channel: not channel.rings)"
"""Of an e-mail and a call that are due together, the call goes first. So attempt 1 is a call."""


class CommandFailed(Exception):
    """`temporal` did not do what it was asked. The message quotes it."""


def changed_copy(folder: Path) -> Path:
    """Copy our code into a folder that is not there yet, and change the rule."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    module = folder / _RULE
    code = module.read_text()
    assert code.count(_BEFORE) == 1, f"{_RULE} does not read as expected"
    module.write_text(code.replace(_BEFORE, _AFTER))
    return folder


def beside(cluster: Cluster, old: Node, code: Path) -> Node:
    """Return a worker of the new version for the queue that an old one serves."""
    name = f"{old.name}-next"
    address = cluster.hosts.address(name)
    before = cluster.places.environment("worker", old.address)
    now = cluster.places.environment("worker", address)
    node = replace(
        old,
        name=name,
        address=address,
        command=[part.replace(str(ROOT / _WORKER), str(code / _WORKER)) for part in old.command],
        log=old.log.with_name(f"{name}.log"),
        environment=old.environment
        | {name: value for name, value in now.items() if value != before[name]}
        | {"PYTHONPATH": str(code), VERSION: NEW},
        process=None,
        is_wanted=False,
        starts=0,
    )
    cluster.nodes[name] = node
    return node


async def temporal(*arguments: str) -> str:
    """Run the command `temporal` on the cluster.

    Raises:
        CommandFailed: it failed.
    """
    process = await asyncio.create_subprocess_exec(
        *(_TEMPORAL, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await process.communicate()
    if process.returncode:
        raise CommandFailed(f"temporal {' '.join(arguments)}: {said.decode().strip()}")
    return printed.decode()


async def make_current(version: str) -> None:
    """Let new cases begin with a version, once its workers have come up (docs/upgrading.md)."""
    await _once_known("set-current-version", version)


async def ramp(version: str, percent: int) -> None:
    """Let a part of the new cases begin with a version (docs/upgrading.md)."""
    await _once_known("set-ramping-version", version, "--percentage", str(percent))


async def _once_known(command: str, version: str, *more: str) -> None:
    async with asyncio.timeout(_KNOWN_WITHIN):
        while True:
            with suppress(CommandFailed):
                await temporal("worker", "deployment", command, "--yes", *_NAMED, version, *more)
                return
            await asyncio.sleep(0.5)


async def drainage(version: str) -> str:
    """Return `draining`, `drained`, or nothing if a version is in use (docs/upgrading.md)."""
    command = ("worker", "deployment", "describe", "--name", DEPLOYMENT, "--output", "json")
    for found in json.loads(await temporal(*command))["versionSummaries"]:
        if found["BuildID"] == version:
            return str(found["drainageStatus"])
    raise CommandFailed(f"temporal {' '.join(command)}: does not know version {version}")


async def move(workflow_id: str) -> None:
    """Move a case to the newest version (docs/upgrading.md)."""
    await _override(workflow_id, "auto_upgrade")


async def move_back(workflow_id: str, version: str) -> None:
    """Let a case that the newest version does not replay go on with its own (docs/upgrading.md)."""
    named = ("--versioning-override-deployment-name", DEPLOYMENT)
    await _override(workflow_id, "pinned", *named, "--versioning-override-build-id", version)
    reset = ("--type", "LastWorkflowTask", "--reason", "moved by mistake")
    await temporal("workflow", "reset", "--workflow-id", workflow_id, *reset)


async def _override(workflow_id: str, behavior: str, *more: str) -> None:
    options = ("--versioning-override-behavior", behavior, *more)
    await temporal("workflow", "update-options", "--workflow-id", workflow_id, *options)


async def until_drained(version: str, trial: Trial) -> None:
    """Wait until a version is `drained`: no open case needs its workers any more."""
    seen: list[str] = []
    while not seen or seen[-1] != "drained":
        if (now := await drainage(version)) not in seen[-1:]:
            seen.append(now)
        await asyncio.sleep(1)
    trial.notes.append(f"drainage of version {version}: {', '.join(seen)}")
