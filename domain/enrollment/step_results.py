"""The effects of step results on the enrollment (docs/rules.md, section 2)."""

from datetime import UTC, datetime, timedelta

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import INVITES, Letter, LetterPurpose
from domain.enrollment.old_numbers import Way
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import NumberFacts
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.verification import Preparation
from domain.shared.account import ContactNews
from domain.shared.result import Result

REMIND_AFTER = timedelta(days=7)


def number_checked(enrollment: Enrollment, facts: NumberFacts, now: datetime) -> None:
    """Record whether the number is valid, and whether it must be proven."""
    if enrollment.announces is None:
        enrollment.announces = facts.announces
    if enrollment.number_unchecked:
        if enrollment.number_valid is None:  # else the update's validator has found it valid
            enrollment.number_valid = facts.valid
        enrollment.must_be_verified = facts.must_be_verified
        _ask_for_proof(enrollment, facts, now)
        enrollment.settle(now)


def _ask_for_proof(enrollment: Enrollment, facts: NumberFacts, now: datetime) -> None:
    """Ask an enrolled seller to prove a number that they have just changed. End the time for it."""
    verification = enrollment.verification
    verification.looked_up_at = now
    put_off = False
    if not facts.must_be_verified:
        verification.prove_by = None
    elif verification.prove_by is not None and verification.prove_by <= now:
        put_off = verification.put_off_proof(now, contacting=facts.contacting)
    asks_already = enrollment.outbox.has({LetterPurpose.PROVE_NUMBER})
    if verification.prove_by is None or enrollment.status is not EnrollmentStatus.ENROLLED:
        return
    # The seller knows of the proof, so a day more is no news. An e-mail that has not left must name
    # it, though.
    if asks_already or not put_off:
        enrollment.outbox.drop(lambda letter: letter.about is LetterPurpose.PROVE_NUMBER)
        enrollment.write(LetterPurpose.PROVE_NUMBER, now, prove_by=verification.prove_by)


def announced(enrollment: Enrollment, entries: int, announces: bool, now: datetime) -> None:
    """Record how many events of the timeline receivers were told of, and whether there are any."""
    enrollment.told, enrollment.announces = entries, announces


def warnings_looked_up(enrollment: Enrollment, days: tuple[int, ...], now: datetime) -> None:
    """Record the setting that says at how many days below sellers are warned."""
    enrollment.warnings.learn_days(days)


def sent(enrollment: Enrollment, letter: Letter, result: Result, now: datetime) -> None:
    """Record the result of an e-mail: accepted, bounced or failed."""
    enrollment.outbox.drop(lambda waiting: waiting.number == letter.number)
    enrollment.timeline.log(now, EnrollmentEventKind.EMAIL, about=letter.about, result=result)
    if letter.about is LetterPurpose.DAYS_BELOW:
        enrollment.warnings.record(letter, result, now.astimezone(UTC).date())
    if letter.about in INVITES and enrollment.status is EnrollmentStatus.INVITED:
        enrollment.remind_at = now + REMIND_AFTER


def call_prepared(
    enrollment: Enrollment, number: int, preparation: Preparation, now: datetime
) -> None:
    """Record whether a call that the seller asked for may be dialled."""
    verification = enrollment.verification
    call = verification.under_way  # None if the number has changed meanwhile
    verification.prepare(number, preparation)
    if call is not None and preparation.refused_as is not None:
        _log_call(enrollment, preparation.refused_as, now)


def call_ended(enrollment: Enrollment, number: int, result: Result, now: datetime) -> None:
    """Record what came of a call that the seller asked for."""
    verification, account = enrollment.verification, enrollment.account
    verification.end(number, result)
    call = verification.call
    assert call is not None
    # The number may have changed while the telephone rang. Nobody has answered at the new one.
    called_present = (call.phone, call.extension) == (account.emergency_phone, account.extension)
    if result is Result.CONNECTED and called_present:
        verification.answered(now)
    _log_call(enrollment, result, now)


def _log_call(enrollment: Enrollment, result: Result, now: datetime) -> None:
    call = enrollment.verification.call
    assert call is not None
    enrollment.timeline.log(now, EnrollmentEventKind.CALL, code=call.kind, result=result)


def way_looked_up(enrollment: Enrollment, number: int, way: Way | None, now: datetime) -> None:
    """Record how an old number is told of the change. None: it is not told."""
    enrollment.old_numbers.learn(number, way)
    if way is None:
        enrollment.timeline.log(now, EnrollmentEventKind.OLD_NUMBER_TOLD, result=Result.SKIPPED)


def old_number_told(
    enrollment: Enrollment, number: int, by_text: bool, result: Result, now: datetime
) -> None:
    """Record what came of telling an old number. It is told once."""
    if enrollment.old_numbers.told(number, result):
        code = "text" if by_text else "call"
        enrollment.timeline.log(now, EnrollmentEventKind.OLD_NUMBER_TOLD, code=code, result=result)


def told_deactivation(enrollment: Enrollment, by: str, told: bool, now: datetime) -> None:
    """Record whether an open case, if any, could be told of the deactivation in time."""
    if by == enrollment.case_to_hear:
        enrollment.case_to_hear = None
    if not told:
        enrollment.timeline.log(now, EnrollmentEventKind.CASE_NOT_TOLD)


def shared_contact(enrollment: Enrollment, news: ContactNews, told: bool, now: datetime) -> None:
    """Record whether an open case, if any, could be told the changed contact in time."""
    if news == enrollment.contact_news:
        enrollment.contact_news = news.told()
    if not told:
        enrollment.timeline.log(now, EnrollmentEventKind.CONTACT_NOT_SHARED)
