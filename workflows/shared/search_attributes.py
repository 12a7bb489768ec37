"""How cases, enrollments and appeals show themselves to those who search (docs/api.md)."""

from collections.abc import Iterable
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.appeal.appeal import Appeal
from domain.case.case import Case
from domain.case.found_by import found_by
from domain.case.row import row_at_start, row_of
from domain.case.status import Reason
from domain.case.status import Status as CaseStatus
from domain.case.waiting import needs, since
from domain.enrollment.status import EnrollmentStatus
from domain.shared.account import Account, Issue, SellerAccount
from domain.shared.names import account_hash, line_of, person_hash
from temporal_client.search_attributes import (
    ACCOUNT,
    ASSIGNEE,
    DEADLINE,
    FIND,
    ISSUE_CODES,
    LINE,
    NEEDS,
    REASON,
    ROW,
    SELLER,
    SINCE,
    STATUS,
    STORE,
    Shown,
)

_MOST_CODES = 20
"""Temporal accepts 2 KB in one search attribute. Twenty codes of the maximum length fit."""

_REASONS = frozenset(Reason)

# Any: the keys in one list have different types. The value None removes the attribute.
Wanted = tuple[SearchAttributeKey[Any], Any]


def at_start(account: Account, issues: Iterable[Issue]) -> Shown:
    """Return the search attributes and the memo to start a case with. They save it events."""
    line = (LINE, line_of(account.emergency_phone))
    return {
        "search_attributes": _pairs(CaseStatus.CONTACTING, account.store, account.seller_id, line),
        "memo": {ROW: row_at_start(account, issues).model_dump(mode="json")},
    }


def show_in_lists(case: Case) -> bool:
    """Update what lists show of the case, if it has changed. Return whether it has."""
    row = row_of(case).model_dump(mode="json")
    # Compared without a type: whoever started the case may have written anything.
    if workflow.memo_value(ROW, None) == row:
        return False
    workflow.upsert_memo({ROW: row})
    return True


def enrollment_at_start(account: SellerAccount) -> TypedSearchAttributes:
    """Return the search attributes to start an enrollment with."""
    return _pairs(EnrollmentStatus.NOT_ELIGIBLE, account.store, account.seller_id)


def _pairs(status: str, store: str, seller_id: str, *others: Wanted) -> TypedSearchAttributes:
    named = ((STATUS, status), (STORE, store), (SELLER, seller_id))
    values = (*named, of_account(store, seller_id), *others)
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
    shown = {pair.key: pair.value for pair in workflow.info().typed_search_attributes}
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


def of_account(store: str, seller_id: str) -> Wanted:
    """Return the search attribute by which answers to e-mails find the account."""
    return ACCOUNT, account_hash(store, seller_id)


def of_case(case: Case) -> tuple[Wanted, ...]:
    """Return the other search attributes of a case. Most change with the status.

    A reason that is a sentence (why an account is not covered) is left out: it is for reading.
    """
    held = case.desk.assignment
    codes = sorted({issue.code for issue in case.issues})
    wanted: tuple[Wanted, ...] = (
        of_account(case.account.store, case.account.seller_id),
        (SINCE, since(case)),
        (REASON, case.reason if case.reason in _REASONS else None),
        (ISSUE_CODES, codes[:_MOST_CODES]),
        (LINE, line_of(case.account.emergency_phone)),
        (NEEDS, [*needs(case)] or None),
        (FIND, found_by(case)),
        (ASSIGNEE, person_hash(held.to) if held else None),
    )
    # The last deadline stays, even when no deadline runs any more.
    return wanted if case.deadline is None else ((DEADLINE, case.deadline), *wanted)


def of_appeal(appeal: Appeal) -> tuple[Wanted, ...]:
    """Return the other search attributes of an appeal. Its deadline is whoever's turn it is."""
    return (
        of_account(appeal.account.store, appeal.account.seller_id),
        (SINCE, appeal.since),
        (REASON, appeal.reason),
        (DEADLINE, appeal.desk_by or appeal.seller_by),
    )
