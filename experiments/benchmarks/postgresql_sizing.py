"""What a million sellers take on PostgreSQL, computed from what a silent case takes there."""

import math
from dataclasses import dataclass

from experiments.benchmarks.million_sellers import (
    BUSY,
    CASES_A_DAY,
    RETENTION_DAYS,
    RING_SECONDS,
    WITHIN_MINUTES,
    WRITE_SECONDS,
)
from experiments.benchmarks.report import Row

SHARDS = 512
"""Those of docker-compose.yml."""
POOL = 20 + 10
"""The connections of a service: SQL_MAX_CONNS and SQL_VIS_MAX_CONNS as the server's image has."""
DAYS_OPEN = 3
LOOK_EVERY_SECONDS = 10
_SPARE = 1.25
"""For other clients of PostgreSQL, such as backups, and its own reserve."""

ABOUT = f"""Computed from the figures above by `experiments/benchmarks/postgresql_sizing.py`, for
the worst case: {CASES_A_DAY:,} cases are opened a day, and every seller is silent. When calling
hours begin, every open case has a call due, to be dialled within {WITHIN_MINUTES} minutes. A call
rings for {RING_SECONDS} s and is looked at every {LOOK_EVERY_SECONDS} s; the log and transactions
of a look are taken to be those of an average state transition. Sellers' enrollments are not in
here: [performance](performance.md#a-million-sellers).

**Shards** can never be changed. A shard makes one write at a time. With writes of
{WRITE_SECONDS * 1000:.0f} ms, and a shard that writes at most {BUSY:.0%} of the time so that
nothing queues up, {SHARDS} shards make {SHARDS * BUSY / WRITE_SECONDS:,.0f} state transitions a
second. A shard is always with one history node, so {SHARDS} can be spread over many nodes.

**Connections**: each service of each node has pools of its own, of {POOL} connections at most
(`SQL_MAX_CONNS` 20, `SQL_VIS_MAX_CONNS` 10). `max_connections` must hold all of them. pgbouncer
pools sessions, since Temporal's driver prepares statements: each connection of a node holds one of
PostgreSQL as long as it is open. So pgbouncer saves none. It is there to lead to another server."""


@dataclass(frozen=True)
class CaseOnPostgres:
    """What a silent case takes."""

    calls: int
    transitions: float
    transactions: float
    log: float
    """Bytes of the write-ahead log."""
    stored: float
    """Bytes in the database of cases."""
    visible: float
    """Bytes in the database of visibility."""


@dataclass(frozen=True)
class Nodes:
    """How many nodes there are of each service."""

    history: int
    others: int
    """Frontends, matching nodes and the server's own workers together."""


@dataclass(frozen=True)
class Sizing:
    """What is needed."""

    open_cases: int
    transitions_in_the_morning: float
    """A second."""
    transactions_in_the_morning: float
    """A second."""
    transactions: float
    """A second, on average over a day."""
    shards: int
    shards_of_a_node: int
    log_a_day: float
    stored: dict[int, float]
    """Bytes in both databases, by the days for which closed cases are kept."""
    connections: int
    max_connections: int


def sizing(case: CaseOnPostgres, nodes: Nodes, cases_a_day: int = CASES_A_DAY) -> Sizing:
    """Compute what is needed."""
    open_cases = cases_a_day * DAYS_OPEN
    looks = math.ceil(RING_SECONDS / LOOK_EVERY_SECONDS)
    with_looks = (case.transitions + case.calls * looks) / case.transitions
    a_call = case.transitions / case.calls + looks
    morning = open_cases * a_call / (WITHIN_MINUTES * 60)
    transactions = case.transactions * with_looks
    connections = (nodes.history + nodes.others) * POOL
    size = case.stored + case.visible
    return Sizing(
        open_cases=open_cases,
        transitions_in_the_morning=morning,
        transactions_in_the_morning=morning * case.transactions / case.transitions,
        transactions=cases_a_day * transactions / 86_400,
        shards=1 << max(2, math.ceil(math.log2(2 * morning * WRITE_SECONDS / BUSY))),
        shards_of_a_node=math.ceil(SHARDS / nodes.history),
        log_a_day=cases_a_day * case.log * with_looks,
        stored={days: cases_a_day * size * (days + DAYS_OPEN) for days in RETENTION_DAYS},
        connections=connections,
        max_connections=math.ceil(connections * _SPARE),
    )


def rows(case: CaseOnPostgres) -> list[Row]:
    """Return the rows of the page."""
    need = sizing(case, Nodes(history=2, others=6))
    found = [
        Row("cases open at a time, at most", f"{need.open_cases:,}"),
        Row("state transitions a second, in the morning", f"{need.transitions_in_the_morning:.0f}"),
        Row(
            "transactions a second, on average and in the morning",
            f"{need.transactions:.0f}, {need.transactions_in_the_morning:,.0f}",
        ),
        Row("history shards needed, with as much again to grow", f"{need.shards}"),
        Row("  that there are", f"{SHARDS}"),
        Row("write-ahead log a day, to be archived", f"{need.log_a_day / 1e9:.1f} GB"),
        *(
            Row(f"both databases, closed cases kept for {days} days", f"{size / 1e9:.0f} GB")
            for days, size in need.stored.items()
        ),
    ]
    for history in (2, 4, 8):
        need = sizing(case, Nodes(history, others=6))
        found.append(
            Row(
                f"{history} history nodes, 2 of each other service: shards of a history node, "
                "connections at most, `max_connections`",
                f"{need.shards_of_a_node}, {need.connections}, {need.max_connections}",
            )
        )
    return found
