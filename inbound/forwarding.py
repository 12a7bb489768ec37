"""Sends the desk the messages that no case takes, or not all of."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from domain.shared.result import Result
from providers.protocols import Mail, ProviderFailed

_POLICY = SMTP.clone(cte_type="7bit")


class Why(StrEnum):
    """Why no case took a message."""

    NO_CASE = "It names no case of ours, or does not come from the seller's address."
    NOBODY_WAITS = "It answers an e-mail of ours that no open case has sent, and nobody waits."
    CASE_ENDED = "Its case has ended."
    ENDING = "Its case is ending, or has sent no such e-mail."
    FILE_FULL = "What it answers has no room for more text."
    NO_APPEAL_WAITS = "It answers an e-mail about an appeal, and no appeal waits."
    HAS_FILES = "An appeal has taken what it says, and not the files that it has."
    UNREADABLE = "It could not be read."


class NotForwarded(Exception):
    """The mail server did not take the message for the desk. Try again later."""


@dataclass(frozen=True)
class Forwarding:
    """Sends messages to the desk.

    Args:
        mail: sends.
        sender: our own address, as the e-mails have it.
        desk: the desk's address.
        message_id_domain: the domain of our Message-IDs.
    """

    mail: Mail
    sender: str
    desk: str
    message_id_domain: str

    async def forward(self, message_id: str, raw: bytes, why: Why) -> None:
        """Send a message to the desk, as a file. A repeat has the same Message-ID.

        Raises:
            NotForwarded: try again later.
        """
        try:
            result = await self.mail.send(self._message(message_id, raw, why))
            if result is not Result.ACCEPTED:  # too large, perhaps, or taken for spam
                result = await self.mail.send(self._message(message_id, None, why))
        except ProviderFailed as failure:
            raise NotForwarded(str(failure)) from None
        if result is not Result.ACCEPTED:
            raise NotForwarded("the mail server refuses the desk's address (CASE72_DESK)")

    def _message(self, message_id: str, raw: bytes | None, why: Why) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"] = self.sender, self.desk
        message["Subject"] = "A message that no case has taken"
        message["Message-ID"] = f"<inbound.{message_id[:40]}@{self.message_id_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        where = "it is attached" if raw else "it is in the mailbox's folder case72-desk"
        message.set_content(
            f"A message came to the address for answers. {why}\n\n"
            f"Please read it: {where}. If it stops a clock, record it with\n\n"
            "  python client.py contact CASE email --note '...' --by YOU\n"
        )
        if raw:
            # Not as message/rfc822: what is broken or cut off would break this one too.
            message.add_attachment(
                raw, maintype="application", subtype="octet-stream", filename="message.eml"
            )
        return message
