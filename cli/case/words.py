"""A case in a few words."""

from datetime import datetime
from typing import assert_never

from cli.terminal.output import say, say_json
from cli.terminal.words import utc
from domain.case.attempt import Channel, Purpose
from domain.case.plans import Plan
from domain.case.status import CLOSED, HAS_DEADLINE, NEEDS_CONVERSATION, READS_PLANS, Status
from domain.case.view import CaseView, PlannedView
from domain.shared.codes import plain
from reference.contact_check import zone_problem
from reference.time_zones import utc_offset, zone_of

_MEANING = {
    Status.CONTACTING: "the seller is being reached",
    Status.WORKING: "the seller was reached; a plan is awaited",
    Status.PLAN_REVIEW: "a plan waits for a reviewer",
    Status.ESCALATED: "the desk decides",
    Status.DEACTIVATING: "the account is being deactivated",
    Status.RESOLVED: "the account stays active",
    Status.DEACTIVATED: "what is left to the seller is to appeal",
    Status.WITHDRAWN: "the account stays active",
    Status.NOT_COVERED: "the programme does not cover the account; nothing was touched",
}


def print_case(view: CaseView, *, as_json: bool) -> None:
    """Print the view as JSON, or the status and what comes next."""
    if as_json:
        say_json(view.model_dump_json(indent=2))
        return
    print_status(view)
    if upcoming := what_next(view):
        say(f"Next: {upcoming}.")


def print_status(view: CaseView) -> None:
    """Print the status in one line."""
    say(f"{view.account.store}/{view.account.seller_id} is {status_of(view)}: {meaning_of(view)}.")


def status_of(view: CaseView) -> str:
    """`working`, or `escalated (no cooperation)`."""
    if not view.timeline:
        return "opening"
    if view.reason is None:
        return plain(view.status)
    return f"{plain(view.status)} ({plain(view.reason)})"


def meaning_of(view: CaseView) -> str:
    """Return what the status means, for somebody who does not know the rules."""
    if not view.timeline:
        return "it is being looked up whether the account is covered"
    meaning = _MEANING[view.status]
    if view.status is Status.NOT_COVERED and view.account_deactivated:
        meaning = "nobody is reached out to, and nothing was touched"
    if view.account_unknown:
        meaning += "; nobody knows whether the account is active"
    if view.proposed is not None:
        meaning += "; a deactivation is proposed, which another person confirms or declines"
    if view.conversation_required and view.status in NEEDS_CONVERSATION:
        meaning += "; a phone conversation is required before it can be resolved"
    return meaning


def how_it_ended(view: CaseView) -> str:
    """`resolved (plan accepted) on 2026-11-23 17:00 UTC; the account stays active`."""
    ended = f" on {utc(view.closed_at)}" if view.closed_at else ""
    return f"{status_of(view)}{ended}; {meaning_of(view)}"


def what_next(view: CaseView) -> str | None:
    """Return what happens next if nobody does anything, or None if nothing does."""
    if view.status in CLOSED:
        return None
    upcoming = [
        f"{attempt_of(made.channel, made.about)} under way"
        for made in view.attempts
        if made.result is None
    ]
    if planned := next(iter(to_come(view)), None):
        upcoming.append(
            f"{attempt_of(planned.channel, planned.about)} at {both(planned.due, view)}"
        )
    if has_deadline(view):
        assert view.deadline is not None
        upcoming.append(f"deadline {both(view.deadline, view)}")
    return "; ".join(upcoming) or None


def to_come(view: CaseView) -> tuple[PlannedView, ...]:
    """Return the attempts to come. A case that has ended has none to show."""
    return () if view.status in CLOSED else view.agenda


def review_of(version: Plan, status: Status) -> str:
    """Return the answer of the reviewer, or whether there will be one."""
    if version.decision is None:
        return "waits for a reviewer" if status in READS_PLANS else "was not reviewed"
    note = f": {version.note}" if version.note else ""
    return f"{plain(version.decision)}, by {version.reviewed_by}{note}"


def has_deadline(view: CaseView) -> bool:
    """Return whether a deadline is running."""
    return view.deadline is not None and view.status in HAS_DEADLINE


def attempt_of(channel: Channel, about: Purpose) -> str:
    """`e-mail (final notice)`."""
    match channel:
        case Channel.CALL:
            return f"call ({plain(about)})"
        case Channel.EMAIL:
            return f"e-mail ({plain(about)})"
        case _:
            assert_never(channel)


def local(at: datetime, view: CaseView) -> str:
    """`Mon 09:00 UTC-8`: by the seller's clock, or empty if we do not know the zone."""
    zone = view.account.time_zone
    if zone_problem(zone):
        return ""
    theirs = at.astimezone(zone_of(zone))
    return f"{theirs:%a %H:%M} {utc_offset(theirs)}"


def both(at: datetime, view: CaseView) -> str:
    """Return a moment in UTC and by the seller's clock."""
    theirs = local(at, view)
    return f"{utc(at)} ({theirs})" if theirs else utc(at)
