"""The workflows that e-mail an account, found by the hash that its e-mails name."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from domain.shared.names import own_id
from temporal_client.failures import NotThere
from temporal_client.names import AnyName, appeal_name, case_name, enrollment_name, name_of_id
from temporal_client.search import listed
from temporal_client.search_attributes import ACCOUNT
from temporal_client.workflows import Workflows

_NEWEST = 100
"""Runs that are listed. An account seldom has ten."""


async def workflows_of_account(workflows: Workflows, account_hash: str) -> AsyncIterator[AnyName]:
    """Yield an account's cases, enrollments and appeals, each named by a run.

    Runs come that are listed, the newest first. Then come the first runs of the enrollment, the
    newest case and the newest appeal: Temporal may keep these runs no more, or not list them yet.

    Args:
        workflows: finds them.
        account_hash: `domain.shared.names.account_hash`. It goes into a query.

    Raises:
        TemporalFailure: the server failed.
    """
    found: AnyName | None = None
    query = f"{ACCOUNT.name} = '{account_hash}'"
    async for execution in listed(workflows.client, query, limit=_NEWEST):
        name = name_of_id(own_id(execution.id, execution.run_id))
        if name is not None:
            found = name
            yield name
    if found is None:
        return
    store, seller_id = found.account.store, found.account.seller_id
    for of_kind in (enrollment_name, case_name, appeal_name):
        newest: AnyName = of_kind(store, seller_id)
        with suppress(NotThere):
            yield replace(newest, run_id=await workflows.first_run(newest))
