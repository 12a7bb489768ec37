"""The workflows that e-mail an account, found by the hash that its e-mails name."""

from contextlib import suppress
from dataclasses import replace

from domain.shared.account import SellerAccount
from domain.shared.names import own_id
from temporal_client.failures import NotThere
from temporal_client.names import AnyName, appeal_name, case_name, enrollment_name, name_of_id
from temporal_client.search import newest
from temporal_client.search_attributes import ACCOUNT
from temporal_client.workflows import Workflows

_NEWEST = 100
"""Runs that are listed. An account seldom has ten."""


async def listed_of_account(workflows: Workflows, account_hash: str) -> list[AnyName]:
    """Return an account's cases, enrollments and appeals that are listed, each named by a run.

    The newest come first. One that has just started may not be listed yet.

    Args:
        workflows: finds them.
        account_hash: `domain.shared.names.account_hash`. It goes into a query.

    Raises:
        TemporalFailure: the server failed.
    """
    query = f"{ACCOUNT.name} = '{account_hash}'"
    return [
        name
        for execution in await newest(workflows.client, query, _NEWEST)
        if (name := name_of_id(own_id(execution.id, execution.run_id)))
    ]


async def first_runs_of_account(workflows: Workflows, account: SellerAccount) -> list[AnyName]:
    """Return an account's enrollment, newest case and newest appeal, named by their first run.

    E-mails name that run alone. Temporal may list it no more, or not yet.

    Raises:
        TemporalFailure: the server failed.
    """
    names = []
    for of_kind in (enrollment_name, case_name, appeal_name):
        latest: AnyName = of_kind(account.store, account.seller_id)
        with suppress(NotThere):
            names.append(replace(latest, run_id=await workflows.first_run(latest)))
    return names
