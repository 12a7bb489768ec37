"""`enrollment list`: sellers, found by their search attributes."""

import json
from typing import Annotated

import typer
from pydantic import Field
from temporalio.client import Client, WorkflowExecution

from cli.session import run
from cli.terminal.output import say
from cli.terminal.parameters import Limit, OfSeller, OfStore
from cli.terminal.problems import checked
from cli.terminal.tables import print_found, table_of
from domain.enrollment.status import EnrollmentStatus
from domain.shared.account import Store
from domain.shared.codes import plain
from domain.shared.names import ENROLLMENT_WORKFLOW
from domain.shared.text import Frozen, Key
from temporal_client.in_parallel import together
from temporal_client.search import OPEN, count, count_each, newest, query_of
from temporal_client.search_attributes import SELLER, STATUS, STORE


class SellerFilter(Frozen):
    """What sellers to find. The alphabet of every value keeps it within its quotes in a query."""

    status: EnrollmentStatus | None = None
    store: Store | None = None
    seller: Key | None = None
    limit: int = Field(default=100, ge=1)

    def query(self, status: EnrollmentStatus | None) -> str:
        """Return the query for the sellers of a status, or of any."""
        of_status = [f"{STATUS.name} = '{status}'"] if status is not None else []
        # An enrollment ends only by being broken off.
        return query_of(ENROLLMENT_WORKFLOW, *of_status, OPEN, store=self.store, seller=self.seller)


class SellerRow(Frozen):
    """A seller as found."""

    enrollment: str
    status: EnrollmentStatus | None
    store: str | None
    seller: str | None


def list_sellers(
    *,
    status: Annotated[EnrollmentStatus | None, typer.Option(help="Only these.")] = None,
    store: OfStore = None,
    seller: OfSeller = None,
    limit: Limit = 100,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print sellers and counts as JSON.")
    ] = False,
) -> None:
    """List the sellers that the programme knows, the newest first, and count them by status."""
    values = {"status": status, "store": store, "seller": seller, "limit": limit}
    wanted = checked(SellerFilter, values)
    found, total, counts = run(lambda workflows: _find(workflows.client, wanted))
    rows = list(map(_row, found))
    if as_json:
        sellers = [row.model_dump(mode="json") for row in rows]
        say(json.dumps({"enrollments": sellers, "total": total, "counts": counts}, indent=2))
        return
    table = table_of("Seller", "Status")
    for row in rows:
        table.add_row(row.enrollment, plain(row.status or "not known yet"))
    print_found(table, total, counts, "No seller.")


async def _find(
    client: Client, wanted: SellerFilter
) -> tuple[list[WorkflowExecution], int, dict[EnrollmentStatus, int]]:
    query = wanted.query(wanted.status)
    return await together(
        newest(client, query, wanted.limit),
        count(client, query),
        count_each(client, {status: wanted.query(status) for status in EnrollmentStatus}),
    )


def _row(execution: WorkflowExecution) -> SellerRow:
    found = execution.typed_search_attributes
    status = found.get(STATUS)
    return SellerRow(
        enrollment=execution.id.removeprefix("enrollment/"),
        status=EnrollmentStatus(status) if status else None,
        store=found.get(STORE),
        seller=found.get(SELLER),
    )
