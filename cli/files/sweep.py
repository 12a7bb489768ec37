"""`files sweep`: delete the files of sellers that no case and no appeal names any more."""

from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from cli.files.settings import intake_of_settings
from cli.session import run
from cli.terminal.output import say, warn
from cli.terminal.problems import DidNotHappen
from domain.appeal.view import AppealView, files_of
from domain.case.view import CaseView
from domain.shared.names import APPEAL_WORKFLOW, CASE_WORKFLOW
from providers.files.store import FileStore, StoreAway, Stored, owner_of
from temporal_client.failures import TemporalFailure
from temporal_client.in_parallel import each
from temporal_client.names import AppealName, CaseName, appeal_name, case_name_of_id
from temporal_client.search import listed, query_of
from temporal_client.workflows import Workflows

_KEPT_FOR = timedelta(days=1)
"""A plan can name a file for 20 hours after it was stored (page/plan_files.py)."""


@dataclass
class _Named:
    """What cases and appeals say of the files of some accounts, by the hash of the account."""

    files: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unknown: set[str] = field(default_factory=set)
    """The accounts with a case or an appeal that did not answer."""
    any_case: bool = False


def sweep(
    *,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete them, instead of counting them only.")
    ] = False,
) -> None:
    """Count, or delete, the files of sellers that no case and no appeal names.

    A file stays as long as Temporal has a case or an appeal that names it, open or closed, and
    for a day after it was stored. If one does not answer, the files of its account stay.
    """
    store = intake_of_settings().store
    try:
        unknown = run(lambda workflows: _sweep(workflows, store, delete=delete))
    except StoreAway as why:
        raise DidNotHappen(f"the store for files does not answer: {why}") from None
    if unknown:
        raise DidNotHappen(f"incomplete: accounts whose workflows did not answer: {unknown}")


async def _sweep(workflows: Workflows, store: FileStore, *, delete: bool) -> int:
    before = datetime.now(UTC) - _KEPT_FOR
    old: dict[str, list[Stored]] = defaultdict(list)
    async for file in store.each():
        if file.stored_at < before:
            old[file.owner].append(file)
    if not old:
        say("No file is older than a day.")
        return 0
    named = await _named(workflows, set(old))
    if not named.any_case:
        raise DidNotHappen(
            "Temporal knows no case at all, so nothing is deleted: is this the right namespace?"
        )
    spare = [
        file
        for owner, files in old.items()
        if owner not in named.unknown
        for file in files
        if file.sha256 not in named.files[owner]
    ]
    if delete:
        deleted = [await store.delete(file) for file in spare]
        say(f"Deleted: {sum(deleted)}. Kept: {sum(map(len, old.values())) - sum(deleted)}.")
    else:
        say(f"Named by nothing: {len(spare)}. With --delete they are deleted.")
    return len(named.unknown)


async def _named(workflows: Workflows, owners: set[str]) -> _Named:
    """Ask the cases and appeals of these accounts, open and closed, which files they name."""
    named = _Named()

    async def names() -> AsyncIterator[CaseName | AppealName]:
        # Runs that continued as new too: a case may do so while the list is read. Each leads to the
        # newest one, which has all plans.
        async for execution in listed(workflows.client, query_of(CASE_WORKFLOW)):
            named.any_case = True
            if owner_of(execution.id.removeprefix("case/")) in owners:
                yield case_name_of_id(f"{execution.id}/{execution.run_id}")
        async for execution in listed(workflows.client, query_of(APPEAL_WORKFLOW)):
            account = execution.id.removeprefix("appeal/")
            if owner_of(account) in owners:
                store, _, seller_id = account.partition("/")
                yield appeal_name(store, seller_id, execution.run_id)

    async def view(name: CaseName | AppealName) -> CaseView | AppealView | TemporalFailure:
        try:
            if isinstance(name, CaseName):
                return (await workflows.snapshot(name)).view
            return (await workflows.snapshot(name)).view
        except TemporalFailure as failure:
            return failure

    async for name, found in each(names(), view):
        owner = owner_of(str(name))
        if isinstance(found, TemporalFailure):
            warn(f"{name}: {found}")
            named.unknown.add(owner)
        elif isinstance(found, AppealView):
            named.files[owner] |= files_of(found).keys()
        else:
            named.files[owner] |= {f.sha256 for plan in found.plans for f in plan.plan.files}
    return named
