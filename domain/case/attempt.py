"""An attempt to reach the seller: planned, under way, made (docs/rules.md, section 4)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.case.events import EventKind
from domain.shared.account import Account, Confirmation
from domain.shared.text import Frozen


class Channel(StrEnum):
    """How an attempt goes out."""

    CALL = "call"
    EMAIL = "email"

    @property
    def rings(self) -> bool:
        """Whether it rings a telephone.

        What rings goes out in calling hours only, at a distance from the call before, and not to
        a number that cannot be called. A contact stops it.
        """
        match self:
            case Channel.CALL:
                return True
            case Channel.EMAIL:
                return False
            case _:
                assert_never(self)

    def address(self, account: Account) -> str:
        """Where an attempt goes."""
        match self:
            case Channel.CALL:
                return account.emergency_phone
            case Channel.EMAIL:
                return account.email
            case _:
                assert_never(self)

    @property
    def event(self) -> EventKind:
        """What the end of an attempt is in the timeline."""
        match self:
            case Channel.CALL:
                return EventKind.CALL
            case Channel.EMAIL:
                return EventKind.EMAIL
            case _:
                assert_never(self)


class Purpose(StrEnum):
    """What an attempt is for."""

    NOTICE = "notice"
    FINAL_NOTICE = "final_notice"
    REQUESTED = "requested"
    CONVERSATION = "conversation"
    MORE_INFORMATION = "more_information"
    PLAN_REJECTED = "plan_rejected"
    COOPERATION_REMINDER = "cooperation_reminder"
    ISSUE_JOINED = "issue_joined"
    PLAN_DUE = "plan_due"
    ISSUE_WITHDRAWN = "issue_withdrawn"
    NUMBER_NEEDED = "number_needed"
    FRESH_LINK = "fresh_link"
    CONTACT_CHANGED = "contact_changed"
    RESOLVED = "resolved"
    DEACTIVATED = "deactivated"
    WITHDRAWN = "withdrawn"


OUTREACH = frozenset({Purpose.NOTICE, Purpose.FINAL_NOTICE})
"""The attempts of the 72 hours, as opposed to answers and news while working it out."""

CLOSING = frozenset({Purpose.RESOLVED, Purpose.DEACTIVATED, Purpose.WITHDRAWN})
"""The e-mails that tell the seller how the case ended."""


class Result(StrEnum):
    """What came of an attempt."""

    CONNECTED = "connected"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    """A machine answered, and our message was said to it whole."""
    VOICEMAIL_CUT = "voicemail_cut"
    """A machine answered, and our message was not said whole: the telephone may never have rung."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    INVALID_NUMBER = "invalid_number"
    """The carrier says that there is no such number. Nobody else can say so."""
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    PROVIDER_FAILED = "provider_failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


DIALLED_LATE = timedelta(minutes=1)
"""A call dialled later than this after it was due counts from when it was dialled."""


class CallEnded(Frozen):
    """What came of a call of which there is more to say than its result."""

    result: Result
    served_by: str | None = None
    """Which of several telephone providers placed it."""
    dialled_at: datetime | None = None
    """When it was dialled, if late: out of a queue, or tried again in an outage."""


GOT_THROUGH = frozenset(
    {
        Result.CONNECTED,
        Result.DECLINED,
        Result.VOICEMAIL,
        Result.NO_ANSWER,
        Result.BUSY,
        Result.ACCEPTED,
    }
)
"""A call that rang, or an e-mail the mail server accepted: the seller's side was reached."""


class Scheduled(Frozen):
    """An attempt to come: an entry of the agenda."""

    channel: Channel
    about: Purpose
    due: datetime
    entry: int = 0
    """Which entry of the outreach this is; a redial keeps its entry's."""
    redial: int = 0
    note: str | None = None
    """Words of the desk that the e-mail passes on."""
    plan: int | None = None
    """The version of the plan that the e-mail answers."""
    to: str | None = None
    """The address it goes to, where that is not the account's."""
    confirms: Confirmation | None = None
    """The change of number or address that the e-mail confirms."""


class Attempt(Scheduled):
    """An attempt under way (`result` is None) or made."""

    number: int
    """Counts all attempts of the case from 1."""
    at: datetime
    to: str
    """The number or address it went to."""
    outreach_number: int
    """The outreach it belongs to; a later one does not count it."""
    latest: datetime | None = None
    """A call is never dialled at or after this moment."""
    wanted: bool = True
    """False once it is being called off."""
    result: Result | None = None
