"""The search attributes of a case (docs/rules.md, section 7). No personal data in them."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from domain.case import Case

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
STORE = SearchAttributeKey.for_keyword("CaseStore")
SELLER = SearchAttributeKey.for_keyword("CaseSeller")
DEADLINE = SearchAttributeKey.for_datetime("CaseDeadline")

ALL = (STATUS, STORE, SELLER, DEADLINE)


def show(case: Case) -> None:
    """Make what a case is found by agree with it."""
    account = case.account
    updates = [
        STATUS.value_set(case.status),
        STORE.value_set(account.store),
        SELLER.value_set(account.seller_id),
    ]
    if case.deadline is not None:
        workflow.upsert_search_attributes([*updates, DEADLINE.value_set(case.deadline)])
    else:
        workflow.upsert_search_attributes(updates)
