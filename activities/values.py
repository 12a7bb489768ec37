"""The variables of the templates; docs/wording.md has them for who writes one."""

from collections.abc import Callable

from babel import Locale

from activities.languages import moment
from domain.enrollment.orders import LetterOrder
from domain.enrollment.ratings import DAYS_BELOW_ALLOWED, GOOD, MONTHS
from domain.orders import DeskOrder, MailOrder
from domain.record import Entry, Status

Page = Callable[[str], str]
"""The URL of the seller's account health page, by the id of a case or an enrollment."""

Values = dict[str, object]


def reference(own_id: str) -> str:
    """The part of a case's or enrollment's id that no other ever has: its first run's."""
    return own_id.rpartition("/")[2]


def values_of_case(order: MailOrder, locale: Locale, page: Page | None) -> Values:
    """For an e-mail of an attempt."""
    deadline = order.deadline
    return {
        "name": order.name,
        "issues": order.issues,
        "deadline": moment(deadline, order.time_zone, locale) if deadline else None,
        "hours": round((deadline - order.at).total_seconds() / 3600) if deadline else None,
        "number_invalid": order.number_invalid,
        "note": order.note,
        "plan": order.plan,
        "escalated": order.status is Status.ESCALATED,
        "reason": order.reason,
        "reference": reference(order.case_id),
        "page": page(order.case_id) if page else None,
    }


def values_of_letter(order: LetterOrder, page: Page | None) -> Values:
    """For a letter about a seller's standing in the programme."""
    return {
        "name": order.name,
        "store": order.store,
        "reason": order.reason,
        "allowed": DAYS_BELOW_ALLOWED,
        "good": GOOD,
        "months": MONTHS,
        "reference": reference(order.enrollment_id),
        "page": page(order.enrollment_id) if page else None,
    }


def values_of_desk(order: DeskOrder) -> Values:
    """For what waits for the desk, with the whole story."""
    plan = order.plan
    return {
        "case_id": order.case_id,
        "name": order.account.name,
        "store": order.account.store,
        "seller_id": order.account.seller_id,
        "phone": order.account.emergency_phone,
        "email": order.account.email,
        "status": order.status,
        "reason": order.reason,
        "due": f"{order.due:%Y-%m-%d %H:%M} UTC",
        "issues": order.issues,
        "plan": plan
        and {
            "version": plan.version,
            "at": f"{plan.at:%Y-%m-%d %H:%M} UTC",
            "parts": [
                ("Root causes", plan.plan.root_causes),
                ("Corrective actions", plan.plan.corrective_actions),
                ("Preventive measures", plan.plan.preventive_measures),
                ("Evidence", plan.plan.evidence),
            ],
        },
        "timeline": [_line(entry) for entry in order.timeline],
    }


def _line(entry: Entry) -> str:
    attempt = f" {entry.attempt}" if entry.attempt is not None else ""
    result = f" -> {entry.result}" if entry.result else ""
    note = f": {entry.note}" if entry.note else ""
    by = "" if entry.by == "engine" else f" by {entry.by}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.what}{attempt}{result}{note}{by}"
