"""Sends mail to a server over SMTP (docs/rules.md, section 4; docs/real-mail.md)."""

import asyncio
import shlex
import socket
import ssl
from asyncio.subprocess import DEVNULL, PIPE
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
    SMTPStatus,
)

from domain.shared.result import Result
from providers.protocols import ProviderFailed
from providers.smtp.address import mailbox
from providers.smtp.refusals import Refusal, Stage

log = structlog.get_logger("mail")

_GOODBYE_SECONDS = 1


class Security(StrEnum):
    """How the connection is encrypted."""

    STARTTLS = "starttls"
    """Encryption starts with a command. A server that does not offer it is not used."""
    TLS = "tls"
    """Encryption starts with the first byte."""
    NONE = "none"
    """There is no encryption."""


@dataclass(frozen=True)
class SmtpServer:
    """The mail server that accepts our mail."""

    host: str
    security: Security
    timeout_seconds: float
    """The limit for one message, from connecting to the answer. It is shorter than a try."""
    port: int | None = None
    """None means the default port of the security: 587, 465 or 25."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    """The file of the XOAUTH2 token, instead of a password. It is read for each login."""
    token_command: str | None = field(default=None, repr=False)
    """The command that prints the XOAUTH2 token."""
    ca_file: Path | None = None
    """The certificate authorities to trust, instead of the machine's."""


_STAGES = {
    SMTPConnectResponseError: Stage.CONNECTION,
    SMTPHeloError: Stage.GREETING,
    SMTPAuthenticationError: Stage.LOGIN,
    SMTPSenderRefused: Stage.SENDER,
    SMTPRecipientRefused: Stage.RECIPIENT,
    SMTPDataError: Stage.MESSAGE,
}


def _stage_of(error: SMTPResponseException) -> Stage:
    return _STAGES.get(type(error), Stage.OTHER)


class SmtpMail:
    """Sends messages to a mail server, each over its own connection."""

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
        self._own_name = socket.getfqdn()  # can ask the name service, so do it only once

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Return `accepted` after the server accepts, or `bounced` if it refuses for good.

        If the connection or the time runs out after the message was sent, nobody knows whether the
        server has it. Then this raises, and the retry has the same Message-ID. SMTP delivers at
        least once. Many readers' mail systems recognise a repeat by its Message-ID.

        An address that needs SMTPUTF8 (its local part is not ASCII) bounces if the server does not
        offer that. A retry would not help, but another address would.

        Raises:
            ProviderFailed: the server gave no answer, or refused because of us.
        """
        address = message["To"].addresses[0]
        to = mailbox(address.username, address.domain)
        client = self._client()
        try:
            async with asyncio.timeout(self._server.timeout_seconds):
                await client.connect()
                try:
                    await client.send_message(message, sender=returns_to, recipients=[to])
                except SMTPNotSupported:
                    hello = client.last_ehlo_response
                    if hello is None or hello.code != SMTPStatus.completed:
                        raise ProviderFailed(
                            "smtp: the server does not say what it offers"
                        ) from None
                    return self._bounced(message, "SMTPUTF8 is not offered")
                except SMTPRecipientsRefused as refused:
                    raise refused.recipients[0] from None
            # The server has accepted the message. Later errors do not change that.
            with suppress(SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
        except SMTPResponseException as error:
            refusal = Refusal.read(_stage_of(error), error.code, error.message)
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
            oauth_token_generator=self._token if self._has_token() else None,
            local_hostname=self._own_name,
            timeout=None,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._trust,
        )

    def _has_token(self) -> bool:
        return bool(self._server.token_file or self._server.token_command)

    async def _token(self) -> str:
        """Return the current token for XOAUTH2.

        Raises:
            ProviderFailed: there is none. The message quotes nothing of what was read or printed.
        """
        server = self._server
        if server.token_file is not None:
            try:
                token = (await asyncio.to_thread(server.token_file.read_text)).strip()
            except (OSError, UnicodeDecodeError):
                raise ProviderFailed("smtp: the token file cannot be read") from None
        else:
            token = await self._printed(shlex.split(server.token_command or ""))
        if not token or not token.isascii() or any(c.isspace() for c in token):
            raise ProviderFailed("smtp: the token file or command gives no token")
        return token

    async def _printed(self, command: list[str]) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
            )
        except OSError:
            raise ProviderFailed("smtp: the token command cannot be run") from None
        try:
            printed, _ = await process.communicate()
        except asyncio.CancelledError:  # the time is over
            process.kill()
            raise
        if process.returncode:
            raise ProviderFailed(f"smtp: the token command failed, {process.returncode}")
        return printed.decode(errors="replace").strip()

    def _bounced(self, message: EmailMessage, why: str) -> Result:
        log.info("bounced", message=str(message["Message-ID"]), why=why)
        return Result.BOUNCED

    def _why(self, error: Exception) -> str:
        """Explain an error in our own words, since the original can quote an address."""
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
            case SMTPException() if "AUTH" in str(cause):  # its text may mention STARTTLS too
                return "login is not offered"
            case SMTPException() if "STARTTLS" in str(cause):
                return "STARTTLS is not offered"
            case SMTPException():
                return f"the server ended the session ({type(cause).__name__})"
            case _:
                return "the message cannot be sent over SMTP"
