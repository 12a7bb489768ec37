"""Cases as a list shows them: from search attributes and memo, so that no case is asked."""

from collections.abc import MutableMapping
from datetime import datetime

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey

from domain.case.row import CaseRow, RowIssue
from domain.case.status import Status
from domain.case.waiting import Need, WaitsFor, waits_for
from domain.shared.text import Frozen
from temporal_client.search import earliest, newest
from temporal_client.search_attributes import (
    DEADLINE,
    ISSUE_CODES,
    NEEDS,
    REASON,
    ROW,
    SELLER,
    SINCE,
    STATUS,
    STORE,
)

_AS_INTENDED = (WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.COMPLETED)


class FoundCase(Frozen):
    """A case as found. A value that it does not have, or not yet, is null."""

    case: str
    """Its account: `US/A2EXAMPLE`."""
    run_id: str
    status: Status | None
    reason: str | None
    """The reason of its status; null if that is no search attribute."""
    waits_for: WaitsFor | None
    needs: tuple[Need, ...]
    since: datetime | None
    """When it came into its status; null until it has opened."""
    store: str | None
    seller: str | None
    name: str | None
    language: str | None
    time_zone: str | None
    issues: tuple[RowIssue, ...]
    """The first ones, in short."""
    more_issues: int
    issue_codes: tuple[str, ...]
    deadline: datetime | None
    assignee: str | None
    assigned_until: datetime | None
    """From then on the case is free."""
    closed_at: datetime | None
    broke_off: str | None
    """How its workflow ended, unless it closed the case."""
    unreadable: str | None = None
    """Why name, issues and assignee are not known: they cannot be decrypted here."""


async def found_cases(
    client: Client,
    query: str,
    limit: int,
    by: SearchAttributeKey[datetime] | None = None,
    hints: MutableMapping[str, datetime] | None = None,
) -> list[FoundCase]:
    """Return the first cases of a list, as `earliest` orders them by a moment, or else `newest`.

    `hints` are those of `earliest`.

    Raises:
        TemporalFailure: the server failed.
    """
    if by is None:
        found = await newest(client, query, limit)
    else:
        found = await earliest(client, query, by, limit, hints)
    return [await _found(one) for one in found]


async def _found(execution: WorkflowExecution) -> FoundCase:
    found, how = execution.typed_search_attributes, execution.status
    status = Status(said) if (said := found.get(STATUS)) else None
    since, ended = found.get(SINCE), execution.close_time is not None
    waiting = waits_for(status) if status and since else WaitsFor.ENGINE
    row, unreadable = await _row(execution)
    return FoundCase(
        case=execution.id.removeprefix("case/"),
        run_id=execution.run_id,
        status=status,
        reason=found.get(REASON),
        waits_for=None if ended else waiting,
        needs=tuple(Need(need) for need in found.get(NEEDS) or ()),
        since=since,
        store=found.get(STORE),
        seller=found.get(SELLER),
        name=row.name if row else None,
        language=row.language if row else None,
        time_zone=row.time_zone if row else None,
        issues=row.issues if row else (),
        more_issues=row.more_issues if row else 0,
        issue_codes=tuple(found.get(ISSUE_CODES) or ()),
        deadline=found.get(DEADLINE),
        assignee=row.assignee if row else None,
        assigned_until=row.assigned_until if row else None,
        closed_at=execution.close_time,
        broke_off=how.name.lower() if how not in _AS_INTENDED and how else None,
        unreadable=unreadable,
    )


async def _row(execution: WorkflowExecution) -> tuple[CaseRow | None, str | None]:
    """Return the row, or why it cannot be read. A case that was just started may have none."""
    try:
        return await execution.memo_value(ROW, None, type_hint=CaseRow), None
    except ValueError as error:  # the payload converter's (workflows/shared/payloads.py)
        return None, str(error)
