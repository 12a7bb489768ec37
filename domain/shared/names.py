"""Names that clients in any language rely on (docs/api.md)."""

import hashlib

from domain.shared.account import Account

CASE_WORKFLOW = "IssueCase"
ENROLLMENT_WORKFLOW = "Enrollment"
LINE_WORKFLOW = "PhoneLine"

CASES_QUEUE = "cases"
TELEPHONY_QUEUE = "telephony"
EMAIL_QUEUE = "email"
LINES_QUEUE = "lines"
"""Nobody serves it: a line is only ever held (providers/temporal/phone_lock.py)."""


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


def line_workflow_id(phone: str) -> str:
    """The workflow id under which the line to a number is held.

    One of a million, so that some ten thousand numbers of a country share each: it does not tell
    which is called, and two calls that meet there by chance only wait for each other.
    """
    return f"line/{hashlib.sha256(phone.encode()).hexdigest()[:5]}"
