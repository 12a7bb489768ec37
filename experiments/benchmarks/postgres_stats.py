"""What PostgreSQL says about itself: the size of tables, rows, log, transactions, connections."""

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from experiments.cluster.cluster import Cluster

DATABASES = ("temporal", "temporal_visibility")
_SIZES = "select relname, pg_total_relation_size(relid) from pg_stat_user_tables"
_ROWS = "select relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables"
_COMMITS = "select datname, xact_commit + xact_rollback from pg_stat_database"
_LOG = "select pg_current_wal_lsn() - '0/0'::pg_lsn"
_STATISTICS_ARE_LATE_SECONDS = 2


@dataclass(frozen=True)
class Totals:
    """Figures that only grow. Two of them are subtracted."""

    at: float
    """By `time.monotonic`."""
    log: int
    """Bytes of the write-ahead log."""
    transactions: Counter[str] = field(default_factory=Counter)
    """By database."""
    sizes: Counter[str] = field(default_factory=Counter)
    """Bytes of a table with its indexes, by names such as `temporal.executions`."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows inserted, updated and deleted."""


async def totals(cluster: Cluster, *, vacuumed: bool = False) -> Totals:
    """Return the figures now. `vacuumed`: after a VACUUM, which gives up the space at the end."""
    primary = cluster.primary
    await asyncio.sleep(_STATISTICS_ARE_LATE_SECONDS)
    at, log = time.monotonic(), int(await primary.ask(_LOG))
    transactions: Counter[str] = Counter()
    for line in (await primary.ask(_COMMITS)).splitlines():
        name, count = line.split("|")
        if name in DATABASES:
            transactions[name] = int(count)
    sizes: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for database in DATABASES:
        for line in (await primary.ask(_ROWS, database)).splitlines():
            _, *counts = line.split("|")
            for kind, count in zip(("inserted", "updated", "deleted"), counts, strict=True):
                rows[kind] += int(count)
        if vacuumed:
            await primary.ask("vacuum analyze", database)
        for line in (await primary.ask(_SIZES, database)).splitlines():
            table, size = line.split("|")
            sizes[f"{database}.{table}"] = int(size)
    return Totals(at, log, transactions, sizes, rows)


async def connections(cluster: Cluster) -> Counter[str]:
    """Return how many connections each node of Temporal's server has to the database."""
    process = await asyncio.create_subprocess_exec(
        *("ss", "-Htnp", "state", "established", "dst", cluster.bouncer.address),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    owners = Counter(map(int, re.findall(r"pid=(\d+)", said.decode())))
    found: Counter[str] = Counter()
    for node in cluster.nodes.values():
        if node.process is not None and owners[node.process.pid]:
            found[node.name] = owners[node.process.pid]
    return found


async def server_connections(cluster: Cluster) -> int:
    """Return how many connections PostgreSQL itself has from clients."""
    query = "select count(*) from pg_stat_activity where backend_type = 'client backend'"
    return int(await cluster.primary.ask(query)) - 1
