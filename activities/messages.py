"""E-mails, from the templates (docs/rules.md, sections 2 and 4 to 6).

A template's first line is its subject; the rest is the text.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.enrollment.orders import LetterOrder
from domain.enrollment.ratings import DAYS_BELOW_ALLOWED, GOOD, MONTHS
from domain.orders import DeskOrder, MailOrder
from domain.record import Entry, Reason, Status

TEMPLATES = Path(__file__).parent.parent / "templates"

_WHY: dict[str, str] = {
    Reason.NOT_REACHED: " because we could not reach you in time",
    Reason.HARM: " for harmful conduct, and it was removed from the programme",
}

# Message-IDs are one word however long, which only a header of their own class keeps unbroken.
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, cast(type[BaseHeader], MessageIDHeader))
_POLICY = SMTP.clone(header_factory=_HEADERS)

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
    """Writes the messages of a marketplace."""

    def __init__(self, addresses: Addresses, templates: Path = TEMPLATES) -> None:
        self._addresses = addresses
        # Plain text is not escaped: what a seller writes cannot break out of it, and reaches no
        # header but To, which `_addressee` guards.
        self._templates = Environment(
            loader=FileSystemLoader(templates),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701
            keep_trailing_newline=False,
        )

    def to_seller(self, order: MailOrder) -> EmailMessage:
        """The e-mail of an attempt."""
        subject, text = self._render(
            order.about,
            name=order.name,
            issues=order.issues,
            deadline=_local(order.deadline, order.time_zone),
            hours=_hours_until(order.deadline, order.at),
            number_invalid=order.number_invalid,
            note=order.note,
            escalated=order.status is Status.ESCALATED,
            why=_WHY.get(order.reason or "", ""),
            reference=_reference(order.case_id),
        )
        to = _addressee(order.name, order.email)
        return self._message(
            subject, text, to, about=order.case_id, key=f"{order.number}", at=order.at
        )

    def to_member(self, order: LetterOrder) -> EmailMessage:
        """A letter about a seller's standing in the programme."""
        subject, text = self._render(
            f"enrollment/{order.about}",
            name=order.name,
            store=order.store,
            reason=order.reason,
            allowed=DAYS_BELOW_ALLOWED,
            good=GOOD,
            months=MONTHS,
        )
        to = _addressee(order.name, order.email)
        return self._message(
            subject, text, to, about=order.enrollment_id, key=f"{order.number}", at=order.at
        )

    def to_desk(self, order: DeskOrder) -> EmailMessage:
        """What waits for the desk, with the whole story."""
        plan = order.plan
        subject, text = self._render(
            "desk",
            case_id=order.case_id,
            name=order.account.name,
            store=order.account.store,
            seller_id=order.account.seller_id,
            phone=order.account.emergency_phone,
            email=order.account.email,
            status=order.status,
            reason=order.reason,
            due=f"{order.due:%Y-%m-%d %H:%M} UTC",
            issues=order.issues,
            plan=plan
            and {
                "version": plan.version,
                "at": f"{plan.at:%Y-%m-%d %H:%M} UTC",
                "parts": [
                    ("Root causes", plan.plan.root_causes),
                    ("Corrective actions", plan.plan.corrective_actions),
                    ("Preventive measures", plan.plan.preventive_measures),
                    ("Evidence", plan.plan.evidence),
                ],
            },
            timeline=[_line(entry) for entry in order.timeline],
        )
        to = Address(addr_spec=self._addresses.desk)
        key = f"desk.{order.due:%Y%m%dT%H%M%S.%f}"
        return self._message(subject, text, to, about=order.case_id, key=key, at=order.due)

    def _render(self, template: str, **values: object) -> tuple[str, str]:
        rendered = self._templates.get_template(f"en/{template}.txt").render(values)
        subject, _, text = rendered.partition("\n")
        return subject.removeprefix("Subject: "), text.strip("\n") + "\n"

    def _message(
        self, subject: str, text: str, to: Address, *, about: str, key: str, at: datetime
    ) -> EmailMessage:
        reference, domain = _reference(about), self._addresses.message_id_domain
        message = EmailMessage(policy=_POLICY.clone(utf8=not to.username.isascii()))
        message["From"] = self._addresses.sender
        message["To"] = to
        message["Reply-To"] = self._addresses.desk
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{reference}.{key}@{domain}>"
        # One conversation, by the id of a message that never was: which was the first to come
        # through nobody knows. RFC 5322 (3.6.4) lets References name a thread, and readers group
        # by an id they have no message of; In-Reply-To is for those that look at nothing else.
        message["In-Reply-To"] = message["References"] = f"<{reference}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def _addressee(name: str | None, email: str) -> Address:
    """A name and an address, the domain as every mail server knows it.

    The name is cut, and does without quotes and without what begins an encoded word, so that it
    fits into one line: where Python breaks a line inside a name, some releases lose its quotes,
    and what is in it is read as further addresses.

    Raises:
        CannotBeWritten: the address has no form that a header can hold.
    """
    try:
        valid = validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise CannotBeWritten("not an e-mail address") from None
    local_part, _, domain = email.rpartition("@")
    if "=?" in local_part:
        # Python takes it for an encoded word, and older releases write a line break that hides
        # in it (=0D=0A) into the headers.
        raise CannotBeWritten("an e-mail address that reads as something else")
    if local_part.isascii():  # otherwise only a server takes it that takes any domain too
        domain = valid.ascii_domain
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", name or "").split())
    # Not by `addr_spec`, which refuses a local part in another script.
    return Address(plain[:_NAME_LENGTH].strip(), username=local_part, domain=domain)


def _reference(case_id: str) -> str:
    """The part of a case's id that no other case ever has: its first run's."""
    return case_id.rpartition("/")[2]


def _local(moment: datetime | None, time_zone: str) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({time_zone})"


def _hours_until(deadline: datetime | None, now: datetime) -> int:
    return round((deadline - now).total_seconds() / 3600) if deadline else 0


def _line(entry: Entry) -> str:
    attempt = f" {entry.attempt}" if entry.attempt is not None else ""
    result = f" -> {entry.result}" if entry.result else ""
    note = f": {entry.note}" if entry.note else ""
    by = "" if entry.by == "engine" else f" by {entry.by}"
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {entry.what}{attempt}{result}{note}{by}"
