"""What the result of a step means for the case (docs/rules.md, sections 3 to 6)."""

from collections.abc import Callable
from datetime import datetime

from domain.case.attempt import Attempt, CallEnded, Purpose
from domain.case.calling_hours import CallingWindow, share_of
from domain.case.case import ALREADY_DEACTIVATED, Case
from domain.case.events import EventKind
from domain.case.harm import Harm
from domain.case.status import Reason, Status
from domain.case.steps import CaseFacts, Deactivate
from domain.case.waiting import WaitsFor, waits_for
from domain.shared.account import Account, ContactNews
from domain.shared.events import ENGINE
from domain.shared.result import Result

CaseOutcome = Callable[[Case, datetime], None]
"""Tells the case the outcome of a step."""


def looked_up(case: Case, facts: CaseFacts, now: datetime) -> None:
    """Open the case. Harm decides first, then coverage; then the clock begins (section 3)."""
    if case.policy is not None or not case.is_open:
        return
    case.policy, case.overrides = facts.policy, None
    delay = case.rules.opening_spread * share_of(case.id)
    case.outreach.open(case.account, facts.hours, facts.not_called, delay)
    case.shares_contact, case.announces = facts.shares_contact, facts.announces
    case.tells_answers = facts.tells_answers
    case.find_hashes = facts.find_hashes
    case.timeline.log(now, EventKind.OPENED, case.opened_by)
    if facts.not_called is not None:
        case.timeline.log(now, EventKind.NUMBER_NOT_CALLED, note=facts.not_called)
    harmful = next((issue for issue in case.issues if issue.harmful), None)
    if harmful is not None:
        reporter = "opening" if case.opened_by == ENGINE else case.opened_by
        case.act_on_harm(Harm.in_issue(harmful, reporter), now)
    elif facts.deactivated:
        case.account_deactivated = True
        case.set_status(now, Status.NOT_COVERED, ALREADY_DEACTIVATED)
    elif facts.not_covered is not None:
        case.set_status(now, Status.NOT_COVERED, facts.not_covered)
    else:
        case.begin_outreach(now)


def looked_up_hours(case: Case, hours: tuple[CallingWindow, ...], now: datetime) -> None:
    """Take in calling hours further ahead, and plan calls for them."""
    outreach = case.outreach
    outreach.learn_hours(hours)
    if case.status is Status.CONTACTING:
        # An outreach that began before its hours were known has its first call coming.
        call_now = not outreach.has_call and case.rules.call_hours[0] == 0
        outreach.plan_calls(now, case.rules, case.account, call_now=call_now)


def looked_up_find_hashes(
    case: Case, account: Account, hashes: tuple[str, ...], now: datetime
) -> None:
    """Take in by which hashes the case is found, unless the account has changed once more."""
    if account == case.account:
        case.find_hashes, case.find_hashes_are_old = hashes, False


def reached_out(case: Case, number: int, ended: Result | CallEnded, now: datetime) -> None:
    """Draw the conclusions of section 4 from an attempt. Only a connected call is a contact."""
    ended = ended if isinstance(ended, CallEnded) else CallEnded(result=ended)
    attempt = case.outreach.conclude(number, ended, case.rules)
    if attempt is None:
        return
    case.log_attempt(now, attempt, ended.served_by)
    if case.status is Status.CONTACTING and case.outreach.is_first_notice(attempt):
        case.timeline.log(now, EventKind.CLOCK_STARTED)
        case.outreach.start_clock(attempt, now, case.rules, case.account)
    if attempt.result is Result.BUSY and _still_wanted(case, attempt):
        case.outreach.redial(attempt, now, case.rules)
    if attempt.result is Result.INVALID_NUMBER and attempt.to == case.account.emergency_phone:
        _number_is_invalid(case, now)
    if attempt.result is Result.CONNECTED and case.is_open:
        case.seller_turned_up(now, by="seller")
        if case.tells_answers:
            case.contact_news = case.contact_news.with_answer(attempt.to, attempt.extension)


def _still_wanted(case: Case, call: Attempt) -> bool:
    """Whether the seller is still to be called for what a call was for."""
    for_notice = case.status is Status.CONTACTING and case.outreach.includes(call)
    for_conversation = case.conversation_wanted and call.about is Purpose.CONVERSATION
    return call.wanted and (for_notice or for_conversation)


def _number_is_invalid(case: Case, now: datetime) -> None:
    """End calling until the number changes, and see that an e-mail asks for it."""
    case.outreach.stop_calling(now)
    case.timeline.log(now, EventKind.NUMBER_INVALID)
    # In contacting the notices to come ask for it.
    if case.is_open and case.status is not Status.CONTACTING:
        case.attempts.email(Purpose.NUMBER_NEEDED, now)


def told_desk(case: Case, due: datetime, told: bool, now: datetime) -> None:
    """Record whether the desk was told. It is told again while the case waits for it.

    If the desk cannot be told of a case that has ended, the case closes all the same.
    """
    if due != case.desk_due:
        return
    case.timeline.log(now, EventKind.DESK_TOLD if told else EventKind.DESK_NOT_TOLD)
    case.desk_news = case.desk_news and not told
    if waits_for(case.status) is not WaitsFor.DESK and (told or not case.is_open):
        case.desk_due, case.desk_news = None, False
        return
    again = due + case.rules.desk_reminder
    if told and again <= now:
        again = now + case.rules.desk_reminder
    case.desk_due = max(again, now)


def deactivated(case: Case, now: datetime) -> None:
    """Record that the account is deactivated."""
    if case.status is Status.DEACTIVATING:
        case.end_deactivated(now, case.reason)


def deactivation_failed(case: Case, step: Deactivate, now: datetime) -> None:
    """Escalate, as the account could not be deactivated in 24 hours.

    If harm was reported meanwhile, the deactivation goes on as one for harm.
    """
    if not _is_awaited(case, step):
        return
    case.timeline.log(now, EventKind.DEACTIVATION_FAILED)
    _account_is_unknown(case)
    case.escalate(now, Reason.DEACTIVATION_FAILED)


def deactivation_held(
    case: Case, step: Deactivate, reason: Reason, now: datetime, *, tried: bool
) -> None:
    """Escalate what would be a deactivation for silence, for a reason of section 6.

    Args:
        case: the case.
        step: the deactivation. If harm was reported meanwhile, it goes on as one for harm.
        reason: why it is held.
        now: when.
        tried: whether an earlier try may have taken effect. Its answer was lost.
    """
    if not _is_awaited(case, step):
        return
    if tried:
        _account_is_unknown(case)
    case.escalate(now, reason)


def _is_awaited(case: Case, step: Deactivate) -> bool:
    """Whether the case still waits for this deactivation, and not for one for harm instead."""
    return case.status is Status.DEACTIVATING and case.deactivates_for_harm == step.for_harm


def _account_is_unknown(case: Case) -> None:
    assert case.reason is not None
    case.unanswered_deactivation = Reason(case.reason)


def looked_at_account(case: Case, active: bool, now: datetime) -> None:
    """Record whether a deactivation that got no answer has taken effect. Then it is done."""
    reason = case.unanswered_deactivation
    if case.status is not Status.ESCALATED or reason is None:
        return
    case.unanswered_deactivation = None
    if not active:
        case.end_deactivated(now, reason)


def expelled_from_programme(case: Case, now: datetime) -> None:
    """Record that the enrollment is expelled."""
    case.expelled = True
    case.timeline.log(now, EventKind.EXPELLED)


def told_deactivation(case: Case, now: datetime) -> None:
    """Record that the enrollment knows of the deactivation."""
    case.deactivation_told = True


def shared_contact(case: Case, news: ContactNews, told: bool, now: datetime) -> None:
    """Record whether the enrollment could be told of the new number or address in time."""
    if news == case.contact_news:
        case.contact_news = news.told()
    if not told:
        case.timeline.log(now, EventKind.CONTACT_NOT_SHARED)


def announced(case: Case, entries: int, announces: bool, now: datetime) -> None:
    """Record how many entries of the timeline receivers were told of, and whether there are any."""
    case.told, case.announces = entries, announces
