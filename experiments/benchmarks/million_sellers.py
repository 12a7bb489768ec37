"""What a million sellers and 10,000 cases a day take, computed from what the run has measured."""

import math
from pathlib import Path

from experiments.benchmarks.report import Found, Row

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
"""How long a write of the database takes; not measured here."""
BUSY = 0.2
"""The part of its time for which a shard may write, so that nothing queues up."""
_ASKS_ITS_ENROLLMENT = 1
"""The query when a case opens. The cases of this run are open to everyone, and query nobody."""
PEAK = 10
"""The busiest second, as a multiple of the average, without the morning."""
DOLLARS_A_MILLION_ACTIONS = 50.0
PRICE_OF = "2026-07"

ABOUT = f"""Computed from the figures above for two bounds: every seller is *silent* to the end of
the 72 hours, or every seller's *plan is accepted* while the first call rings. Assumed, at the top
of `experiments/benchmarks/million_sellers.py`:

- {SELLERS:,} sellers, enrolled, with {RATINGS_A_MONTH} rating a month each; {CASES_A_DAY:,} cases
  opened a day; calls that ring for {RING_SECONDS} s;
- all sellers in one time zone, so that every open case has a call due when calling hours begin,
  to be dialled within {WITHIN_MINUTES} minutes, {CALLS_AT_ONCE} at once by each worker;
- a database that takes {WRITE_SECONDS * 1000:.0f} ms for a write, shards that write at most
  {BUSY:.0%} of the time, and a busiest second of {PEAK} average ones, the morning apart.

The number of **shards** can never be changed. A shard makes one
[write at a time](https://docs.temporal.io/temporal-service/temporal-server#history-shard): a state
transition, or a look at a call. **Database** is what SQLite stored, without indexes, log and
backups of another. The price is the [list's](https://docs.temporal.io/cloud/pricing) of {PRICE_OF}
for the first five million actions a month, without discounts, storage and plan."""


def _shards(transitions_a_second: float) -> int:
    """Return the power of two that is enough, with as much again to grow."""
    needed = 2 * transitions_a_second * WRITE_SECONDS / BUSY
    return 1 << max(2, math.ceil(math.log2(needed)))


async def measure(folder: Path, found: Found) -> list[Row]:
    """Compute every row."""
    sellers = SELLERS * found["bytes a seller"]
    ratings = SELLERS * RATINGS_A_MONTH * found["bytes a rating"]
    a_month = SELLERS * RATINGS_A_MONTH * found["actions a rating"]
    ratings_a_second = SELLERS * RATINGS_A_MONTH / DAYS_A_MONTH / 86_400
    rows = [
        Row(f"{SELLERS:,} sellers: database", f"{sellers / 1e9:.1f} GB"),
        Row("  growth by their ratings, a month", f"{ratings / 1e9:.1f} GB"),
        Row("  actions to enrol them, once", f"{SELLERS * found['actions a seller'] / 1e6:.1f} m"),
        Row("  actions of their ratings, a month", f"{a_month / 1e6:.1f} m"),
        Row(
            "  worker time for their ratings",
            f"{ratings_a_second * found['milliseconds a rating'] / 1000:.3f} cores",
        ),
    ]
    for name, kind, days_open in (
        ("every seller silent", "silent", 3),
        ("plan accepted", "accepted", 1),
    ):
        rows += _cases(name, kind, days_open, found, a_month)
    return rows


def _cases(name: str, kind: str, days_open: int, found: Found, of_ratings: float) -> list[Row]:
    looks = found[f"{kind} calls"] * RING_SECONDS * found["actions a second of ringing"]
    actions = found[f"{kind} actions"] + looks + _ASKS_ITS_ENROLLMENT
    a_month = CASES_A_DAY * DAYS_A_MONTH * actions
    open_cases = CASES_A_DAY * days_open
    average = CASES_A_DAY * (found[f"{kind} transitions"] + looks) / 86_400
    ringing = RING_SECONDS * found["actions a second of ringing"]
    per_call = found["silent transitions"] / found["silent calls"] + ringing
    morning = open_cases * per_call / (WITHIN_MINUTES * 60)
    peak = max(PEAK * average, morning)
    calls = open_cases * RING_SECONDS / (CALLS_AT_ONCE * WITHIN_MINUTES * 60)
    cores = open_cases * found["worker seconds a call"] / (WITHIN_MINUTES * 60)
    dollars = (a_month + of_ratings) / 1e6 * DOLLARS_A_MILLION_ACTIONS
    size = found[f"{kind} disk"] * CASES_A_DAY
    retained = ", ".join(
        f"{days} d: {size * (days + days_open) / 1e9:.0f} GB" for days in RETENTION_DAYS
    )
    return [
        Row(f"{CASES_A_DAY:,} cases a day, {name}: open at a time, at most", f"{open_cases:,}"),
        Row(
            "  writes a second (state transitions, looks at calls), average and most",
            f"{average:.0f}, {peak:.0f}",
        ),
        Row("  history shards", f"{_shards(peak)}"),
        Row("  workers, by calls at once", f"{math.ceil(calls)}"),
        Row("  workers' processors, in the morning", f"{cores:.1f} cores"),
        Row("  database, by the retention of closed cases", retained),
        Row(
            f"  actions of a case, calls of {RING_SECONDS} s (of them looks)",
            f"{actions:.0f} ({looks:.0f})",
        ),
        Row("  actions a month", f"{a_month / 1e6:.0f} m"),
        Row(
            f"  with the sellers' ratings, at {DOLLARS_A_MILLION_ACTIONS:.0f} dollars a million",
            f"{dollars:,.0f} dollars a month",
        ),
    ]
