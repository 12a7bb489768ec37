"""The effect of each update of an enrollment (docs/rules.md, section 2).

Each function takes an event and its time. It changes the enrollment or raises `Refused`. Callers
apply it to a copy, and drop the copy after a refusal.
"""

from datetime import UTC, datetime

from domain.enrollment.account_changes import learn
from domain.enrollment.enrollment import Enrollment, Expulsion
from domain.enrollment.events import (
    ChangeAccount,
    EnterCode,
    Expel,
    Readmit,
    RecordAnswer,
    RecordRatings,
    Reinstate,
    TryCall,
    VerifyNumber,
)
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.verification import CallKind, refuse_if_too_often
from domain.shared import fresh_link
from domain.shared.errors import Refusal, Refused
from domain.shared.events import BY_CASE, RecordDeactivation, SendLink

_REMEMBERS_CASES = 20
"""A repeat comes within days, so a few cases are enough."""


def record_ratings(enrollment: Enrollment, event: RecordRatings, now: datetime) -> None:
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
        learn(enrollment, event.account, event.by, now)
    enrollment.forget_warnings(today)
    before, enrollment.ratings = enrollment.ratings, enrollment.ratings.recorded(event.ratings)
    corrected = [e.date for e in before.entries if e.rating != enrollment.ratings.on(e.date)]
    enrollment.ratings = enrollment.ratings.kept(today)
    if corrected:
        which = f"{len(corrected)} days, the earliest" if len(corrected) > 1 else "of"
        note = f"{which} {min(corrected)}"
        enrollment.timeline.log(now, EnrollmentEventKind.RATINGS_CORRECTED, event.by, note=note)


def change_account(enrollment: Enrollment, event: ChangeAccount, now: datetime) -> None:
    """Change what is known of the seller. The update's validator has checked the number."""
    learn(enrollment, event, event.by, now, event.confirmed)


def expel(enrollment: Enrollment, event: Expel, now: datetime) -> None:
    """Expel the seller for harm. A repeat changes nothing, not even after a readmission.

    The case is remembered even if the seller is expelled already, since its repeat may come
    after a readmission.
    """
    if event.case_id in enrollment.expelled_in:
        return
    if event.case_id is not None:
        enrollment.expelled_in = (*enrollment.expelled_in, event.case_id)[-_REMEMBERS_CASES:]
    if enrollment.expulsion is not None:
        return
    enrollment.expulsion = Expulsion(
        by=event.by, category=event.category, evidence=event.evidence, case_id=event.case_id
    )
    enrollment.timeline.log(
        now, EnrollmentEventKind.EXPELLED, event.by, code=event.category, note=event.evidence
    )


def readmit(enrollment: Enrollment, event: Readmit, now: datetime) -> None:
    """Take the expulsion back, on a person's word. The requirements decide again.

    Raises:
        Refused: the seller is not expelled.
    """
    if enrollment.expulsion is None:
        raise Refused(
            f"the seller is not expelled: {enrollment.status}",
            Refusal.NOT_EXPELLED,
            status=enrollment.status.value,
        )
    enrollment.expulsion = None
    enrollment.timeline.log(now, EnrollmentEventKind.READMITTED, event.by, note=event.note)


def record_deactivation(enrollment: Enrollment, event: RecordDeactivation, now: datetime) -> None:
    """Record that the account is deactivated. Cancel invitations and congratulations.

    An open case is told, unless a case reported the deactivation itself. What a case has done can
    be appealed, also if somebody else reported a deactivation before.
    """
    if enrollment.timeline.has_since(event.seen, EnrollmentEventKind.REINSTATED):
        return  # what was seen then is over
    by_case = event.case_id if event.by == BY_CASE else None
    was_deactivated = enrollment.deactivated
    if was_deactivated and by_case in (None, *enrollment.deactivated_in):
        return
    enrollment.deactivated, enrollment.deactivated_at = True, now
    if by_case is not None:
        enrollment.deactivated_in = (*enrollment.deactivated_in, by_case)[-_REMEMBERS_CASES:]
    if not was_deactivated:
        enrollment.case_to_hear = event.by if event.case_id is None else None
    enrollment.timeline.log(now, EnrollmentEventKind.DEACTIVATED, event.by, case_id=event.case_id)
    enrollment.outbox.stop_asking()
    enrollment.outbox.drop(lambda letter: letter.about is LetterPurpose.ENROLLED)


def reinstate(enrollment: Enrollment, event: Reinstate, now: datetime) -> None:
    """Record that the account is active again. The requirements decide.

    Raises:
        Refused: the account is not deactivated, or by a later case than the one taken back.
    """
    if event.case_id not in (None, enrollment.deactivated_by):
        raise Refused(
            "another than this case has deactivated the account",
            Refusal.NOT_DEACTIVATED,
            status=enrollment.status.value,
        )
    if not enrollment.deactivated:
        raise Refused(
            f"the account is not deactivated: the seller is {enrollment.status}",
            Refusal.NOT_DEACTIVATED,
            status=enrollment.status.value,
        )
    enrollment.deactivated, enrollment.case_to_hear = False, None
    enrollment.deactivated_in, enrollment.deactivated_at = (), None
    enrollment.timeline.log(now, EnrollmentEventKind.REINSTATED, event.by, note=event.note)


def send_link(enrollment: Enrollment, event: SendLink, now: datetime) -> None:
    """E-mail a fresh link to the account health page to the address on file.

    Raises:
        Refused: too many links were sent, or no address is known.
    """
    if enrollment.account.email is None:
        raise Refused("no e-mail address is known", Refusal.NO_EMAIL)
    asked = enrollment.links_asked
    fresh_link.refuse_if_too_often(asked, now, fresh_link.SPACING, fresh_link.PER_DAY)
    enrollment.links_asked = (*asked, now)[-fresh_link.PER_DAY :]
    enrollment.timeline.log(now, EnrollmentEventKind.LINK_REQUESTED, event.by)
    enrollment.write(LetterPurpose.FRESH_LINK, now)


def verify_number(enrollment: Enrollment, event: VerifyNumber, now: datetime) -> None:
    """Call the number with a code, which proves the number, or send the code by text.

    Raises:
        Refused: no number that we call is known, a call is under way, or there were too many; or a
            text cannot reach the number's extension; or the account is out of the programme.
    """
    if event.by_text and enrollment.account.extension is not None:
        raise Refused("a text does not reach an extension: ask for a call", Refusal.NO_TEXTS)
    kind = CallKind.TEXT if event.by_text else CallKind.CODE
    _ask_for_call(enrollment, kind, event.by, now)


def try_call(enrollment: Enrollment, event: TryCall, now: datetime) -> None:
    """Call the number, so that the seller sees that it works.

    Raises:
        Refused: no number that we call is known, a call is under way, or there were too many.
    """
    _ask_for_call(enrollment, CallKind.TEST, event.by, now)


def _ask_for_call(enrollment: Enrollment, kind: CallKind, by: str, now: datetime) -> None:
    account, verification = enrollment.account, enrollment.verification
    if enrollment.expulsion is not None or enrollment.deactivated:
        raise Refused(
            "the account is expelled or deactivated, so a proof would be of no use",
            Refusal.NOT_IN_PROGRAMME,
        )
    if account.emergency_phone is None or not enrollment.number_valid:
        raise Refused("no number that we call is known", Refusal.NO_NUMBER)
    if verification.under_way is not None:
        raise Refused("a call to the number is under way", Refusal.CALL_UNDER_WAY)
    refuse_if_too_often(verification.asked, now)
    verification.ask(kind, account.emergency_phone, account.extension, now)
    enrollment.timeline.log(now, EnrollmentEventKind.CALL_REQUESTED, by, code=kind)


def enter_code(enrollment: Enrollment, event: EnterCode, now: datetime) -> None:
    """Take a code that the seller typed. A wrong one is taken too, since it counts as a try.

    Raises:
        Refused: no code is waited for.
    """
    if enrollment.verification.try_code(event.proofs, now):
        enrollment.timeline.log(now, EnrollmentEventKind.NUMBER_VERIFIED, event.by)
    elif not enrollment.verification.waits_for_code(now):
        enrollment.timeline.log(now, EnrollmentEventKind.CODE_MISSED, event.by)


def record_answer(enrollment: Enrollment, event: RecordAnswer, now: datetime) -> None:
    """Move the reminder to verify the number, since a call of a case to it connected."""
    account = enrollment.account
    if (event.phone, event.extension) == (account.emergency_phone, account.extension):
        enrollment.verification.answered(now)


def ignore_cancellation(enrollment: Enrollment, now: datetime) -> None:
    """Go on despite a cancellation. Otherwise an expulsion would be forgotten."""
    enrollment.timeline.log(now, EnrollmentEventKind.CANCELLATION_IGNORED)
