"""The e-mails of the programme that wait to leave (docs/rules.md, section 2)."""

from datetime import datetime
from typing import Any

from domain.enrollment.state import EnrollmentState, Letter, LetterPurpose
from domain.shared.account import SellerAccount, confirmation_of


class Letters(EnrollmentState):
    """An enrollment that writes to its seller."""

    def write(self, about: LetterPurpose, now: datetime, **more: Any) -> None:  # Any: of the letter
        """Put an e-mail behind those that wait."""
        self.letters += 1
        letter = Letter(number=self.letters, about=about, reason=self.reason, at=now, **more)
        # Of those that wait for an address only the newest is kept.
        waiting = self.account.email is None and letter.to is None
        before = tuple(x for x in self.outbox if x.to is not None) if waiting else self.outbox
        self.outbox = (*before, letter)

    def stop_asking(self) -> None:
        """Ask nobody for a number that is not what is missing any more."""
        said = {"about": LetterPurpose.ENDED}
        self.outbox = tuple(
            x.model_copy(update=said) if x.about is LetterPurpose.ENDED_NUMBER_NEEDED else x
            for x in self.outbox
            if x.about not in (LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN)
        )

    def confirm_contact(
        self, before: SellerAccount, confirmed: tuple[str, ...], now: datetime
    ) -> tuple[str, ...]:
        """E-mail that the number or address was changed; to whom, a case's e-mails included."""
        found = confirmation_of(before, self.account)
        if found is None:
            return confirmed
        confirms, addresses = found
        for to in addresses:
            if to not in confirmed:
                self.write(LetterPurpose.CONTACT_CHANGED, now, to=to, confirms=confirms)
        return (*confirmed, *addresses)
