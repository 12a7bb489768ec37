"""What the result of a step means for the appeal (docs/rules.md, section 9)."""

from datetime import datetime

from domain.appeal.appeal import REMINDED_EVERY, Appeal
from domain.appeal.deactivation import AppealFacts, Deactivation
from domain.appeal.events import AppealEventKind
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.result import Result


def looked_up(appeal: Appeal, facts: AppealFacts, now: datetime) -> None:
    """Record what can be appealed. An open appeal stays about what it was about.

    Of an open one only its case's record was read again.
    """
    appeal.wants_look_up = False
    known, found = appeal.deactivation, facts.deactivation
    if appeal.is_open:
        if known is not None and found is not None and known.case_id == found.case_id:
            appeal.deactivation = found
        return
    found_now = {name: value for name, value in facts.account if value is not None}
    appeal.account = appeal.account.model_copy(update=found_now)
    appeal.problem = facts.problem
    if not appeal.announces:
        appeal.told = appeal.timeline.count  # nobody wanted to know so far
    appeal.announces = facts.announces
    if found is None:
        return
    if known is None or known.case_id != found.case_id:
        _begin_anew(appeal, facts, found, now)
    elif found.part is not None:  # a record that is gone by now is kept as it was
        appeal.deactivation = found


def _begin_anew(appeal: Appeal, facts: AppealFacts, found: Deactivation, now: datetime) -> None:
    """Another case has deactivated the account since: that can be appealed anew."""
    appeal.submissions, appeal.outages, appeal.terms = (), (), facts.terms
    appeal.question = appeal.answer_letter = appeal.answer_told_at = None
    appeal.programme_told = False
    appeal.status, appeal.reason, appeal.since = AppealStatus.NOT_APPEALED, None, now
    appeal.deactivation = found


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
    """Let the appeal lapse, unless a message about it waits. Then it is the desk's."""
    question = appeal.question
    if appeal.status is not AppealStatus.MORE_INFORMATION or not (question and question.is_over):
        return
    if waits:
        appeal.wait_for_desk(now, AppealReason.MESSAGE_WAITING)
        appeal.question = question  # what waits may be its own e-mail, which has come back
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
    if appeal.status is not AppealStatus.REINSTATING:
        return
    _decide_again(appeal, reason, now)


def deactivated_meanwhile(appeal: Appeal, now: datetime) -> None:
    """Hand the appeal back to the desk, since another has deactivated the account meanwhile."""
    if appeal.status is AppealStatus.REINSTATED:
        _decide_again(appeal, AppealReason.REINSTATEMENT_HELD, now)


def _decide_again(appeal: Appeal, reason: AppealReason, now: datetime) -> None:
    appeal.change_newest(answer=None)
    appeal.wait_for_desk(now, reason)


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
