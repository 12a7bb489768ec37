"""A filter of cases, as queries to Temporal."""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import Field
from temporalio.common import SearchAttributeKey

from domain.case.status import CLOSED, Status
from domain.case.waiting import Need, WaitsFor, of_whom
from domain.shared.account import Store
from domain.shared.names import CASE_WORKFLOW, person_hash
from domain.shared.text import Frozen, Key, Line
from temporal_client.search import OPEN, any_of, query_of
from temporal_client.search_attributes import ASSIGNEE, DEADLINE, NEEDS, SINCE, STATUS

_TIMED = of_whom(WaitsFor.SELLER)
"""In any other status the deadline is an old one."""

_ENDED = "ExecutionStatus NOT IN ('Running', 'Paused', 'ContinuedAsNew')"

_Moment = SearchAttributeKey[datetime]


class CaseFilter(Frozen):
    """What cases to find. The alphabet of every value keeps it within its quotes in a query."""

    status: Status | None = None
    store: Store | None = None
    seller: Key | None = None
    needs: Need | None = None
    worked_by: Line | None = None
    """Whoever took the case. A few others may share their hash."""
    found_by: str | None = None
    """A condition of `temporal_client.finding`."""
    due_before: datetime | None = None
    everything: bool = False
    limit: int = Field(default=100, ge=1)

    def query(self) -> str:
        """Return the query for the cases to list."""
        if self.status is not None:
            return self.query_of(self.status)
        if self.everything:
            return self._where("ExecutionStatus != 'ContinuedAsNew'")
        return self._where(OPEN)

    def query_of(self, status: Status) -> str:
        """Return the query for a status. Workflows that broke off are in none that is open."""
        running = "ExecutionStatus != 'ContinuedAsNew'" if status in CLOSED else OPEN
        return self._where(f"{STATUS.name} = '{status}'", running)

    def in_order(self) -> Iterator[tuple[str, _Moment | None]]:
        """Return queries for parts of the cases, the most urgent first, each with its order."""
        for whose, by in (
            (WaitsFor.DESK, SINCE),
            (WaitsFor.SELLER, DEADLINE),
            (WaitsFor.ENGINE, SINCE),
        ):
            statuses = [s for s in of_whom(whose) if self.status in (None, s)]
            if statuses:
                yield self._where(any_of(STATUS, *statuses), f"{SINCE.name} IS NOT NULL", OPEN), by
        if self.status is None or self.status not in CLOSED:
            of_status = [f"{STATUS.name} = '{self.status}'"] if self.status else []
            yield self._where(*of_status, f"{SINCE.name} IS NULL", OPEN), None
        if self.status in CLOSED:
            yield self.query(), None
        elif self.everything and self.status is None:
            yield self._where(_ENDED), None

    def _where(self, *conditions: str) -> str:
        wanted = [query_of(CASE_WORKFLOW, *conditions, store=self.store, seller=self.seller)]
        if self.needs is not None:
            wanted.append(any_of(NEEDS, self.needs))
        if self.worked_by is not None:
            wanted.append(any_of(ASSIGNEE, person_hash(self.worked_by)))
        if self.found_by is not None:
            wanted.append(self.found_by)
        if self.due_before is not None:
            before = self.due_before.astimezone(UTC)
            wanted.append(any_of(STATUS, *_TIMED))
            wanted.append(f"{DEADLINE.name} < '{before:%Y-%m-%dT%H:%M:%SZ}'")
        return " AND ".join(wanted)
