"""A seller's enrollment in a store: the effect of each event, and the next steps.

The rating requirement itself is in domain/enrollment/ratings.py (docs/rules.md, section 2).
"""

from datetime import UTC, date, datetime, time, timedelta

from domain.case.attempt import Result
from domain.case.events import RecordDeactivation, SendLink
from domain.case.steps import ShareContact, TellDeactivation, WaitUntil
from domain.enrollment.events import (
    AccountNews,
    ChangeAccount,
    Expel,
    Readmit,
    RecordRatings,
    Reinstate,
)
from domain.enrollment.state import (
    INVITES,
    SAYS_ENDED,
    CheckNumber,
    EnrollmentEventKind,
    EnrollmentReason,
    EnrollmentStatus,
    EnrollmentStep,
    Expulsion,
    Letter,
    LetterPurpose,
    LookUpWarnings,
    Send,
)
from domain.enrollment.warnings import Warnings
from domain.shared.account import ContactNews, SellingPlan
from domain.shared.errors import Refusal, Refused
from domain.shared.fresh_link import refuse_if_too_often

REMIND_AFTER = timedelta(days=7)
LINK_SPACING, LINKS_PER_DAY = timedelta(minutes=15), 3
_REMEMBERS_CASES = 20
"""A repeat comes within days, so a few cases are enough."""


class Enrollment(Warnings):
    """An enrollment with all its rules."""

    def advance(self, now: datetime) -> tuple[EnrollmentStep, ...]:
        """Let time pass until `now`. Return every step that must be under way from now on.

        Whoever performs the steps cancels those that are missing from the answer. A second call
        at the same moment changes nothing. Nothing is decided before the number is checked.
        Otherwise a seller with a valid number would be asked for one.
        """
        if self.number_unchecked:
            assert self.account.emergency_phone is not None
            return (CheckNumber(self.account.emergency_phone),)
        self.settle(now)
        steps: list[EnrollmentStep] = []
        for letter in self.outbox:
            if to := letter.to or self.account.email:
                steps.append(Send(letter.number, letter.about, to))
                break
        if self.warn_days is None and self.used_up(now.astimezone(UTC).date()):
            steps.append(LookUpWarnings())
        if self.contact_news.fields:
            steps.append(ShareContact())
        if self.case_to_hear is not None:
            steps.append(TellDeactivation())
        if moment := self._next_moment(now):
            steps.append(WaitUntil(moment))
        return tuple(steps)

    def settle(self, now: datetime) -> None:
        """Bring the status up to date. Call it only after the number was checked."""
        today = now.astimezone(UTC).date()
        self.ratings = self.ratings.kept(today)
        status, reason = self._standing(today)
        if status is not self.status:
            self._become(status, reason, now)
        self.reason = reason
        if self.remind_at is not None and self.remind_at <= now:
            self.remind_at = None
            self.write(LetterPurpose.INVITED_AGAIN, now)
        self.warn(today, now)

    def _standing(self, today: date) -> tuple[EnrollmentStatus, EnrollmentReason]:
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
        return EnrollmentStatus.ENROLLED, EnrollmentReason.REQUIREMENTS_MET

    def _become(self, status: EnrollmentStatus, reason: EnrollmentReason, now: datetime) -> None:
        # Only the newest letter that waits for an address is kept. If a letter about the end of
        # the enrollment still waits, the next letter replaces it, so it must say that too.
        waiting = self.outbox if self.account.email is None else ()
        ended = self.status is EnrollmentStatus.ENROLLED or any(
            x.about in SAYS_ENDED for x in waiting
        )
        self.status, self.reason = status, reason
        self.log(now, EnrollmentEventKind.STATUS, status=status, reason=reason)
        self.remind_at = None
        self.stop_asking()
        if status is EnrollmentStatus.ENROLLED:
            self.write(LetterPurpose.ENROLLED, now)
        elif status is EnrollmentStatus.INVITED:
            self.write(LetterPurpose.ENDED_NUMBER_NEEDED if ended else LetterPurpose.INVITED, now)
        elif ended and reason is not EnrollmentReason.DEACTIVATED:  # whoever deactivated tells
            self.write(LetterPurpose.ENDED, now)

    def _next_moment(self, now: datetime) -> datetime | None:
        """Return the next moment at which something changes by itself; None if nothing will."""
        today = now.astimezone(UTC).date()
        moments = [] if self.remind_at is None else [self.remind_at]
        professional = self.account.selling_plan is SellingPlan.PROFESSIONAL
        if professional and self.expulsion is None and not self.deactivated:
            day = self.ratings.changes_on(today)
            if day is not None:
                moments.append(datetime.combine(day, time(), UTC))
        if day := self.next_warning(today):
            moments.append(datetime.combine(day, time(), UTC))
        return min(moments, default=None)

    # --- events ---------------------------------------------------------------------------

    def record_ratings(self, event: RecordRatings, now: datetime) -> None:
        """Record ratings. A rating of a day recorded before corrects that day.

        Raises:
            Refused: a day is in the future.
        """
        today = now.astimezone(UTC).date()
        for position, rating in enumerate(event.ratings):
            if rating.date > today:
                field = f"ratings.{position}.date"
                raise Refused(
                    f"{field}: {rating.date} is in the future; today is {today} (UTC)",
                    Refusal.IN_FUTURE,
                    field=field,
                    date=rating.date.isoformat(),
                    today=today.isoformat(),
                )
        if event.account is not None:
            self._learn(event.account, event.by, now)
        self.forget_warnings(today)
        before, self.ratings = self.ratings, self.ratings.recorded(event.ratings)
        corrected = [e.date for e in before.entries if e.rating != self.ratings.on(e.date)]
        self.ratings = self.ratings.kept(today)
        if corrected:
            which = f"{len(corrected)} days, the earliest" if len(corrected) > 1 else "of"
            note = f"{which} {min(corrected)}"
            self.log(now, EnrollmentEventKind.RATINGS_CORRECTED, event.by, note=note)

    def change_account(self, event: ChangeAccount, now: datetime) -> None:
        """Change what is known of the seller. The update's validator has checked the number."""
        self._learn(event, event.by, now, event.confirmed)

    def _learn(
        self, account: AccountNews, by: str, now: datetime, confirmed: tuple[str, ...] = ()
    ) -> None:
        news = account.news.items()
        changed = {f: value for f, value in news if value != getattr(self.account, f)}
        if account.emergency_phone is not None and not self.number_valid:
            # Even the number we have counts as changed: the update's validator found it valid.
            changed["emergency_phone"] = account.emergency_phone
        if not changed:
            return
        before, self.account = self.account, self.account.model_copy(update=changed)
        if "email" in changed:
            self.warning_failed_on = None  # a new address is written to at once
        if "emergency_phone" in changed:
            self.number_valid = None if changed["emergency_phone"] is None else True
        confirmed = self.confirm_contact(before, confirmed, now)
        self.contact_news = self.contact_news.after(self.account, changed, confirmed)
        self.log(now, EnrollmentEventKind.ACCOUNT_CHANGED, by, changed=tuple(changed))

    def expel(self, event: Expel, now: datetime) -> None:
        """Expel the seller for harm. A repeat changes nothing, not even after a readmission.

        The case is remembered even if the seller is expelled already, since its repeat may come
        after a readmission.
        """
        if event.case_id in self.expelled_in:
            return
        if event.case_id is not None:
            self.expelled_in = (*self.expelled_in, event.case_id)[-_REMEMBERS_CASES:]
        if self.expulsion is not None:
            return
        self.expulsion = Expulsion(
            by=event.by, category=event.category, evidence=event.evidence, case_id=event.case_id
        )
        self.log(
            now, EnrollmentEventKind.EXPELLED, event.by, code=event.category, note=event.evidence
        )

    def readmit(self, event: Readmit, now: datetime) -> None:
        """Take the expulsion back, on a person's word. The requirements decide again.

        Raises:
            Refused: the seller is not expelled.
        """
        if self.expulsion is None:
            raise Refused(
                f"the seller is not expelled: {self.status}",
                Refusal.NOT_EXPELLED,
                status=self.status.value,
            )
        self.expulsion = None
        self.log(now, EnrollmentEventKind.READMITTED, event.by, note=event.note)

    def record_deactivation(self, event: RecordDeactivation, now: datetime) -> None:
        """Record that the account is deactivated. Cancel invitations and congratulations.

        An open case is told, unless a case reported the deactivation itself.
        """
        if self.deactivated:
            return
        self.deactivated = True
        self.case_to_hear = event.by if event.case_id is None else None
        self.log(now, EnrollmentEventKind.DEACTIVATED, event.by, case_id=event.case_id)
        self.stop_asking()
        self.outbox = tuple(x for x in self.outbox if x.about is not LetterPurpose.ENROLLED)

    def reinstate(self, event: Reinstate, now: datetime) -> None:
        """Record that the account is active again. The requirements decide.

        Raises:
            Refused: the account is not deactivated.
        """
        if not self.deactivated:
            raise Refused(
                f"the account is not deactivated: the seller is {self.status}",
                Refusal.NOT_DEACTIVATED,
                status=self.status.value,
            )
        self.deactivated, self.case_to_hear = False, None
        self.log(now, EnrollmentEventKind.REINSTATED, event.by, note=event.note)

    def send_link(self, event: SendLink, now: datetime) -> None:
        """E-mail a fresh link to the account health page to the address on file.

        Raises:
            Refused: too many links were sent, or no address is known.
        """
        if self.account.email is None:
            raise Refused("no e-mail address is known", Refusal.NO_EMAIL)
        asked = [
            entry.at for entry in self.timeline if entry.what is EnrollmentEventKind.LINK_REQUESTED
        ]
        refuse_if_too_often(asked, now, LINK_SPACING, LINKS_PER_DAY)
        self.log(now, EnrollmentEventKind.LINK_REQUESTED, event.by)
        self.write(LetterPurpose.FRESH_LINK, now)

    def ignore_cancellation(self, now: datetime) -> None:
        """Go on despite a cancellation. Otherwise an expulsion would be forgotten."""
        self.log(now, EnrollmentEventKind.CANCELLATION_IGNORED)

    # --- results of steps -----------------------------------------------------------------

    def number_checked(self, valid: bool, now: datetime) -> None:
        """Record whether the number that the enrollment began with is valid."""
        if self.number_unchecked:
            self.number_valid = valid
            self.settle(now)

    def sent(self, letter: Letter, result: Result, now: datetime) -> None:
        """Record the result of an e-mail: accepted, bounced or failed."""
        self.outbox = tuple(x for x in self.outbox if x.number != letter.number)
        self.log(now, EnrollmentEventKind.EMAIL, about=letter.about, result=result)
        self.has_warned(letter, result, now.astimezone(UTC).date())
        if letter.about in INVITES and self.status is EnrollmentStatus.INVITED:
            self.remind_at = now + REMIND_AFTER

    def told_deactivation(self, by: str, told: bool, now: datetime) -> None:
        """Record whether an open case, if any, could be told of the deactivation in time."""
        if by == self.case_to_hear:
            self.case_to_hear = None
        if not told:
            self.log(now, EnrollmentEventKind.CASE_NOT_TOLD)

    def shared_contact(self, news: ContactNews, told: bool, now: datetime) -> None:
        """Record whether an open case, if any, could be told the changed contact in time."""
        if news == self.contact_news:
            self.contact_news = news.told()
        if not told:
            self.log(now, EnrollmentEventKind.CONTACT_NOT_SHARED)
