"""Appeals as a list shows them: from search attributes, so that no appeal is asked."""

from datetime import datetime

from temporalio.client import Client, WorkflowExecution

from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.names import APPEAL_WORKFLOW
from domain.shared.text import Frozen
from temporal_client.search import OPEN, count, earliest, newest, query_of
from temporal_client.search_attributes import DEADLINE, REASON, SELLER, SINCE, STATUS, STORE


class FoundAppeal(Frozen):
    """An appeal as found. A value that it does not have, or not yet, is null."""

    appeal: str
    """Its account: `US/A2EXAMPLE`."""
    run_id: str
    status: AppealStatus | None
    reason: AppealReason | None
    since: datetime | None
    deadline: datetime | None
    """By when the desk or the seller is to answer."""
    store: str | None
    seller: str | None
    closed_at: datetime | None


def query_of_waiting(store: str | None = None) -> str:
    """Return the query for the appeals that wait for the desk, of a store or of all."""
    waits = f"{STATUS.name} = '{AppealStatus.SUBMITTED}'"
    return query_of(APPEAL_WORKFLOW, OPEN, waits, store=store)


async def waiting_appeals(
    client: Client, limit: int, store: str | None = None
) -> list[FoundAppeal]:
    """Return the appeals that wait for the desk: what is due first, first.

    Raises:
        TemporalFailure: the server failed.
    """
    found = await earliest(client, query_of_waiting(store), DEADLINE, limit)
    return [appeal_of(one) for one in found]


async def count_waiting(client: Client, store: str | None = None) -> int:
    """Return how many appeals wait for the desk.

    Raises:
        TemporalFailure: the server failed.
    """
    return await count(client, query_of_waiting(store))


async def newest_appeals(client: Client, query: str, limit: int) -> list[FoundAppeal]:
    """Return the first appeals of a query, the newest first.

    Raises:
        TemporalFailure: the server failed.
    """
    return [appeal_of(one) for one in await newest(client, query, limit)]


def appeal_of(execution: WorkflowExecution) -> FoundAppeal:
    """Return an appeal as the server lists it."""
    found = execution.typed_search_attributes
    status, reason = found.get(STATUS), found.get(REASON)
    return FoundAppeal(
        appeal=execution.id.removeprefix("appeal/"),
        run_id=execution.run_id,
        status=AppealStatus(status) if status else None,
        reason=AppealReason(reason) if reason else None,
        since=found.get(SINCE),
        deadline=found.get(DEADLINE),
        store=found.get(STORE),
        seller=found.get(SELLER),
        closed_at=execution.close_time,
    )
