"""The open cases of an emergency number, or of a reference that somebody typed."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from domain.case.status import OPEN as OPEN_STATUSES
from domain.case.view import CaseView
from domain.shared.names import CASE_WORKFLOW, line_of, line_of_reference, typed_reference
from temporal_client.failures import NotThere, ServerFailed, TemporalFailure
from temporal_client.in_parallel import each
from temporal_client.names import CASE, CaseName, case_name_of_id
from temporal_client.search import OPEN, listed, query_of
from temporal_client.workflows import Workflows


@dataclass(frozen=True)
class CasesOfNumber:
    """What was found of a number."""

    views: tuple[CaseView, ...]
    """The open cases whose number, or whose reference, it is."""
    unread: tuple[TemporalFailure, ...]
    """Why a case that may be one of them could not be read. Each failure names its case."""

    @property
    def cases(self) -> tuple[CaseName, ...]:
        """Return the names of the cases. Each name means that case, and no later one."""
        return tuple(case_name_of_id(view.id) for view in self.views)


async def open_cases_of(workflows: Workflows, phone: str) -> CasesOfNumber:
    """Find the open cases of a number.

    Raises:
        ServerFailed: the server fails, so no case can be found.
    """
    # Many numbers share a line, so only the case itself says whose number it has.
    return await _open_cases(
        workflows, line_of(phone), lambda view: view.account.emergency_phone == phone
    )


async def open_cases_of_reference(workflows: Workflows, reference: str) -> CasesOfNumber:
    """Find the open case of a typed reference (`domain.shared.names.typed_reference`).

    Raises:
        ServerFailed: the server fails, so no case can be found.
    """

    def has_reference(view: CaseView) -> bool:
        return typed_reference(view.account.emergency_phone, view.id) == reference

    return await _open_cases(workflows, line_of_reference(reference), has_reference)


async def _open_cases(
    workflows: Workflows, line: str, is_wanted: Callable[[CaseView], bool]
) -> CasesOfNumber:
    async def candidates() -> AsyncIterator[CaseName]:
        query = query_of(CASE_WORKFLOW, OPEN, f"CaseLine = '{line}'")
        for workflow_id in sorted({found.id async for found in listed(workflows.client, query)}):
            yield CaseName(CASE, workflow_id)

    async def read(name: CaseName) -> CaseView | TemporalFailure | None:
        try:
            view = await workflows.view(name)
        except NotThere:  # it has ended since
            return None
        except ServerFailed:
            raise
        except TemporalFailure as failure:
            return failure.about(name)
        return view if view.status in OPEN_STATUSES and is_wanted(view) else None

    results = [result async for _, result in each(candidates(), read)]
    return CasesOfNumber(
        views=tuple(one for one in results if isinstance(one, CaseView)),
        unread=tuple(one for one in results if isinstance(one, TemporalFailure)),
    )
