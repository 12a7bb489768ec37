"""The programme's e-mails that wait to be sent (docs/rules.md, section 2)."""

from datetime import datetime
from typing import Any

from domain.enrollment.state import EnrollmentState, Letter, LetterPurpose
from domain.shared.account import SellerAccount, confirmation_of


class Letters(EnrollmentState):
    """An enrollment's outbox of e-mails to the seller."""

    # Any: the fields of `Letter` have different types.
    def write(self, about: LetterPurpose, now: datetime, **more: Any) -> None:
        """Add an e-mail at the end of the outbox."""
        self.letters += 1
        letter = Letter(number=self.letters, about=about, reason=self.reason, at=now, **more)
        # Keep only the newest of the letters that wait for an address.
        waiting = self.account.email is None and letter.to is None
        before = tuple(x for x in self.outbox if x.to is not None) if waiting else self.outbox
        self.outbox = (*before, letter)

    def stop_asking(self) -> None:
        """Drop the e-mails that ask for a number, once the number is not what is missing."""
        said = {"about": LetterPurpose.ENDED}
        self.outbox = tuple(
            x.model_copy(update=said) if x.about is LetterPurpose.ENDED_NUMBER_NEEDED else x
            for x in self.outbox
            if x.about not in (LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN)
        )

    def confirm_contact(
        self, before: SellerAccount, confirmed: tuple[str, ...], now: datetime
    ) -> tuple[str, ...]:
        """Confirm a changed number or address by e-mail.

        Return all addresses that have a confirmation, those from a case included.
        """
        found = confirmation_of(before, self.account)
        if found is None:
            return confirmed
        confirms, addresses = found
        for to in addresses:
            if to not in confirmed:
                self.write(LetterPurpose.CONTACT_CHANGED, now, to=to, confirms=confirms)
        return (*confirmed, *addresses)
