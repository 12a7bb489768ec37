"""Names that clients in any language rely on (docs/rules.md, section 7)."""

from domain.account import Account

CASE_WORKFLOW = "IssueCase"
ENROLLMENT_WORKFLOW = "Enrollment"

CASES_QUEUE = "cases"
TELEPHONY_QUEUE = "telephony"
EMAIL_QUEUE = "email"


def case_workflow_id(store: str, seller_id: str) -> str:
    """The one workflow id under which an account's cases run, one after the other."""
    return f"case/{store}/{seller_id}"


def case_workflow_id_of(account: Account) -> str:
    """As `case_workflow_id`, for an account at hand."""
    return case_workflow_id(account.store, account.seller_id)


def enrollment_workflow_id(store: str, seller_id: str) -> str:
    """The workflow id of a seller's enrollment in a store."""
    return f"enrollment/{store}/{seller_id}"


def own_id(workflow_id: str, first_run_id: str) -> str:
    """An id that, unlike the workflow id, is never used again by a later case or enrollment."""
    return f"{workflow_id}/{first_run_id}"
