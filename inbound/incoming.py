"""Reads a message that came back: what it is, whom it was sent to, what the person wrote."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from pydantic import TypeAdapter, ValidationError

from domain.shared.text import Email
from inbound.automatic import is_automatic, may_be_person
from inbound.body import has_files, text_of
from inbound.bounces import report_in
from inbound.kind import Kind
from inbound.message import parse
from inbound.quotes import written
from reference.mail_tokens import ADDRESSED_IN, REFERS_IN

_MOST_RECIPIENTS = 100
_MOST_REFERENCES = 100
_LONGEST_FROM = 1000
_CLOCKS_DIFFER = timedelta(minutes=5)

_ADDRESS = re.compile(
    r'[^\x00-\x20\x7f\s<>"(),:;\\\[\]@]{1,64}@[^\x00-\x20\x7f\s<>"(),:;\\\[\]@]{1,255}'
)
_MESSAGE_ID = re.compile(r"<[^\x00-\x20\x7f\s<>]{1,900}>")
_OF_GROUP = re.compile("[:;]")
_NO_PUNCTUATION = re.compile(r'"[^"]*"|\([^()]*\)')
"""In a quoted name and in a comment these are text."""
_EMAIL = TypeAdapter(Email)


class Unreadable(Exception):
    """It is no message that can be read. Says nothing of what the message says."""


@dataclass(frozen=True)
class Incoming:
    """A message that came back to us."""

    kind: Kind
    id: str
    """The same each time the message comes: a hash of its Message-ID and of what it says, and of
    whom a report is about; of all of it where it has no Message-ID."""
    arrived: datetime | None
    """When our mail server took it, if it says so (the first `Received`)."""
    recipients: tuple[str, ...]
    """Each address in Delivered-To, X-Original-To, Envelope-To, To and Cc, in this order, as it
    stands there. An address inside of a name is among them: only a signature makes one ours."""
    sender: str | None
    """The address in From, which anybody can forge; None unless there is exactly one, and no other
    in its name."""
    references: tuple[str, ...]
    """The Message-IDs, each with its <>, of what it answers or reports."""
    text: str
    """What was written, if `kind` is `reply` or `automatic`; "" if nothing is left of it."""
    has_files: bool
    """Whether files are attached to it."""
    status: str | None
    """The status code of a bounce or a delay, such as 5.1.1 (RFC 3463)."""
    returned: tuple[str, ...]
    """Where our e-mail asked for bounces and answers, if a report returns that. A server that has
    forwarded it may have put an address of its own before."""
    may_be_person: bool
    """Whether a person may have written it though `kind` is `automatic`: in a help desk."""

    def came(self, now: datetime) -> datetime | None:
        """Return when it came. None: nobody knows; a time to come is the sender's invention."""
        is_known = self.arrived is not None and self.arrived < now + _CLOCKS_DIFFER
        return self.arrived if is_known else None

    def is_from(self, email: str | None) -> bool:
        """Return whether it says that it is from this address."""
        return self.sender is not None and self.sender.lower() == (email or "").lower()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses that it came to, and those of our e-mail that a report returns."""
        return (*self.recipients, *self.returned)


def read(raw: bytes) -> Incoming:
    """Read `raw`, the first megabyte of a message at most. Raises Unreadable, and nothing else."""
    try:
        return _read(raw)
    except Exception as error:
        # Whoever sends us bytes that break a parser must not stop the others' messages. What the
        # error says may quote the message.
        raise Unreadable(f"cannot be read ({type(error).__name__})") from None


def _read(raw: bytes) -> Incoming:
    message = parse(raw)
    report = report_in(message, raw)
    if report:
        kind, text, original = report.kind, "", report.original
    else:
        kind = Kind.AUTOMATIC if is_automatic(message) else Kind.REPLY
        text, original = written(text_of(message)), None
    status = report.status if report else None
    recipients, returned = _recipients(message), _returned(original)
    # Some servers give all their reports the same Message-ID.
    about = (*recipients, *returned) if report else ()
    return Incoming(
        kind=kind,
        id=_id(message, raw, kind, text, status or "", *about),
        arrived=_arrived(message),
        recipients=recipients,
        sender=_sender(message),
        references=_references(message, original),
        text=text,
        has_files=has_files(message),
        status=status,
        returned=returned,
        may_be_person=kind is Kind.AUTOMATIC and may_be_person(message),
    )


def _id(message: Message, raw: bytes, *says: str) -> str:
    named = "".join(_header(message, "Message-ID").split())
    # Anybody can give a second message the Message-ID of a first one.
    whole = "\0".join((named, *says)).encode() if named else raw
    return hashlib.sha256(whole).hexdigest()


def _arrived(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(_header(message, "Received").rpartition(";")[2])
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _recipients(message: Message) -> tuple[str, ...]:
    values = [str(v) for name in ADDRESSED_IN for v in message.get_all(name, [])[:10]]
    found = (a for v in values for a in _ADDRESS.findall(v))
    return tuple(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _sender(message: Message) -> str | None:
    """Return the address in From. None unless that has one only, its name included.

    Of several, this parser may choose another one than the server that checked who had sent it. For
    a group such a server may have checked nobody.
    """
    values = message.get_all("From", [])
    value = _header(message, "From")
    if len(values) != 1 or len(value) > _LONGEST_FROM:
        return None
    sender, addresses = _email(value), _ADDRESS.findall(value)
    if sender is None or {address.lower() for address in addresses} != {sender.lower()}:
        return None
    if _OF_GROUP.search(_NO_PUNCTUATION.sub("", value)):
        return None
    # An address may be written so that the pattern does not find it, but not without an @.
    return sender if value.count("@") == len(addresses) else None


def _email(value: str) -> str | None:
    try:
        return _EMAIL.validate_python(parseaddr(value[:_LONGEST_FROM])[1])
    except (ValidationError, RecursionError):  # parseaddr follows nested comments
        return None


def _references(message: Message, original: Message | None) -> tuple[str, ...]:
    values = [_header(message, name) for name in REFERS_IN]
    if original is not None:
        values += [_header(original, name) for name in ("Message-ID", *REFERS_IN)]
    found = (i for v in values for i in _MESSAGE_ID.findall(v))
    return tuple(dict.fromkeys(found))[:_MOST_REFERENCES]


def _returned(original: Message | None) -> tuple[str, ...]:
    if original is None:
        return ()
    found = (_email(_header(original, name)) for name in ("Return-Path", "Reply-To"))
    return tuple(dict.fromkeys(address for address in found if address))


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))
