"""Everything an enrollment is (docs/rules.md, section 2)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict

from domain.case.attempt import Result
from domain.case.events import HarmCategory
from domain.case.steps import ShareContact, TellDeactivation, WaitUntil
from domain.case.timeline import ENGINE
from domain.enrollment.ratings import RatingRecord
from domain.shared.account import Confirmation, ContactNews, SellerAccount
from domain.shared.taken_updates import TakesUpdates
from domain.shared.text import Frozen

_TIMELINE_KEEPS = 100
"""The newest events: an enrollment lives as long as its seller sells."""


class EnrollmentStatus(StrEnum):
    """Where a seller stands."""

    NOT_ELIGIBLE = "not_eligible"
    INVITED = "invited"
    """All that is missing is a valid number."""
    ENROLLED = "enrolled"
    EXPELLED = "expelled"


class EnrollmentReason(StrEnum):
    """Why a seller stands there: of several requirements not met, the first."""

    REQUIREMENTS_MET = "requirements_met"
    DEACTIVATED = "deactivated"
    """The account itself, by a case or otherwise."""
    SELLING_PLAN = "selling_plan"
    RECORD_TOO_SHORT = "record_too_short"
    TOO_MANY_DAYS_BELOW = "too_many_days_below"
    NUMBER_BEING_CHECKED = "number_being_checked"
    """Only in a view, for the moment that takes: nothing is decided yet."""
    NO_NUMBER = "no_number"
    INVALID_NUMBER = "invalid_number"
    HARM = "harm"


class LetterPurpose(StrEnum):
    """What an e-mail of the programme is for."""

    ENROLLED = "enrolled"
    INVITED = "invited"
    INVITED_AGAIN = "invited_again"
    ENDED = "ended"
    ENDED_NUMBER_NEEDED = "ended_number_needed"
    """The enrollment ended, and all that is missing is a valid number."""
    FRESH_LINK = "fresh_link"
    """A way in to the account health page, whose older ones have run out."""
    DAYS_BELOW = "days_below"
    """The days below are running out."""
    CONTACT_CHANGED = "contact_changed"
    """Number or address were changed: what was there before is written to."""


INVITES = frozenset({LetterPurpose.INVITED, LetterPurpose.ENDED_NUMBER_NEEDED})
"""What asks for the number, and is followed by a reminder."""

SAYS_ENDED = frozenset({LetterPurpose.ENDED, LetterPurpose.ENDED_NUMBER_NEEDED})


class EnrollmentEventKind(StrEnum):
    """The kinds of events in a timeline."""

    KNOWN = "known"
    STATUS = "status"
    RATINGS_CORRECTED = "ratings_corrected"
    ACCOUNT_CHANGED = "account_changed"
    EXPELLED = "expelled"
    READMITTED = "readmitted"
    DEACTIVATED = "deactivated"
    REINSTATED = "reinstated"
    LINK_REQUESTED = "link_requested"
    EMAIL = "email"
    CONTACT_NOT_SHARED = "contact_not_shared"
    CASE_NOT_TOLD = "case_not_told"
    CANCELLATION_IGNORED = "cancellation_ignored"


class EnrollmentEntry(Frozen):
    """One event. A fact is a field of its own, null where an event of its kind has none."""

    at: datetime
    what: EnrollmentEventKind
    by: str = ENGINE
    about: LetterPurpose | None = None
    """What the e-mail was for."""
    result: Result | None = None
    status: EnrollmentStatus | None = None
    """What the seller became."""
    reason: EnrollmentReason | None = None
    changed: tuple[str, ...] = ()
    """The fields of the account that changed."""
    code: str | None = None
    """The category of the harm."""
    case_id: str | None = None
    """The case that deactivated the account."""
    note: str | None = None
    """What somebody wrote, or a sentence for people."""


def detail_of(entry: EnrollmentEntry) -> str:
    """Facts and note of an event in English: `not eligible (deactivated)`."""
    facts = (
        entry.about,
        entry.result,
        f"{entry.status} ({entry.reason})" if entry.status else None,
        ", ".join(entry.changed),
        entry.code,
    )
    said = [fact.replace("_", " ") for fact in facts if fact]
    return ": ".join([*said, *(text for text in (entry.case_id, entry.note) if text)])


class Letter(Frozen):
    """An e-mail to be sent, or under way. Its number and the enrollment's id name it for ever."""

    number: int
    about: LetterPurpose
    reason: EnrollmentReason
    at: datetime
    days_below: int | None = None
    """How many there are, in an e-mail that warns of them."""
    warns_at: tuple[int, ...] = ()
    """Which of the numbers at which a seller is warned have been reached with it."""
    to: str | None = None
    """The address it goes to, whatever the account's is by then."""
    confirms: Confirmation | None = None
    """The change of number or address that it confirms."""


class Warned(Frozen):
    """Seller was warned that so many days are below, and when."""

    days: int
    on: date


class Expulsion(Frozen):
    """What a seller was expelled for, and by whom."""

    by: str
    category: HarmCategory
    evidence: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class CheckNumber:
    """Find out whether the number the enrollment began with is valid."""

    phone: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send the letter of this number to this address; it may come to say something else."""

    number: int
    about: LetterPurpose
    to: str


@dataclass(frozen=True, slots=True)
class LookUpWarnings:
    """Find out at how many days below a seller is warned."""


EnrollmentStep = CheckNumber | LookUpWarnings | Send | ShareContact | TellDeactivation | WaitUntil


class EnrollmentState(TakesUpdates):
    """The state of an enrollment: nothing but frozen values and tuples of them.

    So a shallow copy is a true copy, and the whole survives a continue-as-new as JSON.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str
    account: SellerAccount
    status: EnrollmentStatus = EnrollmentStatus.NOT_ELIGIBLE
    reason: EnrollmentReason = EnrollmentReason.SELLING_PLAN
    ratings: RatingRecord = RatingRecord()
    number_valid: bool | None = None
    """Null until it was looked up."""
    expulsion: Expulsion | None = None
    expelled_in: tuple[str, ...] = ()
    """The latest cases that a seller was expelled in: a repeat of one changes nothing."""

    deactivated: bool = False
    """Whether the account is, as far as anybody has said."""
    case_to_hear: str | None = None
    """Who deactivated the account, while an open case is still to be told of it."""

    letters: int = 0
    """How many were ever written."""
    outbox: tuple[Letter, ...] = ()
    remind_at: datetime | None = None
    warn_days: tuple[int, ...] | None = None
    """At how many days below the seller is warned; None until it matters."""
    warned: tuple[Warned, ...] = ()
    """The warnings that are not sent again for now."""
    warning_failed_on: date | None = None
    """The day on which the last warning that did not arrive was given up on."""
    contact_news: ContactNews = ContactNews()
    """What an open case is still to be told."""

    timeline: tuple[EnrollmentEntry, ...] = ()
    happened: int = 0
    """How many events the timeline ever had; only the newest are kept."""

    @property
    def number_unchecked(self) -> bool:
        """Whether it is not known yet if the number is valid."""
        return self.account.emergency_phone is not None and self.number_valid is None

    # Any: of an entry
    def log(self, now: datetime, what: EnrollmentEventKind, by: str = ENGINE, **facts: Any) -> None:
        """Put an event into the timeline, with fields of `EnrollmentEntry`."""
        entry = EnrollmentEntry(at=now, what=what, by=by, **facts)
        self.timeline = (*self.timeline, entry)[-_TIMELINE_KEEPS:]
        self.happened += 1
