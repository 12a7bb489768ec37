"""Who may appeal, until when, and how often (docs/rules.md, section 9)."""

from datetime import timedelta

import pytest

from domain.appeal import look_up, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealStatus
from domain.appeal.steps import Send
from domain.appeal.view import view_of
from domain.shared.errors import Refusal, Refused
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.appeal.build import (
    ACCOUNT,
    ADDED,
    AGAIN,
    APPEAL,
    BOUNCE,
    DAY,
    DEACTIVATED_AT,
    DIAZ,
    FACTS,
    FOUND,
    MOVED,
    NOTHING,
    NOW,
    OUTAGE,
    PART,
    TERMS,
    WITH_FILE,
    a_new_appeal,
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

# --- who may appeal, and until when -----------------------------------------------------------


@pytest.mark.parametrize("facts", [NOTHING, FACTS.model_copy(update={"deactivation": None})])
def test_an_account_that_is_not_deactivated_is_not_appealed(facts: object) -> None:
    appeal = a_new_appeal()
    look_up.looked_up(appeal, facts, NOW)  # type: ignore[arg-type]  # of the parameter
    assert code_of(appeal, APPEAL) is Refusal.NOT_DEACTIVATED
    assert advance(appeal, NOW) == (), "so the workflow ends"


def test_what_no_case_deactivated_is_appealed_by_a_reply() -> None:
    appeal = a_new_appeal()
    others = NOTHING.model_copy(update={"problem": Refusal.NOT_BY_A_CASE})
    look_up.looked_up(appeal, others, NOW)
    assert code_of(appeal, APPEAL) is Refusal.NOT_BY_A_CASE


@pytest.mark.parametrize(("days", "taken"), [(89.999, True), (90, False)])
def test_it_can_be_appealed_for_90_days(days: float, taken: bool) -> None:
    now = DEACTIVATED_AT + days * DAY
    appeal = a_new_appeal(now)
    look_up.looked_up(appeal, FACTS, now)
    if taken:
        apply(appeal, APPEAL, now)
        assert appeal.status is AppealStatus.SUBMITTED
    else:
        assert code_of(appeal, APPEAL, now) is Refusal.TOO_LATE


def test_after_an_outage_of_the_page_operations_can_give_everybody_more_time() -> None:
    now = DEACTIVATED_AT + 91 * DAY
    appeal = a_new_appeal(now)
    look_up.looked_up(appeal, FACTS, now)
    assert code_of(appeal, APPEAL, now) is Refusal.TOO_LATE
    more = TERMS.model_copy(update={"window": 120 * DAY})
    submit(appeal, APPEAL, now, FACTS.model_copy(update={"terms": more}))
    assert (appeal.status, appeal.terms) == (AppealStatus.SUBMITTED, more)
    look_up.looked_up(appeal, FACTS, now)
    assert appeal.terms == more, "an appeal keeps those that it began with"


LATE = DEACTIVATED_AT + 200 * DAY


def answered_late(result: Result = Result.ACCEPTED, letter_takes: float = 0) -> Appeal:
    """An appeal that the desk has answered after the 90 days."""
    appeal = submitted(DEACTIVATED_AT + 89 * DAY)
    uphold(appeal, now=LATE)
    send_all(appeal, LATE + letter_takes * DAY, result)
    return appeal


@pytest.mark.parametrize("letter_takes", [0, 2.9])
@pytest.mark.parametrize(("later", "taken"), [(6.999, True), (7, False)])
def test_there_are_7_days_for_a_second_appeal_after_the_letter_with_the_answer_was_accepted(
    later: float, taken: bool, letter_takes: float
) -> None:
    appeal = answered_late(letter_takes=letter_takes)
    accepted = LATE + letter_takes * DAY
    now = accepted + later * DAY
    assert appeal.until == accepted + 7 * DAY
    look_up.looked_up(appeal, FACTS, now)
    if taken:
        apply(appeal, AGAIN, now)
    else:
        assert code_of(appeal, AGAIN, now) is Refusal.TOO_LATE


def test_while_the_letter_with_the_answer_is_on_its_way_it_can_be_appealed() -> None:
    appeal = submitted(DEACTIVATED_AT + 89 * DAY)
    uphold(appeal, now=LATE)
    apply(appeal, AGAIN, LATE + 20 * DAY)


@pytest.mark.parametrize("result", [Result.BOUNCED, Result.PROVIDER_FAILED])
def test_an_answer_that_we_could_not_deliver_does_not_cost_the_second_appeal(
    result: Result,
) -> None:
    appeal = answered_late(result)
    assert advance(appeal, LATE + 8 * DAY), "it is not over"
    apply(appeal, AGAIN, LATE + 300 * DAY)
    assert code_of(answered_late(result), AGAIN, LATE + 365 * DAY) is Refusal.TOO_LATE


def test_nor_does_one_that_comes_back_later_and_a_new_address_is_sent_it_again() -> None:
    appeal = answered_late()
    apply(appeal, BOUNCE.model_copy(update={"attempt": appeal.answer_letter}), LATE + 5 * DAY)
    moved = LATE + 40 * DAY
    apply(appeal, MOVED, moved)
    (send,) = [step for step in advance(appeal, moved) if isinstance(step, Send)]
    assert (send.about, send.to) == (AppealPurpose.UPHELD, MOVED.email)
    send_all(appeal, moved)
    assert appeal.until == moved + 7 * DAY


def test_an_answer_that_arrived_is_not_sent_again_to_a_new_address() -> None:
    appeal = answered_late()
    apply(appeal, MOVED, LATE + DAY)
    assert appeal.letters == ()


@pytest.mark.parametrize(("day", "says"), [(10, "until"), (85, "days")])
def test_the_letter_names_the_moment_only_where_it_is_right_whenever_it_is_accepted(
    day: int, says: str
) -> None:
    now = DEACTIVATED_AT + day * DAY
    appeal = submitted(now)
    uphold(appeal, now=now)
    (letter,) = appeal.letters
    said = {"until": letter.until, "days": letter.days}
    expected = {"until": DEACTIVATED_AT + 90 * DAY, "days": 7}
    assert said == {name: expected[name] if name == says else None for name in said}
    apply(appeal, AGAIN, now)
    (first, _) = appeal.letters
    assert first == letter, "what a letter says is decided when it is written"


# --- a second appeal, and a third -------------------------------------------------------------


def test_a_second_appeal_takes_new_evidence() -> None:
    appeal = submitted()
    apply(appeal, ADDED.model_copy(update={"files": WITH_FILE.files}))
    uphold(appeal)
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


def test_the_seller_is_told_that_an_outage_allows_a_second_appeal_and_has_7_days_for_it() -> None:
    appeal = answered_late()
    now = LATE + 6.9 * DAY
    apply(appeal, OUTAGE, now)
    assert written(appeal) == [AppealPurpose.OUTAGE_FOUND]
    send_all(appeal, now)
    apply(appeal, APPEAL, now + 6.9 * DAY)
    assert appeal.status is AppealStatus.SUBMITTED


def test_what_a_new_address_is_sent_again_says_that_an_outage_has_come_to_light() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, OUTAGE, NOW + DAY)
    send_all(appeal, NOW + DAY, Result.BOUNCED)
    apply(appeal, MOVED, NOW + 2 * DAY)
    assert written(appeal) == [AppealPurpose.UPHELD, AppealPurpose.OUTAGE_FOUND]


def test_an_answer_that_comes_back_from_the_old_address_is_sent_to_the_new_one() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    number = appeal.answer_letter
    assert number is not None
    apply(appeal, MOVED, NOW + DAY)
    assert written(appeal) == [], "it was accepted"
    apply(appeal, BOUNCE.model_copy(update={"attempt": number}), NOW + 2 * DAY)
    assert written(appeal) == [AppealPurpose.UPHELD]


def test_what_is_not_known_any_more_is_kept_as_it_was_known() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    forgotten = ACCOUNT.model_copy(update={"email": None, "name": "Blue Kettle Goods"})
    again = FACTS.model_copy(update={"account": forgotten})
    look_up.looked_up(appeal, again, NOW + DAY)
    assert (appeal.account.email, appeal.account.name) == (ACCOUNT.email, "Blue Kettle Goods")


@pytest.mark.parametrize("outage", [True, False])
def test_whether_a_second_appeal_needs_new_evidence_is_said(outage: bool) -> None:
    appeal = in_status(AppealStatus.UPHELD)
    if outage:
        apply(appeal, OUTAGE, NOW + DAY)
    assert view_of(appeal).needs_new_evidence is not outage


def test_after_the_second_answer_an_outage_is_refused_since_nobody_decides_any_more() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, AGAIN)
    uphold(appeal, by=DIAZ)
    assert code_of(appeal, OUTAGE) is Refusal.APPEALED_TWICE
    with pytest.raises(Refused, match="enrollment reinstate"):
        apply(appeal, OUTAGE)


def test_one_that_was_known_before_is_none() -> None:
    appeal = submitted()
    apply(appeal, OUTAGE, NOW)
    uphold(appeal, now=NOW + DAY)
    assert code_of(appeal, APPEAL, NOW + 2 * DAY) is Refusal.NO_NEW_EVIDENCE


def test_a_third_appeal_is_refused_until_nobody_can_appeal_any_more() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    apply(appeal, AGAIN)
    uphold(appeal, by=DIAZ)
    send_all(appeal, NOW)
    assert code_of(appeal, WITH_FILE) is Refusal.APPEALED_TWICE
    ends = DEACTIVATED_AT + 90 * DAY
    assert advance(appeal, NOW) == (WaitUntil(ends),), "it stays, to refuse a third"
    assert advance(appeal, ends) == ()


def test_a_record_that_is_gone_by_now_is_kept_as_it_was() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    gone = FOUND.model_copy(update={"part": None, "reason": None})
    submit(appeal, AGAIN, NOW, FACTS.model_copy(update={"deactivation": gone}))
    assert appeal.deactivation == FOUND
    assert code_of(appeal, answer(Verdict.UPHOLD, PART)) is Refusal.HAD_PART_IN_CASE


# --- many refused ones --------------------------------------------------------------------------


def test_after_ten_refused_appeals_the_next_is_refused_before_anything_is_looked_up() -> None:
    appeal = a_new_appeal()
    look_up.looked_up(appeal, NOTHING, NOW)
    for minute in range(10):
        updates.refuse_before_look_up(appeal, AGAIN, NOW + timedelta(minutes=minute))
        updates.note_refused(appeal, NOW + timedelta(minutes=minute))
    with pytest.raises(Refused) as refused:
        updates.refuse_before_look_up(appeal, AGAIN, NOW + timedelta(hours=23))
    assert refused.value.code is Refusal.TOO_MANY_APPEALS
    updates.refuse_before_look_up(appeal, AGAIN, NOW + DAY)


def test_an_appeal_that_would_be_taken_is_looked_up_however_many_were_refused() -> None:
    appeal = in_status(AppealStatus.UPHELD)
    for _ in range(10):
        updates.note_refused(appeal, NOW)
    before = appeal.model_copy()
    updates.refuse_before_look_up(appeal, AGAIN, NOW)
    assert appeal == before
    with pytest.raises(Refused) as refused:
        updates.refuse_before_look_up(appeal, APPEAL, NOW)
    assert refused.value.code is Refusal.TOO_MANY_APPEALS


def test_what_was_refused_is_remembered_for_a_day_and_then_the_workflow_ends() -> None:
    appeal = a_new_appeal()
    look_up.looked_up(appeal, NOTHING, NOW)
    updates.note_refused(appeal, NOW)
    assert advance(appeal, NOW) == (WaitUntil(NOW + DAY),)
    assert advance(appeal, NOW + DAY) == ()
