"""Mail handed to a server over SMTP (docs/rules.md, section 4; docs/real-mail.md)."""

import asyncio
import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import structlog
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from domain.attempt import Result
from providers.protocols import ProviderFailed

log = structlog.get_logger("mail")

_GOODBYE_SECONDS = 1


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    """From the first command on; a server that does not offer it is not used."""
    TLS = "tls"
    """From the first byte on."""
    NONE = "none"
    """Not at all."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed in."""

    host: str
    security: Security
    timeout_seconds: float
    """For the whole of a message, from connecting to the answer; less than a try may take."""
    port: int | None = None
    """The security's own, if none: 587, 465 or 25."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Who is trusted to sign the server's certificate, instead of the machine's usual."""


class _Answered(StrEnum):
    """What the server refused."""

    CONNECTION = "connection"
    GREETING = "greeting"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    OTHER = "command"


_ANSWERED = {
    SMTPConnectResponseError: _Answered.CONNECTION,
    SMTPHeloError: _Answered.GREETING,
    SMTPAuthenticationError: _Answered.LOGIN,
    SMTPSenderRefused: _Answered.SENDER,
    SMTPRecipientRefused: _Answered.RECIPIENT,
    SMTPDataError: _Answered.MESSAGE,
}
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")

# What is about the recipient or the message, by the code that RFC 5321 gives each command. At
# MAIL the recipient is not known yet, and only the message can be too much.
_MAILBOX_OR_MESSAGE = frozenset({550, 551, 552, 553, 554, 556})
_BY_CODE = {
    _Answered.SENDER: frozenset({552}),
    _Answered.RECIPIENT: _MAILBOX_OR_MESSAGE,
    _Answered.MESSAGE: _MAILBOX_OR_MESSAGE,
}
# And by the subject of the enhanced status code (RFC 3463): address, mailbox, the way to it,
# content; not the system (3), the protocol (5) or policy (7).
_ADDRESS_MAILBOX_WAY_CONTENT = frozenset({1, 2, 4, 6})
_BY_SUBJECT = {
    _Answered.SENDER: frozenset({6}),
    _Answered.RECIPIENT: _ADDRESS_MAILBOX_WAY_CONTENT,
    _Answered.MESSAGE: _ADDRESS_MAILBOX_WAY_CONTENT,
}
_THE_SENDERS_ADDRESS = {(1, 7), (1, 8)}
_TOO_LARGE = {(2, 3), (3, 4)}


@dataclass(frozen=True)
class _Refusal:
    """What the server answered, without its words: they can quote an address."""

    of: _Answered
    code: int
    status: tuple[int, int, int] | None

    @classmethod
    def read(cls, error: SMTPResponseException) -> "_Refusal":
        """The refusal in an answer of the server's."""
        found = _STATUS.match(error.message)
        status = (int(found[1]), int(found[2]), int(found[3])) if found else None
        return cls(_ANSWERED.get(type(error), _Answered.OTHER), error.code, status)

    def __str__(self) -> str:
        status = " " + ".".join(map(str, self.status)) if self.status else ""
        return f"{self.of} refused, {self.code}{status}"

    def about_seller(self) -> bool:
        """Whether it stays refused, for the recipient or the message.

        All else is ours to mend: login, the sender, our reputation (5.7), and what passes. The
        enhanced code counts for more than the command: many servers refuse a sender at RCPT.
        """
        if self.code // 100 != 5 or self.of not in _BY_CODE:
            return False
        kind, subject, detail = self.status or (5, 0, 0)
        if subject == 0:
            return kind == 5 and self.code in _BY_CODE[self.of]
        if kind != 5 or (subject, detail) in _THE_SENDERS_ADDRESS:
            return False
        return (subject, detail) in _TOO_LARGE or subject in _BY_SUBJECT[self.of]


class SmtpMail:
    """Hands messages to a mail server, over a connection for each."""

    def __init__(self, server: SmtpServer) -> None:
        """Prepare, without connecting.

        Raises:
            ValueError: the CA file holds no certificates.
        """
        self._server = server
        try:
            self._trust = ssl.create_default_context(cafile=server.ca_file)
        except OSError as error:  # ssl.SSLError among them
            raise ValueError("smtp_ca_file: cannot be read as certificates (PEM)") from error
        self._own_name = socket.getfqdn()  # can ask the name service, hence only once

    async def send(self, message: EmailMessage) -> Result:
        """`accepted` once the server has said so; `bounced` if it refuses for good.

        Where the connection is lost, or time is up, after the message was sent and before the
        answer came, nobody knows whether the server has it. Then this fails, and is tried again
        with the same Message-ID: SMTP itself delivers at least once, and it is the reader's mail
        system that recognises the repeat by its Message-ID, as many do.

        An address that takes SMTPUTF8 (its local part is in another script) bounces if the server
        does not offer that: another try would not change it, another address does.

        Raises:
            ProviderFailed: neither taken nor refused, or refused over something of ours.
        """
        to = message["To"].addresses[0].addr_spec
        client = self._client()
        try:
            async with asyncio.timeout(self._server.timeout_seconds):
                await client.connect()
                try:
                    await client.send_message(message, recipients=[to])
                except SMTPNotSupported:
                    return self._bounced(message, "SMTPUTF8 is not offered")
                except SMTPRecipientsRefused as refused:
                    raise refused.recipients[0] from None
            # It has been taken, so nothing that comes after changes that.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
        except SMTPResponseException as error:
            refusal = _Refusal.read(error)
            if refusal.about_seller():
                return self._bounced(message, str(refusal))
            raise ProviderFailed(f"smtp: {refusal}") from None
        except (SMTPException, OSError, ValueError) as error:
            raise ProviderFailed(f"smtp: {self._why(error)}") from None
        finally:
            client.close()
        return Result.ACCEPTED

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            local_hostname=self._own_name,
            timeout=None,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._trust,
        )

    def _bounced(self, message: EmailMessage, why: str) -> Result:
        log.info("bounced", message=str(message["Message-ID"]), why=why)
        return Result.BOUNCED

    def _why(self, error: Exception) -> str:
        """In words that are our own, since others' can quote an address."""
        cause = error if isinstance(error, TimeoutError) else error.__cause__ or error
        match cause:
            case ssl.SSLCertVerificationError():
                return f"certificate not trusted: {cause.verify_message}"
            case ssl.SSLError():
                return f"TLS failed: {cause.reason}"
            case TimeoutError():
                return f"no answer within {self._server.timeout_seconds:g} s"
            case ConnectionError():
                return "no connection, or it was lost"
            case OSError():
                return f"cannot connect: {cause.strerror or type(cause).__name__}"
            case SMTPException():
                return "STARTTLS or login is not offered"
            case _:
                return "the message cannot be put into SMTP"
