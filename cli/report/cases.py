"""The cases of a report: from Temporal, and from an archive."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from temporalio.api.common.v1 import Payload

from cli.failure_words import in_words
from cli.terminal.output import warn
from domain.case.view import CaseView
from domain.shared.account import Store
from domain.shared.names import CASE_WORKFLOW
from reports.archive import Archive
from temporal_client.failures import TemporalFailure, translated
from temporal_client.in_parallel import each, or_failure
from temporal_client.names import CASE, CaseName
from temporal_client.search import OPEN, listed, query_of
from temporal_client.workflows import Workflows


@dataclass(frozen=True)
class Wanted:
    """Which cases: those that opened from `since` until before `until`."""

    since: datetime
    until: datetime
    store: Store | None = None
    archive: Path | None = None
    """Cases that are there are not read from Temporal."""

    def includes(self, view: CaseView) -> bool:
        """Return whether a case is wanted."""
        in_time = self.since <= view.opened_at < self.until
        return in_time and self.store in (None, view.account.store)

    def query(self) -> str:
        """Return the query for workflows among which these are.

        Not by their start: a case that has continued as new has started again since.
        """
        since = f"{self.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        # A workflow that broke off, as one that was reset, is no case any more.
        lately = f"({OPEN} OR (CloseTime >= '{since}' AND ExecutionStatus = 'Completed'))"
        return query_of(CASE_WORKFLOW, lately, store=self.store)


async def read_cases(workflows: Workflows, wanted: Wanted, take: Callable[[CaseView], None]) -> int:
    """Hand over each case once. Return how many could not be read.

    Raises:
        NoArchive: the archive cannot be read.
    """
    taken: set[str] = set()

    def take_once(view: CaseView) -> None:
        # It may be listed twice: open, and then closed.
        if wanted.includes(view) and view.id not in taken:
            taken.add(view.id)
            take(view)

    archived, missing = await _read_archive(workflows, wanted, take_once)
    # Listed before any is read: a list that takes minutes misses what moves in it meanwhile.
    found = [one async for one in listed(workflows.client, wanted.query())]

    async def names() -> AsyncIterator[CaseName]:
        for one in found:
            if one.run_id not in archived:
                yield CaseName(CASE, one.id, one.run_id)

    async for name, snapshot in each(names(), or_failure(workflows.snapshot)):
        if isinstance(snapshot, TemporalFailure):
            missing += 1
            warn(f"{name} is missing: {in_words(snapshot)}")
        else:
            take_once(snapshot.view)
    return missing


async def _read_archive(
    workflows: Workflows, wanted: Wanted, take: Callable[[CaseView], None]
) -> tuple[set[str], int]:
    """Hand over the archived cases. Return their runs, and how many could not be read."""
    runs: set[str] = set()
    missing = 0
    for case in Archive(wanted.archive) if wanted.archive else ():
        if case.closed_at < wanted.since or case.result is None:
            continue
        runs.add(case.run_id)
        try:
            with translated():
                take(await _decrypted(workflows, case.result))
        except TemporalFailure as failure:
            missing += 1
            warn(f"{case.workflow_id} of the archive is missing: {in_words(failure)}")
    return runs, missing


async def _decrypted(workflows: Workflows, result: bytes) -> CaseView:
    converter = workflows.client.data_converter
    values = await converter.decode([Payload.FromString(result)], [CaseView])
    view: CaseView = values[0]
    return view
