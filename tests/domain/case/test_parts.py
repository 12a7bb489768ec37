"""The parts of a case, each alone."""

from datetime import timedelta

import pytest

from domain.case.attempt import CallEnded, Channel, Purpose
from domain.case.attempts import Attempts
from domain.case.call_requests import CallRequests
from domain.case.calling_hours import CallingWindow
from domain.case.events import EventKind
from domain.case.outreach import Outreach
from domain.case.plans import Plans
from domain.case.policy import Policy
from domain.case.timeline import Timeline
from domain.shared.errors import Refusal, Refused
from domain.shared.result import Result
from tests.domain.case.build import (
    ACCEPT,
    HOUR,
    MINUTE,
    MONDAY_9,
    OTHER_NUMBER,
    REJECT,
    a_plan,
    an_account,
)

RULES, ACCOUNT = Policy(), an_account()
WEEK = (CallingWindow(MONDAY_9 - HOUR, MONDAY_9 + 168 * HOUR),)


# --- attempts -----------------------------------------------------------------------------


def test_an_attempt_is_planned_then_under_way_then_made() -> None:
    attempts = Attempts()
    attempts.email(Purpose.NOTICE, MONDAY_9)
    attempts.begin(attempts.agenda[0], ACCOUNT, 1, MONDAY_9)
    assert (attempts.agenda, [a.to for a in attempts.under_way]) == ((), [ACCOUNT.email])
    ended = attempts.conclude(1, Result.ACCEPTED)
    assert ended is not None
    assert (attempts.under_way, attempts.made) == ((), (ended,))
    assert attempts.conclude(1, Result.BOUNCED) is None


def test_the_agenda_is_kept_in_order_with_the_e_mail_first() -> None:
    attempts = Attempts()
    attempts.schedule(Channel.CALL, Purpose.NOTICE, MONDAY_9 + HOUR)
    attempts.schedule(Channel.CALL, Purpose.NOTICE, MONDAY_9)
    attempts.schedule(Channel.EMAIL, Purpose.NOTICE, MONDAY_9)
    assert [(p.channel, p.entry) for p in attempts.agenda] == [
        (Channel.EMAIL, 3),
        (Channel.CALL, 2),
        (Channel.CALL, 1),
    ]


def test_a_cancelled_attempt_is_under_way_until_its_result_is_known() -> None:
    attempts = Attempts()
    attempts.email(Purpose.NOTICE, MONDAY_9)
    attempts.email(Purpose.NOTICE, MONDAY_9 + HOUR)
    attempts.begin(attempts.agenda[0], ACCOUNT, 1, MONDAY_9)
    attempts.stop(lambda _: True)
    assert attempts.agenda == ()
    assert [a.wanted for a in attempts.under_way] == [False]


# --- the outreach -------------------------------------------------------------------------


def begun(**changed: object) -> Outreach:
    outreach = Outreach.model_validate({"calling_hours": WEEK, **changed})
    outreach.begin(MONDAY_9, RULES, ACCOUNT)
    return outreach


def test_an_outreach_begins_with_a_notice_a_call_and_a_provisional_deadline() -> None:
    outreach = begun()
    assert outreach.begin_due(MONDAY_9, RULES, ACCOUNT) == ()
    under_way = [(a.channel, a.about) for a in outreach.attempts.under_way]
    assert under_way == [(Channel.EMAIL, Purpose.NOTICE), (Channel.CALL, Purpose.NOTICE)]
    assert (outreach.deadline, outreach.noticed_at) == (MONDAY_9 + 72 * HOUR, None)


def test_a_number_that_we_do_not_call_leaves_the_e_mails() -> None:
    outreach = begun(number={"not_called": "is a toll-free number"})
    assert outreach.number.cannot_be_called
    assert [p.channel for p in outreach.attempts.agenda] == [Channel.EMAIL] * 5
    outreach.call_again(MONDAY_9)
    outreach.plan_calls(MONDAY_9, RULES, ACCOUNT)
    assert len(outreach.attempts.agenda) > 5


def test_of_what_is_overdue_the_newest_is_made_and_the_others_are_skipped() -> None:
    outreach = begun()
    now = MONDAY_9 + 25 * HOUR
    skipped = outreach.begin_due(now, RULES, ACCOUNT)
    assert {attempt.result for attempt in skipped} == {Result.SKIPPED}
    made = [a.due for a in outreach.attempts.under_way]
    assert made == [MONDAY_9 + 24 * HOUR] * 2
    assert all(planned.due > now for planned in outreach.attempts.agenda)


def test_the_first_notice_that_gets_through_starts_the_clock() -> None:
    outreach = begun()
    outreach.begin_due(MONDAY_9, RULES, ACCOUNT)
    later = MONDAY_9 + MINUTE
    bounced = outreach.conclude(1, CallEnded(result=Result.BOUNCED), RULES)
    rang = outreach.conclude(2, CallEnded(result=Result.NO_ANSWER), RULES)
    assert bounced is not None
    assert rang is not None
    assert not outreach.is_first_notice(bounced)
    assert outreach.is_first_notice(rang)
    outreach.start_clock(rang, later, RULES, ACCOUNT)
    assert (outreach.noticed_at, outreach.deadline) == (later, later + 72 * HOUR)
    assert not outreach.is_first_notice(rang)


def test_a_call_dialled_late_keeps_its_distance_to_the_next() -> None:
    outreach = begun()
    outreach.begin_due(MONDAY_9, RULES, ACCOUNT)
    dialled = MONDAY_9 + 10 * MINUTE
    outreach.conclude(2, CallEnded(result=Result.NO_ANSWER, dialled_at=dialled), RULES)
    calls = [p.due for p in outreach.attempts.agenda if p.channel.rings]
    assert min(calls) >= dialled + RULES.call_spacing


def test_an_attempt_of_an_earlier_outreach_is_not_included_in_the_present_one() -> None:
    outreach = begun()
    outreach.begin_due(MONDAY_9, RULES, ACCOUNT)
    earlier = outreach.attempts.under_way[1]
    assert outreach.includes(earlier)
    outreach.begin(MONDAY_9 + HOUR, RULES, ACCOUNT)
    assert not outreach.includes(earlier)
    assert earlier in outreach.attempts.under_way, "a call that rings goes on"


def test_the_distance_between_calls_is_kept_for_one_number() -> None:
    outreach = begun()
    outreach.begin_due(MONDAY_9, RULES, ACCOUNT)
    outreach.conversation_due = now = MONDAY_9 + MINUTE
    other = ACCOUNT.model_copy(update={"emergency_phone": OTHER_NUMBER})
    for account, due in ((other, now), (ACCOUNT, MONDAY_9 + RULES.call_spacing)):
        twin = outreach.model_copy()
        twin.plan_conversation_call(now, RULES, account)
        (planned,) = [p for p in twin.attempts.agenda if p.about is Purpose.CONVERSATION]
        assert planned.due == due


# --- plans --------------------------------------------------------------------------------


def test_only_the_newest_version_is_reviewed() -> None:
    plans = Plans()
    assert (plans.newest, plans.unanswered) == (None, None)
    plans.add(a_plan("first"), MONDAY_9)
    plans.add(a_plan("second"), MONDAY_9)
    plans.review(REJECT, MONDAY_9 + HOUR)
    first, second = plans.versions
    assert (first.decision, second.decision) == (None, REJECT.decision)
    assert (plans.newest, plans.unanswered) == (second, None)


@pytest.mark.parametrize(
    ("version", "code"), [(1, Refusal.NEWER_VERSION), (3, Refusal.NO_SUCH_VERSION)]
)
def test_an_answer_to_another_version_is_refused(version: int, code: Refusal) -> None:
    plans = Plans()
    plans.add(a_plan("first"), MONDAY_9)
    plans.add(a_plan("second"), MONDAY_9)
    with pytest.raises(Refused) as refused:
        plans.refuse_unless_newest(ACCEPT.model_copy(update={"version": version}).version)
    assert refused.value.code is code
    plans.refuse_unless_newest(2)
    plans.refuse_unless_newest(None)


# --- requests to be called, and the timeline ----------------------------------------------


def test_requests_to_be_called_keep_their_distance_and_number_for_a_day() -> None:
    requests, now = CallRequests(), MONDAY_9
    for _ in range(6):
        requests.add(now, RULES)
        with pytest.raises(Refused):
            requests.add(now + RULES.request_spacing - timedelta(seconds=1), RULES)
        now += RULES.request_spacing
    assert requests.again_from(RULES) == MONDAY_9 + 24 * HOUR
    with pytest.raises(Refused):
        requests.add(MONDAY_9 + 24 * HOUR - MINUTE, RULES)
    requests.add(MONDAY_9 + 24 * HOUR, RULES)


def test_a_distance_between_requests_of_more_than_a_day_is_kept_too() -> None:
    rules, requests = Policy(request_spacing=30 * HOUR), CallRequests()
    requests.add(MONDAY_9, rules)
    with pytest.raises(Refused) as refused:
        requests.add(MONDAY_9 + 29 * HOUR, rules)
    assert refused.value.code is Refusal.CALL_TOO_SOON
    assert requests.again_from(rules) == MONDAY_9 + 30 * HOUR
    requests.add(MONDAY_9 + 30 * HOUR, rules)


def test_the_timeline_tells_when_events_happened_and_which_came_last() -> None:
    timeline = Timeline()
    timeline.log(MONDAY_9, EventKind.OPENED)
    timeline.log(MONDAY_9 + HOUR, EventKind.LINK_REQUESTED)
    timeline.log(MONDAY_9 + 2 * HOUR, EventKind.LINK_REQUESTED)
    assert timeline.times_of(EventKind.LINK_REQUESTED) == [MONDAY_9 + HOUR, MONDAY_9 + 2 * HOUR]
    kinds = {EventKind.OPENED, EventKind.LINK_REQUESTED}
    assert timeline.newest_of(kinds) is EventKind.LINK_REQUESTED
    assert timeline.newest_of({EventKind.CLOSED}) is None
