"""Names that clients in any language rely on (docs/api.md)."""

import hashlib
import re

from domain.shared.account import Account

RUN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The form of a run id. What has another form goes into no query."""

CASE_WORKFLOW = "IssueCase"
ENROLLMENT_WORKFLOW = "Enrollment"
APPEAL_WORKFLOW = "Appeal"
LINE_WORKFLOW = "PhoneLine"
DELIVERY_WORKFLOW = "EventDelivery"

CASES_QUEUE = "cases"
TELEPHONY_QUEUE = "telephony"
EMAIL_QUEUE = "email"
CALLS_QUEUE = "calls"
"""Where calls that were placed are looked at and hung up. Workers of `telephony` serve it too: the
limit of calls in a second holds for placing only."""
WEBHOOKS_QUEUE = "webhooks"
"""A queue of its own, so that a slow receiver takes no place of what cases wait for."""
LINES_QUEUE = "lines"
"""No worker serves this queue: a line's workflow is a lock and never runs (phone_lock.py)."""


def case_workflow_id(store: str, seller_id: str) -> str:
    """Return the workflow id that all cases of an account share. They run one after the other."""
    return f"case/{store}/{seller_id}"


def case_workflow_id_of(account: Account) -> str:
    """Return `case_workflow_id` of an account."""
    return case_workflow_id(account.store, account.seller_id)


def enrollment_workflow_id(store: str, seller_id: str) -> str:
    """Return the workflow id of a seller's enrollment in a store."""
    return f"enrollment/{store}/{seller_id}"


def appeal_workflow_id(store: str, seller_id: str) -> str:
    """Return the workflow id that all appeals of an account share. They run one after the other."""
    return f"appeal/{store}/{seller_id}"


def own_id(workflow_id: str, first_run_id: str) -> str:
    """Return an id that no later case or enrollment uses again, unlike the workflow id."""
    return f"{workflow_id}/{first_run_id}"


def number_call_id(enrollment_id: str, number: int) -> str:
    """Return the id of a call that a seller asked for outside any case. No other call has it."""
    return f"{enrollment_id}/{number}"


def run_id_of(own_id: str) -> str:
    """Return the first run of the case, enrollment or appeal that has this `own_id`.

    Each e-mail ends with it, as the reference.
    """
    return own_id.rpartition("/")[2]


def account_hash(store: str, seller_id: str) -> str:
    """Return a hash of an account, by which answers to its e-mails find it.

    It has 16 hexadecimal digits, so no two accounts of a marketplace share one.
    """
    return hashlib.sha256(f"{store}/{seller_id}".encode()).hexdigest()[:16]


def account_hash_of(own_id: str) -> str:
    """Return the `account_hash` of the account that a case, enrollment or appeal is about."""
    _, store, seller_id, _ = own_id.split("/")
    return account_hash(store, seller_id)


def delivery_workflow_id(receiver: str, own_id: str) -> str:
    """Return the workflow id of the delivery of a case's, or an enrollment's, events."""
    return f"events/{receiver}/{own_id}"


def line_of(phone: str) -> str:
    """Return a short hash of a number, by which the cases of the number are found.

    There are about a million hashes, so some ten thousand numbers of a country share each. A hash
    therefore does not reveal the number, and two numbers of one hash may be different.
    """
    return hashlib.sha256(phone.encode()).hexdigest()[:5]


def person_hash(by: str) -> str:
    """Return a short hash of somebody at the desk, by which the cases that they work are found.

    Many names would share it, so it does not reveal the name. Compare the name in the memo
    (`domain.shared.people.is_same_person`). Names that differ in capitals have the same hash.
    """
    return hashlib.sha256(by.casefold().encode()).hexdigest()[:5]


def issue_hash(issue_id: str) -> str:
    """Return a short hash of an issue's id, by which the case that it is in is found."""
    return hashlib.sha256(issue_id.encode()).hexdigest()[:8]


def typed_reference(phone: str, own_id: str) -> str:
    """Return a case's reference in eleven digits, for the keys of a telephone.

    The first seven are the `line_of` its number, by which it is found. The last four are of its own
    id, so nobody who only knows the number knows them.
    """
    check = int(hashlib.sha256(own_id.encode()).hexdigest(), 16) % 10_000
    return f"{int(line_of(phone), 16):07}{check:04}"


def line_of_reference(reference: str) -> str:
    """Return the line of a typed reference. It may be the line of no number."""
    return f"{int(reference[:7]):05x}"


def line_workflow_id(phone: str) -> str:
    """Return the workflow id of the lock on a number. Two calls that share it wait for each other.

    The id does not reveal the number (`line_of`).
    """
    return f"line/{line_of(phone)}"
