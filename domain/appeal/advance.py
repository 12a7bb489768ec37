"""The next steps of an appeal, and what the passing of time does to it (rules.md, section 9)."""

from datetime import datetime

from domain.appeal.appeal import Appeal
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import ANSWERED, AppealReason, AppealStatus
from domain.appeal.steps import AppealStep, LookUp, Reinstate, Send, TellDesk, TellProgramme
from domain.shared.steps import WaitUntil


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
    if appeal.status is AppealStatus.REINSTATING:
        steps.append(Reinstate())
    if appeal.status is AppealStatus.REINSTATED and not appeal.programme_told:
        steps.append(TellProgramme())
    if moment := _next_moment(appeal, now):
        steps.append(WaitUntil(moment))
    return tuple(steps)


def _let_time_pass(appeal: Appeal, now: datetime) -> None:
    if appeal.seller_by is not None and now >= appeal.seller_by:
        appeal.set_status(now, AppealStatus.LAPSED, AppealReason.NO_ANSWER)
        appeal.write(AppealPurpose.LAPSED, now)
    if appeal.desk_by is not None and now >= appeal.desk_by and not appeal.delay_told:
        appeal.delay_told = True
        appeal.write(AppealPurpose.DELAYED, now)


def _next_moment(appeal: Appeal, now: datetime) -> datetime | None:
    """Return the next moment at which something changes by itself; None if nothing will.

    An answered appeal waits until nobody can appeal any more. It then refuses a third.
    """
    moments = [appeal.desk_by, appeal.desk_due, appeal.seller_by]
    if appeal.status in ANSWERED and appeal.submissions:
        moments.append(appeal.until)
    return min((m for m in moments if m is not None and m > now), default=None)
