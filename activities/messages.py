"""E-mails, from the templates (docs/rules.md, sections 2 and 4 to 6).

A template's first line is its subject; the rest is the text.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

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
        # Plain text is not escaped. What a seller writes cannot break out of it: lines that
        # reach a header are free of line breaks, which EmailMessage refuses besides.
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
        return self._message(subject, text, to, f"{order.case_id}.{order.number}", order.at)

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
        key = f"{order.enrollment_id}.{order.number}"
        return self._message(subject, text, to, key, order.at)

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
        key = f"{order.case_id}.desk.{order.due:%Y%m%dT%H%M%S.%f}"
        return self._message(subject, text, to, key, order.due)

    def _render(self, template: str, **values: object) -> tuple[str, str]:
        rendered = self._templates.get_template(f"en/{template}.txt").render(values)
        subject, _, text = rendered.partition("\n")
        return subject.removeprefix("Subject: "), text.strip("\n") + "\n"

    def _message(
        self, subject: str, text: str, to: Address, key: str, at: datetime
    ) -> EmailMessage:
        message = EmailMessage(policy=SMTP if to.addr_spec.isascii() else SMTPUTF8)
        message["From"] = self._addresses.sender
        message["To"] = to
        message["Reply-To"] = self._addresses.desk
        message["Subject"] = subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{_reference(key)}@{self._addresses.message_id_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        return message


def _addressee(name: str | None, email: str) -> Address:
    # Not by `addr_spec`, which refuses a local part in another script.
    local_part, _, domain = email.rpartition("@")
    return Address(name or "", username=local_part, domain=domain)


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
