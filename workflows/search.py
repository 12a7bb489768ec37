"""The search attributes of a case (docs/rules.md, section 7). No personal data in them."""

from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from domain.account import Account
    from domain.record import CaseRecord, Status

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
STORE = SearchAttributeKey.for_keyword("CaseStore")
SELLER = SearchAttributeKey.for_keyword("CaseSeller")
DEADLINE = SearchAttributeKey.for_datetime("CaseDeadline")

ALL = (STATUS, STORE, SELLER, DEADLINE)


def at_start(account: Account) -> TypedSearchAttributes:
    """What a client may start a case with, which saves the case an event."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STATUS, Status.CONTACTING),
            SearchAttributePair(STORE, account.store),
            SearchAttributePair(SELLER, account.seller_id),
        ]
    )


def show(case: CaseRecord) -> None:
    """Make what a case is found by agree with it; nothing is sent where it does already."""
    # Any: keys of several types in one list.
    wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STATUS, case.status),
        (STORE, case.account.store),
        (SELLER, case.account.seller_id),
    ]
    if case.deadline is not None:
        wanted.append((DEADLINE, case.deadline))
    shown = workflow.info().typed_search_attributes
    changes = [key.value_set(value) for key, value in wanted if shown.get(key) != value]
    if changes:
        workflow.upsert_search_attributes(changes)
