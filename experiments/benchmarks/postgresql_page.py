"""The page of what a case costs on PostgreSQL."""

from dataclasses import dataclass

from experiments.benchmarks.report import Row, machine, table_of

ABOUT = """Averages of {cases} cases with default hours, ended by `not_reached`, 20 at a time, calls
of 0.2 s. Disk is what a table with its indexes grew by, a VACUUM before and after: room that
deleted rows left in the middle of a table counts. Rows, transactions and log are without those of
a server that has nothing to do. None of these figures depends on the speed of the machine. On
SQLite: [performance](performance.md#a-case)."""

ABOUT_CONNECTIONS = """Just after these cases, by node. pgbouncer pools sessions."""

_HEAD = """# On PostgreSQL

Made by `python -m experiments.benchmarks.on_cluster`; do not edit. {machine}

Here the server is that of `make cluster`: two nodes of each service and 512 history shards,
PostgreSQL 15 behind pgbouncer, set as `docker-compose.yml` sets it, and two workers of ours for
each queue. What Temporal stores is encrypted, as there. *Bare* is a workflow of the same activities
and timers without any rule (`experiments/benchmarks/bare.py`), measured in the same run.
"""


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    title: str
    about: str
    rows: list[Row]


def page(sections: list[Section]) -> str:
    """Return the page in markdown."""
    parts = [_HEAD.format(machine=machine("PostgreSQL"))]
    parts += [f"## {s.title}\n\n{s.about}\n\n{table_of(s.rows)}" for s in sections]
    return "\n".join(parts)
