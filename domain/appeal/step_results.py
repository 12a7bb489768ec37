"""What the result of a step means for the appeal (docs/rules.md, section 9)."""

from datetime import datetime

from domain.appeal.appeal import ANSWER_WITHIN, REMINDED_EVERY, Appeal
from domain.appeal.deactivation import AppealFacts
from domain.appeal.events import AppealEventKind
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.result import Result


def looked_up(appeal: Appeal, facts: AppealFacts, now: datetime) -> None:
    """Record what can be appealed. An open appeal stays about what it was about."""
    appeal.wants_look_up = False
    if appeal.is_open:
        return
    appeal.account, appeal.problem = facts.account, facts.problem
    known, found = appeal.deactivation, facts.deactivation
    if found is None:
        return
    if known is None or known.case_id != found.case_id:
        # Another case has deactivated the account since: that can be appealed anew.
        appeal.submissions, appeal.outages, appeal.terms = (), (), facts.terms
        appeal.programme_told = False
        appeal.status, appeal.reason = AppealStatus.LAPSED, AppealReason.NOT_APPEALED
        appeal.deactivation = found
    elif found.part is not None:  # a record that is gone by now is kept as it was
        appeal.deactivation = found


def sent(appeal: Appeal, letter: AppealLetter, result: Result, now: datetime) -> None:
    """Record the result of an e-mail. With a question that arrived the seller's time begins."""
    appeal.letters = tuple(one for one in appeal.letters if one.number != letter.number)
    appeal.timeline.log(now, AppealEventKind.EMAIL, about=letter.about, result=result)
    is_question = letter.about is AppealPurpose.MORE_INFORMATION
    if not is_question or appeal.status is not AppealStatus.MORE_INFORMATION:
        return
    if result is Result.ACCEPTED:
        appeal.seller_by, appeal.question_letter = now + ANSWER_WITHIN, letter.number
    else:
        appeal.lose_question(now)


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
    if appeal.status is not AppealStatus.REINSTATING:
        return
    answer = appeal.newest.answer
    appeal.set_status(now, AppealStatus.REINSTATED)
    appeal.write(AppealPurpose.REINSTATED, now, answer.said.note if answer else None)


def not_reinstated(appeal: Appeal, reason: AppealReason, now: datetime) -> None:
    """Hand the appeal back to the desk, since the account service failed or holds it."""
    if appeal.status is not AppealStatus.REINSTATING:
        return
    appeal.change_newest(answer=None)
    appeal.wait_for_desk(now, reason)


def told_programme(appeal: Appeal, now: datetime) -> None:
    """Record that the programme knows that the account is active again."""
    appeal.programme_told = True
    appeal.timeline.log(now, AppealEventKind.PROGRAMME_TOLD)
