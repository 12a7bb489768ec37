"""What a million sellers and 10,000 cases a day take, computed from what was measured elsewhere."""

import math
from dataclasses import dataclass
from pathlib import Path

from experiments.benchmarks.report import Found, NotMeasured, Row

SELLERS = 1_000_000
CASES_A_DAY = 10_000
RATINGS_A_MONTH = 1
RETENTION_DAYS = (7, 30, 90)
DAYS_A_MONTH = 30
RING_SECONDS = 25
"""How long a call rings on average."""
WITHIN_MINUTES = 15
"""How late the last call of a morning may be."""
CALLS_AT_ONCE = 100
"""The calls of a worker at once: the default of `CASE72_CONCURRENT_CALLS`."""
WRITE_SECONDS = 0.01
"""How long a write of a database takes that another machine has."""
BUSY = 0.2
"""The part of its time for which a shard may write, so that nothing queues up."""
SHARDS = 512
"""Those of docker-compose.yml."""
PEAK = 10
"""The busiest second, as a multiple of the average, without the morning."""
SERVICES = 4
"""Those of Temporal's server: frontend, history, matching, worker."""
POOL = 20 + 10
"""The connections of a node at most: SQL_MAX_CONNS and SQL_VIS_MAX_CONNS, as its image has them."""
OTHERS = 1.25
"""For other clients of PostgreSQL, such as backups, and its own reserve."""
NODES = (2, 4)
"""Of each service."""
DOLLARS_A_MILLION_ACTIONS = 50.0
PRICE_OF = "2026-07"
_ASKS_ITS_ENROLLMENT = 1
"""The query when a case opens. The cases of this run are open to everyone, and query nobody."""
_A_DAY = 86_400
_FEWEST = 4
"""The shards of Temporal's default."""

ABOUT = f"""Computed from [a case on PostgreSQL](#a-case-on-postgresql) for two bounds: every seller
is *silent* to the end of the 72 hours, or every seller's *plan is accepted* while the first call
rings. Assumed, at the top of `experiments/benchmarks/million_sellers.py`:

- {SELLERS:,} sellers, enrolled, with {RATINGS_A_MONTH} rating a month each; {CASES_A_DAY:,} cases
  opened a day; calls that ring for {RING_SECONDS} s;
- all sellers in one time zone, so that every open case has a call due when calling hours begin,
  to be dialled within {WITHIN_MINUTES} minutes, {CALLS_AT_ONCE} at once by each worker;
- a write of the database that takes {WRITE_SECONDS * 1000:.0f} ms, shards that write at most
  {BUSY:.0%} of the time, and a busiest second of {PEAK} average ones, the morning apart;
- a look at a call that costs transactions, log and processor time as its share of writes says.

The number of **shards** can never be changed. A shard makes one
[write at a time](https://docs.temporal.io/temporal-service/temporal-server#history-shard), so it
makes at most one in the time that a write takes. The number below is the power of two that has
room for twice the most writes; {SHARDS} shards make {SHARDS * BUSY / WRITE_SECONDS:,.0f} a second.
**Database** is packed tables and indexes: the log, backups, and room that deleted rows leave come
on top. The **log** is that of the cases while they live, not of their deletion after the retention.
**Connections**: each node of each service opens up to {POOL} (`SQL_MAX_CONNS` 20 and
`SQL_VIS_MAX_CONNS` 10), and pgbouncer must pool sessions, so it saves none. The price is the
[list's](https://docs.temporal.io/cloud/pricing) of {PRICE_OF} for the first five million actions a
month, without discounts, storage and plan."""


@dataclass(frozen=True)
class Sizing:
    """What cases of one kind need."""

    open_cases: int
    writes: float
    """A second, on average."""
    most_writes: float
    """A second, when calling hours begin or in the busiest second of another time."""
    most_transactions: float
    """A second, likewise."""
    shards: int
    log_a_day: float
    """Bytes."""
    disk: dict[int, float]
    """Bytes, by the days for which closed cases are kept."""
    workers: int
    cores: dict[str, float]
    """Processors in the morning, of each kind of process."""
    actions: float
    """Of a case."""
    of_looks: float


def sizing(kind: str, days_open: int, found: Found, cases_a_day: int = CASES_A_DAY) -> Sizing:
    """Compute what is needed.

    Args:
        kind: `silent` or `accepted`.
        days_open: for how long a case is open.
        found: the figures of a case on PostgreSQL.
        cases_a_day: how many are opened.
    """
    calls, open_cases = found[f"{kind} calls"], cases_a_day * days_open

    def of(one: str, counter: str) -> float:
        """Return what is counted for a case, its looks included."""
        looks = found[f"{one} calls"] * found["looks' writes"]
        return found[f"{one} {counter}"] * (1 + looks / found[f"{one} writes"])

    def of_case(counter: str) -> float:
        return of(kind, counter)

    def morning(counter: str) -> float:
        """Return what is counted in a second while every open case has its call."""
        a_call = of("silent", counter) / found["silent calls"]
        return open_cases * a_call / (WITHIN_MINUTES * 60)

    def most(counter: str) -> float:
        return max(PEAK * cases_a_day * of_case(counter) / _A_DAY, morning(counter))

    return Sizing(
        open_cases=open_cases,
        writes=cases_a_day * of_case("writes") / _A_DAY,
        most_writes=most("writes"),
        most_transactions=most("transactions"),
        shards=shards(most("writes")),
        log_a_day=cases_a_day * of_case("log"),
        disk={d: cases_a_day * found[f"{kind} disk"] * (d + days_open) for d in RETENTION_DAYS},
        workers=math.ceil(open_cases * RING_SECONDS / (CALLS_AT_ONCE * WITHIN_MINUTES * 60)),
        cores={who: morning(f"{who} seconds") for who in ("worker", "server", "database")},
        actions=found[f"{kind} actions"] + calls * found["looks' actions"] + _ASKS_ITS_ENROLLMENT,
        of_looks=calls * found["looks' actions"],
    )


def shards(writes_a_second: float) -> int:
    """Return the power of two that is enough for these writes, with as much again to grow."""
    needed = 2 * writes_a_second * WRITE_SECONDS / BUSY
    return 1 << math.ceil(math.log2(max(_FEWEST, needed)))


def connections(nodes: int) -> tuple[int, int]:
    """Return the connections of so many nodes of each service, and `max_connections` for them."""
    most = nodes * SERVICES * POOL
    return most, math.ceil(most * OTHERS)


async def measure(folder: Path, found: Found) -> list[Row]:
    """Compute every row."""
    if "rating disk" not in found:
        raise NotMeasured("it is computed from `on-postgresql`, which was not measured in this run")
    sellers = SELLERS * found["seller disk"]
    ratings = SELLERS * RATINGS_A_MONTH
    a_month = ratings * found["rating actions"]
    cores = ratings / DAYS_A_MONTH / _A_DAY * found["rating worker seconds"]
    rows = [
        Row(f"{SELLERS:,} sellers: database", f"{sellers / 1e9:.1f} GB"),
        Row("  growth by their ratings, a month", f"{ratings * found['rating disk'] / 1e9:.1f} GB"),
        Row("  actions to enrol them, once", f"{SELLERS * found['seller actions'] / 1e6:.1f} m"),
        Row("  actions of their ratings, a month", f"{a_month / 1e6:.1f} m"),
        Row("  worker time for their ratings", f"{cores:.3f} cores"),
    ]
    for name, kind, days_open in (
        ("every seller silent", "silent", 3),
        ("plan accepted", "accepted", 1),
    ):
        rows += _cases(name, sizing(kind, days_open, found), a_month)
    for nodes in NODES:
        most, allowed = connections(nodes)
        what = f"{nodes} nodes of each service: connections at most; `max_connections`"
        rows.append(Row(what, f"{most}; {allowed}"))
    return rows


def _cases(name: str, need: Sizing, of_ratings: float) -> list[Row]:
    a_month = CASES_A_DAY * DAYS_A_MONTH * need.actions
    dollars = (a_month + of_ratings) / 1e6 * DOLLARS_A_MILLION_ACTIONS
    retained = ", ".join(f"{days} d: {size / 1e9:.0f} GB" for days, size in need.disk.items())
    cores = ", ".join(f"{need.cores[who]:.1f}" for who in ("worker", "server", "database"))
    return [
        Row(
            f"{CASES_A_DAY:,} cases a day, {name}: open at a time, at most", f"{need.open_cases:,}"
        ),
        Row(
            "  writes of shards a second, average and most",
            f"{need.writes:.0f}, {need.most_writes:,.0f}",
        ),
        Row("  transactions a second, at most", f"{need.most_transactions:,.0f}"),
        Row("  history shards", f"{need.shards}"),
        Row("  database, by the retention of closed cases", retained),
        Row("  write-ahead log a day", f"{need.log_a_day / 1e9:.1f} GB"),
        Row("  workers, by calls at once", f"{need.workers}"),
        Row(
            "  processors in the morning: of workers, Temporal, PostgreSQL",
            f"{cores} cores",
        ),
        Row(
            f"  actions of a case, calls of {RING_SECONDS} s (of them looks)",
            f"{need.actions:.0f} ({need.of_looks:.0f})",
        ),
        Row("  actions a month", f"{a_month / 1e6:.0f} m"),
        Row(
            f"  with the sellers' ratings, at {DOLLARS_A_MILLION_ACTIONS:.0f} dollars a million",
            f"{dollars:,.0f} dollars a month",
        ),
    ]
