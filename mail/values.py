"""The variables of the templates. docs/wording.md lists them for writers of templates."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import phonenumbers
from babel import Locale
from phonenumbers import NumberParseException, PhoneNumberFormat

from domain.case.activity_inputs import SendEmailInput, TellDeskInput
from domain.case.evidence_file import described
from domain.case.status import Status
from domain.enrollment.activity_inputs import SendLetterInput
from domain.enrollment.ratings import DAYS_BELOW_ALLOWED, GOOD, MONTHS
from domain.shared.account import Confirmation
from domain.shared.names import run_id_of
from mail.desk_words import REASONS, STATUSES, told
from reference.languages import moment

Page = Callable[[str], str]
"""Returns the URL of the seller's account health page for the id of a case or an enrollment."""

Values = dict[str, object]


@dataclass(frozen=True)
class Ways:
    """The ways in which a seller and we reach each other. A way that is None is not mentioned."""

    page: Page | None = None
    desk_phone: str | None = None
    """The desk's line (E.164), for sellers who call us."""
    calling_number: str | None = None
    """The number (E.164) that our calls come from."""
    replies: bool = False
    """Whether a reply to an e-mail of a case is a contact."""
    takes_calls: bool = False
    """Whether the number in `calling_number` can be called back."""
    proof: bool = False
    """Whether only a verified number enrolls."""

    def values(self, own_id: str) -> Values:
        """Return the values that every e-mail to a seller has."""
        return {
            "reference": run_id_of(own_id),
            "page": self.page(own_id) if self.page else None,
            "desk_phone": _readable(self.desk_phone),
            "calling_number": _readable(self.calling_number),
            "replies": self.replies,
            "takes_calls": self.takes_calls,
        }


def _readable(phone: str | None) -> str | None:
    """Format a number for people: `+1 206-555-0101`."""
    if phone is None:
        return None
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return phone
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _grouped(digits: str) -> str:
    """Format eleven digits for people: `048 2193 4417`."""
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


def values_of_case(input: SendEmailInput, locale: Locale, ways: Ways) -> Values:
    """Return the values for an e-mail of an attempt."""
    deadline = input.deadline
    return {
        "name": input.name,
        "issues": input.issues,
        "deadline": moment(deadline, input.time_zone, locale) if deadline else None,
        "hours": round((deadline - input.at).total_seconds() / 3600) if deadline else None,
        "number_needed": input.number_needed,
        "note": input.note,
        "plan": input.plan,
        "escalated": input.status is Status.ESCALATED,
        "reason": input.reason,
        "calls": input.calls,
        "button": input.button,
        "typed_reference": _grouped(input.typed_reference),
        **_confirmed(input.confirms),
        **ways.values(input.case_id),
    }


def values_of_letter(input: SendLetterInput, locale: Locale, ways: Ways) -> Values:
    """Return the values for a letter of the programme."""
    prove_by = input.prove_by
    return {
        "name": input.name,
        "store": input.store,
        "reason": input.reason,
        "allowed": DAYS_BELOW_ALLOWED,
        "good": GOOD,
        "months": MONTHS,
        "below": input.days_below,
        "left": None if input.days_below is None else DAYS_BELOW_ALLOWED - input.days_below,
        "typed_reference": None,
        "proof": ways.proof,
        "prove_by": moment(prove_by, input.time_zone or "", locale) if prove_by else None,
        **_confirmed(input.confirms),
        **ways.values(input.enrollment_id),
    }


def _confirmed(change: Confirmation | None) -> Values:
    """Return the values of a change of number or address. None means no change."""
    return {
        "number_changed": change is not None and change.number_changed,
        "number_ends": change.number_ends if change else None,
        "email_changed": change is not None and change.email_changed,
    }


@dataclass(frozen=True)
class WebUI:
    """The Temporal Web UI that shows the cases of a namespace."""

    url: str
    namespace: str

    def case(self, case_id: str) -> str:
        """Return the address of a case's page. `case_id` is the case's own id."""
        workflow_id = case_id.rpartition("/")[0]
        base = self.url.rstrip("/")
        return f"{base}/namespaces/{quote(self.namespace)}/workflows/{quote(workflow_id, safe='')}"


def values_of_desk(input: TellDeskInput, web_ui: WebUI | None) -> Values:
    """Return the values for an e-mail to the desk, with the whole timeline."""
    plan, account = input.plan, input.account
    return {
        "case_id": input.case_id,
        "name": account.name,
        "store": account.store,
        "seller_id": account.seller_id,
        "phone": _readable(account.emergency_phone),
        "email": account.email,
        "status": input.status,
        "status_words": STATUSES[input.status],
        "reason": input.reason,
        "reason_words": REASONS.get(input.reason or "", input.reason),  # type: ignore[call-overload]  # a reason, or a sentence
        "due": f"{input.due:%Y-%m-%d %H:%M} UTC",
        "web_ui": web_ui.case(input.case_id) if web_ui else None,
        "issues": input.issues,
        # The number of events that the reader has seen, counted like in `show`.
        "seen": len(input.timeline),
        "conversation_required": input.conversation_required,
        "proposed": input.proposed,
        "plan": plan
        and {
            "version": plan.version,
            "at": f"{plan.at:%Y-%m-%d %H:%M} UTC",
            "parts": [
                ("Root causes", plan.plan.root_causes),
                ("Corrective actions", plan.plan.corrective_actions),
                ("Preventive measures", plan.plan.preventive_measures),
                ("Evidence", plan.plan.evidence),
                ("Files", tuple(described(file) for file in plan.plan.files)),
            ],
        },
        "timeline": [f"{entry.at:%Y-%m-%d %H:%M:%S}  {told(entry)}" for entry in input.timeline],
    }
