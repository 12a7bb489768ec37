"""Section 2 holds in every state that a few letters lead to (tests/walk.md)."""

from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from tests.domain.enrollment.walked_enrollment import walks
from tests.domain.walk import HowFar

_IN_A_VIEW_ONLY = EnrollmentReason.NUMBER_BEING_CHECKED


def test_every_status_reason_and_e_mail_is_met_and_the_oracle_says_the_same_of_each() -> None:
    met = {seen for walk in walks(HowFar.USUAL) for seen in walk.go().seen}
    assert met == {*EnrollmentStatus, *EnrollmentReason, *LetterPurpose} - {_IN_A_VIEW_ONLY}
