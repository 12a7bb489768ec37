"""What the case page offers to record in a case (docs/rules.md, section 5)."""

from desk.case_fields import MARKETPLACE_ONLY, NOTE_FIELD, CaseForm, Choice, Field, Given, only
from desk.case_page import CasePage
from desk.roles import Action, Person
from domain.case.events import (
    AddIssue,
    ChangeContact,
    ContactChannel,
    ConversationOutcome,
    Note,
    RecordConversation,
    ReportContact,
    ReportHarm,
    Withdraw,
)
from domain.case.status import Status
from domain.shared.events import Event, HarmCategory
from reference.contact_check import dialled_extension
from web.languages import N_


def _add_issue(given: Given) -> Event:
    issue = {name: given[name] for name in ("id", "code", "summary")}
    return AddIssue.model_validate(
        {"by": given["by"], "issue": issue | {"harmful": given["harmful"] is not None}}
    )


def _change_contact(given: Given) -> Event:
    phone = given["emergency_phone"]
    dialled = phone and "".join(c for c in phone if c not in " -().\u00a0")
    extension = given["extension"]
    return ChangeContact(
        by=given["by"],
        emergency_phone=dialled,
        # What cannot be dialled is refused with the field's name.
        extension=(dialled_extension(extension) or extension) if extension else None,
        email=given["email"],
    )


def _may_be_harm(case: CasePage, _: Person) -> bool:
    waits = case.view.account_deactivated and case.view.closed_at is None
    return case.is_open or case.view.status is Status.DEACTIVATING or waits


CONVERSATION = CaseForm(
    "conversation",
    Action.RECORD_CONVERSATION,
    "record_conversation",
    only(RecordConversation, "outcome", "note", "seen"),
    N_("Record a conversation"),
    N_("Record"),
    N_("You spoke with the seller. It counts as a contact."),
    N_("The conversation is recorded."),
    (
        Field(
            "outcome",
            N_("Outcome"),
            "choice",
            choices=(
                Choice(
                    ConversationOutcome.PLAN_EXPECTED,
                    N_("A plan is expected"),
                    N_("The case waits for the seller's plan."),
                ),
                Choice(
                    ConversationOutcome.UNRESOLVED,
                    N_("Unresolved"),
                    N_("The case goes on as it is."),
                ),
                Choice(
                    ConversationOutcome.RESOLVED,
                    N_("Resolved"),
                    N_("The case ends, and the seller is told. An escalated case goes on."),
                    final=True,
                ),
            ),
        ),
        NOTE_FIELD,
    ),
)
CONTACT = CaseForm(
    "contact",
    Action.RECORD_CONTACT,
    "report_contact",
    only(ReportContact, "channel", "note"),
    N_("Record a contact"),
    N_("Record"),
    N_("The seller turned up. If the 72 hours run, they stop."),
    N_("The contact is recorded."),
    (
        Field(
            "channel",
            N_("How"),
            "choice",
            choices=(
                Choice(ContactChannel.PHONE, N_("By telephone")),
                Choice(ContactChannel.EMAIL, N_("By e-mail")),
                Choice(ContactChannel.PAGE, N_("On the page")),
            ),
        ),
        NOTE_FIELD,
    ),
)
NOTE = CaseForm(
    "note",
    Action.NOTE,
    "note",
    only(Note, "note"),
    N_("Write a note"),
    N_("Keep the note"),
    N_("It stands in the timeline. It is no contact, and stops no clock."),
    N_("The note is kept."),
    (Field("note", N_("Note"), "note", MARKETPLACE_ONLY),),
)
CHANGE_CONTACT = CaseForm(
    "change-contact",
    Action.CHANGE_CONTACT,
    "change_contact",
    _change_contact,
    N_("Change number or address"),
    N_("Change"),
    N_("The change is confirmed to the old address. Calls go to the new number from now on."),
    N_("The change is recorded."),
    (
        Field(
            "emergency_phone",
            N_("New emergency number"),
            hint=N_("With its country code, such as +1 206 555 0101."),
            required=False,
        ),
        Field(
            "extension",
            N_("Extension"),
            hint=N_("Dialled once the number has answered. A comma waits for two seconds."),
            required=False,
        ),
        Field("email", N_("New e-mail address"), required=False),
    ),
)
ADD_ISSUE = CaseForm(
    "issue",
    Action.ADD_ISSUE,
    "add_issue",
    _add_issue,
    N_("Add an issue"),
    N_("Add"),
    N_("The seller is e-mailed. A plan under review is due anew."),
    N_("The issue has joined."),
    (
        Field("id", N_("Id"), hint=N_("Letters, digits, dots, dashes: ISS-1042")),
        Field("code", N_("Code"), hint=N_("Capitals, such as LISTING_POLICY")),
        Field("summary", N_("Summary"), hint=N_("The seller reads it.")),
        Field(
            "harmful",
            N_("It is harmful: the account will be deactivated, and expelled"),
            "flag",
            required=False,
            action=Action.REPORT_HARM,
        ),
    ),
)
WITHDRAW = CaseForm(
    "withdraw",
    Action.WITHDRAW,
    "withdraw",
    only(Withdraw, "issue", "note", "seen"),
    N_("Withdraw: raised in error"),
    N_("Withdraw"),
    N_("The issue is struck, or the whole case ends, and the seller is told, with your note."),
    N_("It is withdrawn."),
    (
        Field("issue", N_("What"), "issue", required=False),
        Field("note", N_("Note"), "note", N_("The seller reads it.")),
    ),
    final=True,
)
REPORT_HARM = CaseForm(
    "harm",
    Action.REPORT_HARM,
    "report_harm",
    only(ReportHarm, "category", "evidence"),
    N_("Report harmful conduct"),
    N_("Report"),
    N_("The account will be deactivated, and expelled from the programme."),
    N_("The report is taken."),
    (
        Field(
            "category",
            N_("Category"),
            "choice",
            choices=(
                Choice(HarmCategory.FRAUD, N_("Fraud")),
                Choice(HarmCategory.DECEPTION, N_("Deception")),
                Choice(HarmCategory.ILLEGAL, N_("Illegal activity")),
                Choice(HarmCategory.HARM, N_("Harm")),
            ),
        ),
        Field("evidence", N_("Where the evidence is"), hint=N_("Such as the number of a file")),
    ),
    final=True,
    offered=_may_be_harm,
)

RECORDING = (CONVERSATION, CONTACT, NOTE, CHANGE_CONTACT, ADD_ISSUE, WITHDRAW, REPORT_HARM)
