"""The workflows that e-mail an account, found by the hash that its e-mails name."""

from contextlib import suppress
from dataclasses import replace

from domain.shared.names import own_id
from temporal_client.failures import NotThere
from temporal_client.names import AnyName, appeal_name, case_name, enrollment_name, name_of_id
from temporal_client.search import newest
from temporal_client.search_attributes import ACCOUNT
from temporal_client.workflows import Workflows

_NEWEST = 100
"""Runs that are listed. An account seldom has ten."""


async def workflows_of_account(workflows: Workflows, account_hash: str) -> list[AnyName]:
    """Return an account's cases, enrollments and appeals, each named by a run.

    They are those that are listed, the newest first. Then come the enrollment, the newest case and
    the newest appeal, named by their first run, which alone its e-mails name: Temporal may keep
    these runs no more, or not list them yet.

    Args:
        workflows: finds them.
        account_hash: `domain.shared.names.account_hash`. It goes into a query.

    Raises:
        TemporalFailure: the server failed.
    """
    query = f"{ACCOUNT.name} = '{account_hash}'"
    names = [
        name
        for execution in await newest(workflows.client, query, _NEWEST)
        if (name := name_of_id(own_id(execution.id, execution.run_id)))
    ]
    if not names:
        return []
    account = names[0].account
    for of_kind in (enrollment_name, case_name, appeal_name):
        latest: AnyName = of_kind(account.store, account.seller_id)
        with suppress(NotThere):
            names.append(replace(latest, run_id=await workflows.first_run(latest)))
    return names
