"""The update that a message is for a case or an appeal (docs/api.md)."""

from domain.case.events import MailKind, NoteMail, ReceiveBounce, ReceiveReply
from domain.shared.events import Event
from inbound.incoming import Incoming
from inbound.kind import Kind
from reference.mail_tokens import SentEmail

_NOTHING_WRITTEN = "(nothing but what was quoted)"
_ONLY_FILES = "(no words, but files, which the desk was sent)"
_BY_SELLER, _BY_MAIL = "seller", "mail"


def update_of(message: Incoming, email: SentEmail) -> tuple[str, Event | None]:
    """Return the update's name, and the event that it carries. None: the message changes nothing.

    Args:
        message: what came.
        email: the e-mail of ours that it is about.
    """
    match message.kind:
        case Kind.REPLY:
            text = message.text or (_ONLY_FILES if message.has_files else _NOTHING_WRITTEN)
            return "receive_reply", ReceiveReply(by=_BY_SELLER, text=text)
        case Kind.BOUNCE:
            number = max(email.number, 1)
            bounce = ReceiveBounce(by=_BY_MAIL, attempt=number, code=message.status)
            return "receive_bounce", bounce
        case Kind.AUTOMATIC:
            return "note_mail", _note(MailKind.AUTOMATIC, email)
        case Kind.COMPLAINT:
            return "note_mail", _note(MailKind.COMPLAINT, email)
        case Kind.DELAY:
            return "", None


def _note(kind: MailKind, email: SentEmail) -> NoteMail:
    return NoteMail(by=_BY_MAIL, kind=kind, attempt=email.number or None)
