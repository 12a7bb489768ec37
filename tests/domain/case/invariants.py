"""What holds in every state of a case (docs/rules.md)."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from domain.case.attempt import NOTICES, Channel, Purpose, Scheduled
from domain.case.case import Case
from domain.case.events import (
    EventKind,
)
from domain.case.status import CLOSED, OPEN, Reason, Status
from domain.case.steps import Deactivate, LookAtAccount, Step
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from reference.time_zones import zone_of
from tests.domain.case.becomes import proposed_by

Move = tuple[Status | None, Status]
"""From a status to another; None is before the case has opened."""

CONTACTING, WORKING = Status.CONTACTING, Status.WORKING
PLAN_REVIEW, ESCALATED = Status.PLAN_REVIEW, Status.ESCALATED
DEACTIVATING, DEACTIVATED = Status.DEACTIVATING, Status.DEACTIVATED
RESOLVED, WITHDRAWN, NOT_COVERED = Status.RESOLVED, Status.WITHDRAWN, Status.NOT_COVERED

REASONS: dict[Status, set[Reason | None]] = {
    CONTACTING: {None},
    WORKING: {None},
    PLAN_REVIEW: {None},
    ESCALATED: {
        Reason.NO_NOTICE,
        Reason.NOT_REALLY_TRIED,
        Reason.NO_COOPERATION,
        Reason.PLANS_REJECTED,
        Reason.DEACTIVATION_FAILED,
        Reason.SILENCE_HELD,
        Reason.MESSAGE_WAITING,
    },
    DEACTIVATING: {Reason.NOT_REACHED, Reason.DECISION, Reason.HARM},
    DEACTIVATED: {Reason.NOT_REACHED, Reason.DECISION, Reason.HARM},
    RESOLVED: {Reason.PLAN_ACCEPTED, Reason.CONVERSATION, Reason.DECISION},
    WITHDRAWN: {Reason.RAISED_IN_ERROR, Reason.CANCELLED},
}
"""Section 5's table of reasons; not_covered has a sentence."""


def diagram() -> set[Move]:
    """The arrows of section 5's diagram that lead from a status, or the beginning, to a status."""
    rules = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    moves: set[Move] = set()
    for start, end in re.findall(r"^ +(\S+) --> (\w+)(?::.*)?$", rules, re.MULTILINE):
        starts = {None} if start == "[*]" else {Status(start)} if start in set(Status) else OPEN
        moves |= {(one, Status(end)) for one in starts}
    return moves


def check(case: Case, steps: Sequence[Step], now: datetime) -> None:
    """Each rule that a state alone can break."""
    _closed_is_closed(case)
    if case.policy is None:
        return
    _the_reason_fits_the_status(case)
    _attempts_belong_to_the_status(case)
    _only_deactivating_deactivates(case, steps)
    _only_an_escalation_has_a_proposal(case)
    _harm_alone_expels(case)
    _calls_are_as_planned(case, now)
    _the_clock_runs(case, steps)


def _closed_is_closed(case: Case) -> None:
    """Section 5: nothing is under way, and the timeline ends with it; the account is as it says."""
    closings = [entry.at for entry in case.timeline.entries if entry.what is EventKind.CLOSED]
    assert closings == ([] if case.closed_at is None else [case.closed_at])
    if case.closed_at is not None:
        assert case.status in CLOSED
        assert case.timeline.entries[-1].what is EventKind.CLOSED
        assert not case.attempts.under_way
        assert not case.attempts.agenda
        assert case.expelled == (case.harm is not None)
        assert case.deactivation_told == case.account_deactivated
        assert case.account_deactivated or case.status is not Status.DEACTIVATED


def _the_reason_fits_the_status(case: Case) -> None:
    if case.status is Status.NOT_COVERED:
        assert case.reason
        assert " " in case.reason, "a sentence"
    else:
        assert case.reason in REASONS[case.status]


def _attempts_belong_to_the_status(case: Case) -> None:
    """Section 4: contact stops the agenda and a ringing call; nothing begins at the deadline."""
    wanted = [*case.attempts.agenda, *(a for a in case.attempts.under_way if a.wanted)]
    for attempt in wanted:
        if attempt.about in NOTICES:
            assert case.status is CONTACTING
        if attempt.about is Purpose.CONVERSATION:
            assert case.status is WORKING
            assert case.conversation_required
        if attempt.about is Purpose.COOPERATION_REMINDER:
            assert case.status is WORKING
        if attempt.channel is Channel.CALL:
            assert case.status in OPEN
    if case.status is CONTACTING:
        assert case.deadline is not None
        assert all(p.due < case.deadline for p in case.attempts.agenda if p.about in NOTICES)


def _only_deactivating_deactivates(case: Case, steps: Sequence[Step]) -> None:
    """Section 6: one place deactivates, and nothing else goes on while it does."""
    assert (case.status is DEACTIVATING) == any(isinstance(step, Deactivate) for step in steps)
    unknown = case.unanswered_deactivation is not None
    assert (case.status is ESCALATED and unknown) == (LookAtAccount() in steps)
    assert not unknown or case.status in (ESCALATED, DEACTIVATING)
    if case.status is DEACTIVATING:
        # Whose number or address was changed hears of it all the same.
        attempts = (
            *case.attempts.agenda,
            *(attempt for attempt in case.attempts.under_way if attempt.wanted),
        )
        assert {attempt.about for attempt in attempts} <= {Purpose.CONTACT_CHANGED}


def _only_an_escalation_has_a_proposal(case: Case) -> None:
    """Section 5: and only where a second person is wanted."""
    proposal = case.desk.proposal
    assert (proposal and proposal.by) == proposed_by(case)
    assert proposal is None or (case.status is ESCALATED and case.rules.second_person)


def _harm_alone_expels(case: Case) -> None:
    if case.expelled:
        assert case.harm is not None
    if case.reason == Reason.HARM:
        assert case.harm is not None


def _calls_are_as_planned(case: Case, now: datetime) -> None:
    """Sections 3 and 4: in calling hours, at a distance, one at a time, to a number that exists."""
    planned = [p for p in case.attempts.agenda if p.channel is Channel.CALL]
    assert len([a for a in case.attempts.under_way if a.channel is Channel.CALL]) <= 1
    if case.outreach.number.cannot_be_called:
        assert not planned
    zone = zone_of(case.account.time_zone)
    for call in planned:
        quiet = not 8 <= call.due.astimezone(zone).hour < 21
        assert call.about is Purpose.REQUESTED or not quiet
    spacing = case.rules.call_spacing
    for before, call in pairwise([*_last_made(case), *planned]):
        beside = call.redial > 0 or call.about is Purpose.REQUESTED
        # One that waits for another to end is dropped when that one turns out late.
        assert beside or call.due <= now or call.due - _began(before) >= spacing


def _last_made(case: Case) -> Iterator[Scheduled]:
    """The newest call to the present number, made or ringing."""
    calls = [
        a
        for a in (*case.attempts.made, *case.attempts.under_way)
        if a.channel is Channel.CALL
        and a.to == case.account.emergency_phone
        and a.result is not Result.SKIPPED
    ]
    if calls:
        yield max(calls, key=_began)


def _began(call: Scheduled) -> datetime:
    at: datetime = getattr(call, "at", call.due)
    return at


def _hears_of_an_attempt(case: Case) -> bool:
    """No timer runs while what comes of an attempt is known before the deadline anyhow."""
    assert case.deadline is not None
    longest = max(case.rules.call_timeout, case.rules.email_timeout)
    return any(a.wanted and a.at + longest < case.deadline for a in case.attempts.under_way)


def _the_clock_runs(case: Case, steps: Sequence[Step]) -> None:
    """Section 4: 72 hours from the first notice. No deadline passes unnoticed."""
    if case.status is CONTACTING and case.outreach.noticed_at is not None:
        assert case.deadline is not None
        assert case.deadline >= case.outreach.noticed_at + case.rules.window
    if case.status in (CONTACTING, WORKING):
        assert case.deadline is not None
        waits = [step.moment for step in steps if isinstance(step, WaitUntil)]
        trying = any(attempt.about in NOTICES for attempt in case.attempts.under_way)
        ringing = case.status is CONTACTING and trying
        assert ringing or _hears_of_an_attempt(case) or min(waits) <= case.deadline
