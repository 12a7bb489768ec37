"""What can be done in an appeal at the desk (docs/rules.md, section 9)."""

from desk.case_fields import CaseForm, Choice, Field, only
from desk.roles import Action
from domain.appeal.events import DecideAppeal, ReportOutage, Verdict
from web.languages import N_

VERDICTS = {
    Verdict.REINSTATE: N_("Reinstate the account"),
    Verdict.UPHOLD: N_("Uphold the deactivation"),
    Verdict.MORE_INFORMATION: N_("Ask for more information"),
}
_EFFECTS = {
    Verdict.REINSTATE: N_(
        "The account service is told to activate the account. Once it is active, the seller is "
        "e-mailed. Whoever was expelled for harm stays expelled until a person readmits them."
    ),
    Verdict.UPHOLD: N_(
        "If the account is still deactivated, it stays so, and the seller is e-mailed your reason. "
        "If it is active, the appeal is here again. After their first appeal they can appeal once "
        "more, with new evidence; after their second they cannot."
    ),
    Verdict.MORE_INFORMATION: N_(
        "The seller is e-mailed your question and has 7 days to answer it. If nothing comes, the "
        "appeal ends without a decision. After a question that got through there is no second one."
    ),
}

DECIDE_APPEAL = CaseForm(
    "decide",
    Action.DECIDE_APPEAL,
    "decide_appeal",
    only(DecideAppeal, "verdict", "note", "seen"),
    N_("Decide the appeal"),
    N_("Send the answer"),
    "",
    N_("Your answer is taken."),
    (
        Field(
            "verdict",
            N_("Answer"),
            "choice",
            choices=tuple(
                Choice(one, VERDICTS[one], _EFFECTS[one], final=one is not Verdict.MORE_INFORMATION)
                for one in Verdict
            ),
        ),
        Field("note", N_("Reason, or question"), "note", N_("The seller reads it.")),
    ),
)
OUTAGE = CaseForm(
    "outage",
    Action.NOTE,
    "report_outage",
    only(ReportOutage, "note"),
    N_("An outage of ours has come to light"),
    N_("Record it"),
    N_(
        "It stands beside the appeal, for whoever decides it. If the first appeal is answered, the "
        "seller is e-mailed that they can appeal once more. After the second it is not taken."
    ),
    N_("The outage is recorded beside the appeal."),
    (Field("note", N_("What was out of order, and when"), "note"),),
)
FORMS = (DECIDE_APPEAL, OUTAGE)
