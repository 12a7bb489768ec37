"""Checks that the promises of docs/rules.md hold after any fault.

They share no rule with domain/, since they check it. Each check yields violations in words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import assert_never

from domain.case.attempt import CLOSING, NOTICES, Channel, Purpose
from domain.case.events import Decision, EventKind, Review
from domain.case.status import CLOSED, OPEN, Reason, Status
from domain.case.view import AttemptView, CaseView
from domain.shared.result import Result
from experiments.faults.evidence import Call, CaseSeen, Evidence
from reference.mail_tokens import thread_of

RANG = {Result.CONNECTED, Result.DECLINED, Result.VOICEMAIL, Result.NO_ANSWER, Result.BUSY}
TOLD = RANG | {Result.VOICEMAIL_CUT, Result.INVALID_NUMBER}
"""Results that only a placed call can have."""
ANSWERS = {Purpose.PLAN_REJECTED: Review.REJECT, Purpose.MORE_INFORMATION: Review.MORE_INFORMATION}
SIGNS = {
    EventKind.CONTACT,
    EventKind.CALL_REQUESTED,
    EventKind.PLAN_SUBMITTED,
    EventKind.CONVERSATION,
}


def violations(evidence: Evidence) -> list[str]:
    """Return all broken promises."""
    checks = (lost_or_stuck, dialled_twice, books_differ, sent_twice, wrongly_deactivated)
    return [said for check in checks for said in check(evidence)]


def lost_or_stuck(evidence: Evidence) -> Iterator[str]:
    """Check that each case has ended in a final status, or is open and has a next step."""
    for case in evidence.cases:
        if case.failing:
            yield f"{case.workflow_id}: its workflow task fails: {case.failing}"
        elif case.view is None:
            yield f"{case.workflow_id}: lost, or it does not answer"
        elif case.closed and case.view.status not in CLOSED:
            yield f"{case.workflow_id}: ended as {case.view.status}"
        elif not case.closed and case.view.status not in OPEN | {Status.DEACTIVATING}:
            yield f"{case.workflow_id}: {case.view.status}, and its workflow does not end"
        elif not case.closed and not case.goes_on:
            yield f"{case.workflow_id}: {case.view.status}, and nothing is to come"
        elif case.closed and any(a.result is None for a in case.view.attempts):
            yield f"{case.workflow_id}: ended with an attempt under way"


def dialled_twice(evidence: Evidence) -> Iterator[str]:
    """Check that each attempt is dialled once, and that a case has one call at a time."""
    for key, times in Counter(evidence.dials).items():
        if times > 1:
            yield f"{key}: dialled {times} times"
    for case_id, calls in evidence.calls_of().items():
        for before, after in pairwise(calls):
            if after.begins < before.ends:
                yield f"{case_id}: {after.key} was dialled while {before.key} rang"


def books_differ(evidence: Evidence) -> Iterator[str]:
    """Check that a case's attempts agree with the providers' books."""
    calls = {call.key: call for call in evidence.calls}
    messages = {mail.message_id for mail in evidence.mails}
    numbers = {}
    for case in evidence.cases:
        for attempt in case.view.attempts if case.view else ():
            assert case.view is not None
            key = f"{case.view.id}/{attempt.number}"
            numbers[key] = attempt.channel
            match attempt.channel:
                case Channel.CALL:
                    yield from _call_differs(key, attempt, calls.get(key))
                case Channel.EMAIL:
                    if attempt.result is Result.ACCEPTED and not _sent(
                        case.view, attempt, messages
                    ):
                        yield f"{key}: said to be accepted, and no such e-mail was delivered"
                case _:
                    assert_never(attempt.channel)
    answering = {case.view.id for case in evidence.cases if case.view}
    for call in evidence.calls:
        if call.case_id in answering and numbers.get(call.key) is not Channel.CALL:
            yield f"{call.key}: dialled, and the case knows of no such call"

    threads = {thread_of(case.view.id): case.view.id for case in evidence.cases if case.view}
    for mail in evidence.mails:
        told = threads.get(mail.thread)
        if told is None or not mail.attempt.isdecimal():
            continue
        if numbers.get(f"{told}/{mail.attempt}") is not Channel.EMAIL:
            yield f"{mail.message_id}: delivered, and the case knows of no such e-mail"


def _call_differs(key: str, attempt: AttemptView, call: Call | None) -> Iterator[str]:
    if attempt.result in TOLD and (call is None or call.result != attempt.result):
        was = call.result if call else "never dialled"
        yield f"{key}: said to be {attempt.result}, and was {was}"


def _sent(view: CaseView, attempt: AttemptView, messages: set[str]) -> bool:
    return any(m.startswith(f"<{thread_of(view.id)}.{attempt.number}@") for m in messages)


def sent_twice(evidence: Evidence) -> Iterator[str]:
    """Check that no recipient gets a Message-ID or a text twice.

    The notices of one outreach may have the same text, but not at the same moment.
    """
    yield from _same_mail_twice(evidence)
    for case in evidence.cases:
        if case.view is not None:
            yield from _same_news_twice(case.workflow_id, case.view)


def _same_mail_twice(evidence: Evidence) -> Iterator[str]:
    for message_id, times in Counter(mail.message_id for mail in evidence.mails).items():
        if times > 1:
            yield f"{message_id}: delivered {times} times"
    notices_of = {
        f"{thread_of(view.id)}.{attempt.number}"
        for view in (case.view for case in evidence.cases if case.view)
        for attempt in view.attempts
        if attempt.about in NOTICES
    }
    read: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for mail in evidence.mails:
        moment = mail.date if f"{mail.thread}.{mail.attempt}" in notices_of else ""
        read[mail.thread, mail.to, mail.subject, mail.text, moment].add(mail.message_id)
    for ids in read.values():
        if len(ids) > 1:
            yield f"{' and '.join(sorted(ids))}: the same words under {len(ids)} Message-IDs"


def _same_news_twice(workflow_id: str, view: CaseView) -> Iterator[str]:
    sent = [a for a in view.attempts if a.result is Result.ACCEPTED]
    for about, decision in ANSWERS.items():
        answers = sum(a.about is about for a in sent)
        reviews = sum(p.decision is decision for p in view.plans)
        if answers > reviews:
            yield f"{workflow_id}: {answers} e-mails {about} to {reviews} reviews"
    closing = [a for a in sent if a.about in CLOSING]
    if len(closing) > 1:
        yield f"{workflow_id}: told {len(closing)} times how it ended"
    notices = Counter(a.at for a in sent if a.about in NOTICES)
    for at, times in notices.items():
        if times > 1:
            yield f"{workflow_id}: {times} notices at {at}"


def wrongly_deactivated(evidence: Evidence) -> Iterator[str]:
    """An account is deactivated if, and only if, its case says so and the rules allow it."""
    calls = evidence.calls_of()
    delivered = {mail.message_id for mail in evidence.mails}
    known = {case.view.id: case for case in evidence.cases if case.view}
    for account, case_id in evidence.deactivated.items():
        case = known.get(case_id)
        if case is None or case.view is None:
            yield f"{'/'.join(account)}: deactivated by {case_id}, which is not known"
        elif case.view.status not in {Status.DEACTIVATED, Status.DEACTIVATING}:
            yield f"{case_id}: {case.view.status}, and its account was deactivated"
    for case in evidence.cases:
        view = case.view
        if view is None or view.status not in {Status.DEACTIVATED, Status.DEACTIVATING}:
            continue
        who = (view.account.store, view.account.seller_id)
        if view.status is Status.DEACTIVATED and who not in evidence.deactivated:
            yield f"{view.id}: said to be deactivated, and the account is active"
        yield from (
            f"{view.id}: deactivated ({view.reason}) though {why}"
            for why in _objections(case, view, calls.get(view.id, []), delivered)
        )


def _objections(
    case: CaseSeen, view: CaseView, calls: list[Call], delivered: set[str]
) -> Iterator[str]:
    """Yield the reasons against a deactivation, by sections 4 to 6."""
    if view.reason == Reason.HARM:
        if not any(e.what is EventKind.HARM_REPORTED for e in view.timeline):
            yield "no harm was reported"
    elif view.reason == Reason.DECISION:
        decided = [e for e in view.timeline if e.what is EventKind.DECIDED]
        if not decided or decided[-1].code != Decision.DEACTIVATE:
            yield "nobody decided so"
    elif view.reason == Reason.NOT_REACHED:
        yield from _not_really_tried(case, view, calls, delivered)
    else:
        yield "that is no reason to"


def _not_really_tried(
    case: CaseSeen, view: CaseView, calls: list[Call], delivered: set[str]
) -> Iterator[str]:
    rules = case.policy
    stopped = _last(view, EventKind.STATUS)
    if any(e.what in SIGNS and e.at < stopped for e in view.timeline):
        yield "the seller turned up"
    if any(call.result is Result.CONNECTED for call in calls):
        yield "the seller answered a call"
    if view.deadline is None or not any(e.what is EventKind.CLOCK_STARTED for e in view.timeline):
        yield "the clock never started"
        return
    began, noticed = _last(view, EventKind.OUTREACH_BEGAN), _last(view, EventKind.CLOCK_STARTED)
    if stopped < view.deadline or view.deadline < noticed + rules.window:
        yield "the time was not over"
    base = noticed if noticed - began > rules.late_notice else began
    made = [a for a in view.attempts if a.about in NOTICES and began <= a.at]
    if any(a.result is Result.SKIPPED for a in made):
        yield "an attempt was skipped"
    sent = [a for a in made if a.result is Result.ACCEPTED and _sent(view, a, delivered)]
    finals = [a.at for a in sent if a.about is Purpose.FINAL_NOTICE and a.at >= base]
    left = rules.window - rules.window * (rules.email_hours[-1] * 3600 / _seconds(case))
    if not finals or finals[-1] > view.deadline - left / 2:
        yield "no final notice was delivered in good time"
    if any(call.result is Result.INVALID_NUMBER for call in calls):
        if len(sent) < 2:
            yield "the number is invalid and fewer than two e-mails were delivered"
        return
    rang = {call.key for call in calls if call.result in RANG}
    tried = sorted(
        a.at for a in made if a.channel is Channel.CALL and f"{view.id}/{a.number}" in rang
    )
    # A call closer to the one before than the agenda allows is a redial of a busy number.
    entries = tried[:1] + [b for a, b in pairwise(tried) if b - a >= rules.call_spacing]
    if len(entries) < rules.minimum_rung_calls:
        yield f"only {len(entries)} calls rang"
    if not tried or tried[-1] < base + rules.window * 2 / 3:
        yield "no call rang in the last third"


def _seconds(case: CaseSeen) -> float:
    return case.policy.window.total_seconds()


def _last(view: CaseView, what: EventKind) -> datetime:
    """Return when an event last happened. Of status changes take the one to deactivating."""
    moments = [
        e.at
        for e in view.timeline
        if e.what is what and (what is not EventKind.STATUS or e.status is Status.DEACTIVATING)
    ]
    return moments[-1] if moments else view.opened_at
