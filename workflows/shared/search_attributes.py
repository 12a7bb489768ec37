"""Search attributes of cases and enrollments (docs/api.md). They hold no personal data."""

from collections.abc import Iterable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.case.case import Case
from domain.case.status import Reason
from domain.case.status import Status as CaseStatus
from domain.case.waiting import since
from domain.enrollment.status import EnrollmentStatus
from domain.shared.account import Account, SellerAccount
from domain.shared.names import line_of

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
STORE = SearchAttributeKey.for_keyword("CaseStore")
SELLER = SearchAttributeKey.for_keyword("CaseSeller")
DEADLINE = SearchAttributeKey.for_datetime("CaseDeadline")

SINCE = SearchAttributeKey.for_datetime("CaseSince")
REASON = SearchAttributeKey.for_keyword("CaseReason")
ISSUE_CODES = SearchAttributeKey.for_keyword_list("CaseIssueCodes")
LINE = SearchAttributeKey.for_keyword("CaseLine")

ALL = (STATUS, STORE, SELLER, DEADLINE, SINCE, REASON, ISSUE_CODES, LINE)

_MOST_CODES = 20
"""Temporal accepts 2 KB in one search attribute. Twenty codes of the maximum length fit."""

_REASONS = frozenset(Reason)

# Any: the keys in one list have different types. The value None removes the attribute.
Wanted = tuple[SearchAttributeKey[Any], Any]


def at_start(account: Account) -> TypedSearchAttributes:
    """Return the search attributes to start a case with. They save the case an event."""
    line = (LINE, line_of(account.emergency_phone))
    return _pairs(CaseStatus.CONTACTING, account.store, account.seller_id, line)


def enrollment_at_start(account: SellerAccount) -> TypedSearchAttributes:
    """Return the search attributes to start an enrollment with."""
    return _pairs(EnrollmentStatus.NOT_ELIGIBLE, account.store, account.seller_id)


def _pairs(status: str, store: str, seller_id: str, *others: Wanted) -> TypedSearchAttributes:
    values = ((STATUS, status), (STORE, store), (SELLER, seller_id), *others)
    return TypedSearchAttributes([SearchAttributePair(key, value) for key, value in values])


def show_in_search(
    status: str,
    store: str,
    seller_id: str,
    others: Iterable[Wanted] = (),
    *,
    leave_an_event: bool,
) -> bool:
    """Update the workflow's search attributes. Send only those that changed.

    Return whether any were sent.

    Args:
        status: `CaseStatus`.
        store: `CaseStore`.
        seller_id: `CaseSeller`.
        others: the others, with their values.
        leave_an_event: send the status in any case, for the event that this puts into the history.
    """
    wanted = ((STATUS, status), (STORE, store), (SELLER, seller_id), *others)
    shown = workflow.info().typed_search_attributes
    changes = [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in wanted
        if shown.get(key) != value
    ]
    if leave_an_event and not changes:
        changes = [STATUS.value_set(status)]
    if changes:
        workflow.upsert_search_attributes(changes)
    return bool(changes)


def of_case(case: Case) -> tuple[Wanted, ...]:
    """Return the other search attributes of a case.

    Except the codes and the line, they change with the status.

    A reason that is a sentence (why an account is not covered) is left out: it is for reading.
    """
    codes = sorted({issue.code for issue in case.issues})
    wanted: tuple[Wanted, ...] = (
        (SINCE, since(case)),
        (REASON, case.reason if case.reason in _REASONS else None),
        (ISSUE_CODES, codes[:_MOST_CODES]),
        (LINE, line_of(case.account.emergency_phone)),
    )
    # The last deadline stays, even when no deadline runs any more.
    return wanted if case.deadline is None else ((DEADLINE, case.deadline), *wanted)
