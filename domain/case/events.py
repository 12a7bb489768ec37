"""The arguments of a case's updates, and the kinds of events in its timeline (docs/api.md).

Each argument says in `by` who did it. The function of the same name performs the rule. It is in
seller_updates.py, desk_updates.py or marketplace_updates.py.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.case.evidence_file import EvidenceFiles
from domain.shared.account import ContactField, Issue
from domain.shared.events import Event, HarmCategory
from domain.shared.text import (
    Email,
    Extension,
    Key,
    Line,
    OptionalParagraph,
    Paragraph,
    Phone,
    Reply,
)

Items = Annotated[tuple[Paragraph, ...], Field(min_length=1, max_length=20)]

MAXIMUM_PLAN_LENGTH = 12_000
"""Characters of a whole plan: about four printed pages."""


class Judgement(Event):
    """A judgement on a case, which may have changed since the person looked at it."""

    seen: Annotated[int, Field(ge=0)] | None = None
    """How many events the timeline had when they looked. Null: they judge the case as it is."""


class ContactChannel(StrEnum):
    """How the seller turned up."""

    PHONE = "phone"
    EMAIL = "email"
    PAGE = "page"


class ReportContact(Event):
    """The seller called, replied or wrote on the page."""

    channel: ContactChannel
    note: Paragraph


class ReceiveReply(Event):
    """The seller replied to an e-mail of ours."""

    text: Reply
    """What they wrote, without what they quoted."""


class ReceiveBounce(Event):
    """An e-mail that the mail server had accepted came back for good."""

    attempt: Annotated[int, Field(ge=1)]
    code: Annotated[str, Field(pattern=r"^[45]\.\d{1,3}\.\d{1,3}$")] | None = None
    """Why, as mail servers say it (RFC 3463). Null: they did not."""


class MailKind(StrEnum):
    """What came back for an e-mail of ours, and is neither a reply nor a bounce."""

    AUTOMATIC = "automatic"
    """A machine answered: somebody is away, or a ticket was opened."""
    COMPLAINT = "complaint"
    """The reader marked it as unwanted."""


class NoteMail(Event):
    """A message came that changes nothing, but that the desk should know of."""

    kind: MailKind
    attempt: Annotated[int, Field(ge=1)] | None = None
    """The e-mail that it answers."""


class Note(Event):
    """Something that whoever works the case should know. It is no contact."""

    note: Paragraph


class Assign(Event):
    """Somebody takes the case, hands it over, or releases it."""

    to: Line | None
    """Who works it from now on. Null: nobody."""
    held_by: Line | None = None
    """Who had it, as far as the sender saw. Null: nobody."""
    note: OptionalParagraph = None


class RequestCall(Event):
    """The seller pressed "contact me now"."""


class SubmitPlan(Event):
    """The seller's plan: why it happened, what they did, how it will not happen again."""

    root_causes: Items
    corrective_actions: Items
    preventive_measures: Items
    evidence: Annotated[tuple[Paragraph, ...], Field(max_length=20)] = ()
    files: EvidenceFiles = ()
    """Files as evidence. They are in the store for files before the plan names them."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.length > MAXIMUM_PLAN_LENGTH:
            raise ValueError(f"the plan must not exceed {MAXIMUM_PLAN_LENGTH} characters in all")
        return self

    def says_the_same_as(self, other: "SubmitPlan") -> bool:
        """Whether it has the same text and the same files, whoever submitted it."""
        return self == other.model_copy(update={"by": self.by})

    @property
    def length(self) -> int:
        """Characters in all lists together, without the names of files."""
        causes_and_actions = (*self.root_causes, *self.corrective_actions)
        return sum(map(len, (*causes_and_actions, *self.preventive_measures, *self.evidence)))


class Review(StrEnum):
    """What a reviewer makes of a plan."""

    ACCEPT = "accept"
    MORE_INFORMATION = "more_information"
    REJECT = "reject"


class ReviewPlan(Judgement):
    """A reviewer's answer to a plan. What was seen matters where it is accepted, for good."""

    decision: Review
    note: OptionalParagraph = None
    version: Annotated[int, Field(ge=1)] | None = None
    """The version that the reviewer read. Null: the newest."""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.decision is not Review.ACCEPT and self.note is None:
            raise ValueError("note is required to ask for more information or to reject")
        return self


class ConversationOutcome(StrEnum):
    """How a conversation with the seller ended."""

    RESOLVED = "resolved"
    PLAN_EXPECTED = "plan_expected"
    UNRESOLVED = "unresolved"


class RecordConversation(Judgement):
    """A specialist spoke with the seller."""

    outcome: ConversationOutcome
    note: Paragraph


class AddIssue(Event):
    """A further issue of the account."""

    issue: Issue


class ChangeContact(Event):
    """A new number, a new address, or both."""

    emergency_phone: Phone | None = None
    extension: Extension | None = None
    no_extension: bool = False
    """Whether the number has no extension any more. Without it the same number keeps its own."""
    email: Email | None = None
    from_enrollment: bool = False
    """Whether the enrollment sent this, and so knows it. For the engine's own use."""
    by_seller: tuple[ContactField, ...] = ()
    """Which of them the enrollment has from the seller. For the engine's own use."""
    confirmed: tuple[Email, ...] = ()
    """The addresses to which the enrollment confirmed the change. For the engine's own use."""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        of_number = self.extension is not None or self.no_extension
        if self.emergency_phone is None and (self.email is None or of_number):
            raise ValueError("emergency_phone or email is required; extension takes a number")
        if self.extension is not None and self.no_extension:
            raise ValueError("give extension or no_extension")
        return self


class ReportHarm(Event):
    """Harmful conduct, with a reference to the evidence."""

    category: HarmCategory
    evidence: Line


class Decision(StrEnum):
    """What the lead makes of an escalation."""

    RESOLVE = "resolve"
    DEACTIVATE = "deactivate"
    RESUME = "resume"


class Decide(Judgement):
    """The lead's decision."""

    decision: Decision
    note: Paragraph


class Confirm(Judgement):
    """Another person's answer to a deactivation that is proposed (docs/rules.md, section 5)."""

    confirm: bool
    """Whether the account is to be deactivated."""
    note: Paragraph


class Withdraw(Judgement):
    """The whole case, or one issue of it, was raised in error."""

    note: Paragraph
    issue: Key | None = None


class EventKind(StrEnum):
    """The kinds of events in a timeline."""

    OPENED = "opened"
    OUTREACH_BEGAN = "outreach_began"
    CLOCK_STARTED = "clock_started"
    CALL = "call"
    EMAIL = "email"
    CONTACT = "contact"
    CALL_REQUESTED = "call_requested"
    LINK_REQUESTED = "link_requested"
    BOUNCED = "bounced"
    MAIL_NOTED = "mail_noted"
    NOTE = "note"
    ASSIGNED = "assigned"
    NUMBER_INVALID = "number_invalid"
    NUMBER_NOT_CALLED = "number_not_called"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_NOT_SHARED = "contact_not_shared"
    PLAN_SUBMITTED = "plan_submitted"
    PLAN_REVIEWED = "plan_reviewed"
    CONVERSATION = "conversation"
    ISSUE_JOINED = "issue_joined"
    ISSUE_WITHDRAWN = "issue_withdrawn"
    HARM_REPORTED = "harm_reported"
    EXPELLED = "expelled"
    DECIDED = "decided"
    PROPOSED = "proposed"
    """A decision that waits for another person to confirm it."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DESK_TOLD = "desk_told"
    DESK_NOT_TOLD = "desk_not_told"
    STATUS = "status"
    ESCALATED = "escalated"
    """Says what was missing for *really tried*. The escalation itself is a `status`."""
    DEACTIVATION_FAILED = "deactivation_failed"
    DEACTIVATED_ELSEWHERE = "deactivated_elsewhere"
    CLOSED = "closed"
