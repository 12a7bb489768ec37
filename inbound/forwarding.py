"""Sends the desk the messages that no case takes, or not all of."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum

from domain.shared.result import Result
from providers.imap.mailbox import LARGEST_READ
from providers.protocols import Mail, ProviderFailed
from temporal_client.names import AnyName

_POLICY = SMTP.clone(cte_type="7bit")

LARGEST_FORWARDED = 50 * 1024 * 1024
"""Bytes. Mail servers take messages of 10 to 50 MB."""


class Why(StrEnum):
    """Why the desk must read a message."""

    NO_CASE = "It names no case of ours."
    OTHER_SENDER = "It answers an e-mail of ours, and does not come from the seller's address."
    NOBODY_WAITS = "It answers an e-mail of ours that no open case has sent, and nobody waits."
    CASE_ENDED = "Its case has ended."
    ENDING = "Its case is ending, or has sent no such e-mail."
    FILE_FULL = "What it answers has no room for more text."
    NO_APPEAL_WAITS = "It answers an e-mail about an appeal, and no appeal waits."
    HAS_FILES = "The case or the appeal has taken what it says, and not the files that it has."
    MAY_BE_PERSON = (
        "It has signs of a machine's answer, which help desks put on what people type too. It "
        "counts as no contact."
    )
    UNREADABLE = "It could not be read."


@dataclass(frozen=True)
class Reason:
    """Why the desk must read a message, and what sent the e-mail that it answers, if known."""

    why: Why
    sent_by: AnyName | None = None


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
        kept_whole: whether the mailbox keeps each message, so that the desk need not be sent it.
    """

    mail: Mail
    sender: str
    desk: str
    message_id_domain: str
    kept_whole: bool

    async def forward(self, message_id: str, raw: bytes, reasons: Sequence[Reason]) -> None:
        """Send a message to the desk, as a file. A repeat has the same Message-ID.

        What the desk's mail server does not take, too large or perhaps for spam, is only named to
        the desk, if the mailbox keeps it.

        Raises:
            NotForwarded: try again later.
        """
        if len(raw) > LARGEST_FORWARDED:
            raise NotForwarded("the message is too large to be sent to the desk")
        try:
            await self._send(self._message(message_id, raw, reasons))
        except NotForwarded:
            if not self.kept_whole:
                raise
            await self._send(self._message(message_id, None, reasons))

    async def _send(self, message: EmailMessage) -> None:
        try:
            result = await self.mail.send(message)
        except ProviderFailed as failure:
            raise NotForwarded(str(failure)) from None
        if result is not Result.ACCEPTED:
            raise NotForwarded("the mail server refuses what is for the desk (CASE72_DESK)")

    def _message(
        self, message_id: str, raw: bytes | None, reasons: Sequence[Reason]
    ) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"] = self.sender, self.desk
        message["Subject"] = "A message to read"
        message["Message-ID"] = f"<inbound.{message_id[:40]}@{self.message_id_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        said = "\n".join(_said(reason) for reason in reasons)
        case = next((str(reason.sent_by) for reason in reasons if reason.sent_by), "CASE")
        message.set_content(
            f"A message came to the address for answers.\n{said}\n\n"
            f"Please read it: {self._where(raw)}. If it stops a clock, record it with\n\n"
            f"  python client.py contact {case} email --note '...' --by YOU\n"
        )
        if raw:
            # Not as message/rfc822: what is broken or cut off would break this one too.
            message.add_attachment(
                raw, maintype="application", subtype="octet-stream", filename="message.eml"
            )
        return message

    def _where(self, raw: bytes | None) -> str:
        if not self.kept_whole:
            return "it is attached"
        where = "in the mailbox's folder case72-desk"
        if raw is None:
            return f"it is {where}"
        is_whole = len(raw) < LARGEST_READ
        return "it is attached" if is_whole else f"its beginning is attached, all of it is {where}"


def _said(reason: Reason) -> str:
    return f"{reason.why} ({reason.sent_by.workflow_id})" if reason.sent_by else reason.why
