"""Tells Prometheus how many appeals are open, and how urgent they are (docs/observability.md).

A workflow that waits counts nothing, so this is looked up in Temporal's search. Each worker that
serves metrics does so, and all of them say the same.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime

from domain.appeal.status import OPEN as OPEN_STATUSES
from domain.appeal.status import AppealStatus
from domain.shared.names import APPEAL_WORKFLOW
from temporal_client.failures import TemporalFailure
from temporal_client.found_appeals import query_of_waiting
from temporal_client.search import OPEN, any_of, count, earliest, query_of
from temporal_client.search_attributes import DEADLINE, SINCE, STATUS

OPEN_APPEALS = "case72_appeals_open"
OLDEST = "case72_appeal_oldest_seconds"
DUE_SOON = "case72_appeals_due_soon"

_AGES = {
    "under_1d": timedelta(),
    "1d_to_3d": timedelta(days=1),
    "3d_to_7d": timedelta(days=3),
    "over_7d": timedelta(days=7),
}
"""How long an appeal has had its status, at least. The longest comes last."""
_LOOKS_EVERY_SECONDS = 120
_LAST_PART = 4
"""An appeal is due soon in the last fourth of the desk's time: of 7 days, in the last 42 hours."""

log = structlog.get_logger("appeals")


@dataclass(frozen=True)
class OpenAppeals:
    """The appeals of a namespace that somebody or something is still to act on."""

    by_status_and_age: Mapping[tuple[AppealStatus, str], int]
    oldest: timedelta
    """How long the desk has had the oldest one that waits for it; nothing if none does."""
    due_soon: int
    """How many the desk has to answer soon, or should have answered."""


async def look_up(
    client: Client,
    desk_within: timedelta,
    now: datetime,
    hints: MutableMapping[str, datetime] | None = None,
) -> OpenAppeals:
    """Return what is open. `desk_within` is how long the desk has for its answer.

    Raises:
        TemporalFailure: the server failed.
    """
    found = {}
    for status in sorted(OPEN_STATUSES):
        query = query_of(APPEAL_WORKFLOW, OPEN, any_of(STATUS, status))
        younger = 0
        for age, at_least in reversed(_AGES.items()):
            older = await count(client, f"{query} AND {SINCE.name} <= {_moment(now - at_least)}")
            # One that came between two counts must not make a negative number.
            found[status, age] = max(0, older - younger)
            younger = older
    waiting = query_of_waiting()
    first = await earliest(client, waiting, SINCE, 1, hints)
    since = first[0].typed_search_attributes[SINCE] if first else now
    soon = _moment(now + desk_within / _LAST_PART)
    due_soon = await count(client, f"{waiting} AND {DEADLINE.name} < {soon}")
    return OpenAppeals(found, max(now - since, timedelta()), due_soon)


@asynccontextmanager
async def watching_appeals(
    client: Client, runtime: Runtime, desk_within: timedelta
) -> AsyncIterator[None]:
    """Keep the runtime's `/metrics` up to date while the block runs."""
    watching = asyncio.create_task(_watch(client, runtime, desk_within))
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(client: Client, runtime: Runtime, desk_within: timedelta) -> None:
    hints: dict[str, datetime] = {}
    while True:
        try:
            found = await look_up(client, desk_within, datetime.now(UTC), hints)
        except TemporalFailure as failure:
            # The last numbers stand until the server answers: its own alert says that it does not.
            log.warning("the open appeals could not be counted", why=type(failure).__name__)
        else:
            _show(runtime, client.namespace, found)
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)


def _show(runtime: Runtime, namespace: str, found: OpenAppeals) -> None:
    meter = runtime.metric_meter.with_additional_attributes({"namespace": namespace})
    gauge = meter.create_gauge(OPEN_APPEALS, "Open appeals, by how long they have had their status")
    for (status, age), number in found.by_status_and_age.items():
        gauge.set(number, {"status": status, "age": age})
    gauge = meter.create_gauge(OLDEST, "How long the desk has had the oldest unanswered appeal")
    gauge.set(int(found.oldest.total_seconds()))
    gauge = meter.create_gauge(
        DUE_SOON, "Appeals in the last fourth of the desk's time, or over it"
    )
    gauge.set(found.due_soon)


def _moment(at: datetime) -> str:
    return f"'{at:%Y-%m-%dT%H:%M:%S}Z'"
