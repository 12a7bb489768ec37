"""What each event makes of an appeal, by section 9's table (docs/rules.md).

It shares no code with the rules.
"""

from datetime import datetime

from domain.appeal.deactivation import AppealFacts
from domain.appeal.events import AddInformation, DecideAppeal, ReportOutage, Verdict
from domain.appeal.events import Appeal as AppealEvent
from domain.appeal.status import AppealStatus
from domain.case.events import ReceiveBounce
from domain.shared.events import Event
from tests.domain.appeal.build import (
    DAY,
    DEACTIVATED_AT,
    NOW,
    PART,
)

SUBMITTED, MORE_INFORMATION = AppealStatus.SUBMITTED, AppealStatus.MORE_INFORMATION
REINSTATING, REINSTATED = AppealStatus.REINSTATING, AppealStatus.REINSTATED
UPHELD, LAPSED = AppealStatus.UPHELD, AppealStatus.LAPSED


class Known:
    """What the rules depend on, kept by the walk itself."""

    def __init__(self) -> None:
        self.status = LAPSED
        self.case: str | None = None
        self.evidence: set[object] = set()
        self.appeals = 0
        self.asked = self.outage_since = False
        self.added = self.outages = 0
        self.first_judges: frozenset[str] = frozenset()
        self.judges: frozenset[str] = frozenset()
        self.answered_at = NOW
        self.asked_by = ""
        self.question_letter: int | None = None

    def begins_anew(self, case_id: str) -> None:
        """Another case has deactivated the account."""
        answered_at = self.answered_at
        self.__init__()  # type: ignore[misc]  # all of it is forgotten
        self.case, self.answered_at = case_id, answered_at

    def becomes(self, event: Event, found: AppealFacts, now: datetime) -> AppealStatus | None:
        """The status that an event leads to; None if it is refused."""
        waits = self.status in (SUBMITTED, MORE_INFORMATION)
        match event:
            case AppealEvent():
                return SUBMITTED if self.takes(event, found, now) else None
            case AddInformation():
                return SUBMITTED if waits and self.added < 10 else None
            case ReportOutage():
                taken = self.appeals and self.status is not REINSTATED and self.outages < 10
                return self.status if taken else None
            case ReceiveBounce():
                return SUBMITTED if event.attempt == self.question_letter else self.status
            case DecideAppeal() if not waits or event.by == PART or event.by in self.first_judges:
                return None
            case DecideAppeal(verdict=Verdict.REINSTATE):
                return REINSTATING
            case DecideAppeal(verdict=Verdict.UPHOLD):
                return UPHELD if self.status is SUBMITTED else None
            case DecideAppeal():
                return MORE_INFORMATION if self.status is SUBMITTED and not self.asked else None
        raise AssertionError(f"no rule is known for {event}")

    def takes(self, event: AppealEvent, found: AppealFacts, now: datetime) -> bool:
        """Whether an appeal is taken."""
        if self.status not in (UPHELD, LAPSED) or found.deactivation is None:
            return False
        is_same = self.case == found.deactivation.case_id
        if not is_same or self.appeals == 0:
            return now < DEACTIVATED_AT + 90 * DAY
        until = max(DEACTIVATED_AT + 90 * DAY, self.answered_at + 7 * DAY)
        is_new = self.outage_since or not self.evidence_of(event) <= self.evidence
        return self.appeals == 1 and now < until and is_new

    @staticmethod
    def evidence_of(event: AppealEvent | AddInformation) -> set[object]:
        """The texts and files that it names."""
        text = event.evidence if isinstance(event, AppealEvent) else event.text
        return ({text} if text else set()) | {file.sha256 for file in event.files}

    def took(self, event: Event, status: AppealStatus, now: datetime) -> None:
        """An event was taken."""
        match event:
            case AppealEvent():
                self.appeals, self.asked, self.added = self.appeals + 1, False, 0
                self.first_judges, self.judges = self.first_judges | self.judges, frozenset()
                self.evidence = self.evidence | self.evidence_of(event)
            case AddInformation():
                self.added += 1
                self.evidence = self.evidence | self.evidence_of(event)
            case ReceiveBounce():
                if event.attempt == self.question_letter:
                    self.is_not_asked()
            case ReportOutage():
                self.outages += 1
                is_answered = self.status in (UPHELD, LAPSED)
                self.outage_since = self.outage_since or (is_answered and now > self.answered_at)
                return
            case DecideAppeal():
                self.judges = self.judges | {event.by}
                if event.verdict is Verdict.MORE_INFORMATION:
                    self.asked_by = event.by
                self.asked = self.asked or event.verdict is Verdict.MORE_INFORMATION
        self.goes(status, now)

    def is_not_asked(self) -> None:
        """The question did not reach the seller."""
        self.asked, self.judges = False, self.judges - {self.asked_by}

    def goes(self, status: AppealStatus, now: datetime) -> None:
        """It comes into a status, perhaps the one that it had."""
        if status is not self.status and status in (UPHELD, LAPSED):
            self.answered_at, self.outage_since = now, False
        self.status = status
