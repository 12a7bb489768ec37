"""Open a case, or its bare twin, of a new seller."""

import itertools
from typing import Any

from temporalio.client import Client

from domain.shared.names import CASES_QUEUE
from experiments.benchmarks.crowd import seller, start_twin
from tests.engine import EVERYONE, issue
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import at_start

_numbers = itertools.count(50_000)
"""Their telephones differ from those of a `Crowd`. Calls to one number are kept apart in time."""


def start_of(seller_id: str, **changes: str) -> CaseInput:
    who = seller(seller_id, next(_numbers), **changes)
    return CaseInput(account=who, issues=(issue(),), policy=EVERYONE)


async def open_case(client: Client, seller_id: str, **changes: str) -> Any:  # Any: handle
    start = start_of(seller_id, **changes)
    return await client.start_workflow(
        IssueCase.run,
        start,
        id=f"case/US/{seller_id}",
        task_queue=CASES_QUEUE,
        **at_start(start.account, start.issues),
    )


async def open_bare(client: Client, seller_id: str, **changes: str) -> Any:
    return await start_twin(client, seller_id, start_of(seller_id, **changes), listed=False)


async def open_listed(client: Client, seller_id: str) -> Any:
    """Open a bare twin that shows itself in lists and searches, as a case does."""
    return await start_twin(client, seller_id, start_of(seller_id), listed=True)
