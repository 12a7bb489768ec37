"""What the desk asks of a case and sends to it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import TypeVar

from temporalio.client import Client, WorkflowExecutionDescription

from domain.appeal.status import AppealStatus
from domain.case.status import Status
from domain.case.view import CaseView
from domain.enrollment.view import StandingView
from domain.shared.events import Event
from domain.shared.names import CASE_WORKFLOW
from temporal_client.failures import NotThere, TemporalFailure
from temporal_client.found_cases import FoundCase, found_cases
from temporal_client.names import CaseName, appeal_name, standing_name
from temporal_client.search import query_of
from temporal_client.snapshot import Snapshot
from temporal_client.workflows import Workflows

T = TypeVar("T")

EARLIER_CASES = 10
"""How many earlier cases of an account are listed."""
_ENDED = "ExecutionStatus NOT IN ('Running', 'Paused', 'ContinuedAsNew')"
"""The last run of each case that has ended. A case that continued as new has several runs."""


@dataclass(frozen=True)
class CaseFile:
    """A case, with what is known besides of its account."""

    snapshot: Snapshot[CaseView]
    mark: str
    """It changes whenever anything has happened to the case."""
    standing: StandingView | None
    standing_unknown: bool
    """Whether the enrollment did not answer, so that nobody knows if there is one."""
    earlier: list[FoundCase] | None
    """The account's other cases; None if the server did not list them."""
    appealed: AppealStatus | None
    """Where the newest appeal against what the case did stands; None if none is known."""


class CaseWorkflows:
    """The cases, as the case page reads them and acts on them.

    Every method raises a `TemporalFailure` if the case cannot be reached.
    """

    def __init__(self, client: Client) -> None:
        self._client, self._workflows = client, Workflows(client)

    async def read(self, name: CaseName, account: str) -> CaseFile:
        """Return a case, with its account's standing and earlier cases as far as they are known.

        Args:
            name: the case.
            account: store and seller id, `US/A2EXAMPLE`. Both have been checked.

        Raises:
            NotThere: there is no such case.
        """
        # Described first: what happens while the case answers is then found by the next look.
        described = await self._workflows.describe(name)
        store, _, seller_id = account.partition("/")
        query = query_of(CASE_WORKFLOW, _ENDED, store=store, seller=seller_id)
        standing_view = self._workflows.view(standing_name(store, seller_id))
        snapshot, standing, found = await asyncio.gather(
            self._workflows.snapshot(name),
            _or_failure(standing_view),
            _or_failure(found_cases(self._client, query, EARLIER_CASES + 1)),
        )
        unknown = isinstance(standing, TemporalFailure)
        earlier = None if isinstance(found, TemporalFailure) else found
        return CaseFile(
            snapshot=snapshot,
            mark=_mark(described),
            standing=None if isinstance(standing, TemporalFailure) else standing,
            standing_unknown=unknown and not isinstance(standing, NotThere),
            earlier=earlier and [c for c in earlier if c.run_id != described.run_id],
            appealed=await self._appealed(snapshot.view),
        )

    async def _appealed(self, case: CaseView) -> AppealStatus | None:
        if case.status is not Status.DEACTIVATED:
            return None
        name = appeal_name(case.account.store, case.account.seller_id)
        view = await _or_failure(self._workflows.view(name))
        if isinstance(view, TemporalFailure) or not view.submissions or view.deactivation is None:
            return None
        return view.status if view.deactivation.case_id == case.id else None

    async def mark_of(self, name: CaseName) -> str:
        """Return the mark of a case. It costs no worker anything.

        A case that continued as new has further runs: the newest one is described.
        """
        newest = await self._workflows.describe(replace(name, run_id=None))
        first = newest.raw_description.workflow_execution_info.first_run_id
        if name.run_id in (None, first):
            return _mark(newest)
        return _mark(await self._workflows.describe(name))  # an earlier case of the account

    async def view(self, name: CaseName) -> CaseView:
        """Return a case as it stands."""
        return await self._workflows.view(name)

    async def tell(self, name: CaseName, update: str, event: Event, key: str) -> None:
        """Send an update to a case. Updates with the same key count once.

        Raises:
            UpdateRefused: the case refused it, and says why.
            NotThere: the case has closed.
        """
        await self._workflows.execute_update(name, update, event, key)


async def _or_failure(asked: Awaitable[T]) -> T | TemporalFailure:
    """Return the answer, or why there is none. The case is shown without it."""
    try:
        return await asked
    except TemporalFailure as failure:
        return failure


def _mark(described: WorkflowExecutionDescription) -> str:
    return f"{described.run_id}.{described.history_length}"
