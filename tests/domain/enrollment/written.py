"""What an e-mail of the programme says, as the rules know it."""

from typing import NamedTuple

from domain.enrollment.letters import Letter, LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from tests.domain.enrollment.status_oracle import Confirmed

ASKS = frozenset(
    {LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN, LetterPurpose.ENDED_NUMBER_NEEDED}
)
"""What asks for a number."""
SAYS_WHY = {*LetterPurpose} - {LetterPurpose.CONTACT_CHANGED, LetterPurpose.FRESH_LINK}
"""What names the reason of the status."""


class Written(NamedTuple):
    """What an e-mail says, and to whom where that is not the present address."""

    about: LetterPurpose
    confirms: Confirmed | None = None
    days_below: int | None = None
    warns_at: tuple[int, ...] = ()


def as_written(letter: Letter) -> Written:
    """A letter, as the rules know it."""
    confirms = None
    if letter.confirms is not None:
        assert letter.to is not None
        confirms = Confirmed(letter.to, **letter.confirms.model_dump())
    else:
        assert letter.to is None, "only what confirms a change goes to another address"
    return Written(letter.about, confirms, letter.days_below, letter.warns_at)


def e_mail_for(after: EnrollmentStatus, *, ended: bool, deactivated: bool) -> list[Written]:
    """What a change of status writes; `ended`: an enrollment ended, and nobody was told yet."""
    if after is EnrollmentStatus.ENROLLED:
        return [Written(LetterPurpose.ENROLLED)]
    if after is EnrollmentStatus.INVITED:
        return [Written(LetterPurpose.ENDED_NUMBER_NEEDED if ended else LetterPurpose.INVITED)]
    if after is EnrollmentStatus.NOT_ELIGIBLE and deactivated:
        return []  # whoever deactivated tells
    return [Written(LetterPurpose.ENDED)] if ended else []
