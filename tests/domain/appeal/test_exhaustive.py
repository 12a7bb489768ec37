"""Section 9 holds in every state that a few letters lead to (tests/walk.md)."""

from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from tests.domain.appeal.walks import walks
from tests.domain.walk import HowFar


def test_every_status_reason_and_letter_is_met_and_each_event_does_what_the_table_says() -> None:
    walked = [walk.go() for walk in walks(HowFar.SHORT)]
    met = {seen for walk in walked for seen in walk.seen}
    reasons = {
        AppealStatus.SUBMITTED: (
            None,
            AppealReason.QUESTION_UNDELIVERED,
            AppealReason.ADDED_MEANWHILE,
            AppealReason.MESSAGE_WAITING,
            AppealReason.REINSTATEMENT_FAILED,
            AppealReason.REINSTATEMENT_HELD,
            AppealReason.OUTAGE_REPORTED,
            AppealReason.ACCOUNT_ACTIVE,
        ),
        AppealStatus.LAPSED: (AppealReason.NO_ANSWER,),
    }
    stands = {(status, why) for status in AppealStatus for why in reasons.get(status, (None,))}
    assert met == stands | {*AppealPurpose}
    assert sum(walk.rechecked for walk in walked) > 20
