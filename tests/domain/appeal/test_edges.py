"""Rules of section 9 at their edges, found untested by mutants (tests/domain/mutants.md)."""

from datetime import timedelta

import pytest

from domain.appeal import step_results, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealStatus
from domain.appeal.steps import LookForAnswer, LookUp, Send
from domain.shared.errors import Refusal, Refused
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import (
    ACCOUNT,
    ADDED,
    AGAIN,
    BOUNCE,
    DAY,
    DEACTIVATED_AT,
    FILE,
    NOVAK,
    NOW,
    OUTAGE,
    WITH_FILE,
    a_new_appeal,
    answer,
    apply,
    code_of,
    in_status,
    lapses,
    send_all,
    submit,
    submitted,
    tells_desk,
    uphold,
    written,
)
from tests.domain.refused import check


def waits_until(appeal: Appeal, now: object) -> object:
    """What the appeal waits for, if it has nothing else to do."""
    (step,) = advance(appeal, now)  # type: ignore[arg-type]  # a moment
    assert isinstance(step, WaitUntil)
    return step.moment


# --- before anything is looked up ---------------------------------------------------------------


def test_a_new_appeal_is_looked_up_and_what_it_writes_is_sent() -> None:
    assert LookUp() in advance(a_new_appeal(), NOW)
    appeal = submit(a_new_appeal())
    assert Send(1, AppealPurpose.RECEIVED, ACCOUNT.email or "") in advance(appeal, NOW)
    assert LookUp() not in advance(appeal, NOW)


@pytest.mark.parametrize("status", AppealStatus)
def test_what_is_being_carried_out_is_refused_before_it_is_looked_up(status: AppealStatus) -> None:
    appeal = in_status(status)
    if status not in (AppealStatus.REINSTATING, AppealStatus.UPHOLDING):
        updates.refuse_before_look_up(appeal, AGAIN, NOW)
        return
    with pytest.raises(Refused) as refused:
        updates.refuse_before_look_up(appeal, AGAIN, NOW)
    assert refused.value.values == {"status": status.value}
    check(refused.value)


def test_who_was_refused_ten_times_is_told_from_when_on_they_can_try_again() -> None:
    appeal = a_new_appeal()
    for hour in range(10):
        updates.note_refused(appeal, NOW + timedelta(hours=hour))
    with pytest.raises(Refused) as refused:
        updates.refuse_before_look_up(appeal, AGAIN, NOW + timedelta(hours=12))
    check(refused.value)
    assert refused.value.values == {"appeals": 10, "again_from": (NOW + DAY).isoformat()}


# --- the question -------------------------------------------------------------------------------


def test_the_question_says_what_is_asked_and_for_how_long() -> None:
    appeal = submitted()
    apply(appeal, answer(Verdict.MORE_INFORMATION))
    (letter,) = appeal.letters
    assert (letter.note, letter.days) == (f"more_information, says {NOVAK}", 7)


def test_the_seller_is_reminded_after_5_days_and_their_time_ends_after_the_reminder() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    assert waits_until(appeal, NOW) == NOW + 5 * DAY
    advance(appeal, NOW + 5 * DAY)
    assert written(appeal) == [AppealPurpose.REMINDER]
    assert LookForAnswer() not in advance(appeal, NOW + 7 * DAY), "it is on its way"
    send_all(appeal, NOW + 7 * DAY)
    assert waits_until(appeal, NOW + 7 * DAY) == NOW + 9 * DAY


def test_a_look_for_an_answer_ends_no_time_that_is_not_over() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    step_results.looked_for_answer(appeal, False, NOW)
    assert appeal.status is AppealStatus.MORE_INFORMATION


def test_a_question_that_comes_back_takes_back_that_the_appeal_has_lapsed_and_no_more() -> None:
    appeal = in_status(AppealStatus.MORE_INFORMATION)
    ends = lapses(appeal)
    apply(appeal, OUTAGE, ends + DAY)
    assert written(appeal) == [AppealPurpose.LAPSED, AppealPurpose.OUTAGE_FOUND]
    apply(appeal, BOUNCE, ends + DAY)
    assert appeal.status is AppealStatus.SUBMITTED
    assert written(appeal) == [AppealPurpose.OUTAGE_FOUND]


# --- the desk -----------------------------------------------------------------------------------


def test_the_seller_is_told_of_a_delay_once_from_the_moment_the_desk_was_to_answer() -> None:
    appeal = submitted()
    assert appeal.desk_by is not None
    advance(appeal, appeal.desk_by - timedelta(seconds=1))
    assert written(appeal) == []
    advance(appeal, appeal.desk_by)
    assert written(appeal) == [AppealPurpose.DELAYED]
    send_all(appeal, appeal.desk_by)
    advance(appeal, appeal.desk_by + DAY)
    assert written(appeal) == []


def test_what_comes_while_the_desk_is_being_told_is_told_too() -> None:
    appeal = submit(a_new_appeal())
    apply(appeal, OUTAGE, NOW + DAY)
    step_results.told_desk(appeal, NOW, True, NOW + DAY)
    assert tells_desk(appeal, NOW + DAY) == [NOW + DAY]


def test_who_is_too_late_reads_until_when_it_could_be_appealed() -> None:
    late = DEACTIVATED_AT + 91 * DAY
    with pytest.raises(Refused) as refused:
        submit(a_new_appeal(late), now=late)
    assert refused.value.values == {"until": (DEACTIVATED_AT + 90 * DAY).isoformat()}


def test_whoever_decides_has_seen_what_came_since_though_the_timeline_has_lost_its_start() -> None:
    appeal = submitted()
    apply(appeal, ADDED)
    seen = appeal.timeline.count
    kept = appeal.timeline.model_copy()
    kept.entries = kept.entries[-1:]
    appeal.timeline = kept
    assert code_of(appeal, answer(Verdict.UPHOLD, seen=seen - 1)) is Refusal.CHANGED_SINCE
    assert code_of(appeal, answer(Verdict.UPHOLD, seen=0)) is Refusal.CHANGED_SINCE
    assert code_of(appeal, answer(Verdict.UPHOLD, seen=seen + 1)) is Refusal.NO_SUCH_EVENT
    apply(appeal, answer(Verdict.UPHOLD, seen=seen))


def test_ten_outages_can_be_reported_beside_an_appeal_and_it_has_them_all() -> None:
    appeal = submitted()
    for _ in range(10):
        apply(appeal, OUTAGE)
    assert len(appeal.outages) == 10
    assert code_of(appeal, OUTAGE) is Refusal.FILE_FULL


@pytest.mark.parametrize("status", [AppealStatus.NOT_APPEALED, AppealStatus.REINSTATED])
def test_an_outage_is_not_reported_where_no_appeal_needs_it(status: AppealStatus) -> None:
    assert code_of(in_status(status), OUTAGE) is Refusal.NO_APPEAL_WAITS


# --- once more ----------------------------------------------------------------------------------


def test_a_file_that_the_first_appeal_named_is_no_new_evidence() -> None:
    named, added = submit(a_new_appeal(), WITH_FILE), submit(a_new_appeal())
    apply(added, ADDED.model_copy(update={"files": (FILE,)}))
    for appeal in (named, added):
        uphold(appeal)
        assert code_of(appeal, WITH_FILE) is Refusal.NO_NEW_EVIDENCE
        apply(appeal, AGAIN)


def test_an_answer_names_the_day_only_if_there_are_more_than_the_days_after_it() -> None:
    """90 days from the deactivation, or 7 from the e-mail, which is tried for 3."""
    for now, says in (
        (DEACTIVATED_AT + 80 * DAY, (DEACTIVATED_AT + 90 * DAY, None)),
        (DEACTIVATED_AT + 80 * DAY + timedelta(seconds=1), (None, 7)),
    ):
        appeal = submitted()
        uphold(appeal, now=now)
        letter = appeal.letters[-1]
        assert (letter.about, letter.until, letter.days) == (AppealPurpose.UPHELD, *says)
