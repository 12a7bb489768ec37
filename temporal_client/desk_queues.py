"""What waits for the desk, as lists of cases (docs/rules.md, section 5)."""

from collections.abc import MutableMapping
from datetime import datetime
from enum import StrEnum

from temporalio.client import Client
from temporalio.common import SearchAttributeKey

from domain.case.waiting import Need, WaitsFor, of_whom
from domain.shared.names import CASE_WORKFLOW, person_hash
from domain.shared.people import is_same_person
from temporal_client.found_cases import FoundCase, found_cases
from temporal_client.search import OPEN, any_of, count_each, query_of
from temporal_client.search_attributes import ASSIGNEE, DEADLINE, NEEDS, SINCE, STATUS


class Queue(StrEnum):
    """The lists of cases at the desk."""

    REVIEW = Need.REVIEW
    DECISION = Need.DECISION
    CONFIRMATION = Need.CONFIRMATION
    CONVERSATION = Need.CONVERSATION
    NUMBER = Need.NUMBER
    ADDRESS = Need.ADDRESS
    SELLER = "seller"
    """Cases that wait for the seller."""


def query_of_queue(queue: Queue, store: str | None = None) -> str:
    """Return the query for the open cases of a queue, of a store or of all."""
    if queue is Queue.SELLER:
        wanted = any_of(STATUS, *of_whom(WaitsFor.SELLER))
    else:
        wanted = any_of(NEEDS, queue)
    # Without a moment a case has not opened yet, and is in no queue.
    return query_of(CASE_WORKFLOW, OPEN, f"{SINCE.name} IS NOT NULL", wanted, store=store)


def order_of(queue: Queue) -> SearchAttributeKey[datetime]:
    """Return by which moment a queue is in order: what is due first, or waits longest."""
    return DEADLINE if queue is Queue.SELLER else SINCE


async def cases_of_queue(
    client: Client,
    queue: Queue,
    limit: int,
    store: str | None = None,
    hints: MutableMapping[str, datetime] | None = None,
) -> list[FoundCase]:
    """Return the first cases of a queue. `hints` are those of `earliest` (search.py).

    Raises:
        TemporalFailure: the server failed.
    """
    query = query_of_queue(queue, store)
    return await found_cases(client, query, limit, order_of(queue), hints)


def query_of_person(who: str, store: str | None = None) -> str:
    """Return the query for the open cases that somebody took, of a store or of all.

    It finds those of another too whose name has the same hash, which is rare.
    """
    return query_of(CASE_WORKFLOW, OPEN, any_of(ASSIGNEE, person_hash(who)), store=store)


async def cases_of_person(
    client: Client, who: str, limit: int, store: str | None = None
) -> list[FoundCase]:
    """Return the open cases that somebody took and has not released, the oldest first.

    A case that they left alone for too long is among them. Its `assigned_until` is over.

    Raises:
        TemporalFailure: the server failed.
    """
    found = await found_cases(client, query_of_person(who, store), limit, SINCE)
    return [one for one in found if is_same_person(who, one.assignee)]


async def count_queues(client: Client, store: str | None = None) -> dict[Queue, int]:
    """Return how many cases each queue has.

    Raises:
        TemporalFailure: the server failed.
    """
    return await count_each(client, {queue: query_of_queue(queue, store) for queue in Queue})
