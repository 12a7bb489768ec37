"""`appeal list`: appeals, found by their search attributes."""

import json
from typing import Annotated

import typer
from pydantic import Field
from temporalio.client import Client

from cli.session import run
from cli.terminal.output import say
from cli.terminal.parameters import Limit, OfSeller, OfStore
from cli.terminal.problems import checked
from cli.terminal.tables import print_found, table_of
from cli.terminal.words import utc
from domain.appeal.status import AppealStatus
from domain.shared.account import Store
from domain.shared.codes import plain
from domain.shared.names import APPEAL_WORKFLOW
from domain.shared.text import Frozen, Key
from temporal_client.found_appeals import FoundAppeal, newest_appeals
from temporal_client.in_parallel import together
from temporal_client.search import OPEN, count, count_each, query_of
from temporal_client.search_attributes import STATUS

_APPEALED = tuple(one for one in AppealStatus if one is not AppealStatus.NOT_APPEALED)


class AppealFilter(Frozen):
    """What appeals to find. The alphabet of every value keeps it within its quotes in a query."""

    status: AppealStatus | None = None
    store: Store | None = None
    seller: Key | None = None
    every: bool = False
    """Whether those that have ended are wanted too."""
    limit: int = Field(default=100, ge=1)

    def query(self, status: AppealStatus | None) -> str:
        """Return the query for the appeals of a status, or of any."""
        # What was only looked up is no appeal.
        compared = f"= '{status}'" if status else f"!= '{AppealStatus.NOT_APPEALED}'"
        wanted = [f"{STATUS.name} {compared}"]
        still = [] if self.every else [OPEN]
        return query_of(APPEAL_WORKFLOW, *wanted, *still, store=self.store, seller=self.seller)


def list_appeals(
    *,
    status: Annotated[AppealStatus | None, typer.Option(help="Only these.")] = None,
    store: OfStore = None,
    seller: OfSeller = None,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    limit: Limit = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print appeals and counts as JSON.")
    ] = False,
) -> None:
    """List the appeals, the newest first, and count them by status."""
    wanted = checked(
        AppealFilter,
        {"status": status, "store": store, "seller": seller, "every": every, "limit": limit},
    )
    found, total, counts = run(lambda workflows: _find(workflows.client, wanted))
    if as_json:
        rows = [one.model_dump(mode="json") for one in found]
        say(json.dumps({"appeals": rows, "total": total, "counts": counts}, indent=2))
        return
    table = table_of("Seller", "Status", "Since", "Answer by")
    for one in found:
        said = plain(one.status or "not known yet")
        since, until = (utc(at) if at else "" for at in (one.since, one.deadline))
        table.add_row(one.appeal, said, since, until)
    print_found(table, total, counts, "No appeal.")


async def _find(
    client: Client, wanted: AppealFilter
) -> tuple[list[FoundAppeal], int, dict[AppealStatus, int]]:
    query = wanted.query(wanted.status)
    return await together(
        newest_appeals(client, query, wanted.limit),
        count(client, query),
        count_each(client, {status: wanted.query(status) for status in _APPEALED}),
    )
