"""The clocks of a cluster's nodes are five minutes apart, and cases move from one to the other."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from experiments.cluster.__main__ import INSTALLED
from experiments.cluster.cluster import SERVICES, Cluster, composed
from experiments.cluster.moved_clock import AHEAD_SECONDS, server_with_moved_clock
from experiments.cluster.programs import MissingProgram
from experiments.faults.clock_moved import library
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import NotHere, Trial

_AHEAD = 300
"""In seconds."""
_OURS_AHEAD = ("case72-cases-2", "case72-email-2", "case72-webhooks-2", "case72-page-2")
_TIMES = 4
_WITHIN = 850
"""A timer of a node that is ahead fires five minutes late on one that is not."""


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Let half of the nodes be ahead, and move the cases between them.

    Raises:
        NotHere: there is no Go to build a server with another clock, or no libfaketime.
    """
    trial = Trial(
        "cluster: clocks apart",
        seed,
        f"The second node of each kind is {_AHEAD} seconds ahead of the first: of Temporal's "
        "server, which is built with a clock that can be moved, and of ours (libfaketime), without "
        "those for calls, since they are the simulated telephone too. Every 15 to 40 seconds a "
        f"history node is killed (SIGKILL) and replaced, the two in turn, {_TIMES} times each, so "
        "that cases move from one clock to the other",
    )
    version = composed().version("temporal")
    try:
        server, fake = server_with_moved_clock(version, INSTALLED), library()
    except MissingProgram as missing:
        raise NotHere(str(missing)) from missing

    def second_ones_ahead(cluster: Cluster) -> None:
        for kind in SERVICES:
            node = cluster.nodes[f"{kind}-2"]
            node.command = cluster.server_node(node.name, kind, server).command
            node.environment[AHEAD_SECONDS] = str(_AHEAD)
        for name in _OURS_AHEAD:
            cluster.nodes[name].environment |= {
                "LD_PRELOAD": str(fake),
                "FAKETIME": f"+{_AHEAD}s",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }

    async with cluster_scene(folder, seed, within=_WITHIN, prepare=second_ones_ahead) as stage:
        _note_clocks(stage, trial)
        async with meanwhile(_move(stage, trial)):
            await stage.play(cases)
        await stage.judge(trial)
    return trial


async def _move(stage: ClusterScene, trial: Trial) -> None:
    for _ in range(_TIMES):
        for node in stage.cluster.named("history-"):
            await asyncio.sleep(stage.random.uniform(15, 40))
            await node.kill()
            trial.faults["cases moved to the other clock"] += 1


def _note_clocks(stage: ClusterScene, trial: Trial) -> None:
    """Note how far the nodes are ahead of this process by what they log."""
    for node in stage.cluster.named("history-"):
        last = json.loads(node.log.read_text(errors="replace").splitlines()[-1])
        ahead = datetime.fromisoformat(last["ts"]) - datetime.now(UTC)
        trial.notes.append(f"{node.name}: its last line was {ahead.total_seconds():+.0f} s ahead")
