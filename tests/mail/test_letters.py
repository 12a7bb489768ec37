"""The e-mails of the programme say what happened and what to do (docs/rules.md, section 2)."""

from datetime import UTC, datetime

import pytest

from domain.enrollment.activity_inputs import SendLetterInput
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason
from domain.shared.account import Store
from mail.composer import Addresses, Composer
from mail.values import Ways
from reference.mail_tokens import thread_of
from tests.reading import text_of

ADDRESSES = Addresses("Health <health@shop.example>", "desk@shop.example", "shop.example")

WHY = {
    EnrollmentReason.HARM: "harmful conduct",
    EnrollmentReason.SELLING_PLAN: "professional selling plan",
    EnrollmentReason.NO_NUMBER: "no emergency number",
    EnrollmentReason.INVALID_NUMBER: "not one that we can call",
    EnrollmentReason.NUMBER_NOT_VERIFIED: "was not verified",
    EnrollmentReason.RECORD_TOO_SHORT: "not on record for the whole of the last 6 months",
    EnrollmentReason.TOO_MANY_DAYS_BELOW: "below 250 on more than 10 days",
}


def letter(
    about: LetterPurpose,
    reason: EnrollmentReason,
    name: str | None = "Blue Kettle",
    days_below: int | None = None,
    *,
    proof: bool = False,
) -> tuple[str, str]:
    """Subject and text."""
    input = SendLetterInput(
        enrollment_id="enrollment/US/A1/run-1",
        number=3,
        about=about,
        reason=reason,
        email="owner@kettle.example",
        store=Store.US,
        name=name,
        language=None,
        time_zone=None,
        days_below=days_below,
        at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    message = Composer(ADDRESSES, ways=Ways(proof=proof)).to_member(input)
    assert message["Message-ID"] == f"<{thread_of(input.enrollment_id)}.3@shop.example>"
    return str(message["Subject"]), text_of(message).lower()


@pytest.mark.parametrize("reason", WHY)
def test_who_is_no_longer_enrolled_is_told_why(reason: EnrollmentReason) -> None:
    subject, text = letter(LetterPurpose.ENDED, reason)
    assert "ended" in subject
    assert WHY[reason] in text
    assert sum(words in text for words in WHY.values()) == 1


@pytest.mark.parametrize(
    "about", [LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN, LetterPurpose.ENDED_NUMBER_NEEDED]
)
@pytest.mark.parametrize("reason", [EnrollmentReason.NO_NUMBER, EnrollmentReason.INVALID_NUMBER])
def test_who_lacks_a_number_is_asked_for_it(about: LetterPurpose, reason: EnrollmentReason) -> None:
    subject, text = letter(about, reason)
    assert "number" in subject
    assert WHY[reason] in text
    assert "give us" in text
    assert ("no longer enrolled" in text) == (about is LetterPurpose.ENDED_NUMBER_NEEDED)


@pytest.mark.parametrize(
    "about", [LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN, LetterPurpose.ENDED_NUMBER_NEEDED]
)
def test_whose_number_is_not_verified_is_asked_to_verify_it(about: LetterPurpose) -> None:
    subject, text = letter(about, EnrollmentReason.NUMBER_NOT_VERIFIED)
    assert "verify your emergency number" in subject
    assert "is not verified yet" in text
    assert "give us" not in text
    assert "a call says a code to you" in text


@pytest.mark.parametrize("proof", [True, False])
@pytest.mark.parametrize("reason", [EnrollmentReason.NO_NUMBER, EnrollmentReason.INVALID_NUMBER])
@pytest.mark.parametrize("about", [LetterPurpose.INVITED, LetterPurpose.ENDED])
def test_who_is_asked_for_a_number_is_told_to_verify_it_where_that_is_required(
    about: LetterPurpose, reason: EnrollmentReason, proof: bool
) -> None:
    _, text = letter(about, reason, proof=proof)
    assert ("and verify it" in text) == proof


def test_a_seller_whose_name_is_not_known_is_greeted_all_the_same() -> None:
    _, text = letter(LetterPurpose.ENROLLED, EnrollmentReason.REQUIREMENTS_MET, name=None)
    assert text.startswith("hello, your account in the us store is now enrolled")


@pytest.mark.parametrize(
    ("below", "said"),
    [
        (7, "Your rating may be below 250 on 3 more days"),
        (9, "Your rating may be below 250 on 1 more day"),
        (10, "The next day below 250 ends your enrollment"),
    ],
)
def test_a_warning_says_how_many_more_days_below_are_let_pass(below: int, said: str) -> None:
    """Not how many days there are until something happens."""
    subject, text = letter(
        LetterPurpose.DAYS_BELOW, EnrollmentReason.REQUIREMENTS_MET, days_below=below
    )
    assert subject == said
    assert f"{said}.".lower() in text
