"""E-mails, as a mail server takes them (docs/rules.md, sections 2 and 4 to 6).

What they say is in the templates: docs/wording.md.
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

from domain.case.activity_inputs import SendEmailInput, TellDeskInput
from domain.enrollment.activity_inputs import SendLetterInput
from mail.templates import Templates, Written
from mail.values import (
    Ways,
    WebUI,
    reference,
    values_of_case,
    values_of_desk,
    values_of_letter,
)
from providers.smtp.address import mailbox
from reference.contact_check import read_email


class _Subject(UniqueUnstructuredHeader):
    """A subject in another script, encoded whole.

    Python encodes word for word where it can, and then loses some of the spaces between them.
    """

    def fold(self, *, policy: Policy) -> str:
        text = str(self)
        encoded = Header(text, "ascii" if text.isascii() else "utf-8", 76, "Subject")
        return f"Subject: {encoded.encode(linesep=policy.linesep)}{policy.linesep}"


# Message-IDs are one word however long, which only a header of their own class keeps unbroken.
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, cast(type[BaseHeader], MessageIDHeader))
_HEADERS.map_to_type("subject", cast(type[BaseHeader], _Subject))
# Seven bits: what every server takes and none rewrites.
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")

_NOT_IN_A_NAME = re.compile(r'["\\]|=\?')
_NAME_LENGTH = 60


class CannotBeWritten(Exception):
    """No message can be written to this address, which is not quoted."""


@dataclass(frozen=True)
class Addresses:
    """The addresses of our own."""

    sender: str
    desk: str
    message_id_domain: str


class Composer:
    """Writes the messages of a marketplace, in its wording or else in ours."""

    def __init__(
        self,
        addresses: Addresses,
        wording: Templates | None = None,
        ways: Ways | None = None,
        web_ui: WebUI | None = None,
    ) -> None:
        """`ways`: how a seller finds us; `web_ui`: where the desk finds a case."""
        self._addresses = addresses
        self._wording = wording or Templates()
        self._ways = ways or Ways()
        self._web_ui = web_ui

    def to_seller(self, input: SendEmailInput) -> EmailMessage:
        """The e-mail of an attempt."""
        reader = self._wording.reader(input.language)
        values = values_of_case(input, reader.locale, self._ways)
        written = self._wording.write(input.about, reader.language, values)
        to = _addressee(input.name, input.email)
        return self._message(written, to, about=input.case_id, key=f"{input.number}", at=input.at)

    def to_member(self, input: SendLetterInput) -> EmailMessage:
        """A letter about a seller's standing in the programme."""
        language = self._wording.reader(input.language).language
        values = values_of_letter(input, self._ways)
        written = self._wording.write(f"enrollment/{input.about}", language, values)
        to = _addressee(input.name, input.email)
        return self._message(
            written, to, about=input.enrollment_id, key=f"{input.number}", at=input.at
        )

    def to_desk(self, input: TellDeskInput) -> EmailMessage:
        """What waits for the desk, with the whole story."""
        written = self._wording.write_to_desk(values_of_desk(input, self._web_ui))
        to = Address(addr_spec=self._addresses.desk)
        key = f"desk.{input.due:%Y%m%dT%H%M%S.%f}"
        return self._message(written, to, about=input.case_id, key=key, at=input.due)

    def _message(
        self, written: Written, to: Address, *, about: str, key: str, at: datetime
    ) -> EmailMessage:
        thread, domain = reference(about), self._addresses.message_id_domain
        message = EmailMessage(policy=_POLICY.clone(utf8=not to.username.isascii()))
        message["From"] = self._addresses.sender
        message["To"] = to
        message["Reply-To"] = self._addresses.desk
        # A wording of the marketplace's may have a name in it; no encoded word is read there.
        message["Subject"] = written.subject.replace("=?", "= ?")
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{thread}.{key}@{domain}>"
        # One conversation, by the id of a message that never was: which was the first to come
        # through nobody knows. RFC 5322 (3.6.4) lets References name a thread, and readers group
        # by an id they have no message of; In-Reply-To is for those that look at nothing else.
        message["In-Reply-To"] = message["References"] = f"<{thread}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(written.text)
        if written.html is not None:
            message.add_alternative(written.html, subtype="html")
            # By what is in it, so that the same e-mail is the same bytes however often it is
            # written, and nothing in it can be the boundary.
            both = f"{written.text}\0{written.html}".encode()
            message.set_boundary(hashlib.sha256(both).hexdigest()[:40])
        return message


class _Address(Address):
    """An address whose dots are quoted where they need be, which Python does not do."""

    @property
    def addr_spec(self) -> str:
        if any(c in self.username for c in '"\\ '):
            return super().addr_spec
        return mailbox(self.username, self.domain)


def _addressee(name: str | None, email: str) -> Address:
    """A name and an address, the domain as every mail server knows it.

    The name is cut, and does without quotes and without what begins an encoded word, so that it
    fits into one line: where Python breaks a line inside a name, some releases lose its quotes,
    and what is in it is read as further addresses.

    Raises:
        CannotBeWritten: the address has no form that a header can hold.
    """
    if (valid := read_email(email)) is None:
        raise CannotBeWritten("not an e-mail address")
    local_part, _, domain = email.rpartition("@")
    if "=?" in local_part:
        # Python takes it for an encoded word, and older releases write a line break that hides
        # in it (=0D=0A) into the headers.
        raise CannotBeWritten("an e-mail address that reads as something else")
    if local_part.isascii():  # otherwise only a server takes it that takes any domain too
        domain = valid.ascii_domain
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", name or "").split())
    # Not by `addr_spec`, which refuses a local part in another script.
    return _Address(plain[:_NAME_LENGTH].strip(), username=local_part, domain=domain)
