"""Composes e-mails for the mail server (docs/rules.md, sections 2 and 4 to 6).

Their texts are in the templates (docs/wording.md).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import (
    Address,
    BaseHeader,
    HeaderRegistry,
    MessageIDHeader,
    UniqueUnstructuredHeader,
)
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import cast

from domain.appeal.activity_inputs import SendAppealLetterInput, TellDeskOfAppealInput
from domain.case.activity_inputs import SendEmailInput, TellDeskInput
from domain.enrollment.activity_inputs import SendLetterInput
from mail.appeal_values import values_of_appeal, values_of_desk_appeal
from mail.templates import DESK_APPEAL, Templates, Written
from mail.values import (
    Ways,
    WebUI,
    values_of_case,
    values_of_desk,
    values_of_letter,
)
from providers.smtp.address import mailbox
from reference.contact_check import read_email
from reference.mail_tokens import ReplyAddresses, SentEmail, thread_of


class _Subject(UniqueUnstructuredHeader):
    """A subject that is encoded as a whole if it is not ASCII.

    Python encodes each word by itself, and loses some of the spaces between the words.
    """

    def fold(self, *, policy: Policy) -> str:
        text = str(self)
        encoded = Header(text, "ascii" if text.isascii() else "utf-8", 76, "Subject")
        return f"Subject: {encoded.encode(linesep=policy.linesep)}{policy.linesep}"


# A Message-ID must not be broken, however long it is. Only its own header class ensures that.
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, cast(type[BaseHeader], MessageIDHeader))
_HEADERS.map_to_type("subject", cast(type[BaseHeader], _Subject))
# Use seven bits: every server accepts them, and none rewrites them.
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")

_REMOVED_FROM_NAMES = re.compile(r'["\\]|=\?')
_NAME_LENGTH = 60


class CannotBeWritten(Exception):
    """No message can be composed for an address. The message does not quote the address."""


@dataclass(frozen=True)
class Addresses:
    """Our own addresses."""

    sender: str
    desk: str
    message_id_domain: str
    replies: ReplyAddresses | None = None
    """Where answers to a seller's e-mail come to. Without them they come to the desk."""


class Composer:
    """Composes e-mails from the marketplace's templates, or else from ours."""

    def __init__(
        self,
        addresses: Addresses,
        wording: Templates | None = None,
        ways: Ways | None = None,
        web_ui: WebUI | None = None,
    ) -> None:
        """`ways` says how a seller reaches us, and `web_ui` where the desk finds a case."""
        self._addresses = addresses
        self._wording = wording or Templates()
        self._ways = ways or Ways()
        self._web_ui = web_ui

    def to_seller(self, input: SendEmailInput) -> EmailMessage:
        """Compose the e-mail of an attempt."""
        reader = self._wording.reader(input.language)
        values = values_of_case(input, reader.locale, self._ways)
        written = self._wording.write(input.about, reader.language, values)
        to = _addressee(input.name, input.email)
        email = SentEmail.of(input.case_id, input.number)
        return self._to_seller(written, to, email, about=input.case_id, at=input.at)

    def to_member(self, input: SendLetterInput) -> EmailMessage:
        """Compose a letter of the programme."""
        reader = self._wording.reader(input.language)
        values = values_of_letter(input, reader.locale, self._ways)
        written = self._wording.write(f"enrollment/{input.about}", reader.language, values)
        to = _addressee(input.name, input.email)
        email = SentEmail.of(input.enrollment_id, input.number)
        return self._to_seller(written, to, email, about=input.enrollment_id, at=input.at)

    def about_appeal(self, input: SendAppealLetterInput) -> EmailMessage:
        """Compose a letter about an appeal."""
        reader = self._wording.reader(input.language)
        values = values_of_appeal(input, reader.locale, self._ways)
        written = self._wording.write(f"appeal/{input.about}", reader.language, values)
        to = _addressee(input.name, input.email)
        email = SentEmail.of(input.appeal_id, input.number)
        return self._to_seller(written, to, email, about=input.appeal_id, at=input.at)

    def _to_seller(
        self, written: Written, to: Address, email: SentEmail, *, about: str, at: datetime
    ) -> EmailMessage:
        message = self._message(written, to, about=about, key=f"{email.number}", at=at)
        if self._addresses.replies is not None:
            del message["Reply-To"]
            message["Reply-To"] = self._addresses.replies.address(email)
        return message

    def returns_to(self, message: EmailMessage) -> str | None:
        """Return the address that a bounce of a message goes to. None: its From.

        It is the one for replies, since that names the e-mail.
        """
        replies, address = self._addresses.replies, str(message["Reply-To"])
        return address if replies is not None and replies.find_in(address) else None

    def to_desk(self, input: TellDeskInput) -> EmailMessage:
        """Compose the e-mail to the desk, with the whole timeline."""
        written = self._wording.write_to_desk(values_of_desk(input, self._web_ui))
        return self._to_desk(written, about=input.case_id, due=input.due)

    def to_desk_about_appeal(self, input: TellDeskOfAppealInput) -> EmailMessage:
        """Compose the e-mail to the desk about an appeal, with the whole story."""
        written = self._wording.write_to_desk(values_of_desk_appeal(input), DESK_APPEAL)
        return self._to_desk(written, about=input.appeal_id, due=input.due)

    def _to_desk(self, written: Written, *, about: str, due: datetime) -> EmailMessage:
        to = Address(addr_spec=self._addresses.desk)
        key = f"desk.{due:%Y%m%dT%H%M%S.%f}"
        return self._message(written, to, about=about, key=key, at=due)

    def _message(
        self, written: Written, to: Address, *, about: str, key: str, at: datetime
    ) -> EmailMessage:
        thread, domain = thread_of(about), self._addresses.message_id_domain
        message = EmailMessage(policy=_POLICY.clone(utf8=not to.username.isascii()))
        message["From"] = self._addresses.sender
        message["To"] = to
        message["Reply-To"] = self._addresses.desk
        # A marketplace's template can put a name into the subject. Break up "=?", so that no mail
        # reader decodes it as an encoded word.
        message["Subject"] = written.subject.replace("=?", "= ?")
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{thread}.{key}@{domain}>"
        # Group the e-mails by the id of a message that does not exist, since nobody knows which
        # e-mail arrived first. RFC 5322 (3.6.4) lets References name a thread, and mail readers
        # group by an unknown id too. In-Reply-To is for readers that ignore References.
        message["In-Reply-To"] = message["References"] = f"<{thread}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(written.text)
        if written.html is not None:
            message.add_alternative(written.html, subtype="html")
            # Derive the boundary from the content. So the same e-mail always has the same bytes,
            # and the content cannot contain the boundary.
            both = f"{written.text}\0{written.html}".encode()
            message.set_boundary(hashlib.sha256(both).hexdigest()[:40])
        return message


class _Address(Address):
    """An address that quotes misplaced dots where needed. Python does not."""

    @property
    def addr_spec(self) -> str:
        if any(c in self.username for c in '"\\ '):
            return super().addr_spec
        return mailbox(self.username, self.domain)


def _addressee(name: str | None, email: str) -> Address:
    """Return the addressee, with the domain in the form that every mail server knows.

    The name is shortened to fit into one line, and loses quotes and "=?". If Python breaks a line
    inside a name, some releases lose its quotes, and its text is read as further addresses.

    Raises:
        CannotBeWritten: no header can hold the address.
    """
    if (valid := read_email(email)) is None:
        raise CannotBeWritten("not an e-mail address")
    local_part, _, domain = email.rpartition("@")
    if "=?" in local_part:
        # Python decodes it as an encoded word. Older releases then write a line break that it
        # hides (=0D=0A) into the headers.
        raise CannotBeWritten("an e-mail address that contains =?")
    if local_part.isascii():  # a server that accepts other local parts accepts any domain
        domain = valid.ascii_domain
    plain = " ".join(_REMOVED_FROM_NAMES.sub(" ", name or "").split())
    # Do not use `addr_spec`: it refuses a local part that is not ASCII.
    return _Address(plain[:_NAME_LENGTH].strip(), username=local_part, domain=domain)
