"""An appeal of a seller in a store: its state, and how the status changes (rules.md, section 9).

The effects of updates are in updates.py and mail_updates.py, the next steps in advance.py, and the
results of steps in step_results.py.
"""

from datetime import datetime, timedelta

from pydantic import Field

from domain.appeal.deactivation import (
    UNTOLD_WITHIN,
    AppealFacts,
    Deactivation,
    Terms,
    Unreached,
)
from domain.appeal.events import AddInformation, AppealEventKind, DecideAppeal, ReportOutage
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.letters import ASKS, OVERTAKEN, AppealLetter, AppealPurpose
from domain.appeal.question import ANSWER_REMINDER_WITHIN, ANSWER_WITHIN, OpenQuestion
from domain.appeal.status import ANSWERED, OPEN, AppealReason, AppealStatus
from domain.appeal.timeline import AppealTimeline
from domain.shared.account import SellerAccount
from domain.shared.errors import Refusal
from domain.shared.result import Result
from domain.shared.taken_updates import TakesUpdates
from domain.shared.text import Frozen

AGAIN_WITHIN = timedelta(days=7)
"""How long an account can at least be appealed again, once the answer was accepted."""
_TOLD_WITHIN = timedelta(days=3) + AGAIN_WITHIN
"""How long it can be at least, while that e-mail is tried."""
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
    judges: tuple[str, ...] = ()
    """Who ever asked for more information or answered, whatever became of it."""


class OutageReport(Frozen):
    """An outage of ours that has come to light."""

    at: datetime
    said: ReportOutage


class Appeal(TakesUpdates):
    """The appeals of an account against one deactivation."""

    id: str
    account: SellerAccount
    status: AppealStatus = AppealStatus.NOT_APPEALED
    reason: AppealReason | None = None
    since: datetime
    """When it came into its status."""

    wants_look_up: bool = True
    """Whether it is to be found out what can be appealed, or who has a part in its case by now."""
    problem: Refusal | None = None
    """Why there is nothing to appeal."""
    terms: Terms | None = None
    deactivation: Deactivation | None = None
    later: AppealFacts | None = None
    """What was looked up of a later deactivation, while the appeal is open."""
    submissions: tuple[Submission, ...] = ()
    outages: tuple[OutageReport, ...] = ()
    refused: tuple[datetime, ...] = ()
    """When appeals were refused, the newest."""
    decisions: int = 0
    """How many there ever were. What a decision has done is known by its number."""

    desk_by: datetime | None = None
    """By when the desk is to answer."""
    desk_due: datetime | None = None
    """When the desk is told next."""
    question: OpenQuestion | None = None
    """The open question, or the one whose answer did not come, or may not have come."""
    answer_letter: int | None = None
    """The number of the newest e-mail that says that the account can be appealed again."""
    answer_told_at: datetime | None = None
    """When it was accepted. Null if it is on its way, or has not got through."""
    delay_told: bool = False
    programme_told: bool = False

    letters: tuple[AppealLetter, ...] = ()
    """The e-mails that wait, oldest first. They are sent one after the other."""
    letter_count: int = 0
    timeline: AppealTimeline = Field(default_factory=AppealTimeline)
    announces: bool = False
    """Whether the marketplace's systems want to know of it."""
    told: int = 0
    """How many events of the timeline they were told of."""
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody or something is still to act."""
        return self.status in OPEN

    @property
    def awaits_record(self) -> bool:
        """Whether its case was still closing when it was read: others may have a part by now."""
        return self.is_open and self.deactivation is not None and not self.deactivation.is_final

    @property
    def newest(self) -> Submission:
        """The appeal that counts. There must be one."""
        return self.submissions[-1]

    @property
    def seller_by(self) -> datetime | None:
        """By when the seller is to answer. Null until the question got through."""
        is_asked = self.status is AppealStatus.MORE_INFORMATION and self.question is not None
        return self.question.seller_by if is_asked and self.question else None

    @property
    def until(self) -> datetime | None:
        """Until when it can be appealed; null if there is nothing to appeal.

        While the e-mail with the answer is on its way, it can be appealed in any case.
        """
        if self.deactivation is None or self.terms is None:
            return None
        until = self.deactivation.until(self.terms.window)
        if not self.may_come_again:
            return until
        # A slow desk, and mail that we could not deliver, never cost the seller anything.
        if self.answer_told_at is not None:
            return max(until, self.answer_told_at + AGAIN_WITHIN)
        on_its_way = self.is_on_its_way(self.answer_letter)
        return max(until, self.since + (_TOLD_WITHIN if on_its_way else UNTOLD_WITHIN))

    @property
    def may_come_again(self) -> bool:
        """Whether the first appeal was answered, and a second one was not sent yet."""
        return self.status in ANSWERED and 0 < len(self.submissions) < MOST_APPEALS

    @property
    def needs_new_evidence(self) -> bool:
        """Whether a second appeal takes what the first one did not have."""
        # An outage of ours is evidence for the seller, whoever has found it out.
        came_to_light = any(outage.at > self.since for outage in self.outages)
        return bool(self.submissions) and not came_to_light

    @property
    def unreached(self) -> tuple[Unreached, ...]:
        """Why it may have been us who could not reach the seller."""
        if self.deactivation is None:
            return ()
        reported = (Unreached.OUTAGE_REPORTED,) if self.outages else ()
        return (*self.deactivation.unreached, *reported)

    def is_on_its_way(self, letter: int | None) -> bool:
        """Whether an e-mail waits or is being sent."""
        return any(one.number == letter for one in self.letters)

    def change_newest(self, **changes: object) -> None:
        """Replace fields of the newest submission."""
        self.submissions = (*self.submissions[:-1], self.newest.model_copy(update=changes))

    def set_status(
        self, now: datetime, status: AppealStatus, reason: AppealReason | None = None
    ) -> None:
        """Enter a status. What was due in the old one is due no more."""
        self.status, self.reason, self.since = status, reason, now
        self.desk_by = self.desk_due = self.question = None
        self.answer_letter = self.answer_told_at = None
        # A question that has not left yet is asked no more.
        self.letters = tuple(one for one in self.letters if one.about not in ASKS)
        case_id = self.deactivation.case_id if self.deactivation else None
        self.timeline.log(
            now, AppealEventKind.STATUS, status=status, reason=reason, case_id=case_id
        )

    def wait_for_desk(self, now: datetime, reason: AppealReason | None = None) -> None:
        """Hand the appeal to the desk, which is told at once and has its whole time."""
        assert self.terms is not None
        self.set_status(now, AppealStatus.SUBMITTED, reason)
        self.desk_by, self.desk_due = now + self.terms.desk_within, now
        self.delay_told = False

    def take_decision_back(self, now: datetime, reason: AppealReason) -> None:
        """Hand the appeal back to the desk: what was decided is not so."""
        self.change_newest(answer=None)
        self.wait_for_desk(now, reason)

    def lose_question(self, now: datetime, reason: AppealReason) -> None:
        """Hand the appeal back to the desk, which may ask again: the question was not asked."""
        self.change_newest(question=None)
        # That it has lapsed is no longer so.
        lapsed = AppealPurpose.LAPSED
        self.letters = tuple(one for one in self.letters if one.about is not lapsed)
        self.wait_for_desk(now, reason)

    def ask(self, now: datetime, note: str) -> None:
        """Wait for the seller, who is asked."""
        self.set_status(now, AppealStatus.MORE_INFORMATION)
        number = self.write(AppealPurpose.MORE_INFORMATION, now, note, days=ANSWER_WITHIN.days)
        self.question = OpenQuestion(letters=() if number is None else (number,))

    def remind(self, now: datetime) -> None:
        """Ask the seller once more."""
        asked = self.newest.question
        assert self.question is not None
        assert asked is not None
        days = ANSWER_REMINDER_WITHIN.days
        number = self.write(AppealPurpose.REMINDER, now, asked.said.note, days=days)
        if number is not None:
            self.question = self.question.asked_again(number)

    def tell_answer(self, now: datetime, about: AppealPurpose | None = None) -> None:
        """Write the e-mail with the answer, and until when the account can be appealed again.

        `about` is its purpose, if it is another than the status.
        """
        note = self.newest.answer.said.note if self.newest.answer and about is None else None
        until, days = None, None
        if self.may_come_again:
            assert self.deactivation is not None
            assert self.terms is not None
            ends = self.deactivation.until(self.terms.window)
            # The e-mail names a moment only if that is the right one whenever it is accepted.
            until, days = (ends, None) if ends >= now + _TOLD_WITHIN else (None, AGAIN_WITHIN.days)
        about = about or AppealPurpose(self.status)
        self.answer_letter = self.write(about, now, note, until=until, days=days)
        self.answer_told_at = None

    def write(
        self, about: AppealPurpose, now: datetime, note: str | None = None, **says: object
    ) -> int | None:
        """Write the seller an e-mail. Those that it overtakes are not sent.

        Return its number; None if no address is known.
        """
        if self.account.email is None:
            self.timeline.log(now, AppealEventKind.EMAIL, about=about, result=Result.SKIPPED)
            return None
        self.letter_count += 1
        letter = AppealLetter(number=self.letter_count, about=about, at=now, note=note)
        waiting = (one for one in self.letters if one.about not in OVERTAKEN)
        self.letters = (*waiting, letter.model_copy(update=says))
        return letter.number
