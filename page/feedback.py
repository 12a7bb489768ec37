"""What a page says besides the state: what was done or refused, and what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.case.status import Status
from domain.shared.errors import Refusal
from page.appeal_form import AppealForm
from page.case_page import CasePage
from page.code_form import CodeForm
from page.enrollment_page import EnrollmentPage
from page.number_form import NumberForm
from page.plan_form import PlanForm
from temporal_client.failures import UpdateRefused
from web.languages import N_

CALLING = N_("We are calling you now. Please answer your telephone.")
PLAN_FOR_REVIEW = N_("Thank you. We have received your plan, and a reviewer will read it.")
PLAN_FOR_DECISION = N_("Thank you. We have received your plan, and the person who decides sees it.")
NUMBER_SAVED = N_("Thank you. Your emergency number is saved.")
NUMBER_SAVED_ONLY = N_(
    "Thank you. Your emergency number is saved. That is no answer to your case: please get in "
    "touch as well."
)

CALLED_JUST_NOW = N_("You asked for a call already. You can ask again from %(moment)s")
CHANGED_TOO_OFTEN = N_(
    "You have changed your number many times today. You can change it again from %(moment)s"
)
FILE_FULL = N_("The case has no room for more text. Our team can still answer you and decide.")
APPEAL_RECEIVED = N_("Thank you. We have received your appeal.")
INFORMATION_RECEIVED = N_("Thank you. We have received what you added.")
CALLING_WITH_CODE = N_("We are calling your number now. Please type the code that the call says.")
TEXTING_CODE = N_("We are sending you a text message now. Please type the code in it.")
TRYING_NUMBER = N_("We are calling your number now, to try it.")
NUMBER_VERIFIED = N_("Thank you. Your emergency number is verified.")
CODE_IS_OVER = N_("This code does not count any more. Please ask for another call.")
CALL_UNDER_WAY = N_("We are calling your number already.")
NO_TEXTS = N_("A text message does not reach your extension. Please ask for a call.")
NOT_IN_PROGRAMME = N_("While your account is outside the programme, its number is not verified.")
NO_NUMBER = N_("Please give us a number that we can call first.")
CASE_CHANGED = N_("The case has changed in the meantime. This is how it stands now.")
APPEAL_CHANGED = N_("Your appeal has changed in the meantime. This is how it stands now.")
APPEAL_TOO_LATE = N_(
    "It is too late to appeal: your account could be appealed until %(moment)s. If you think that "
    "we are wrong all the same, reply to our last e-mail. Your reply goes to our account health "
    "team."
)
APPEALED_TOO_OFTEN = N_(
    "You have sent many appeals that could not be taken. You can send one again from %(moment)s"
)
APPEAL_REFUSED: Mapping[str, str] = {
    Refusal.APPEAL_OPEN: N_(
        "We have an appeal of yours already. While we read it, you can add to it on this page."
    ),
    Refusal.APPEALED_TWICE: N_(
        "We have answered two appeals of yours, and a third is not taken. If you have a question "
        "about our answer, reply to our last e-mail."
    ),
    Refusal.NOT_DEACTIVATED: N_(
        "Your account is not deactivated, so there is nothing to appeal. You need not do anything."
    ),
    Refusal.NOT_BY_A_CASE: N_(
        "No case here deactivated your account, so we cannot decide about it here. To appeal, "
        "reply to the last e-mail that you had about it."
    ),
    Refusal.NO_APPEAL_WAITS: N_(
        "Nothing can be added to your appeal any more. This is how it stands now."
    ),
    Refusal.FILE_FULL: N_(
        "Your appeal has no room for more. Our team decides on what it has; you need not do "
        "anything."
    ),
}
"""Why an appeal, or what was to be added to one, was not taken, and what the seller can do."""
NOT_KNOWN = N_("We do not know your account yet. Please reply to any of our e-mails.")


@dataclass
class Feedback:
    """What a page says besides the state of case and enrollment."""

    notice: str | None = None
    """A message to translate."""
    again_from: datetime | None = None
    """The moment that the message names, if any."""
    news: str | None = None
    """What the seller did just now: `call`, `plan`, `number`, `verify`, `text`, `try-call`,
    `code`, `appeal` or `information`."""
    plan: PlanForm | None = None
    appeal: AppealForm | None = None
    number: NumberForm = field(default_factory=NumberForm)
    code: CodeForm = field(default_factory=CodeForm)
    status: int = 200


def confirmation_of(
    news: str | None, case: CasePage | None, enrollment: EnrollmentPage | None
) -> str | None:
    """Return the message that confirms what was done, if it still holds."""
    match news:
        case "call" if case is not None and case.calling:
            return CALLING
        case "plan" if case is not None:
            said = {Status.PLAN_REVIEW: PLAN_FOR_REVIEW, Status.ESCALATED: PLAN_FOR_DECISION}
            # A plan sent again from an older page counts as a repeat, so no plan came in now.
            return CASE_CHANGED if case.wants_plan else said.get(case.status)
        case "number":
            clock_runs = case is not None and case.status is Status.CONTACTING
            return NUMBER_SAVED_ONLY if clock_runs else NUMBER_SAVED
        case "appeal":
            return APPEAL_RECEIVED
        case "information":
            return INFORMATION_RECEIVED
        case "verify" if enrollment is not None and enrollment.is_called:
            return CALLING_WITH_CODE
        case "text" if enrollment is not None and enrollment.is_called:
            return TEXTING_CODE
        case "try-call" if enrollment is not None and enrollment.is_called:
            return TRYING_NUMBER
        case "code" if enrollment is not None and enrollment.view.verified_at:
            return NUMBER_VERIFIED
    return None


def feedback_on(refusal: UpdateRefused) -> Feedback:
    """Return what to tell a seller about a refusal."""
    match refusal.code:
        case Refusal.FILE_FULL:
            return Feedback(FILE_FULL, status=409)
        case Refusal.CALL_TOO_SOON | Refusal.TOO_MANY_CALLS:
            again_from = datetime.fromisoformat(str(refusal.values["again_from"]))
            return Feedback(CALLED_JUST_NOW, again_from=again_from, status=409)
        case Refusal.TOO_MANY_CHANGES:
            again_from = datetime.fromisoformat(str(refusal.values["again_from"]))
            return Feedback(CHANGED_TOO_OFTEN, again_from=again_from, status=409)
        case Refusal.NO_CODE:
            return Feedback(CODE_IS_OVER, status=409)
        case Refusal.CALL_UNDER_WAY:
            return Feedback(CALL_UNDER_WAY, status=409)
        case Refusal.NO_TEXTS:
            return Feedback(NO_TEXTS, status=409)
        case Refusal.NOT_IN_PROGRAMME:
            return Feedback(NOT_IN_PROGRAMME, status=409)
        case Refusal.NO_NUMBER:
            return Feedback(NO_NUMBER, status=409)
        case _:
            return Feedback(CASE_CHANGED, status=409)


def feedback_on_appeal(refusal: UpdateRefused) -> Feedback:
    """Return what to tell a seller whose appeal, or addition to it, was refused."""
    until, again_from = refusal.values.get("until"), refusal.values.get("again_from")
    if again_from:
        moment = datetime.fromisoformat(str(again_from))
        return Feedback(APPEALED_TOO_OFTEN, again_from=moment, status=409)
    if refusal.code == Refusal.TOO_LATE and until:
        moment = datetime.fromisoformat(str(until))
        return Feedback(APPEAL_TOO_LATE, again_from=moment, status=409)
    return Feedback(APPEAL_REFUSED.get(refusal.code, APPEAL_CHANGED), status=409)
