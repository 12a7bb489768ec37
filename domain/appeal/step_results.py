"""What the result of a step means for the appeal (docs/rules.md, section 9)."""

from datetime import datetime

from domain.appeal.appeal import REMINDED_EVERY, Appeal
from domain.appeal.events import AppealEventKind
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.result import Result


def sent(appeal: Appeal, letter: AppealLetter, result: Result, now: datetime) -> None:
    """Record the result of an e-mail. When it was accepted decides how long the seller has."""
    appeal.letters = tuple(one for one in appeal.letters if one.number != letter.number)
    appeal.timeline.log(now, AppealEventKind.EMAIL, about=letter.about, result=result)
    is_accepted, question = result is Result.ACCEPTED, appeal.question
    if letter.number == appeal.answer_letter and is_accepted:
        appeal.answer_told_at = now
    if appeal.status is not AppealStatus.MORE_INFORMATION or question is None:
        return
    if letter.number not in question.letters:
        return  # of an earlier question
    if is_accepted:
        appeal.question = question.accepted(now)
    else:
        appeal.lose_question(now, AppealReason.QUESTION_UNDELIVERED)


def looked_for_answer(appeal: Appeal, waits: bool, now: datetime) -> None:
    """Let the appeal lapse, unless a message about it waits or an outage of ours was reported.

    Then it is the desk's. Beside an outage nobody knows whether the question was asked.
    """
    question = appeal.question
    if appeal.status is not AppealStatus.MORE_INFORMATION or not (question and question.is_over):
        return
    if waits:
        appeal.wait_for_desk(now, AppealReason.MESSAGE_WAITING)
        appeal.question = question  # what waits may be its own e-mail, which has come back
        return
    if appeal.outages:
        appeal.lose_question(now, AppealReason.OUTAGE_REPORTED)
        return
    appeal.set_status(now, AppealStatus.LAPSED, AppealReason.NO_ANSWER)
    appeal.question = question  # its e-mails may yet come back
    appeal.tell_answer(now)


def told_desk(appeal: Appeal, due: datetime, told: bool, now: datetime) -> None:
    """Record whether the desk was told. It is told again after half of its time, then each day."""
    appeal.timeline.log(now, AppealEventKind.DESK_TOLD if told else AppealEventKind.DESK_NOT_TOLD)
    if due != appeal.desk_due or appeal.desk_by is None:
        return
    assert appeal.terms is not None
    half = appeal.desk_by - appeal.terms.desk_within / 2
    if not told:
        # The desk's mail server may refuse at once, so it is not told again at once.
        appeal.desk_due = max(due + REMINDED_EVERY, now)
    else:
        appeal.desk_due = half if now < half else now + REMINDED_EVERY


def reinstated(appeal: Appeal, now: datetime) -> None:
    """Record that the account is active again, as the account service read it back."""
    if appeal.status is AppealStatus.REINSTATING:
        appeal.set_status(now, AppealStatus.REINSTATED)


def not_reinstated(appeal: Appeal, reason: AppealReason, now: datetime) -> None:
    """Hand the appeal back to the desk, since the account service failed or holds it."""
    if appeal.status is AppealStatus.REINSTATING:
        appeal.take_decision_back(now, reason)


def looked_at_account(appeal: Appeal, active: bool, now: datetime) -> None:
    """Tell the seller that the account stays deactivated, or hand the appeal back to the desk."""
    if appeal.status is not AppealStatus.UPHOLDING:
        return
    if active:
        appeal.take_decision_back(now, AppealReason.ACCOUNT_ACTIVE)
    else:
        appeal.set_status(now, AppealStatus.UPHELD)
        appeal.tell_answer(now)


def deactivated_meanwhile(appeal: Appeal, now: datetime) -> None:
    """Hand the appeal back to the desk, since another has deactivated the account meanwhile."""
    if appeal.status is AppealStatus.REINSTATED:
        appeal.take_decision_back(now, AppealReason.REINSTATEMENT_HELD)


def told_programme(appeal: Appeal, expelled: bool, now: datetime) -> None:
    """Record that the programme knows that the account is active again, and tell the seller.

    The e-mail says whether the enrollment leaves the seller expelled.
    """
    appeal.programme_told = True
    appeal.timeline.log(now, AppealEventKind.PROGRAMME_TOLD)
    if appeal.status is not AppealStatus.REINSTATED:
        return
    answer = appeal.newest.answer
    note = answer.said.note if answer else None
    appeal.write(AppealPurpose.REINSTATED, now, note, expelled=expelled)


def announced(appeal: Appeal, entries: int, announces: bool, now: datetime) -> None:
    """Record how many events of the timeline receivers were told of, and whether there are any."""
    appeal.told, appeal.announces = entries, announces
