"""A later deactivation by another case can be appealed anew (docs/rules.md, section 9)."""

import pytest

from domain.appeal import look_up
from domain.appeal.announcements import announcements
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.errors import Refusal
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    APPEAL,
    DAY,
    DEACTIVATED_AT,
    DIAZ,
    FACTS,
    FOUND,
    LATER,
    NOTHING,
    NOVAK,
    NOW,
    OUTAGE,
    answer,
    apply,
    code_of,
    in_status,
    send_all,
    submit,
    submitted,
    uphold,
    written,
)

FOUND_LATER = FACTS.model_copy(update={"deactivation": LATER.model_copy(update={"at": NOW + DAY})})


def test_after_both_answers_a_later_case_can_be_appealed() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, AGAIN)
    uphold(appeal, by=DIAZ)
    submit(appeal, APPEAL, NOW + 2 * DAY, FOUND_LATER)
    assert (appeal.status, len(appeal.submissions)) == (AppealStatus.SUBMITTED, 1)
    assert appeal.deactivation == FOUND_LATER.deactivation
    apply(appeal, answer(Verdict.REINSTATE, NOVAK), NOW + 3 * DAY)


@pytest.mark.parametrize("status", [AppealStatus.SUBMITTED, AppealStatus.MORE_INFORMATION])
def test_an_appeal_that_waits_gives_way_to_one_against_a_later_case(status: AppealStatus) -> None:
    appeal = in_status(status)
    apply(appeal, OUTAGE)
    now = NOW + 80 * DAY
    submit(appeal, APPEAL, now, FOUND_LATER)
    assert (appeal.status, appeal.reason) == (AppealStatus.SUBMITTED, None)
    assert (len(appeal.submissions), appeal.outages) == (1, ())
    assert appeal.deactivation == FOUND_LATER.deactivation
    assert (appeal.desk_by, appeal.question) == (now + 7 * DAY, None)
    assert written(appeal) == [AppealPurpose.RECEIVED]


def test_who_is_told_of_events_hears_that_the_earlier_one_has_ended() -> None:
    appeal = submitted()
    submit(appeal, APPEAL, NOW + 2 * DAY, FOUND_LATER)
    timeline = appeal.timeline
    told = announcements(appeal.id, appeal.account, timeline.entries, timeline.count)
    assert [(one.type, one.data["case_id"], one.data["reason"]) for one in told] == [
        ("appeal.submitted", FOUND.case_id, None),
        ("appeal.answered", FOUND.case_id, AppealReason.OVERTAKEN),
        ("appeal.submitted", LATER.case_id, None),
    ]


def test_if_the_later_one_is_refused_the_earlier_one_goes_on() -> None:
    appeal, too_late = submitted(), NOW + 91 * DAY
    look_up.looked_up(appeal, FOUND_LATER, too_late)
    assert code_of(appeal, APPEAL, too_late) is Refusal.TOO_LATE
    assert (appeal.status, appeal.deactivation) == (AppealStatus.SUBMITTED, FOUND)
    apply(appeal, ADDED, too_late)


@pytest.mark.parametrize("facts", [FACTS, NOTHING])
def test_without_a_later_case_a_second_appeal_waits_for_the_answer_to_the_first(
    facts: object,
) -> None:
    appeal = submitted()
    look_up.looked_up(appeal, FOUND_LATER, NOW)
    look_up.looked_up(appeal, facts, NOW)  # type: ignore[arg-type]  # of the parameter
    assert code_of(appeal, AGAIN) is Refusal.APPEAL_OPEN


@pytest.mark.parametrize("status", [AppealStatus.REINSTATING, AppealStatus.UPHOLDING])
def test_what_is_being_carried_out_is_waited_for(status: AppealStatus) -> None:
    appeal = in_status(status)
    look_up.looked_up(appeal, FOUND_LATER, NOW)
    assert code_of(appeal, APPEAL) is Refusal.APPEAL_OPEN


def test_the_time_for_the_later_one_counts_from_its_own_deactivation() -> None:
    appeal = submitted()
    submit(appeal, APPEAL, DEACTIVATED_AT + 91 * DAY, FOUND_LATER)
    uphold(appeal, now=DEACTIVATED_AT + 91 * DAY)
    send_all(appeal, DEACTIVATED_AT + 91 * DAY)
    assert appeal.until == DEACTIVATED_AT + 98 * DAY
