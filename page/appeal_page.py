"""What the page shows of an appeal. It leaves out names, notes of the desk, and the timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.appeal.appeal import Submission
from domain.appeal.deactivation import Deactivation, deactivation_of
from domain.appeal.status import ANSWERED, OPEN, WAITING, AppealReason, AppealStatus
from domain.appeal.view import AppealView
from domain.case.view import CaseView
from domain.enrollment.view import StandingView
from web.languages import N_

HEADLINES = {
    AppealStatus.SUBMITTED: N_("We are reading your appeal"),
    AppealStatus.MORE_INFORMATION: N_("We have a question about your appeal"),
    AppealStatus.REINSTATING: N_("We decided in your favour. Your account is being activated"),
    AppealStatus.UPHOLDING: N_("We are reading your appeal"),
    AppealStatus.REINSTATED: N_("Your account is active again"),
    AppealStatus.UPHELD: N_("We have read your appeal. Your account stays deactivated"),
    AppealStatus.LAPSED: N_("Your appeal has ended without a decision"),
}
ANOTHER_LOOK = N_("Your account could not be activated yet. We look at your appeal again")
CAN_APPEAL = N_("Your account was deactivated. You can appeal")
CANNOT_APPEAL = N_("Your account was deactivated")
_TONES = {
    AppealStatus.SUBMITTED: "wait",
    AppealStatus.MORE_INFORMATION: "act",
    AppealStatus.REINSTATING: "wait",
    AppealStatus.UPHOLDING: "wait",
    AppealStatus.REINSTATED: "done",
}
_NOT_ACTIVATED = (AppealReason.REINSTATEMENT_FAILED, AppealReason.REINSTATEMENT_HELD)
_WRITE, _ANSWER, _ADD, _READ = (
    N_("Write your appeal"),
    N_("Answer our question"),
    N_("Add something to your appeal"),
    N_("What you have sent"),
)


@dataclass(frozen=True)
class AppealPage:
    """The appeals of a deactivated account as its seller sees them."""

    case_id: str
    """The case that deactivated the account."""
    first_until: datetime
    """Until when a first appeal can be made."""
    now: datetime
    view: AppealView | None = None
    """The appeal, if there was one against this deactivation."""

    @classmethod
    def of(
        cls,
        standing: StandingView | None,
        appeal: AppealView | None,
        case: CaseView | None,
        window: timedelta,
        now: datetime,
    ) -> "AppealPage | None":
        """Return the page; None if there is nothing that could be appealed on it.

        `case` is the account's newest.
        """
        if standing is None or standing.deactivated_by is None or standing.deactivated_at is None:
            return None
        by, found = standing.deactivated_by, appeal.deactivation if appeal else None
        if found is None or found.case_id != by:
            found = deactivation_of(case, message_waits=False) if case and case.id == by else None
        found = found or _deactivation(by, standing.deactivated_at)
        until = found.until(window)
        is_shown = appeal is not None and _is_shown(appeal, by, is_late=now >= until)
        return cls(by, until, now, appeal if is_shown else None)

    @property
    def status(self) -> AppealStatus | None:
        """The status of the appeal; None before there is any."""
        return self.view.status if self.view else None

    @property
    def state(self) -> str:
        """A text that changes when the same words would mean something new."""
        sent = self.view.submissions if self.view else ()
        added = len(sent[-1].information) if sent else 0
        return f"{self.case_id}/{len(sent)}.{added}"

    @property
    def until(self) -> datetime:
        """Until when the account can be appealed."""
        known = self.view.until if self.view else None
        return known or self.first_until

    @property
    def takes_appeal(self) -> bool:
        """Whether the form for an appeal is shown."""
        if self.view is not None and not self.view.may_come_again:
            return False
        return self.now < self.until

    @property
    def is_second(self) -> bool:
        """Whether what would be sent is the second appeal."""
        return self.view is not None

    @property
    def asks(self) -> bool:
        """Whether the seller is asked a question."""
        return self.status is AppealStatus.MORE_INFORMATION

    @property
    def takes_information(self) -> bool:
        """Whether something may be added."""
        return self.status in WAITING

    @property
    def is_active(self) -> bool:
        """Whether the account is active again, though the programme was not told yet."""
        return self.status is AppealStatus.REINSTATED

    @property
    def was_not_activated(self) -> bool:
        """Whether it waits again since the account could not be activated."""
        return self.view is not None and self.view.reason in _NOT_ACTIVATED

    @property
    def headline(self) -> str:
        """The headline, to translate."""
        if self.was_not_activated:
            return ANOTHER_LOOK
        if self.status is not None:
            return HEADLINES[self.status]
        return CAN_APPEAL if self.takes_appeal else CANNOT_APPEAL

    @property
    def link(self) -> tuple[str, str] | None:
        """What leads to the appeal: the id of a part of the page, and words to translate."""
        if self.takes_appeal:
            return "appeal", _WRITE
        if self.takes_information:
            return "appeal", _ANSWER if self.asks else _ADD
        is_decided = self.status in (AppealStatus.REINSTATING, AppealStatus.UPHOLDING)
        return ("appeals", _READ) if is_decided else None

    @property
    def tone(self) -> str:
        """The tone of the page."""
        return _TONES.get(self.status, "over") if self.status else "over"

    @property
    def is_over(self) -> bool:
        """Whether both appeals were made and answered."""
        return self.status in ANSWERED and not self.takes_appeal

    @property
    def newest(self) -> Submission | None:
        """The appeal that counts."""
        return self.view.submissions[-1] if self.view else None

    @property
    def question(self) -> str | None:
        """What we asked, while it is open."""
        asked = self.newest.question if self.newest and self.asks else None
        return asked.said.note if asked else None

    @property
    def answer(self) -> str | None:
        """Our answer to the newest appeal."""
        answer = self.newest.answer if self.newest else None
        return answer.said.note if answer and self.status is AppealStatus.UPHELD else None

    @property
    def submissions(self) -> list[tuple[int, Submission]]:
        """Every appeal with its number, the newest first."""
        return list(enumerate(self.view.submissions, 1))[::-1] if self.view else []


def _deactivation(case_id: str, at: datetime) -> Deactivation:
    """Return what is known where neither an appeal nor the case's record is there."""
    return Deactivation(case_id=case_id, at=at, reason=None, part=None)


def _is_shown(appeal: AppealView, deactivated_by: str, *, is_late: bool) -> bool:
    """Tell whether the page shows the account's appeal, rather than that it can be appealed.

    If another case has deactivated the account since, that can be appealed while the earlier appeal
    waits for the desk. Any other open one is shown to its end: the seller may have to answer.
    """
    found = appeal.deactivation
    if not appeal.submissions:
        return False
    if found is not None and found.case_id == deactivated_by:
        return True
    return appeal.status in OPEN and (appeal.status is not AppealStatus.SUBMITTED or is_late)
