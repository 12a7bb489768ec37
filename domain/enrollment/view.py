"""The view of an enrollment that clients see (docs/rules.md, section 2; docs/api.md)."""

from datetime import UTC, date, datetime
from enum import StrEnum

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.ratings import (
    DAYS_BELOW_ALLOWED,
    GOOD,
    Rating,
    RatingRecord,
    window_length,
)
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEntry
from domain.enrollment.verification import TRIES, CallKind, next_call_from
from domain.shared.account import SellerAccount, SellingPlan
from domain.shared.codes import plain
from domain.shared.names import number_call_id
from domain.shared.result import Result
from domain.shared.text import Frozen


class Requirement(StrEnum):
    """The requirements of enrollment."""

    STORE = "store"
    SELLING_PLAN = "selling_plan"
    RATING = "rating"
    EMERGENCY_CONTACT = "emergency_contact"


class NumberState(StrEnum):
    """What is known of an emergency number."""

    NONE = "none"
    BEING_CHECKED = "being_checked"
    INVALID = "invalid"
    """It is not one that we call."""
    MUST_BE_PROVEN = "must_be_proven"
    """It can be called, and only a proof is missing."""
    COUNTS = "counts"


class RequirementView(Frozen):
    """A requirement, whether it is met, and its progress."""

    name: Requirement
    met: bool
    detail: str


class NumberCallView(Frozen):
    """The newest call that the seller asked for outside any case."""

    id: str
    """It names the call for ever. The hashes of what is typed are made of it."""
    kind: CallKind
    at: datetime
    """When it was asked for."""
    result: Result | None
    """Null while it is under way."""
    code_until: datetime | None
    """Until when its code counts. Null if none is waited for."""
    tries_left: int
    """How many codes may still be typed."""


class EnrollmentView(Frozen):
    """The enrollment as clients see it. A field without a value is null; no field is missing."""

    status: EnrollmentStatus
    reason: EnrollmentReason
    requirements: tuple[RequirementView, ...]
    rating: int | None
    """Today's rating."""
    days_below: int
    """In today's window."""
    days_on_record: int
    """In today's window."""
    qualifies_on: date | None
    account: SellerAccount
    number: NumberState
    """What is known of the emergency number."""
    verified_at: datetime | None
    """When the present number was proven."""
    prove_by: datetime | None
    """Until when an enrolled seller has to prove a changed number. Null if no proof is missing."""
    number_call: NumberCallView | None
    call_again_from: datetime | None
    """From when on a call may be asked for, if that is later than now."""
    deactivated: bool
    """Whether the account itself is deactivated, whatever the status."""
    deactivated_by: str | None
    """The newest case that deactivated it. Null if it was somebody else."""
    deactivated_in: tuple[str, ...]
    """Every case whose deactivation stands, the oldest first."""
    deactivated_at: datetime | None
    """When that was told."""
    timeline: tuple[EnrollmentEntry, ...]
    events: int
    """How many events there ever were. The timeline has the newest."""


class StandingView(EnrollmentView):
    """The view with the ratings of today's window, for a chart.

    It is separate from `EnrollmentView`, which is shown far more often, and needs no half year of
    ratings.
    """

    today: date
    """The day in UTC that the view is for."""
    ratings: tuple[Rating, ...]
    """The first known rating of the window, and each change in it."""


def standing_of(enrollment: Enrollment, now: datetime) -> StandingView:
    """Return the view of an enrollment at `now` together with its ratings."""
    today = now.astimezone(UTC).date()
    ratings = enrollment.ratings.changes(today)
    return StandingView(**dict(view_of(enrollment, now)), today=today, ratings=ratings)


def view_of(enrollment: Enrollment, now: datetime) -> EnrollmentView:
    """Return the view of an enrollment at `now`, even if it slept since the last change."""
    current = enrollment.model_copy()
    if not current.number_unchecked:
        current.settle(now)
    if current.number_unchecked:  # also where to settle wants it checked again
        current.reason = EnrollmentReason.NUMBER_BEING_CHECKED
    today = now.astimezone(UTC).date()
    ratings, account = current.ratings, current.account
    enrolled = current.status is EnrollmentStatus.ENROLLED
    return EnrollmentView(
        status=current.status,
        reason=current.reason,
        requirements=(
            RequirementView(name=Requirement.STORE, met=True, detail=account.store),
            _selling_plan(account.selling_plan),
            _rating(ratings, today),
            _emergency_contact(current),
        ),
        rating=ratings.on(today),
        days_below=ratings.days_below(today),
        days_on_record=ratings.days_on_record(today),
        qualifies_on=ratings.qualifies_on(today),
        account=account,
        number=_number_state(current),
        verified_at=current.verification.verified_at,
        prove_by=current.verification.prove_by if enrolled else None,
        number_call=_number_call(current, now),
        call_again_from=_call_again_from(current, now),
        deactivated=current.deactivated,
        deactivated_by=current.deactivated_by,
        deactivated_in=current.deactivated_in,
        deactivated_at=current.deactivated_at,
        timeline=current.timeline.entries,
        events=current.timeline.count,
    )


def _number_call(enrollment: Enrollment, now: datetime) -> NumberCallView | None:
    call = enrollment.verification.call
    if call is None:
        return None
    waits = enrollment.verification.waits_for_code(now)
    return NumberCallView(
        id=number_call_id(enrollment.id, call.number),
        kind=call.kind,
        at=call.at,
        result=call.result,
        code_until=call.code_until if waits else None,
        tries_left=TRIES - call.wrong if waits else 0,
    )


def _call_again_from(enrollment: Enrollment, now: datetime) -> datetime | None:
    moment = next_call_from(enrollment.verification.asked)
    return moment if moment is not None and moment > now else None


def why_not_enrolled(view: EnrollmentView) -> str | None:
    """Say why a seller is not enrolled, without personal data. Return None if they are."""
    if view.status is EnrollmentStatus.ENROLLED:
        return None
    if view.status is EnrollmentStatus.EXPELLED:
        return "the account was expelled from the programme"
    if view.deactivated:
        return "the account is not enrolled: it was deactivated, and nobody has reinstated it"
    missing = "; ".join(f"{plain(r.name)}: {r.detail}" for r in view.requirements if not r.met)
    return f"the account is not enrolled: {missing}"


def _selling_plan(plan: SellingPlan | None) -> RequirementView:
    met = plan is SellingPlan.PROFESSIONAL
    detail = "not known" if plan is None else plan.value
    return RequirementView(
        name=Requirement.SELLING_PLAN,
        met=met,
        detail=detail if met else f"{detail}, and it must be professional",
    )


def _rating(ratings: RatingRecord, today: date) -> RequirementView:
    below, on_record = ratings.days_below(today), ratings.days_on_record(today)
    detail = (
        f"{on_record} of {window_length(today)} days on record, "
        f"{below} of at most {DAYS_BELOW_ALLOWED} days below {GOOD}"
    )
    met, changes = ratings.is_met(today), ratings.changes_on(today)
    if changes is not None:
        turns = "no longer met" if met else "met"
        detail += f"; {turns} on {changes} if the rating stays as it is"
    elif not met:
        detail += "; not met as long as the rating stays as it is"
    return RequirementView(name=Requirement.RATING, met=met, detail=detail)


def _number_state(enrollment: Enrollment) -> NumberState:
    if enrollment.account.emergency_phone is None:
        return NumberState.NONE
    if enrollment.number_unchecked:
        return NumberState.BEING_CHECKED
    if not enrollment.number_valid:
        return NumberState.INVALID
    proven = enrollment.verification.verified_at is not None
    if enrollment.must_be_verified and not proven:
        return NumberState.MUST_BE_PROVEN
    return NumberState.COUNTS


def _emergency_contact(enrollment: Enrollment) -> RequirementView:
    if enrollment.account.emergency_phone is None:
        detail = "no number is known"
    elif enrollment.number_valid is None:
        detail = "the number is being looked up"
    elif not enrollment.number_valid:
        detail = "the number cannot be called"
    elif enrollment.verification.verified_at is not None:
        detail = "the number can be called, and is verified"
    elif enrollment.must_be_verified:
        detail = "the number can be called, and must be verified"
    else:
        detail = "the number can be called"
    return RequirementView(
        name=Requirement.EMERGENCY_CONTACT, met=enrollment.number_counts, detail=detail
    )
