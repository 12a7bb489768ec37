"""A real SMTP server, which behaves as a test tells it to."""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from providers.smtp.mail import Security, SmtpMail, SmtpServer

TOKEN = "ya29.token-7"
LOGIN, PASSWORD = "relay-user", "correct-horse-9"


@dataclass
class Letterbox:
    """What a server answers, and what it was handed."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    """By command (MAIL, RCPT, DATA), one after the other; none left means 250."""
    falls_silent: float = 0
    """For so many seconds at RCPT."""
    hangs_up: list[str] = field(default_factory=list)
    """`in` the message, or `after` it and before the answer; once for each."""
    unknown: str = ""
    """Mailboxes that begin so are refused for good."""
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    in_clear: bytearray = field(default_factory=bytearray)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    # No property: aiosmtpd asks for every attribute at every connection.
    def messages(self) -> list[EmailMessage]:
        """The messages it has, parsed."""
        parsed = [message_from_bytes(raw(e), policy=default) for e in self.taken]
        return [m for m in parsed if isinstance(m, EmailMessage)]

    def client(
        self, security: Security = Security.NONE, *, host: str = "127.0.0.1", **more: Any
    ) -> SmtpMail:
        """Our side, set to hand in here."""
        settings = {"timeout_seconds": 5.0, "port": self.port} | more
        return SmtpMail(SmtpServer(host=host, security=security, **settings))

    def _answer(self, command: str) -> str:
        self.commands.append(command)
        left = self.answers.get(command)
        return left.pop(0) if left else "250 2.0.0 OK"

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL")
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options += options
        return answer

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.falls_silent)
        answer = self._answer("RCPT")
        if self.unknown and address.startswith(self.unknown):
            answer = "550 5.1.1 No such mailbox"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self._answer("DATA")
        if answer.startswith("2"):
            self.taken.append(envelope)
            self.encrypted.append(session.ssl is not None)
        if self.hangs_up[:1] == ["after"]:
            self.hangs_up.pop(0)
            _hang_up(server)
        return answer


def raw(envelope: Envelope) -> bytes:
    """The message as it came over the wire."""
    assert isinstance(envelope.content, bytes)
    return envelope.content


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


def _log_in(server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
    if kind == "XOAUTH2":
        return AuthResult(success=data == TOKEN, handled=False)
    right = LoginPassword(LOGIN.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)


class _Server(SMTP):
    def data_received(self, data: bytes) -> None:
        if self.session is None or self.session.ssl is None:
            self.event_handler.in_clear += data
        super().data_received(data)

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:
        said = b64decode(args[1]).decode().split("\x01")
        token = said[1].removeprefix("auth=Bearer ") if said[0] == f"user={LOGIN}" else ""
        return self._authenticate("XOAUTH2", token)

    async def smtp_EHLO(self, hostname: str) -> None:
        if "EHLO" in self.event_handler.answers:
            await self.push(self.event_handler.answers["EHLO"].pop(0))
        else:
            await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.hangs_up[:1] == ["in"]:
            self.event_handler.hangs_up.pop(0)
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            _hang_up(self)
        else:
            await super().smtp_DATA(arg)


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Letterbox]:
    """A server on a free port of this machine."""
    box = Letterbox()

    def talk() -> SMTP:
        return _Server(
            box,
            hostname="mx.example",
            enable_SMTPUTF8=options.get("utf8", True),
            decode_data=False,
            tls_context=starttls,
            auth_required=options.get("login", False),
            authenticator=_log_in,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(talk, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
