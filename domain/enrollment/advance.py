"""The next steps of an enrollment, and its next change (docs/rules.md, section 2)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from domain.enrollment.announcements import untold
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.steps import (
    CheckNumber,
    EnrollmentStep,
    LookUpWarnings,
    LookUpWay,
    PlaceCall,
    PrepareCall,
    Send,
    TellOldNumber,
)
from domain.shared.account import SellingPlan
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil


def advance(enrollment: Enrollment, now: datetime) -> tuple[EnrollmentStep, ...]:
    """Let time pass until `now`. Return every step that must be under way from now on.

    Whoever performs the steps cancels those that are missing from the answer. A second call
    at the same moment changes nothing. Nothing is decided before the number is checked.
    Otherwise a seller with a valid number would be asked for one.
    """
    steps: list[EnrollmentStep] = []
    if not enrollment.number_unchecked:
        enrollment.settle(now)
    unchecked = enrollment.number_unchecked  # to settle may want the number checked again
    if unchecked:
        assert enrollment.account.emergency_phone is not None
        steps.append(CheckNumber(enrollment.account.emergency_phone))
    steps += _calls(enrollment, now)
    for letter in enrollment.outbox.letters:
        if to := letter.to or enrollment.account.email:
            steps.append(Send(letter.number, letter.about, to))
            break
    knows_warnings = unchecked or enrollment.warnings.days is not None
    if not knows_warnings and enrollment.used_up(now.astimezone(UTC).date()):
        steps.append(LookUpWarnings())
    if enrollment.contact_news.fields:
        steps.append(ShareContact())
    if enrollment.case_to_hear is not None:
        steps.append(TellDeactivation())
    if enrollment.announces is not False and untold(enrollment):
        steps.append(Announce())
    if not unchecked and (moment := _next_moment(enrollment, now)):
        steps.append(WaitUntil(moment))
    return tuple(steps)


def _calls(enrollment: Enrollment, now: datetime) -> Iterator[EnrollmentStep]:
    """Yield the step of the call that the seller asked for, and that of an old number."""
    if call := enrollment.verification.under_way:
        yield PlaceCall(call.number) if call.is_prepared else PrepareCall(call.number)
    for old in enrollment.old_numbers.waiting[:1]:
        if old.due is None:
            yield LookUpWay(old.number)
        elif old.due <= now:
            yield TellOldNumber(old.number)


def _next_moment(enrollment: Enrollment, now: datetime) -> datetime | None:
    """Return the next moment at which something changes by itself; None if nothing will.

    It is later than now: a timer for the past would fail the workflow task for ever.
    """
    today = now.astimezone(UTC).date()
    reminder = enrollment.verification.remind_at
    due = [enrollment.remind_at, reminder, enrollment.next_look_at]
    due += [old.due for old in enrollment.old_numbers.waiting[:1]]
    moments = [moment for moment in due if moment is not None]
    professional = enrollment.account.selling_plan is SellingPlan.PROFESSIONAL
    if professional and enrollment.expulsion is None and not enrollment.deactivated:
        day = enrollment.ratings.changes_on(today)
        if day is not None:
            moments.append(datetime.combine(day, time(), UTC))
    if day := _next_warning(enrollment, today):
        moments.append(datetime.combine(day, time(), UTC))
    return min((moment for moment in moments if moment > now), default=None)


def _next_warning(enrollment: Enrollment, today: date) -> date | None:
    """Return the next day on which to write or check a warning; None if there is none."""
    if enrollment.outbox.has({LetterPurpose.DAYS_BELOW}):
        return today + timedelta(days=1)  # the waiting warning is true for today only
    below, warnings = enrollment.used_up(today), enrollment.warnings
    if warnings.failed_on == today and warnings.reached(below):
        return today + timedelta(days=1)
    next_at = warnings.next_after(below)
    return None if next_at is None else enrollment.ratings.reaches(today, next_at)
