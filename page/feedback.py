"""What a page says besides the state: what was done or refused, and what was typed."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.case.status import Status
from domain.shared.errors import Refusal
from page.case_page import CasePage
from page.number_form import NumberForm
from page.plan_form import PlanForm
from temporal_client.failures import UpdateRefused
from web.languages import N_

CALLING = N_("We are calling you now. Please answer your telephone.")
PLAN_FOR_REVIEW = N_("Thank you. We have received your plan, and a reviewer will read it.")
PLAN_FOR_DECISION = N_("Thank you. We have received your plan, and the person who decides sees it.")
NUMBER_SAVED = N_("Thank you. Your emergency number is saved.")

CALLED_JUST_NOW = N_("You asked for a call already. You can ask again from %(moment)s")
FILE_FULL = N_("The case has no room for more text. Our team can still answer you and decide.")
CASE_CHANGED = N_("The case has changed in the meantime. This is how it stands now.")
NOT_KNOWN = N_("We do not know your account yet. Please reply to any of our e-mails.")


@dataclass
class Feedback:
    """What a page says besides the state of case and enrollment."""

    notice: str | None = None
    """A message to translate."""
    again_from: datetime | None = None
    """The moment that the message names, if any."""
    news: str | None = None
    """What the seller did just now: `call`, `plan` or `number`."""
    plan: PlanForm | None = None
    number: NumberForm = field(default_factory=NumberForm)
    status: int = 200


def confirmation_of(news: str | None, case: CasePage | None) -> str | None:
    """Return the message that confirms what was done, if it still holds."""
    match news:
        case "call" if case is not None and case.calling:
            return CALLING
        case "plan" if case is not None:
            said = {Status.PLAN_REVIEW: PLAN_FOR_REVIEW, Status.ESCALATED: PLAN_FOR_DECISION}
            # A plan sent again from an older page counts as a repeat, so no plan came in now.
            return CASE_CHANGED if case.wants_plan else said.get(case.status)
        case "number":
            return NUMBER_SAVED
    return None


def feedback_on(refusal: UpdateRefused) -> Feedback:
    """Return what to tell a seller about a refusal."""
    match refusal.code:
        case Refusal.FILE_FULL:
            return Feedback(FILE_FULL, status=409)
        case Refusal.CALL_TOO_SOON | Refusal.TOO_MANY_CALLS:
            again_from = datetime.fromisoformat(str(refusal.values["again_from"]))
            return Feedback(CALLED_JUST_NOW, again_from=again_from, status=409)
        case _:
            return Feedback(CASE_CHANGED, status=409)
