"""What each event makes of an appeal, by section 9's table (docs/rules.md).

It shares no code with the rules.
"""

from datetime import datetime, timedelta

from domain.appeal.deactivation import AppealFacts
from domain.appeal.events import AddInformation, ChangeAddress, DecideAppeal, ReportOutage, Verdict
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.status import AppealStatus
from domain.case.events import ReceiveBounce, ReceiveReply
from domain.shared.events import Event
from tests.domain.appeal.build import ACCOUNT, DAY, DEACTIVATED_AT, NOW, PART

NOT_APPEALED = AppealStatus.NOT_APPEALED
SUBMITTED, MORE_INFORMATION = AppealStatus.SUBMITTED, AppealStatus.MORE_INFORMATION
REINSTATING, REINSTATED = AppealStatus.REINSTATING, AppealStatus.REINSTATED
UPHOLDING = AppealStatus.UPHOLDING
UPHELD, LAPSED = AppealStatus.UPHELD, AppealStatus.LAPSED
ANSWERED = (UPHELD, LAPSED)
OVER = (NOT_APPEALED, REINSTATED, UPHELD, LAPSED)


class Known:
    """What the rules depend on, kept by the walk itself."""

    def __init__(self) -> None:
        self.status = NOT_APPEALED
        self.case: str | None = None
        self.email = ACCOUNT.email
        self.evidence: set[object] = set()
        self.appeals = 0
        self.asked = self.outage_since = False
        self.added = self.outages = 0
        self.first_judges: frozenset[str] = frozenset()
        self.judges: frozenset[str] = frozenset()
        self.answered_at = NOW
        self.told_at: datetime | None = None
        self.moved_at: datetime | None = None
        """When the address last changed."""
        self.waiting: frozenset[int] = frozenset()
        """The numbers of the letters that wait."""
        self.written = 0
        self.question: tuple[int, ...] = ()
        """The numbers of the letters that ask what is open."""
        self.answer_letter: int | None = None
        self.seller_by: datetime | None = None
        self.remind_at: datetime | None = None
        self.is_over = False

    def gives_way(self, event: Event, found: AppealFacts, now: datetime) -> bool:
        """Whether an open appeal ends, since a later deactivation is appealed."""
        another = found.deactivation is not None and found.deactivation.case_id != self.case
        waits = self.status in (SUBMITTED, MORE_INFORMATION)
        in_time = now < DEACTIVATED_AT + 90 * DAY
        return isinstance(event, AppealEvent) and waits and another and in_time

    def begins_anew(self, case_id: str) -> None:
        """Another case has deactivated the account."""
        kept = self.answered_at, self.waiting, self.written, self.email
        self.__init__()  # type: ignore[misc]  # all else is forgotten
        self.answered_at, self.waiting, self.written, self.email = kept
        self.case = case_id

    def becomes(self, event: Event, found: AppealFacts, now: datetime) -> AppealStatus | None:
        """The status that an event leads to; None if it is refused."""
        waits = self.status in (SUBMITTED, MORE_INFORMATION)
        match event:
            case AppealEvent():
                return SUBMITTED if self.takes(event, found, now) else None
            case AddInformation() | ReceiveReply():
                has_room = self.status is MORE_INFORMATION or self.added < 10
                return SUBMITTED if waits and has_room else None
            case ReportOutage():
                taken = self.appeals and self.status is not REINSTATED and self.outages < 10
                if not taken or (self.status in ANSWERED and self.appeals == 2):
                    return None
                return SUBMITTED if self.status is UPHOLDING else self.status
            case ReceiveBounce():
                if event.attempt > self.written or event.attempt in self.waiting:
                    return None
                return SUBMITTED if event.attempt in self.question else self.status
            case ChangeAddress():
                return self.status
            case DecideAppeal() if not waits or event.by == PART or event.by in self.first_judges:
                return None
            case DecideAppeal(verdict=Verdict.REINSTATE):
                return REINSTATING
            case DecideAppeal(verdict=Verdict.UPHOLD):
                return UPHOLDING if self.status is SUBMITTED else None
            case DecideAppeal():
                return MORE_INFORMATION if self.status is SUBMITTED and not self.asked else None
        raise AssertionError(f"no rule is known for {event}")

    def takes(self, event: AppealEvent, found: AppealFacts, now: datetime) -> bool:
        """Whether an appeal is taken."""
        if self.status not in (NOT_APPEALED, UPHELD, LAPSED) or found.deactivation is None:
            return False
        is_same = self.case == found.deactivation.case_id
        ends = DEACTIVATED_AT + 90 * DAY
        if not is_same or self.appeals == 0:
            return now < ends
        is_new = self.outage_since or not self.evidence_of(event) <= self.evidence
        return self.appeals == 1 and self.may_still_come(now, ends) and is_new

    def has_moved(self) -> bool:
        """Whether the address has changed since the answer was accepted."""
        return bool(self.told_at and self.moved_at and self.moved_at > self.told_at)

    def may_still_come(self, now: datetime, ends: datetime) -> bool:
        """Whether there is time for a second appeal."""
        if self.told_at is not None:
            return now < max(ends, self.told_at + 7 * DAY)
        on_its_way = self.answer_letter in self.waiting
        return on_its_way or now < max(ends, self.answered_at + 365 * DAY)

    @staticmethod
    def evidence_of(event: AppealEvent | AddInformation | ReceiveReply) -> set[object]:
        """The texts and files that it names."""
        text = event.evidence if isinstance(event, AppealEvent) else event.text
        files = () if isinstance(event, ReceiveReply) else event.files
        return ({text} if text else set()) | {file.sha256 for file in files}

    def took(self, event: Event, status: AppealStatus, now: datetime) -> None:
        """An event was taken."""
        match event:
            case AppealEvent():
                self.appeals, self.asked, self.added = self.appeals + 1, False, 0
                self.first_judges, self.judges = self.first_judges | self.judges, frozenset()
                self.evidence = self.evidence | self.evidence_of(event)
            case AddInformation() | ReceiveReply():
                self.added += 1
                self.evidence = self.evidence | self.evidence_of(event)
                if self.status is MORE_INFORMATION and self.seller_by is None:
                    self.asked = False
            case ReceiveBounce():
                if event.attempt == self.answer_letter:
                    self.told_at = None
                if event.attempt in self.question:
                    self.asked, self.question = False, ()
            case ReportOutage():
                self.outages += 1
                self.outage_since |= self.status in ANSWERED and now > self.answered_at
            case ChangeAddress() if event.email != self.email:
                self.email, self.moved_at = event.email, now
            case DecideAppeal():
                self.judges = self.judges | {event.by}
                self.asked = self.asked or event.verdict is Verdict.MORE_INFORMATION
        self.goes(status, now)

    def goes(self, status: AppealStatus, now: datetime) -> None:
        """It comes into a status, perhaps the one that it had."""
        if status is self.status:
            return
        if status in ANSWERED:
            self.answered_at, self.outage_since = now, False
        self.question = self.question if status is LAPSED else ()
        self.seller_by = self.remind_at = self.told_at = self.answer_letter = None
        self.is_over = False
        self.status = status

    def question_sent(self, accepted: bool, now: datetime) -> None:
        """The question, or its reminder, was accepted, or has not got through."""
        if not accepted:
            self.asked = False
            self.goes(SUBMITTED, now)
        elif self.seller_by is None:
            self.seller_by, self.remind_at = now + 7 * DAY, now + 5 * DAY
        else:
            self.seller_by = max(self.seller_by, now + 2 * DAY)

    def is_reminded(self, now: datetime) -> bool:
        """Let the time of an open question pass. Return whether the seller is to be reminded."""
        if self.seller_by is None or self.is_over or self.question[-1] in self.waiting:
            return False
        if self.remind_at is not None and now >= self.remind_at:
            self.remind_at = None
            return True
        self.is_over = self.seller_by <= now <= self.seller_by + timedelta(minutes=15)
        return now > self.seller_by + timedelta(minutes=15)
