"""What a seller is asked, for how long, and what is an answer (docs/rules.md, section 9)."""

from datetime import timedelta

import pytest

from domain.appeal import step_results
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.steps import LookForAnswer, Send
from domain.shared.errors import Refusal
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import (
    ADDED,
    BOUNCE,
    DAY,
    MOVED,
    NOVAK,
    NOW,
    OUTAGE,
    REPLY,
    answer,
    apply,
    code_of,
    in_status,
    lapses,
    send_all,
    submitted,
    tells_desk,
    time_is_over,
    uphold,
    written,
)


def test_more_information_is_asked_for_once_then_there_is_a_decision() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    apply(appeal, ADDED)
    assert code_of(appeal, answer(Verdict.MORE_INFORMATION)) is Refusal.ASKED_ALREADY


def test_the_sellers_7_days_begin_when_the_question_is_accepted() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    assert appeal.seller_by is None
    arrived = NOW + 2 * DAY
    send_all(appeal, arrived)
    assert appeal.seller_by == arrived + 7 * DAY
    assert lapses(appeal) == arrived + 7 * DAY
    assert (appeal.status, appeal.reason) == (AppealStatus.LAPSED, AppealReason.NO_ANSWER)
    assert written(appeal) == [AppealPurpose.LAPSED]


@pytest.mark.parametrize("result", [Result.BOUNCED, Result.PROVIDER_FAILED])
def test_a_question_that_does_not_get_through_is_never_held_against_the_seller(
    result: Result,
) -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    send_all(appeal, NOW, result)
    assert appeal.status is AppealStatus.SUBMITTED
    assert appeal.reason is AppealReason.QUESTION_UNDELIVERED
    assert tells_desk(appeal, NOW) == [NOW]
    apply(appeal, answer(Verdict.MORE_INFORMATION))  # it may be asked again


def test_a_question_that_comes_back_later_was_not_asked() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    assert appeal.question is not None
    assert appeal.question.letters == (BOUNCE.attempt,)
    apply(appeal, BOUNCE.model_copy(update={"attempt": 1}), NOW + DAY)
    assert (appeal.status, appeal.reason) == (AppealStatus.MORE_INFORMATION, None)
    apply(appeal, BOUNCE, NOW + 6 * DAY)
    undelivered = (AppealStatus.SUBMITTED, AppealReason.QUESTION_UNDELIVERED)
    assert (appeal.status, appeal.reason) == undelivered
    assert tells_desk(appeal, NOW + 6 * DAY) == [NOW + 6 * DAY]
    apply(appeal, answer(Verdict.MORE_INFORMATION), NOW + 7 * DAY)


def test_a_question_that_was_answered_before_it_left_is_not_sent() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    apply(appeal, ADDED)
    assert written(appeal) == [AppealPurpose.RECEIVED]


def test_without_an_address_nothing_can_be_asked() -> None:
    appeal = submitted()
    appeal.account = appeal.account.model_copy(update={"email": None})
    assert code_of(appeal, answer(Verdict.MORE_INFORMATION)) is Refusal.NO_EMAIL
    uphold(appeal)
    assert appeal.letters == ()


@pytest.mark.parametrize("event", [ADDED, REPLY], ids=["page", "mail"])
def test_something_may_be_added_ten_times_and_an_answer_besides(event: Event) -> None:
    appeal = submitted()
    for _ in range(10):
        apply(appeal, event)
    assert code_of(appeal, event) is Refusal.FILE_FULL
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    send_all(appeal, NOW)
    apply(appeal, event)
    assert appeal.status is AppealStatus.SUBMITTED
    assert code_of(appeal, event) is Refusal.FILE_FULL


# --- what is an answer ------------------------------------------------------------------------


def test_a_reply_by_mail_is_the_answer_and_the_desk_is_told_what_it_says() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    apply(appeal, REPLY, NOW + DAY)
    assert (appeal.status, appeal.seller_by) == (AppealStatus.SUBMITTED, None)
    assert [added.said.text for added in appeal.newest.information] == [REPLY.text]
    assert tells_desk(appeal, NOW + DAY) == [NOW + DAY]
    assert code_of(appeal, answer(Verdict.MORE_INFORMATION), NOW + DAY) is Refusal.ASKED_ALREADY


def test_a_reply_to_an_appeal_that_waits_for_the_desk_is_told_to_it_at_once() -> None:
    appeal = submitted()
    apply(appeal, REPLY, NOW + DAY)
    assert tells_desk(appeal, NOW + DAY) == [NOW + DAY]


@pytest.mark.parametrize("event", [ADDED, REPLY], ids=["page", "mail"])
def test_what_came_before_the_question_was_accepted_leaves_the_desk_its_question(
    event: Event,
) -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    apply(appeal, event)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, AppealReason.ADDED_MEANWHILE)
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    assert appeal.status is AppealStatus.MORE_INFORMATION


def test_the_result_of_a_question_that_was_asked_before_counts_for_no_later_one() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    (first,) = appeal.letters
    apply(appeal, ADDED)
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    step_results.sent(appeal, first, Result.ACCEPTED, NOW)
    assert appeal.seller_by is None
    step_results.sent(appeal, first, Result.BOUNCED, NOW)
    assert appeal.status is AppealStatus.MORE_INFORMATION


# --- silence ----------------------------------------------------------------------------------


def asked() -> Appeal:
    """An appeal whose question was accepted now."""
    return in_status(AppealStatus.MORE_INFORMATION)


def test_after_5_days_the_seller_is_reminded_once_with_the_question() -> None:
    appeal = asked()
    advance(appeal, NOW + 4.99 * DAY)
    assert written(appeal) == []
    for day in (5, 5.5, 6):
        advance(appeal, NOW + day * DAY)
    (reminder,) = appeal.letters
    said = (reminder.about, reminder.days, reminder.note)
    assert said == (AppealPurpose.REMINDER, 2, f"more_information, says {NOVAK}")


def test_it_does_not_lapse_within_2_days_after_the_reminder_was_accepted() -> None:
    appeal = asked()
    advance(appeal, NOW + 5 * DAY)
    late = NOW + 7.9 * DAY
    assert LookForAnswer() not in advance(appeal, late), "the reminder is on its way"
    send_all(appeal, late)
    assert appeal.seller_by == late + 2 * DAY
    assert time_is_over(appeal) == late + 2 * DAY
    assert appeal.status is AppealStatus.LAPSED


@pytest.mark.parametrize("result", [Result.BOUNCED, Result.PROVIDER_FAILED])
def test_a_reminder_that_does_not_get_through_hands_it_to_the_desk(result: Result) -> None:
    appeal = asked()
    advance(appeal, NOW + 5 * DAY)
    send_all(appeal, NOW + 8 * DAY, result)
    undelivered = (AppealStatus.SUBMITTED, AppealReason.QUESTION_UNDELIVERED)
    assert (appeal.status, appeal.reason) == undelivered


def reminded() -> Appeal:
    """An appeal whose reminder was accepted after 5 days."""
    appeal = asked()
    advance(appeal, NOW + 5 * DAY)
    send_all(appeal, NOW + 5 * DAY)
    return appeal


def test_if_we_were_down_when_the_time_ended_the_seller_is_asked_again_and_has_2_days() -> None:
    appeal, back = reminded(), NOW + 7 * DAY + timedelta(minutes=16)
    assert LookForAnswer() not in advance(appeal, back)
    assert written(appeal) == [AppealPurpose.REMINDER]
    send_all(appeal, back)
    assert advance(appeal, back) == (WaitUntil(back + 2 * DAY),)
    time_is_over(appeal)
    assert appeal.status is AppealStatus.LAPSED


def test_a_few_minutes_late_are_no_outage() -> None:
    appeal = reminded()
    assert LookForAnswer() in advance(appeal, NOW + 7 * DAY + timedelta(minutes=15))


def test_while_the_mailbox_cannot_be_looked_into_nothing_lapses_and_an_answer_is_taken() -> None:
    appeal = reminded()
    for day in (7, 8, 30):
        assert advance(appeal, NOW + day * DAY) == (LookForAnswer(),)
    apply(appeal, REPLY, NOW + 30 * DAY)
    assert appeal.status is AppealStatus.SUBMITTED


def test_if_a_message_waits_the_appeal_is_with_the_desk() -> None:
    appeal = reminded()
    over = time_is_over(appeal, waits=True)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, AppealReason.MESSAGE_WAITING)
    assert tells_desk(appeal, over) == [over]


@pytest.mark.parametrize("before", [True, False])
def test_beside_an_outage_that_was_reported_nothing_lapses_and_the_desk_may_ask_again(
    before: bool,
) -> None:
    appeal = submitted()
    if before:
        apply(appeal, OUTAGE)
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    send_all(appeal, NOW)
    if not before:
        apply(appeal, OUTAGE, NOW + DAY)
    over = lapses(appeal)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, AppealReason.OUTAGE_REPORTED)
    assert (tells_desk(appeal, over), written(appeal)) == ([over], [])
    apply(appeal, answer(Verdict.MORE_INFORMATION), over)
    assert appeal.status is AppealStatus.MORE_INFORMATION


def test_what_waited_may_have_been_the_question_itself_which_can_then_be_asked_again() -> None:
    appeal = reminded()
    over = time_is_over(appeal, waits=True)
    assert code_of(appeal, answer(Verdict.MORE_INFORMATION), over) is Refusal.ASKED_ALREADY
    apply(appeal, BOUNCE, over + DAY)
    undelivered = (AppealStatus.SUBMITTED, AppealReason.QUESTION_UNDELIVERED)
    assert (appeal.status, appeal.reason) == undelivered
    apply(appeal, answer(Verdict.MORE_INFORMATION), over + DAY)
    assert appeal.status is AppealStatus.MORE_INFORMATION


def test_an_appeal_that_lapsed_is_open_again_if_its_question_comes_back() -> None:
    appeal = in_status(AppealStatus.LAPSED)
    apply(appeal, BOUNCE, NOW + 9 * DAY)
    undelivered = (AppealStatus.SUBMITTED, AppealReason.QUESTION_UNDELIVERED)
    assert (appeal.status, appeal.reason) == undelivered


# --- e-mails that come back, and the address ------------------------------------------------------


def test_what_comes_back_before_it_is_known_to_be_sent_is_told_again_later() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    assert code_of(appeal, BOUNCE) is Refusal.EMAIL_UNDER_WAY
    assert code_of(appeal, BOUNCE.model_copy(update={"attempt": 9})) is Refusal.NO_SUCH_EMAIL


def test_a_question_goes_to_the_address_of_now() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    apply(appeal, MOVED)
    (send,) = [step for step in advance(appeal, NOW) if isinstance(step, Send)]
    assert send.to == MOVED.email


def test_the_address_that_it_has_already_is_no_news() -> None:
    appeal = submitted()
    before = appeal.model_copy()
    apply(appeal, MOVED.model_copy(update={"email": appeal.account.email}))
    assert appeal == before
