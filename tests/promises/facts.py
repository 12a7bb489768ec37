"""What may be so of a state that a text is shown in."""

from collections.abc import Callable

from domain.case.advance import next_moment
from domain.case.attempt import Purpose
from domain.case.status import CLOSED, Status
from domain.enrollment.status import EnrollmentStatus
from domain.shared.steps import WaitUntil
from tests.promises.states import Moment


def is_open(m: Moment) -> bool:
    return m.case is not None and m.case.is_open


def in_status(*statuses: Status) -> Callable[[Moment], bool]:
    return lambda m: m.status in statuses


def page_has_button(m: Moment) -> bool:
    """Whoever presses it is called: not while a telephone rings, nor too soon, nor without one."""
    return m.case is not None and m.case.takes_requests(m.now) and not being_called(m)


def button_when_read(m: Moment) -> bool:
    """An e-mail is read later, when a telephone that rings now has long stopped."""
    return m.case is not None and m.case.takes_requests(m.now)


def being_called(m: Moment) -> bool:
    asked_for = m.case is not None and any(
        p.about is Purpose.REQUESTED for p in m.case.attempts.agenda
    )
    return is_open(m) and (asked_for or bool(m.calls_under_way))


def may_call(m: Moment) -> bool:
    return m.case is not None and m.case.may_call


def called_daily(m: Moment) -> bool:
    return (
        m.case is not None
        and m.case.conversation_wanted
        and not m.case.outreach.number.cannot_be_called
    )


def cannot_call(m: Moment) -> bool:
    return m.case is not None and m.case.outreach.number.cannot_be_called


def something_to_come(m: Moment) -> bool:
    return m.case is not None and m.status not in CLOSED and bool(m.case.attempts.agenda)


def something_next(m: Moment) -> bool:
    waits = any(isinstance(step, WaitUntil) for step in m.steps)
    if m.case is None or m.status in CLOSED:
        return m.case is None and waits
    return waits or bool(m.case.attempts.agenda) or bool(m.case.attempts.under_way) or clock_runs(m)


def clock_runs(m: Moment) -> bool:
    """A deadline that binds; it may be over, and what is under way still be waited for."""
    timed = m.status in (Status.CONTACTING, Status.WORKING)
    return timed and m.case is not None and m.case.deadline is not None


def time_is_left(m: Moment) -> bool:
    assert m.case is not None
    return clock_runs(m) and m.case.deadline is not None and m.case.deadline > m.now


def silence_deactivates(m: Moment) -> bool:
    return m.status is Status.CONTACTING and not m.deactivated


def no_clock_runs(m: Moment) -> bool:
    return m.status in (Status.PLAN_REVIEW, Status.ESCALATED) and not account_unknown(m)


def account_unknown(m: Moment) -> bool:
    """A deactivation got no answer, and may have taken effect."""
    return m.case is not None and m.case.unanswered_deactivation is not None


def stays_active(m: Moment) -> bool:
    return m.status in (Status.RESOLVED, Status.WITHDRAWN) and not m.deactivated


def may_appeal(m: Moment) -> bool:
    return m.deactivated or m.status is Status.DEACTIVATED


def plan_waits(m: Moment) -> bool:
    """For a reviewer, or for the lead."""
    waits = m.status in (Status.PLAN_REVIEW, Status.ESCALATED)
    return (
        waits
        and m.case is not None
        and bool(m.case.plans.versions)
        and not m.case.plans.versions[-1].decision
    )


def nothing_is_awaited(m: Moment) -> bool:
    return not is_open(m) or m.status is Status.ESCALATED


def newer_version(m: Moment) -> bool:
    return is_open(m) and m.case is not None and bool(m.case.plans.versions)


def conversation_needed(m: Moment) -> bool:
    """A lead decides without one."""
    required = m.case is not None and m.case.conversation_required
    return required and m.status in (Status.WORKING, Status.PLAN_REVIEW)


def desk_is_told(m: Moment) -> bool:
    return m.case is not None and next_moment(m.case, m.now) == m.case.desk_due is not None


def stands(*statuses: EnrollmentStatus) -> Callable[[Moment], bool]:
    return lambda m: m.enrolled in statuses and not m.deactivated


def may_return(m: Moment) -> bool:
    """By itself; an expulsion or a deactivation takes a person."""
    return m.enrolled is not EnrollmentStatus.EXPELLED and not m.deactivated


def only_a_number_is_missing(m: Moment) -> bool:
    return stands(EnrollmentStatus.INVITED)(m)
