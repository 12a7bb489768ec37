"""An attempt to reach the seller: planned, under way, made (docs/rules.md, section 4)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from domain.case.events import EventKind
from domain.shared.account import Account, Confirmation
from domain.shared.result import Result
from domain.shared.text import Frozen


class Channel(StrEnum):
    """How an attempt goes out."""

    CALL = "call"
    EMAIL = "email"

    @property
    def rings(self) -> bool:
        """Whether it rings a telephone.

        Only such attempts keep to calling hours and to a distance from the call before. They need
        a number that can be called, and a contact stops them.
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
        """The kind of event that the end of an attempt is in the timeline."""
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


NOTICES = frozenset({Purpose.NOTICE, Purpose.FINAL_NOTICE})
"""The attempts of the 72 hours. All others are answers and news."""

CLOSING = frozenset({Purpose.RESOLVED, Purpose.DEACTIVATED, Purpose.WITHDRAWN})
"""The e-mails that tell the seller how the case ended."""


DIALLED_LATE = timedelta(minutes=1)
"""A call that is dialled this late counts from when it was dialled, not from when it was due."""


class CallEnded(Frozen):
    """The end of a call, with more than its result."""

    result: Result
    served_by: str | None = None
    """Which of several telephone providers placed it."""
    dialled_at: datetime | None = None
    """When it was dialled, if that was late: after a queue or an outage."""


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
"""The results of a call that rang, and of an e-mail that the mail server accepted."""


class Scheduled(Frozen):
    """A planned attempt: an entry of the agenda."""

    channel: Channel
    about: Purpose
    due: datetime
    entry: int = 0
    """The number of the entry. A redial has the number of the call that it repeats."""
    redial: int = 0
    note: str | None = None
    """The desk's words that the e-mail quotes."""
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
    extension: str | None = None
    """What a call dials after the number has answered."""
    outreach_number: int
    """The outreach it belongs to. A later outreach does not count it."""
    latest: datetime | None = None
    """A call is never dialled at or after this moment."""
    wanted: bool = True
    """False once it is being cancelled."""
    result: Result | None = None

    def is_to_present_address(self, account: Account) -> bool:
        """Whether it goes to the address, or to the number and extension, of the account."""
        extension = account.extension if self.channel.rings else None
        return (self.to, self.extension) == (self.channel.address(account), extension)
