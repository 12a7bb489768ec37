"""What cases and enrollments are found by (docs/rules.md, section 7). No personal data in them."""

from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

with workflow.unsafe.imports_passed_through():
    from domain.account import Account, SellerAccount
    from domain.enrollment.record import Status as EnrollmentStatus
    from domain.record import Status as CaseStatus

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
STORE = SearchAttributeKey.for_keyword("CaseStore")
SELLER = SearchAttributeKey.for_keyword("CaseSeller")
DEADLINE = SearchAttributeKey.for_datetime("CaseDeadline")

ALL = (STATUS, STORE, SELLER, DEADLINE)


def at_start(account: Account) -> TypedSearchAttributes:
    """What a client may start a case with, which saves the case an event."""
    return _pairs(CaseStatus.CONTACTING, account.store, account.seller_id)


def enrollment_at_start(account: SellerAccount) -> TypedSearchAttributes:
    """What a client may start an enrollment with."""
    return _pairs(EnrollmentStatus.NOT_ELIGIBLE, account.store, account.seller_id)


def _pairs(status: str, store: str, seller_id: str) -> TypedSearchAttributes:
    values = ((STATUS, status), (STORE, store), (SELLER, seller_id))
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values])


def show_in_search(
    status: str, store: str, seller_id: str, deadline: datetime | None = None
) -> None:
    """Make what a workflow is found by agree with it; nothing is sent where it does already."""
    # Any: keys of several types in one list.
    wanted: list[tuple[SearchAttributeKey[Any], Any]] = [
        (STATUS, status),
        (STORE, store),
        (SELLER, seller_id),
    ]
    if deadline is not None:
        wanted.append((DEADLINE, deadline))
    shown = workflow.info().typed_search_attributes
    changes = [key.value_set(value) for key, value in wanted if shown.get(key) != value]
    if changes:
        workflow.upsert_search_attributes(changes)
