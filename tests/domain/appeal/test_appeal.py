"""Who may appeal, until when, and how often (docs/rules.md, section 9)."""

import pytest

from domain.appeal import step_results
from domain.appeal.advance import advance
from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from domain.shared.errors import Refusal
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    APPEAL,
    DAY,
    DEACTIVATED_AT,
    DIAZ,
    FACTS,
    FOUND,
    NOTHING,
    NOVAK,
    NOW,
    OUTAGE,
    PART,
    WITH_FILE,
    a_new_appeal,
    answer,
    apply,
    code_of,
    in_status,
    send_all,
    submit,
    submitted,
)

# --- who may appeal, and until when -----------------------------------------------------------


@pytest.mark.parametrize("facts", [NOTHING, FACTS.model_copy(update={"deactivation": None})])
def test_an_account_that_is_not_deactivated_is_not_appealed(facts: object) -> None:
    appeal = a_new_appeal()
    step_results.looked_up(appeal, facts, NOW)  # type: ignore[arg-type]  # of the parameter
    assert code_of(appeal, APPEAL) is Refusal.NOT_DEACTIVATED
    assert advance(appeal, NOW) == (), "so the workflow ends"


def test_what_no_case_deactivated_is_appealed_by_a_reply() -> None:
    appeal = a_new_appeal()
    others = NOTHING.model_copy(update={"problem": Refusal.NOT_BY_A_CASE})
    step_results.looked_up(appeal, others, NOW)
    assert code_of(appeal, APPEAL) is Refusal.NOT_BY_A_CASE


@pytest.mark.parametrize(("days", "taken"), [(89.999, True), (90, False)])
def test_it_can_be_appealed_for_90_days(days: float, taken: bool) -> None:
    now = DEACTIVATED_AT + days * DAY
    appeal = a_new_appeal(now)
    step_results.looked_up(appeal, FACTS, now)
    if taken:
        apply(appeal, APPEAL, now)
        assert appeal.status is AppealStatus.SUBMITTED
    else:
        assert code_of(appeal, APPEAL, now) is Refusal.TOO_LATE


@pytest.mark.parametrize(("later", "taken"), [(6.999, True), (7, False)])
def test_after_a_late_answer_there_are_7_days_for_a_second_appeal(
    later: float, taken: bool
) -> None:
    appeal = submitted(DEACTIVATED_AT + 89 * DAY)
    late = DEACTIVATED_AT + 200 * DAY
    apply(appeal, answer(Verdict.UPHOLD), late)
    now = late + later * DAY
    assert appeal.until == late + 7 * DAY
    step_results.looked_up(appeal, FACTS, now)
    if taken:
        apply(appeal, AGAIN, now)
    else:
        assert code_of(appeal, AGAIN, now) is Refusal.TOO_LATE


# --- a second appeal, and a third -------------------------------------------------------------


def test_a_second_appeal_takes_new_evidence() -> None:
    appeal = submitted()
    apply(appeal, ADDED.model_copy(update={"files": WITH_FILE.files}))
    apply(appeal, answer(Verdict.UPHOLD))
    assert code_of(appeal, APPEAL) is Refusal.NO_NEW_EVIDENCE
    assert code_of(appeal, WITH_FILE) is Refusal.NO_NEW_EVIDENCE
    same = APPEAL.model_copy(update={"evidence": ADDED.text})
    assert code_of(appeal, same) is Refusal.NO_NEW_EVIDENCE
    apply(appeal, AGAIN)
    assert (appeal.status, len(appeal.submissions)) == (AppealStatus.SUBMITTED, 2)


def test_a_new_file_is_new_evidence() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, WITH_FILE)
    assert appeal.status is AppealStatus.SUBMITTED


def test_an_outage_that_comes_to_light_after_the_answer_is_new_evidence() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, OUTAGE, NOW + DAY)
    apply(appeal, APPEAL, NOW + DAY)
    assert appeal.status is AppealStatus.SUBMITTED


def test_one_that_was_known_before_is_none() -> None:
    appeal = submitted()
    apply(appeal, OUTAGE, NOW)
    apply(appeal, answer(Verdict.UPHOLD), NOW + DAY)
    assert code_of(appeal, APPEAL, NOW + 2 * DAY) is Refusal.NO_NEW_EVIDENCE


def test_a_third_appeal_is_refused_until_nobody_can_appeal_any_more() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, AGAIN)
    apply(appeal, answer(Verdict.UPHOLD, DIAZ))
    send_all(appeal, NOW)
    assert code_of(appeal, WITH_FILE) is Refusal.APPEALED_TWICE
    ends = DEACTIVATED_AT + 90 * DAY
    assert advance(appeal, NOW) == (WaitUntil(ends),), "it stays, to refuse a third"
    assert advance(appeal, ends) == ()


def test_a_later_case_can_be_appealed_anew() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, AGAIN)
    apply(appeal, answer(Verdict.UPHOLD, DIAZ))
    later = FOUND.model_copy(update={"case_id": "case/US/A2EXAMPLE/2", "at": NOW + DAY})
    facts = FACTS.model_copy(update={"deactivation": later})
    submit(appeal, APPEAL, NOW + 2 * DAY, facts)
    assert (appeal.status, len(appeal.submissions)) == (AppealStatus.SUBMITTED, 1)
    assert appeal.deactivation == later
    apply(appeal, answer(Verdict.REINSTATE, NOVAK), NOW + 3 * DAY)


def test_a_record_that_is_gone_by_now_is_kept_as_it_was() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    gone = FOUND.model_copy(update={"part": None, "reason": None})
    submit(appeal, AGAIN, NOW, FACTS.model_copy(update={"deactivation": gone}))
    assert appeal.deactivation == FOUND
    assert code_of(appeal, answer(Verdict.UPHOLD, PART)) is Refusal.HAD_PART_IN_CASE
