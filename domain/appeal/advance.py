"""The next steps of an appeal, and what the passing of time does to it (rules.md, section 9)."""

from datetime import datetime

from domain.appeal.announcements import untold
from domain.appeal.appeal import Appeal
from domain.appeal.letters import AppealPurpose
from domain.appeal.question import NOTICED_WITHIN
from domain.appeal.status import ANSWERED, AppealStatus
from domain.appeal.steps import (
    AppealStep,
    LookAtAccount,
    LookForAnswer,
    LookUp,
    Reinstate,
    Send,
    TellDesk,
    TellProgramme,
)
from domain.shared.steps import Announce, WaitUntil
from domain.shared.throttle import DAY


def advance(appeal: Appeal, now: datetime) -> tuple[AppealStep, ...]:
    """Let time pass until `now`. Return every step that must be under way from now on.

    Whoever performs the steps cancels those that are missing from the answer. Without any step
    the appeal is over. A second call at the same moment changes nothing.
    """
    _let_time_pass(appeal, now)
    steps: list[AppealStep] = [LookUp()] if appeal.wants_look_up else []
    if appeal.letters and appeal.account.email is not None:
        letter = appeal.letters[0]
        steps.append(Send(letter.number, letter.about, appeal.account.email))
    if appeal.desk_due is not None and appeal.desk_due <= now:
        steps.append(TellDesk(appeal.desk_due))
    steps += _of_status(appeal)
    if untold(appeal):
        steps.append(Announce())
    if moment := _next_moment(appeal, now):
        steps.append(WaitUntil(moment))
    return tuple(steps)


def _of_status(appeal: Appeal) -> list[AppealStep]:
    match appeal.status:
        case AppealStatus.MORE_INFORMATION if appeal.question and appeal.question.is_over:
            return [LookForAnswer()]
        case AppealStatus.REINSTATING:
            return [Reinstate()]
        case AppealStatus.UPHOLDING:
            return [LookAtAccount()]
        case AppealStatus.REINSTATED if not appeal.programme_told:
            return [TellProgramme()]
    return []


def _let_time_pass(appeal: Appeal, now: datetime) -> None:
    if appeal.status is AppealStatus.MORE_INFORMATION:
        _watch_question(appeal, now)
    if appeal.desk_by is not None and now >= appeal.desk_by and not appeal.delay_told:
        appeal.delay_told = True
        appeal.write(AppealPurpose.DELAYED, now)


def _watch_question(appeal: Appeal, now: datetime) -> None:
    """Remind the seller in time. Their time is not over before the reminder has got through."""
    question = appeal.question
    if question is None or question.seller_by is None or question.is_over:
        return
    if appeal.is_on_its_way(question.letters[-1]):
        return
    if question.remind_at is not None and now >= question.remind_at:
        appeal.remind(now)
    elif now > question.seller_by + NOTICED_WITHIN:
        appeal.remind(now)  # we were down when the time ended
    elif now >= question.seller_by:
        appeal.question = question.model_copy(update={"is_over": True})


def _next_moment(appeal: Appeal, now: datetime) -> datetime | None:
    """Return the next moment at which something changes by itself; None if nothing will.

    An answered appeal waits until nobody can appeal any more. It then refuses a third. A refused
    one is remembered for a day, so that they can be counted.
    """
    moments = [appeal.desk_by, appeal.desk_due, appeal.seller_by]
    if appeal.seller_by is not None and appeal.question is not None:
        moments.append(appeal.question.remind_at)
    if appeal.status in ANSWERED and appeal.submissions:
        moments.append(appeal.until)
    if appeal.status is AppealStatus.NOT_APPEALED and appeal.refused:
        moments.append(appeal.refused[-1] + DAY)
    return min((m for m in moments if m is not None and m > now), default=None)
