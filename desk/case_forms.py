"""What can be done in a case at the desk (docs/rules.md, section 5): judging it, and taking it."""

from desk.case_fields import MARKETPLACE_ONLY, NOTE_FIELD, CaseForm, Choice, Field, Given, only
from desk.case_page import CasePage
from desk.case_recording import RECORDING
from desk.roles import Action, Person
from domain.case.events import (
    Assign,
    Confirm,
    Decide,
    Decision,
    Review,
    ReviewPlan,
)
from domain.case.status import Status
from domain.shared.events import Event
from domain.shared.people import is_same_person
from web.languages import N_


def _take(given: Given) -> Event:
    return Assign(by=given["by"], to=given["by"])


def _release(given: Given) -> Event:
    return Assign(by=given["by"], to=None, held_by=given["by"])


def _hand_over(given: Given) -> Event:
    return Assign(by=given["by"], to=given["to"], held_by=given["by"], note=given["note"])


def _assign(given: Given) -> Event:
    return Assign(by=given["by"], to=given["to"], held_by=given["holder"], note=given["note"])


def _confirm(given: Given) -> Event:
    return Confirm.model_validate(
        {n: given[n] for n in ("by", "seen", "note")} | {"confirm": given["answer"] == "confirm"}
    )


def _is_free(case: CasePage, person: Person) -> bool:
    return case.is_open and case.holder is None


def _is_mine(case: CasePage, person: Person) -> bool:
    return case.is_open and is_same_person(person.name, case.holder)


def _is_escalated(case: CasePage, _: Person) -> bool:
    return case.view.status is Status.ESCALATED and case.view.proposed is None


def _is_proposed(case: CasePage, _: Person) -> bool:
    return case.view.status is Status.ESCALATED and case.view.proposed is not None


TAKE = CaseForm(
    "take",
    Action.TAKE,
    "assign",
    _take,
    N_("Take the case"),
    N_("Take"),
    N_("The others see that you work it."),
    N_("The case is yours."),
    offered=_is_free,
)
RELEASE = CaseForm(
    "release",
    Action.TAKE,
    "assign",
    _release,
    N_("Release the case"),
    N_("Release"),
    N_("Anybody can take it."),
    N_("The case is free."),
    offered=_is_mine,
)
HAND_OVER = CaseForm(
    "hand-over",
    Action.TAKE,
    "assign",
    _hand_over,
    N_("Hand over"),
    N_("Hand over"),
    N_("From then on the case is theirs."),
    N_("The case is handed over."),
    (Field("to", N_("To whom"), hint=N_("The name that they sign in with.")), NOTE_FIELD),
    offered=_is_mine,
)
ASSIGN = CaseForm(
    "assign",
    Action.ASSIGN,
    "assign",
    _assign,
    N_("Assign to somebody"),
    N_("Assign"),
    N_("From then on the case is theirs, whoever had it before."),
    N_("The case is assigned."),
    (
        Field(
            "to",
            N_("To whom"),
            hint=N_("The name that they sign in with. Leave it empty to release the case."),
            required=False,
        ),
        Field("note", N_("Note"), "note", required=False),
    ),
    offered=lambda case, person: case.is_open and not _is_mine(case, person),
)
REVIEW = CaseForm(
    "review",
    Action.REVIEW,
    "review_plan",
    only(ReviewPlan, "decision", "note", "version", "seen"),
    N_("Your answer"),
    N_("Send the answer"),
    "",
    N_("The answer is sent."),
    (
        Field(
            "decision",
            N_("Answer"),
            "choice",
            choices=(
                Choice(
                    Review.ACCEPT,
                    N_("Accept"),
                    N_("The case ends as resolved, and the seller is told. A note is optional."),
                    final=True,
                ),
                Choice(
                    Review.MORE_INFORMATION,
                    N_("More information"),
                    N_(
                        "The seller is e-mailed your note, and called once a day until somebody "
                        "has spoken with them."
                    ),
                ),
                Choice(
                    Review.REJECT,
                    N_("Reject"),
                    N_(
                        "The seller is e-mailed your note and can send another plan. "
                        "The third rejection leaves the case to a lead."
                    ),
                ),
            ),
        ),
        Field("note", N_("Note"), "note", N_("The seller reads it."), required=False),
    ),
    offered=lambda case, _: case.under_review,
)
DECIDE = CaseForm(
    "decide",
    Action.DECIDE,
    "decide",
    only(Decide, "decision", "note", "seen"),
    N_("Your decision"),
    N_("Decide"),
    "",
    N_("The decision is recorded."),
    (
        Field(
            "decision",
            N_("Decision"),
            "choice",
            choices=(
                Choice(
                    Decision.RESUME,
                    N_("Go on"),
                    N_("The case goes on where it was. Rejections are counted anew."),
                ),
                Choice(
                    Decision.RESOLVE,
                    N_("Resolve"),
                    N_("The case ends, the account stays active, and the seller is told."),
                    final=True,
                ),
                Choice(
                    Decision.DEACTIVATE,
                    N_("Deactivate"),
                    N_(
                        "The account will be deactivated, at once or, where the marketplace wants "
                        "a second person, as soon as another lead confirms it."
                    ),
                    final=True,
                ),
            ),
        ),
        Field("note", N_("Note"), "note", MARKETPLACE_ONLY),
    ),
    offered=_is_escalated,
)
CONFIRM = CaseForm(
    "confirm",
    Action.CONFIRM,
    "confirm",
    _confirm,
    N_("A deactivation is proposed"),
    N_("Send the answer"),
    N_("Whoever proposed it can decline it, but not confirm it."),
    N_("The answer is recorded."),
    (
        Field(
            "answer",
            N_("Answer"),
            "choice",
            choices=(
                Choice("decline", N_("Decline"), N_("The case waits for a decision as before.")),
                Choice(
                    "confirm", N_("Confirm"), N_("The account will be deactivated."), final=True
                ),
            ),
        ),
        Field("note", N_("Note"), "note", MARKETPLACE_ONLY),
    ),
    offered=_is_proposed,
)
JUDGING = (REVIEW, CONFIRM, DECIDE)
"""The forms beside the plan."""
WHO_WORKS_IT = (TAKE, RELEASE, HAND_OVER, ASSIGN)
FORMS = (*JUDGING, *WHO_WORKS_IT, *RECORDING)
