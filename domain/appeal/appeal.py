"""An appeal of a seller in a store: its state, and how the status changes (rules.md, section 9).

The effects of updates are in updates.py, the next steps in advance.py, and the results of steps in
step_results.py.
"""

from datetime import datetime, timedelta

from pydantic import Field

from domain.appeal.deactivation import Deactivation, Terms, Unreached
from domain.appeal.events import AddInformation, AppealEventKind, DecideAppeal, ReportOutage
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.letters import OVERTAKEN, AppealLetter, AppealPurpose
from domain.appeal.status import ANSWERED, OPEN, AppealReason, AppealStatus
from domain.appeal.timeline import AppealTimeline
from domain.shared.account import SellerAccount
from domain.shared.errors import Refusal
from domain.shared.result import Result
from domain.shared.taken_updates import TakesUpdates
from domain.shared.text import Frozen

ANSWER_WITHIN = timedelta(days=7)
"""How long the seller has to answer a question, and at least to appeal again after an answer."""
REMINDED_EVERY = timedelta(days=1)
MOST_APPEALS = 2


class Information(Frozen):
    """What the seller added to an appeal."""

    at: datetime
    said: AddInformation


class Answer(Frozen):
    """What a person made of an appeal."""

    at: datetime
    said: DecideAppeal


class Submission(Frozen):
    """An appeal, with what was asked and added, and the answer."""

    at: datetime
    said: AppealEvent
    information: tuple[Information, ...] = ()
    question: Answer | None = None
    answer: Answer | None = None

    @property
    def judges(self) -> tuple[str, ...]:
        """Who asked for more information, and who answered."""
        return tuple(one.said.by for one in (self.question, self.answer) if one is not None)


class OutageReport(Frozen):
    """An outage of ours that has come to light."""

    at: datetime
    said: ReportOutage


class Appeal(TakesUpdates):
    """The appeals of an account against one deactivation."""

    id: str
    account: SellerAccount
    status: AppealStatus = AppealStatus.LAPSED
    reason: AppealReason | None = AppealReason.NOT_APPEALED
    since: datetime
    """When it came into its status."""

    wants_look_up: bool = True
    """Whether it is to be found out what can be appealed."""
    problem: Refusal | None = None
    """Why there is nothing to appeal."""
    terms: Terms | None = None
    deactivation: Deactivation | None = None
    submissions: tuple[Submission, ...] = ()
    outages: tuple[OutageReport, ...] = ()

    desk_by: datetime | None = None
    """By when the desk is to answer."""
    desk_due: datetime | None = None
    """When the desk is told next."""
    seller_by: datetime | None = None
    """By when the seller is to answer the question. Null until the question got through."""
    question_letter: int | None = None
    """The number of the letter with the question, once it was accepted."""
    delay_told: bool = False
    programme_told: bool = False

    letters: tuple[AppealLetter, ...] = ()
    """The e-mails that wait, oldest first. They are sent one after the other."""
    letter_count: int = 0
    timeline: AppealTimeline = Field(default_factory=AppealTimeline)
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody or something is still to act."""
        return self.status in OPEN

    @property
    def newest(self) -> Submission:
        """The appeal that counts. There must be one."""
        return self.submissions[-1]

    @property
    def until(self) -> datetime | None:
        """Until when it can be appealed; null if there is nothing to appeal."""
        if self.deactivation is None or self.terms is None:
            return None
        until = self.deactivation.at + self.terms.window
        # A slow desk never costs the seller anything.
        return max(until, self.since + ANSWER_WITHIN) if self.may_come_again else until

    @property
    def may_come_again(self) -> bool:
        """Whether the first appeal was answered, and a second one was not sent yet."""
        return self.status in ANSWERED and 0 < len(self.submissions) < MOST_APPEALS

    @property
    def unreached(self) -> tuple[Unreached, ...]:
        """Why it may have been us who could not reach the seller."""
        if self.deactivation is None:
            return ()
        reported = (Unreached.OUTAGE_REPORTED,) if self.outages else ()
        return (*self.deactivation.unreached, *reported)

    def change_newest(self, **changes: object) -> None:
        """Replace fields of the newest submission."""
        self.submissions = (*self.submissions[:-1], self.newest.model_copy(update=changes))

    def set_status(
        self, now: datetime, status: AppealStatus, reason: AppealReason | None = None
    ) -> None:
        """Enter a status. What was due in the old one is due no more."""
        self.status, self.reason, self.since = status, reason, now
        self.desk_by = self.desk_due = self.seller_by = self.question_letter = None
        # A question that has not left yet is asked no more.
        question = AppealPurpose.MORE_INFORMATION
        self.letters = tuple(one for one in self.letters if one.about is not question)
        self.timeline.log(now, AppealEventKind.STATUS, status=status, reason=reason)

    def wait_for_desk(self, now: datetime, reason: AppealReason | None = None) -> None:
        """Hand the appeal to the desk, which is told at once and has its whole time."""
        assert self.terms is not None
        self.set_status(now, AppealStatus.SUBMITTED, reason)
        self.desk_by, self.desk_due = now + self.terms.desk_within, now
        self.delay_told = False

    def lose_question(self, now: datetime) -> None:
        """Hand the appeal back to the desk, since the question did not reach the seller."""
        self.change_newest(question=None)
        self.wait_for_desk(now, AppealReason.QUESTION_UNDELIVERED)

    def write(self, about: AppealPurpose, now: datetime, note: str | None = None) -> None:
        """Write the seller an e-mail. Those that it overtakes are not sent."""
        if self.account.email is None:
            self.timeline.log(now, AppealEventKind.EMAIL, about=about, result=Result.SKIPPED)
            return
        self.letter_count += 1
        letter = AppealLetter(number=self.letter_count, about=about, at=now, note=note)
        waiting = (one for one in self.letters if one.about not in OVERTAKEN)
        self.letters = (*waiting, letter)
