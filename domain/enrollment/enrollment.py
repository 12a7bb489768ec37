"""A seller's enrollment in a store: its state, and how the status follows from it.

The rating requirement itself is in ratings.py (docs/rules.md, section 2). The effects of updates
are in updates.py, the next steps in advance.py, and the results of steps in step_results.py.
"""

from datetime import UTC, date, datetime
from typing import Any

from pydantic import Field

from domain.enrollment.letters import SAYS_ENDED, LetterPurpose, Outbox
from domain.enrollment.old_numbers import OldNumbers
from domain.enrollment.ratings import RatingRecord
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind, EnrollmentTimeline
from domain.enrollment.verification import LOOK_AGAIN_AFTER, VERIFY_AGAIN_AFTER, Verification
from domain.enrollment.warnings import Warnings
from domain.shared.account import ContactNews, SellerAccount, SellingPlan
from domain.shared.events import HarmCategory
from domain.shared.taken_updates import TakesUpdates
from domain.shared.text import Frozen


class Expulsion(Frozen):
    """Why a seller was expelled, and by whom."""

    by: str
    category: HarmCategory
    evidence: str
    case_id: str | None


class Enrollment(TakesUpdates):
    """An enrollment with its state and status rules."""

    id: str
    account: SellerAccount
    status: EnrollmentStatus = EnrollmentStatus.NOT_ELIGIBLE
    reason: EnrollmentReason = EnrollmentReason.SELLING_PLAN
    ratings: RatingRecord = RatingRecord()
    number_valid: bool | None = None
    """Null until the number was checked."""
    must_be_verified: bool | None = None
    """Whether the number must be proven. Null until that was looked up for the present number."""
    verification: Verification = Field(default_factory=Verification)
    old_numbers: OldNumbers = Field(default_factory=OldNumbers)
    expulsion: Expulsion | None = None
    expelled_in: tuple[str, ...] = ()
    """The newest cases that expelled the seller. A repeat by one of them changes nothing."""

    deactivated: bool = False
    """Whether the account is deactivated, as far as the engine was told."""
    deactivated_in: tuple[str, ...] = ()
    """The cases whose deactivation stands, the oldest first. Empty if it was somebody else.

    A later one may have found the account deactivated, so the account service has the key of one.
    """
    deactivated_at: datetime | None = None
    case_to_hear: str | None = None
    """Who deactivated the account. It is set until an open case was told of the deactivation."""

    outbox: Outbox = Field(default_factory=Outbox)
    remind_at: datetime | None = None
    """When to remind an invited seller."""
    warnings: Warnings = Field(default_factory=Warnings)
    links_asked: tuple[datetime, ...] = ()
    """When the newest fresh links were asked for, as many as are allowed in a day."""
    seller_changes: tuple[datetime, ...] = ()
    """When the seller changed number or address lately, as often as is allowed in a day."""
    contact_news: ContactNews = ContactNews()
    """The contact changes that an open case is not told of yet."""
    timeline: EnrollmentTimeline = Field(default_factory=EnrollmentTimeline)
    announces: bool | None = None
    """Whether the marketplace's systems want to know of changes. Null until it is known."""
    told: int = 0
    """How many events of the timeline they were told of."""

    def announce_from_now(self) -> None:
        """Tell the marketplace's systems of changes, if nobody wanted to know so far."""
        if not self.announces:
            self.announces, self.told = True, self.timeline.count

    @property
    def deactivated_by(self) -> str | None:
        """The newest case that deactivated it: that can be appealed. Null if there is none."""
        return self.deactivated_in[-1] if self.deactivated_in else None

    @property
    def number_unchecked(self) -> bool:
        """Whether there is a number that was not checked yet, or not looked up for."""
        unknown = self.number_valid is None or self.must_be_verified is None
        return self.account.emergency_phone is not None and unknown

    @property
    def number_counts(self) -> bool:
        """Whether the number meets the requirement."""
        verification = self.verification
        proven = verification.verified_at is not None or verification.prove_by is not None
        return bool(self.number_valid) and (proven or not self.must_be_verified)

    @property
    def next_look_at(self) -> datetime | None:
        """When to look up again whether the number must be proven, where that alone decides.

        The setting may have been turned off since.
        """
        proof = self.verification
        if proof.prove_by is not None:
            return proof.prove_by
        waits = self.reason is EnrollmentReason.NUMBER_NOT_VERIFIED
        return proof.looked_up_at + LOOK_AGAIN_AFTER if waits and proof.looked_up_at else None

    def _must_look_again(self, reason: EnrollmentReason, now: datetime) -> bool:
        """Whether the setting is to be looked up before `reason` may become the reason.

        Where the proof comes to be what is missing, the e-mail about it is wrong if the setting was
        turned off since.
        """
        looked_up_at = self.verification.looked_up_at
        missing = EnrollmentReason.NUMBER_NOT_VERIFIED
        if reason is missing and self.reason is not missing:
            return looked_up_at is None or looked_up_at < now
        return self.next_look_at is not None and self.next_look_at <= now

    def settle(self, now: datetime) -> None:
        """Bring the status up to date. Call it only after the number was checked.

        It may want the number checked again. Then nothing is decided, and `number_unchecked` says
        so.
        """
        today = now.astimezone(UTC).date()
        self.ratings = self.ratings.kept(today)
        status, reason = self._status_on(today)
        if self._must_look_again(reason, now):
            self.must_be_verified = None
        if self.number_unchecked:
            return
        if status is not self.status:
            self._set_status(status, reason, now)
        self.reason = reason
        if self.remind_at is not None and self.remind_at <= now:
            self.remind_at = None
            self.write(LetterPurpose.INVITED_AGAIN, now)
        self._remind_to_verify(now)
        self._warn(today, now)

    def _status_on(self, today: date) -> tuple[EnrollmentStatus, EnrollmentReason]:
        if self.expulsion is not None:
            return EnrollmentStatus.EXPELLED, EnrollmentReason.HARM
        if self.deactivated:
            return EnrollmentStatus.NOT_ELIGIBLE, EnrollmentReason.DEACTIVATED
        if self.account.selling_plan is not SellingPlan.PROFESSIONAL:
            return EnrollmentStatus.NOT_ELIGIBLE, EnrollmentReason.SELLING_PLAN
        rating = next(self.ratings.outlook(today))
        if not rating.met:
            short = not rating.on_record
            why = (
                EnrollmentReason.RECORD_TOO_SHORT if short else EnrollmentReason.TOO_MANY_DAYS_BELOW
            )
            return EnrollmentStatus.NOT_ELIGIBLE, why
        if self.account.emergency_phone is None:
            return EnrollmentStatus.INVITED, EnrollmentReason.NO_NUMBER
        if not self.number_valid:
            return EnrollmentStatus.INVITED, EnrollmentReason.INVALID_NUMBER
        if not self.number_counts:
            return EnrollmentStatus.INVITED, EnrollmentReason.NUMBER_NOT_VERIFIED
        return EnrollmentStatus.ENROLLED, EnrollmentReason.REQUIREMENTS_MET

    def _set_status(
        self, status: EnrollmentStatus, reason: EnrollmentReason, now: datetime
    ) -> None:
        # Only the newest letter that waits for an address is kept. If a letter about the end of
        # the enrollment still waits, the next letter replaces it, so it must say that too.
        untold = self.account.email is None and self.outbox.has(SAYS_ENDED)
        ended = self.status is EnrollmentStatus.ENROLLED or untold
        self.status, self.reason = status, reason
        self.timeline.log(now, EnrollmentEventKind.STATUS, status=status, reason=reason)
        self.remind_at = None
        self.outbox.stop_asking()
        if status is EnrollmentStatus.ENROLLED:
            self.write(LetterPurpose.ENROLLED, now)
            if (prove_by := self.verification.prove_by) is not None:
                self.write(LetterPurpose.PROVE_NUMBER, now, prove_by=prove_by)
        elif status is EnrollmentStatus.INVITED:
            self.write(LetterPurpose.ENDED_NUMBER_NEEDED if ended else LetterPurpose.INVITED, now)
        elif ended and reason is not EnrollmentReason.DEACTIVATED:  # whoever deactivated tells
            self.write(LetterPurpose.ENDED, now)

    def _remind_to_verify(self, now: datetime) -> None:
        """Ask an enrolled seller, a year after the proof, to prove the number again."""
        due, enrolled = self.verification.remind_at, self.status is EnrollmentStatus.ENROLLED
        if due is not None and due <= now:
            self.verification.put_off_reminder(now)
            if enrolled:
                self.write(LetterPurpose.VERIFY_AGAIN, now)
        # Drop reminders that waited to leave, and are no longer true.
        due, proves = self.verification.remind_at, self.verification.prove_by is not None
        self.outbox.drop(
            lambda letter: (
                (
                    letter.about is LetterPurpose.VERIFY_AGAIN
                    and not (enrolled and due == letter.at + VERIFY_AGAIN_AFTER)
                )
                or (letter.about is LetterPurpose.PROVE_NUMBER and not (enrolled and proves))
            )
        )

    def used_up(self, today: date) -> int:
        """Return how many allowed days below are used up; 0 if the seller is not enrolled."""
        return self.ratings.days_below(today) if self.status is EnrollmentStatus.ENROLLED else 0

    def forget_warnings(self, today: date) -> None:
        """Allow warnings again that are long ago, if there are fewer days below than they said."""
        if self.warnings.given:
            self.warnings.forget(self.ratings.days_below(today), today)

    def _warn(self, today: date, now: datetime) -> None:
        """Write a warning if few allowed days below are left and the seller was not told."""
        self.forget_warnings(today)
        below = self.used_up(today)
        if not below:
            self.warnings.learn_days(None)  # look the setting up again when it is needed again
        # Without an address the warning is written later.
        reached = self.warnings.reached(below) if self.account.email is not None else ()
        # Drop a waiting warning that is no longer true.
        self.outbox.drop(
            lambda letter: (
                letter.about is LetterPurpose.DAYS_BELOW
                and not (reached and letter.days_below == below)
            )
        )
        waits = self.outbox.has({LetterPurpose.DAYS_BELOW})
        if reached and not waits and self.warnings.failed_on != today:
            self.write(LetterPurpose.DAYS_BELOW, now, days_below=below, warns_at=reached)

    # Any: the fields of `Letter` have different types.
    def write(self, about: LetterPurpose, now: datetime, **more: Any) -> None:
        """Write the seller an e-mail, which then waits in the outbox."""
        has_address = self.account.email is not None
        self.outbox.write(about, self.reason, now, has_address=has_address, **more)
