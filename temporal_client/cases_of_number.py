"""The open cases of an emergency number."""

import asyncio
from dataclasses import dataclass

from domain.case.status import OPEN as OPEN_STATUSES
from domain.shared.names import CASE_WORKFLOW, line_of
from temporal_client.failures import NotThere, ServerFailed, TemporalFailure
from temporal_client.names import CASE, CaseName
from temporal_client.search import OPEN, listed, query_of
from temporal_client.workflows import Workflows

_AT_ONCE = 16
"""Cases that are read at once."""


@dataclass(frozen=True)
class CasesOfNumber:
    """What was found of a number."""

    cases: tuple[CaseName, ...]
    """The open cases whose number it is. Each name means that case, and no later one."""
    unread: tuple[TemporalFailure, ...]
    """Why a case that may be of the number could not be read. Each failure names its case."""


async def open_cases_of(workflows: Workflows, phone: str) -> CasesOfNumber:
    """Find the open cases of a number.

    Raises:
        ServerFailed: the server fails, so no case can be found.
    """
    room = asyncio.Semaphore(_AT_ONCE)

    async def read(workflow_id: str) -> CaseName | TemporalFailure | None:
        name = CaseName(CASE, workflow_id)
        async with room:
            try:
                view = await workflows.view(name)
            except NotThere:  # it has ended since
                return None
            except ServerFailed:
                raise
            except TemporalFailure as failure:
                return failure.about(name)
        # Many numbers share a line, so only the case itself says whose number it has.
        is_of_number = view.status in OPEN_STATUSES and view.account.emergency_phone == phone
        return name_of(view.id) if is_of_number else None

    query = query_of(CASE_WORKFLOW, OPEN, f"CaseLine = '{line_of(phone)}'")
    ids = sorted({found.id async for found in listed(workflows.client, query)})
    results = await asyncio.gather(*map(read, ids))
    return CasesOfNumber(
        cases=tuple(one for one in results if isinstance(one, CaseName)),
        unread=tuple(one for one in results if isinstance(one, TemporalFailure)),
    )


def name_of(case_id: str) -> CaseName:
    """Return the name of the case that has this id of its own."""
    workflow_id, _, first_run_id = case_id.rpartition("/")
    return CaseName(CASE, workflow_id, first_run_id)
