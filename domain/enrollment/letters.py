"""The programme's e-mails, and those that wait to be sent (docs/rules.md, section 2)."""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.enrollment.status import EnrollmentReason
from domain.shared.account import Confirmation
from domain.shared.state import State
from domain.shared.text import Frozen


class LetterPurpose(StrEnum):
    """What an e-mail of the programme is for."""

    ENROLLED = "enrolled"
    INVITED = "invited"
    INVITED_AGAIN = "invited_again"
    ENDED = "ended"
    ENDED_NUMBER_NEEDED = "ended_number_needed"
    """The enrollment ended, and all that is missing is a valid number."""
    FRESH_LINK = "fresh_link"
    """A new link to the account health page, after older links have expired."""
    DAYS_BELOW = "days_below"
    """A warning that few of the allowed days below are left."""
    CONTACT_CHANGED = "contact_changed"
    """A confirmation of a changed number or address, to the old address too."""
    PROVE_NUMBER = "prove_number"
    """The number has changed, and must be proven for the enrollment to go on."""
    VERIFY_AGAIN = "verify_again"
    """A reminder to prove the number again, a year after the proof."""


INVITES = frozenset({LetterPurpose.INVITED, LetterPurpose.ENDED_NUMBER_NEEDED})
"""The letters that ask for the number. A reminder follows them."""

SAYS_ENDED = frozenset({LetterPurpose.ENDED, LetterPurpose.ENDED_NUMBER_NEEDED})


class Letter(Frozen):
    """An e-mail that waits or is being sent. Enrollment id and number identify it for ever."""

    number: int
    about: LetterPurpose
    reason: EnrollmentReason
    at: datetime
    days_below: int | None = None
    """The number of days below that a warning states."""
    warns_at: tuple[int, ...] = ()
    """The warning thresholds that this warning covers."""
    to: str | None = None
    """A fixed address. Null means the account's address at the time of sending."""
    confirms: Confirmation | None = None
    """The change of number or address that the letter confirms."""
    prove_by: datetime | None = None
    """Until when the number must be proven."""


class Outbox(State):
    """The e-mails that wait, oldest first. They are sent one after the other."""

    letters: tuple[Letter, ...] = ()
    count: int = 0
    """How many e-mails were ever written."""

    def write(
        self,
        about: LetterPurpose,
        reason: EnrollmentReason,
        now: datetime,
        *,
        has_address: bool,
        **more: Any,  # Any: the fields of `Letter` have different types.
    ) -> None:
        """Add an e-mail at the end.

        While the account has no address, keep only the newest of those that wait for one.
        """
        self.count += 1
        letter = Letter(number=self.count, about=about, reason=reason, at=now, **more)
        if letter.to is None and not has_address:
            self.drop(lambda waiting: waiting.to is None)
        self.letters += (letter,)

    def has(self, abouts: Collection[LetterPurpose]) -> bool:
        """Whether an e-mail for one of these purposes waits."""
        return any(letter.about in abouts for letter in self.letters)

    def drop(self, unwanted: Callable[[Letter], bool]) -> None:
        """Remove e-mails that must not be sent."""
        self.letters = tuple(letter for letter in self.letters if not unwanted(letter))

    def stop_asking(self) -> None:
        """Drop the e-mails that ask for a number, once the number is not what is missing."""
        self.drop(lambda x: x.about in (LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN))
        said = {"about": LetterPurpose.ENDED}
        self.letters = tuple(
            x.model_copy(update=said) if x.about is LetterPurpose.ENDED_NUMBER_NEEDED else x
            for x in self.letters
        )
