"""The state of an enrollment (docs/rules.md, section 2)."""

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
"""Only the newest events are kept, since an enrollment lives as long as its seller sells."""


class EnrollmentStatus(StrEnum):
    """A seller's status in the programme."""

    NOT_ELIGIBLE = "not_eligible"
    INVITED = "invited"
    """All that is missing is a valid number."""
    ENROLLED = "enrolled"
    EXPELLED = "expelled"


class EnrollmentReason(StrEnum):
    """Why a seller has that status. Of several requirements not met, the first is named."""

    REQUIREMENTS_MET = "requirements_met"
    DEACTIVATED = "deactivated"
    """The account itself is deactivated, by a case or otherwise."""
    SELLING_PLAN = "selling_plan"
    RECORD_TOO_SHORT = "record_too_short"
    TOO_MANY_DAYS_BELOW = "too_many_days_below"
    NUMBER_BEING_CHECKED = "number_being_checked"
    """Only in a view, while the number is being checked. Nothing is decided yet."""
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
    """A new link to the account health page, after older links have expired."""
    DAYS_BELOW = "days_below"
    """A warning that few of the allowed days below are left."""
    CONTACT_CHANGED = "contact_changed"
    """A confirmation of a changed number or address, to the old address too."""


INVITES = frozenset({LetterPurpose.INVITED, LetterPurpose.ENDED_NUMBER_NEEDED})
"""The letters that ask for the number. A reminder follows them."""

SAYS_ENDED = frozenset({LetterPurpose.ENDED, LetterPurpose.ENDED_NUMBER_NEEDED})


class EnrollmentEventKind(StrEnum):
    """The kinds of events in the timeline."""

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
    """One event. Each fact has a field, which is null for kinds of events without that fact."""

    at: datetime
    what: EnrollmentEventKind
    by: str = ENGINE
    about: LetterPurpose | None = None
    """What the e-mail was for."""
    result: Result | None = None
    status: EnrollmentStatus | None = None
    """The seller's new status."""
    reason: EnrollmentReason | None = None
    changed: tuple[str, ...] = ()
    """The fields of the account that changed."""
    code: str | None = None
    """The category of the harm."""
    case_id: str | None = None
    """The case that deactivated the account."""
    note: str | None = None
    """What a person wrote, or a sentence for people to read."""


def detail_of(entry: EnrollmentEntry) -> str:
    """Put the facts and the note of an event into English: `not eligible (deactivated)`."""
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
    """An e-mail that waits or is being sent. Enrollment id and number identify it for ever."""

    number: int
    about: LetterPurpose
    reason: EnrollmentReason
    at: datetime
    days_below: int | None = None
    """The number of days below that a warning states."""
    warns_at: tuple[int, ...] = ()
    """The warning thresholds that this warning covers."""
    to: str | None = None
    """A fixed address. Null means the account's address at the time of sending."""
    confirms: Confirmation | None = None
    """The change of number or address that the letter confirms."""


class Warned(Frozen):
    """A warning threshold that the seller was warned about, and the day of the warning."""

    days: int
    on: date


class Expulsion(Frozen):
    """Why a seller was expelled, and by whom."""

    by: str
    category: HarmCategory
    evidence: str
    case_id: str | None


@dataclass(frozen=True, slots=True)
class CheckNumber:
    """Check whether the number that the enrollment began with is valid."""

    phone: str


@dataclass(frozen=True, slots=True)
class Send:
    """Send the letter with this number to this address.

    If the letter's purpose changes, it is a new step.
    """

    number: int
    about: LetterPurpose
    to: str


@dataclass(frozen=True, slots=True)
class LookUpWarnings:
    """Look up the setting that says at how many days below a seller is warned."""


EnrollmentStep = CheckNumber | LookUpWarnings | Send | ShareContact | TellDeactivation | WaitUntil


class EnrollmentState(TakesUpdates):
    """The state of an enrollment. It consists of frozen values and tuples of them only.

    So a shallow copy is enough, and the state can be carried over as JSON by continue-as-new.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    id: str
    account: SellerAccount
    status: EnrollmentStatus = EnrollmentStatus.NOT_ELIGIBLE
    reason: EnrollmentReason = EnrollmentReason.SELLING_PLAN
    ratings: RatingRecord = RatingRecord()
    number_valid: bool | None = None
    """Null until the number was checked."""
    expulsion: Expulsion | None = None
    expelled_in: tuple[str, ...] = ()
    """The newest cases that expelled the seller. A repeat by one of them changes nothing."""

    deactivated: bool = False
    """Whether the account is deactivated, as far as the engine was told."""
    case_to_hear: str | None = None
    """Who deactivated the account. It is set until an open case was told of the deactivation."""

    letters: int = 0
    """How many letters were ever written."""
    outbox: tuple[Letter, ...] = ()
    remind_at: datetime | None = None
    warn_days: tuple[int, ...] | None = None
    """At how many days below the seller is warned. None until the setting is needed."""
    warned: tuple[Warned, ...] = ()
    """The warnings that were sent, and are not sent again for now."""
    warning_failed_on: date | None = None
    """The day on which the last undelivered warning bounced or failed."""
    contact_news: ContactNews = ContactNews()
    """The contact changes that an open case is not told of yet."""

    timeline: tuple[EnrollmentEntry, ...] = ()
    happened: int = 0
    """How many events there ever were. The timeline keeps only the newest."""

    @property
    def number_unchecked(self) -> bool:
        """Whether there is a number that was not checked yet."""
        return self.account.emergency_phone is not None and self.number_valid is None

    # Any: the fields of `EnrollmentEntry` have different types.
    def log(self, now: datetime, what: EnrollmentEventKind, by: str = ENGINE, **facts: Any) -> None:
        """Add an event to the timeline. `facts` are fields of `EnrollmentEntry`."""
        entry = EnrollmentEntry(at=now, what=what, by=by, **facts)
        self.timeline = (*self.timeline, entry)[-_TIMELINE_KEEPS:]
        self.happened += 1
