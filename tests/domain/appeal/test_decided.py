"""Who decides an appeal, what is asked, and who is told when (docs/rules.md, section 9)."""

import pytest

from domain.appeal import look_up, step_results
from domain.appeal.activity_inputs import (
    look_up_appeal_input,
    reinstate_input,
    tell_reinstatement_input,
)
from domain.appeal.advance import advance
from domain.appeal.deactivation import Unreached
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.steps import LookAtAccount, Reinstate, Send, TellProgramme
from domain.appeal.view import view_of
from domain.shared.errors import Refusal
from domain.shared.result import Result
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    DAY,
    DIAZ,
    FACTS,
    FOUND,
    NOTHING,
    NOVAK,
    NOW,
    OUTAGE,
    PART,
    a_new_appeal,
    answer,
    apply,
    code_of,
    in_status,
    send_all,
    submit,
    submitted,
    tells_desk,
    uphold,
    written,
)

# --- who decides ------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("by", [PART, PART.upper()])
def test_who_had_a_part_in_the_case_does_not_decide(verdict: Verdict, by: str) -> None:
    assert code_of(submitted(), answer(verdict, by)) is Refusal.HAD_PART_IN_CASE


def test_who_reports_harm_while_the_case_is_still_closing_has_a_part_too() -> None:
    closing = FOUND.model_copy(update={"is_final": False})
    appeal = submit(a_new_appeal(), facts=FACTS.model_copy(update={"deactivation": closing}))
    assert appeal.awaits_record
    assert look_up_appeal_input(appeal).case_id == FOUND.case_id
    read_again = FOUND.model_copy(update={"part": (PART, NOVAK)})
    for found in (None, FOUND.model_copy(update={"case_id": "case/US/A2EXAMPLE/2", "part": ()})):
        look_up.looked_up(appeal, FACTS.model_copy(update={"deactivation": found}), NOW)
        assert appeal.deactivation == closing
    look_up.looked_up(appeal, FACTS.model_copy(update={"deactivation": read_again}), NOW)
    assert not appeal.awaits_record
    assert code_of(appeal, answer(Verdict.UPHOLD, NOVAK)) is Refusal.HAD_PART_IN_CASE
    apply(appeal, answer(Verdict.UPHOLD, DIAZ))


def test_who_answered_the_first_appeal_or_asked_in_it_does_not_answer_the_second() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION, DIAZ))
    apply(appeal, ADDED)
    uphold(appeal, by=NOVAK)
    apply(appeal, AGAIN)
    for by in (NOVAK, DIAZ):
        assert code_of(appeal, answer(Verdict.UPHOLD, by)) is Refusal.ANSWERED_FIRST_APPEAL
    uphold(appeal, by="lead.weber")


@pytest.mark.parametrize("result", [Result.BOUNCED, Result.ACCEPTED])
def test_nor_does_who_asked_a_question_that_was_lost_or_granted_what_was_not_done(
    result: Result,
) -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION, DIAZ))
    if result is Result.BOUNCED:
        send_all(appeal, NOW, result)
    else:
        apply(appeal, ADDED)
    apply(appeal, answer(Verdict.REINSTATE, "lead.weber"))
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_HELD, NOW)
    uphold(appeal, by=NOVAK)
    apply(appeal, AGAIN)
    for by in (NOVAK, DIAZ, "lead.weber"):
        assert code_of(appeal, answer(Verdict.UPHOLD, by)) is Refusal.ANSWERED_FIRST_APPEAL


def test_who_asked_for_more_information_may_answer() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    apply(appeal, ADDED)
    uphold(appeal)
    assert appeal.status is AppealStatus.UPHELD


def test_who_has_not_seen_what_the_seller_added_is_told_so() -> None:
    appeal = submitted()
    seen = appeal.timeline.count
    apply(appeal, ADDED)
    assert code_of(appeal, answer(Verdict.UPHOLD, seen=seen)) is Refusal.CHANGED_SINCE
    assert code_of(appeal, answer(Verdict.UPHOLD, seen=99)) is Refusal.NO_SUCH_EVENT
    apply(appeal, answer(Verdict.UPHOLD, seen=appeal.timeline.count))


def test_that_the_desk_was_told_since_does_not_matter() -> None:
    appeal = submitted()
    seen = appeal.timeline.count
    step_results.told_desk(appeal, NOW, True, NOW)
    apply(appeal, answer(Verdict.UPHOLD, seen=seen))


# --- the desk ---------------------------------------------------------------------------------


def test_the_desk_is_told_at_once_after_half_of_its_time_and_then_each_day() -> None:
    appeal = submit(a_new_appeal())
    told, now = [], NOW
    for _ in range(6):
        (due,) = tells_desk(appeal, now)
        told.append((due - NOW) / DAY)
        step_results.told_desk(appeal, due, True, now)
        assert tells_desk(appeal, now) == []
        assert appeal.desk_due is not None
        now = appeal.desk_due
    assert told == [0, 3.5, 4.5, 5.5, 6.5, 7.5]


def test_a_desk_that_could_not_be_told_is_told_again() -> None:
    appeal = submit(a_new_appeal())
    later = NOW + DAY
    step_results.told_desk(appeal, NOW, False, later)
    assert tells_desk(appeal, later) == [later]


def test_a_desk_whose_mail_server_refuses_at_once_is_told_again_a_day_later() -> None:
    appeal = submit(a_new_appeal())
    step_results.told_desk(appeal, NOW, False, NOW)
    assert tells_desk(appeal, NOW) == []
    assert tells_desk(appeal, NOW + DAY) == [NOW + DAY]


def test_an_outage_that_comes_to_light_is_told_to_the_desk_at_once() -> None:
    appeal = submitted()
    apply(appeal, OUTAGE, NOW + DAY)
    assert tells_desk(appeal, NOW + DAY) == [NOW + DAY]
    assert view_of(appeal).unreached == (Unreached.OUTAGE_REPORTED,)


def test_a_slow_desk_costs_the_seller_nothing_and_they_are_told_once() -> None:
    appeal = submitted()
    for day in (7, 8, 400):
        advance(appeal, NOW + day * DAY)
    assert appeal.status is AppealStatus.SUBMITTED
    assert written(appeal) == [AppealPurpose.DELAYED]


# --- the answer -------------------------------------------------------------------------------


def test_the_seller_reads_the_reason_of_an_answer() -> None:
    appeal = submitted()
    uphold(appeal)
    (letter,) = appeal.letters
    assert (letter.about, letter.note) == (AppealPurpose.UPHELD, "uphold, says reviewer.novak")


def test_the_account_is_looked_at_before_the_seller_reads_that_it_stays_deactivated() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.UPHOLD))
    assert (advance(appeal, NOW), written(appeal)) == ((LookAtAccount(),), [])
    assert view_of(appeal).status is AppealStatus.UPHOLDING
    step_results.looked_at_account(appeal, False, NOW + DAY)
    assert (appeal.status, appeal.since) == (AppealStatus.UPHELD, NOW + DAY)
    assert written(appeal) == [AppealPurpose.UPHELD]


def test_of_an_active_account_no_deactivation_is_upheld_and_the_desk_decides_again() -> None:
    appeal = in_status(AppealStatus.REINSTATING)
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_FAILED, NOW)
    apply(appeal, answer(Verdict.UPHOLD))
    later = NOW + DAY
    step_results.looked_at_account(appeal, True, later)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, AppealReason.ACCOUNT_ACTIVE)
    assert (tells_desk(appeal, later), appeal.desk_by) == ([later], later + 7 * DAY)
    assert (written(appeal), appeal.newest.answer) == ([], None)
    apply(appeal, answer(Verdict.REINSTATE), later)
    step_results.looked_at_account(appeal, False, later)
    assert appeal.status is AppealStatus.REINSTATING, "a look that comes too late means nothing"


@pytest.mark.parametrize("number", [1, 2])
def test_an_outage_that_comes_to_light_before_the_answer_is_written_is_judged_first(
    number: int,
) -> None:
    appeal = submitted()
    if number == 2:
        uphold(appeal)
        apply(appeal, AGAIN)
        send_all(appeal, NOW)
    apply(appeal, answer(Verdict.UPHOLD, DIAZ))
    apply(appeal, OUTAGE)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, AppealReason.OUTAGE_REPORTED)
    assert (tells_desk(appeal, NOW), written(appeal)) == ([NOW], [])
    uphold(appeal, by=DIAZ)


def test_reinstating_tells_the_seller_and_the_programme_when_it_is_done() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.REINSTATE))
    assert advance(appeal, NOW) == (Reinstate(),)
    step_results.reinstated(appeal, NOW)
    assert advance(appeal, NOW) == (TellProgramme(),)
    step_results.told_programme(appeal, True, NOW)
    (send,) = advance(appeal, NOW)
    assert isinstance(send, Send)
    assert send.about is AppealPurpose.REINSTATED
    assert appeal.letters[0].expelled, "as the enrollment says"
    send_all(appeal, NOW)
    assert advance(appeal, NOW) == ()


def test_each_decision_to_reinstate_is_a_request_of_its_own() -> None:
    appeal = in_status(AppealStatus.REINSTATING)
    first = (reinstate_input(appeal).key, tell_reinstatement_input(appeal).key)
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_FAILED, NOW)
    apply(appeal, answer(Verdict.REINSTATE))
    second = (reinstate_input(appeal).key, tell_reinstatement_input(appeal).key)
    assert len({*first, *second}) == 4


@pytest.mark.parametrize(
    "reason", [AppealReason.REINSTATEMENT_FAILED, AppealReason.REINSTATEMENT_HELD]
)
def test_what_the_account_service_does_not_do_is_decided_again(reason: AppealReason) -> None:
    appeal = in_status(AppealStatus.REINSTATING)
    later = NOW + DAY
    step_results.not_reinstated(appeal, reason, later)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, reason)
    assert (tells_desk(appeal, later), appeal.desk_by) == ([later], later + 7 * DAY)
    apply(appeal, answer(Verdict.REINSTATE), later)


def test_what_another_deactivates_before_the_programme_is_told_is_decided_again() -> None:
    """The seller is not told that an account is active which another case keeps deactivated."""
    appeal, later = in_status(AppealStatus.REINSTATING), NOW + DAY
    step_results.reinstated(appeal, NOW)
    step_results.deactivated_meanwhile(appeal, later)
    assert (appeal.status, appeal.reason) == (
        AppealStatus.SUBMITTED,
        AppealReason.REINSTATEMENT_HELD,
    )
    assert (tells_desk(appeal, later), appeal.desk_by) == ([later], later + 7 * DAY)
    assert written(appeal) == []
    apply(appeal, answer(Verdict.REINSTATE), later)
    step_results.reinstated(appeal, later)
    assert advance(appeal, later) == (TellProgramme(),)


def test_a_letter_that_is_overtaken_is_not_sent() -> None:
    appeal = submit(a_new_appeal())
    assert written(appeal) == [AppealPurpose.RECEIVED]
    uphold(appeal)
    assert written(appeal) == [AppealPurpose.UPHELD]


def test_an_answer_is_sent_whatever_comes_after_it() -> None:
    appeal = submitted()
    uphold(appeal)
    apply(appeal, AGAIN)
    assert written(appeal) == [AppealPurpose.UPHELD, AppealPurpose.RECEIVED]


def test_an_open_appeal_stays_about_what_it_was_about() -> None:
    appeal = submitted()
    look_up.looked_up(appeal, NOTHING, NOW)
    assert appeal.deactivation == FOUND
