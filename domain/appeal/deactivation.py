"""What an appeal is about: a deactivation, as the record of its case tells it (rules.md, 9)."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.case.attempt import Channel, Purpose
from domain.case.status import Reason, Status
from domain.case.view import CaseView
from domain.shared.account import Issue, SellerAccount
from domain.shared.errors import Refusal
from domain.shared.events import ENGINE
from domain.shared.result import Result
from domain.shared.text import Frozen

_NOBODY = frozenset(
    {ENGINE, "opening", "seller", "page", "mail", "telephone", "enrollment", "case"}
)
"""Authors in a timeline that are no person of the marketplace."""
UNTOLD_WITHIN = timedelta(days=365)
"""How long it can be appealed, if no e-mail that says so got through."""
_OURS = frozenset({Result.PROVIDER_FAILED, Result.SKIPPED, Result.VOICEMAIL_CUT})


class Unreached(StrEnum):
    """Why it may have been us who could not reach a seller that counted as silent."""

    EMAIL_BOUNCED = "email_bounced"
    NUMBER_NOT_CALLED = "number_not_called"
    """There is no such number, or it is none that we call."""
    FAILED_ON_OUR_SIDE = "failed_on_our_side"
    """An attempt failed on our side, or was not made."""
    MESSAGE_WAITING = "message_waiting"
    """A message about the case is in the mailbox, and no case has taken it."""
    OUTAGE_REPORTED = "outage_reported"


class Deactivation(Frozen):
    """A deactivation by a case, and who had a part in it."""

    case_id: str
    at: datetime
    reason: str | None
    """The case's. Null if its record is gone."""
    issues: tuple[Issue, ...] = ()
    part: tuple[str, ...] | None
    """Who had a part in the case. Null if its record is gone."""
    unreached: tuple[Unreached, ...] = ()
    untold: bool = False
    """Whether the e-mail about it is known not to have got through."""
    is_final: bool = True
    """Whether the record is. While the case closes, somebody may yet come to have a part in it."""

    def until(self, window: timedelta) -> datetime:
        """Return until when it can be appealed. `window` is how long a seller who knows has."""
        return self.at + (max(window, UNTOLD_WITHIN) if self.untold else window)


class Terms(Frozen):
    """The time limits of an appeal. It keeps those that it began with."""

    window: timedelta
    """How long after a deactivation it can be appealed."""
    desk_within: timedelta
    """How long the desk has for its answer."""


class AppealFacts(Frozen):
    """What was found out when an appeal came in."""

    terms: Terms
    account: SellerAccount
    deactivation: Deactivation | None = None
    problem: Refusal | None = None
    """Why there is nothing to appeal."""
    announces: bool = False
    """Whether the marketplace's systems want to know of appeals."""


def deactivation_of(case: CaseView, *, message_waits: bool) -> Deactivation | None:
    """Return the deactivation that a case ended with. None: it deactivated nothing.

    `message_waits` says whether a message about the case is in the mailbox.
    """
    if case.status is not Status.DEACTIVATED:
        return None
    at = max(e.at for e in case.timeline if e.status is Status.DEACTIVATED)
    silent = case.reason == Reason.NOT_REACHED
    return Deactivation(
        case_id=case.id,
        at=at,
        reason=case.reason,
        issues=case.issues,
        part=_part(case),
        unreached=_unreached(case, message_waits=message_waits) if silent else (),
        untold=_untold(case),
        is_final=case.closed_at is not None,
    )


def _part(case: CaseView) -> tuple[str, ...]:
    names = [name for e in case.timeline for name in (e.by, e.assignee) if name is not None]
    names += [plan.reviewed_by for plan in case.plans if plan.reviewed_by is not None]
    return tuple(sorted({name for name in names if name not in _NOBODY}))


def _untold(case: CaseView) -> bool:
    """Tell whether every e-mail about the deactivation has failed or come back."""
    results = [one.result for one in case.attempts if one.about is Purpose.DEACTIVATED]
    return bool(results) and {None, Result.ACCEPTED}.isdisjoint(results)


def _unreached(case: CaseView, *, message_waits: bool) -> tuple[Unreached, ...]:
    results = {(attempt.channel, attempt.result) for attempt in case.attempts}
    found = {
        Unreached.EMAIL_BOUNCED: (Channel.EMAIL, Result.BOUNCED) in results,
        Unreached.NUMBER_NOT_CALLED: case.cannot_call is not None
        or (Channel.CALL, Result.INVALID_NUMBER) in results,
        Unreached.FAILED_ON_OUR_SIDE: any(result in _OURS for _, result in results),
        Unreached.MESSAGE_WAITING: message_waits,
    }
    return tuple(why for why, holds in found.items() if holds)
