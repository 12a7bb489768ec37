"""The connections between the nodes of a cluster are cut, pair by pair, under load."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from experiments.cluster.cluster import Cluster
from experiments.cluster.hosts import GATEWAY, Namespaces
from experiments.cluster.programs import MissingProgram, system_program
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.scene import meanwhile
from experiments.faults.trial import NotHere, Trial

_POSTGRES, _PGBOUNCER, _BALANCER = "PostgreSQL", "pgbouncer", "balancer"
PAIRS = (
    ("frontend", "history"),
    ("frontend", "matching"),
    ("history", "matching"),
    ("history", "history"),
    ("frontend", _PGBOUNCER),
    ("history", _PGBOUNCER),
    ("matching", _PGBOUNCER),
    ("case72", _BALANCER),
    ("frontend", _BALANCER),
    (_PGBOUNCER, _POSTGRES),
)
"""The kinds of nodes between which connections are cut, in this order."""
_BRIEFLY, _LONG = 2, 30
_BETWEEN = (2, 5)
_ROUNDS = 2
_WITHIN = 1800
_NODES = {_POSTGRES: "postgresql-1", _PGBOUNCER: "postgresql", _BALANCER: GATEWAY}


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Cut connections, each pair of kinds in turn, twice."""
    in_turn = ", ".join(" and ".join(pair) for pair in PAIRS)
    trial = Trial(
        "cluster: connections cut",
        seed,
        f"Every few seconds all packets between two kinds of nodes are dropped for {_BRIEFLY} to "
        f"{_LONG} seconds, and no side is told: either between one node of each kind, or between "
        f"all of them. In turn, {_ROUNDS} times: {in_turn}; case72 are our workers and pages. Each "
        "node has a network namespace of its own",
    )
    async with cluster_scene(folder, seed, within=_WITHIN, hosts=_namespaces()) as stage:
        async with meanwhile(_cut(stage, trial)):
            await stage.play(cases)
        await stage.judge(trial)
    return trial


def _namespaces() -> Namespaces:
    try:
        if os.geteuid() != 0:
            raise NotHere("network namespaces need root")
        for program in ("ip", "iptables"):
            system_program(program)
        return Namespaces()
    except MissingProgram as missing:
        raise NotHere(str(missing)) from missing
    except subprocess.CalledProcessError as refused:
        raise NotHere(f"no network can be made here: {refused}") from refused


async def _cut(stage: ClusterScene, trial: Trial) -> None:
    for _ in range(_ROUNDS):
        for pair in PAIRS:
            await asyncio.sleep(stage.random.uniform(*_BETWEEN))
            every = list(_between(stage.cluster, *pair))
            is_whole = stage.random.random() < 0.5
            chosen = every if is_whole else [stage.random.choice(every)]
            seconds = stage.random.uniform(_BRIEFLY, _LONG)
            with _nothing_passes(stage.cluster, chosen):
                await asyncio.sleep(seconds)
            trial.faults[" - ".join(pair)] += 1


@contextmanager
def _nothing_passes(cluster: Cluster, connections: list[tuple[str, str]]) -> Iterator[None]:
    """Cut connections while the block runs."""
    hosts = cluster.hosts
    assert isinstance(hosts, Namespaces)
    done: list[tuple[str, str]] = []
    try:
        for one, other in connections:
            hosts.cut(one, other)
            done.append((one, other))
        yield
    finally:
        for one, other in done:
            hosts.mend(one, other)


def _between(cluster: Cluster, kind: str, other_kind: str) -> Iterator[tuple[str, str]]:
    """Return the pairs of nodes of two kinds, by name."""
    ones, others = _named(cluster, kind), _named(cluster, other_kind)
    for one, other in product(ones, others):
        if one < other or kind != other_kind:
            yield one, other


def _named(cluster: Cluster, kind: str) -> list[str]:
    return [_NODES[kind]] if kind in _NODES else [n.name for n in cluster.named(f"{kind}-")]
