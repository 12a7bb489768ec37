"""The effect of what comes back for an appeal's e-mails, and of a new address (rules.md, 9).

Each function takes an event and its time. It changes the appeal or raises `Refused`.
"""

from datetime import datetime

from domain.appeal.appeal import Appeal
from domain.appeal.events import AddInformation, AppealEventKind, ChangeAddress
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import ANSWERED, AppealReason
from domain.appeal.updates import add_information
from domain.case.events import ReceiveBounce, ReceiveReply
from domain.shared.errors import Refusal, Refused
from domain.shared.result import Result


def receive_reply(appeal: Appeal, event: ReceiveReply, now: datetime) -> None:
    """Add what the seller replied. The desk is told at once.

    Raises:
        Refused: no appeal waits for a decision, or too much was added already.
    """
    add_information(appeal, AddInformation(by=event.by, text=event.text), now)
    appeal.desk_due = now


def receive_bounce(appeal: Appeal, event: ReceiveBounce, now: datetime) -> None:
    """Record that an accepted e-mail came back. A question that did was never asked.

    Raises:
        Refused: the e-mail is still being sent, or there was none with this number.
    """
    number = event.attempt
    if number > appeal.letter_count:
        raise Refused(
            f"attempt: the appeal has sent no e-mail {number}",
            Refusal.NO_SUCH_EMAIL,
            attempt=number,
        )
    if appeal.is_on_its_way(number):
        raise Refused(
            f"attempt: what came of e-mail {number} is not known yet; try again in a minute",
            Refusal.EMAIL_UNDER_WAY,
            attempt=number,
        )
    result = Result.BOUNCED
    appeal.timeline.log(now, AppealEventKind.EMAIL, event.by, result=result, note=event.code)
    if number == appeal.answer_letter:
        told_at, appeal.answer_told_at = appeal.answer_told_at, None
        if told_at is not None and _has_moved_since(appeal, told_at):
            _tell_answer_again(appeal, now)
    if appeal.question is not None and number in appeal.question.letters:
        appeal.lose_question(now, AppealReason.QUESTION_UNDELIVERED)


def change_address(appeal: Appeal, event: ChangeAddress, now: datetime) -> None:
    """Send e-mails to another address from now on; also an answer that has not got through."""
    if event.email == appeal.account.email:
        return
    appeal.account = appeal.account.model_copy(update={"email": event.email})
    appeal.timeline.log(now, AppealEventKind.ADDRESS_CHANGED, event.by)
    is_told = appeal.answer_told_at is not None or appeal.is_on_its_way(appeal.answer_letter)
    if appeal.status in ANSWERED and not is_told:
        _tell_answer_again(appeal, now)


def _has_moved_since(appeal: Appeal, moment: datetime) -> bool:
    moved = AppealEventKind.ADDRESS_CHANGED
    return any(e.what is moved and e.at > moment for e in appeal.timeline.entries)


def _tell_answer_again(appeal: Appeal, now: datetime) -> None:
    """Send what did not get through to the address of now: the answer, and an outage since."""
    appeal.tell_answer(now)
    if appeal.may_come_again and not appeal.needs_new_evidence:
        appeal.tell_answer(now, AppealPurpose.OUTAGE_FOUND)
