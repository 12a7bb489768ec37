"""The effect of each message that comes back for our e-mails (docs/rules.md, sections 4 and 5).

Each function takes an event and when it happened. It changes the case, or raises `Refused` and has
changed nothing that matters.
"""

from datetime import datetime

from domain.case.admission import admit, refuse_unless_open
from domain.case.attempt import Attempt, Channel
from domain.case.case import Case
from domain.case.events import (
    ContactChannel,
    EventKind,
    MailKind,
    NoteMail,
    ReceiveBounce,
    ReceiveReply,
)
from domain.shared.errors import Refusal, Refused
from domain.shared.result import Result


def receive_reply(case: Case, event: ReceiveReply, now: datetime) -> None:
    """Record a reply. It is a contact, and the desk is told what the seller wrote."""
    admit(case, event)
    case.seller_turned_up(now, event.by, code=ContactChannel.EMAIL, note=event.text)
    case.tell_desk_of_message(now)


def receive_bounce(case: Case, event: ReceiveBounce, now: datetime) -> None:
    """Record that an accepted e-mail has bounced. From now on it counts as bounced.

    The clock goes on if the e-mail had started it. Whether we really tried is decided by what is
    known at the deadline.
    """
    refuse_unless_open(case)
    email = _email(case, event.attempt)
    if email.result is not Result.ACCEPTED:
        return  # it has bounced already, or has not counted as accepted
    case.attempts.bounce(email.number)
    case.timeline.log(
        now,
        EventKind.BOUNCED,
        event.by,
        attempt=email.number,
        about=email.about,
        result=Result.BOUNCED,
        code=event.code,
    )


def _email(case: Case, number: int) -> Attempt:
    made = next((a for a in case.attempts.made if a.number == number), None)
    if made is not None and made.channel is Channel.EMAIL:
        return made
    if any(a.number == number for a in case.attempts.under_way):
        raise Refused(
            f"attempt: what came of attempt {number} is not known yet; try again in a minute",
            Refusal.EMAIL_UNDER_WAY,
            attempt=number,
        )
    raise Refused(
        f"attempt: the case has sent no e-mail {number}", Refusal.NO_SUCH_EMAIL, attempt=number
    )


def note_mail(case: Case, event: NoteMail, now: datetime) -> None:
    """Note an automatic answer or a complaint, once for each e-mail. It is no contact.

    The desk is told of a complaint.
    """
    refuse_unless_open(case)
    noted = any(
        entry.what is EventKind.MAIL_NOTED
        and (entry.code, entry.attempt) == (event.kind, event.attempt)
        for entry in case.timeline.entries
    )
    if noted:
        return
    admit(case, event)
    case.timeline.log(now, EventKind.MAIL_NOTED, event.by, code=event.kind, attempt=event.attempt)
    if event.kind is MailKind.COMPLAINT:
        case.tell_desk_of_message(now)
