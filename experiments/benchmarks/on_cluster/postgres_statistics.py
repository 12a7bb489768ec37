"""What PostgreSQL says about itself: sizes, rows, transactions, log, connections."""

from collections import Counter
from collections.abc import Iterable

from experiments.cluster.postgres import Postgres

DATABASES = ("temporal", "temporal_visibility")
VISIBILITY = DATABASES[1]
_SIZES = """select current_database(), sum(pg_table_size(relid)), sum(pg_indexes_size(relid))
from pg_stat_user_tables"""
_ROWS = "select sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del) from pg_stat_user_tables"
_TRANSACTIONS = """select sum(xact_commit + xact_rollback) from pg_stat_database
where datname like 'temporal%'"""
_LOG = "select pg_current_wal_lsn() - '0/0'::pg_lsn"
_END_OF_LOG = "select pg_current_wal_flush_lsn()"
_FULL_PAGES = "select coalesce(sum(fpi_size), 0) from pg_get_wal_stats('{since}', '{until}')"
_CONNECTIONS = """select count(*), count(*) filter (where state <> 'idle') from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid()"""


async def prepare(postgres: Postgres) -> None:
    """Let the log be looked into. All of it is kept meanwhile."""
    await postgres.ask("create extension if not exists pg_walinspect")
    await postgres.ask("alter system set wal_keep_size = '16GB'")
    await postgres.ask("select pg_reload_conf()")


async def pack(postgres: Postgres) -> None:
    """Write every table and index anew, without room between rows. Then make a checkpoint."""
    for database in DATABASES:
        await postgres.ask("vacuum full", database)
    await postgres.ask("checkpoint")


async def vacuum(postgres: Postgres) -> None:
    """Mark the room of deleted rows as free, as PostgreSQL does by itself sooner or later."""
    for database in DATABASES:
        await postgres.ask("vacuum", database)


async def sizes(postgres: Postgres) -> Counter[str]:
    """Return the bytes of tables and of indexes, by database."""
    return sizes_in([await postgres.ask(_SIZES, database) for database in DATABASES])


def sizes_in(lines: Iterable[str]) -> Counter[str]:
    """Read psql's lines, such as `temporal|81920|65536`."""
    found: Counter[str] = Counter()
    for line in lines:
        database, tables, indexes = line.split("|")
        found[f"{database} tables"] = int(tables)
        found[f"{database} indexes"] = int(indexes)
    return found


async def written(postgres: Postgres) -> dict[str, float]:
    """Return what has been written so far: rows, transactions, and bytes of log."""
    answers = [await postgres.ask(_ROWS, database) for database in DATABASES]
    transactions, log = await postgres.ask(_TRANSACTIONS), await postgres.ask(_LOG)
    return rows_in(answers) | {"transactions": float(transactions), "log": float(log)}


def rows_in(lines: Iterable[str]) -> dict[str, float]:
    """Add up psql's lines of rows inserted, updated and deleted, such as `12|3|0`."""
    counts = zip(*(map(int, line.split("|")) for line in lines), strict=True)
    return dict(zip(("inserted", "updated", "deleted"), map(float, map(sum, counts)), strict=True))


async def end_of_log(postgres: Postgres) -> str:
    """Return where the log ends that has been flushed, since only that can be looked into."""
    return await postgres.ask(_END_OF_LOG)


async def full_pages(postgres: Postgres, since: str, until: str) -> int:
    """Return the bytes of whole pages in the log between two of its ends.

    PostgreSQL writes a page as a whole when it is first changed after a checkpoint.
    """
    return int(await postgres.ask(_FULL_PAGES.format(since=since, until=until)))


async def client_connections(postgres: Postgres) -> tuple[int, int]:
    """Return how many connections clients have, and how many of them are at work."""
    every, busy = (await postgres.ask(_CONNECTIONS)).split("|")
    return int(every), int(busy)


async def settings(postgres: Postgres) -> str:
    """Return what the log depends on, in words."""
    names = ("full_page_writes", "checkpoint_timeout", "wal_compression", "synchronous_commit")
    return ", ".join([f"`{name}` {await postgres.ask(f'show {name}')}" for name in names])
