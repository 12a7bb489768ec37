"""What the page shows of an enrollment: the progress of each requirement, and a chart."""

from dataclasses import dataclass
from datetime import date

from domain.enrollment.ratings import (
    DAYS_BELOW_ALLOWED,
    GOOD,
    window_length,
)
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.verification import CallKind
from domain.enrollment.view import NumberState, Requirement, StandingView
from page.words import CALL_RESULT, TEXT_RESULT
from web.rating_chart import Chart


@dataclass(frozen=True)
class EnrollmentPage:
    """An enrollment as its seller sees it."""

    view: StandingView

    @property
    def status(self) -> EnrollmentStatus:
        """The status of the enrollment."""
        return self.view.status

    @property
    def deactivated(self) -> bool:
        """Whether the account is deactivated, whatever the status of the enrollment."""
        return self.view.deactivated

    @property
    def tone(self) -> str:
        """The tone of the page: `act`, `wait`, `done` or `over`."""
        if self.deactivated:
            return "over"
        tones = {
            EnrollmentStatus.ENROLLED: "done",
            EnrollmentStatus.INVITED: "act",
            EnrollmentStatus.EXPELLED: "over",
        }
        return tones.get(self.status, "wait")

    @property
    def reason(self) -> EnrollmentReason:
        """Why the enrollment has its status."""
        return self.view.reason

    @property
    def can_be_verified(self) -> bool:
        """Whether the seller may have the number called outside any case."""
        gone = self.deactivated or self.status is EnrollmentStatus.EXPELLED
        return self.number in (NumberState.MUST_BE_PROVEN, NumberState.COUNTS) and not gone

    @property
    def number(self) -> NumberState:
        """What is known of the emergency number."""
        return self.view.number

    @property
    def needs_proof(self) -> bool:
        """Whether nothing but a proof of the number is missing."""
        return self.number is NumberState.MUST_BE_PROVEN

    @property
    def is_called(self) -> bool:
        """Whether a call that the seller asked for is under way."""
        call = self.view.number_call
        return call is not None and call.result is None

    @property
    def is_texted(self) -> bool:
        """Whether the newest code came by text message, or is to."""
        call = self.view.number_call
        return call is not None and call.kind is CallKind.TEXT

    @property
    def call_result(self) -> str:
        """What came of the newest call: a message to translate."""
        call = self.view.number_call
        results = TEXT_RESULT if self.is_texted else CALL_RESULT
        return results[call.result] if call and call.result else ""

    def met(self, requirement: str) -> bool:
        """Return whether a requirement is met."""
        return next(r.met for r in self.view.requirements if r.name == Requirement(requirement))

    @property
    def window(self) -> int:
        """The number of days in the window."""
        return window_length(self.view.today)

    @property
    def days_short(self) -> int:
        """By how many days the record is too short."""
        return self.window - self.view.days_on_record

    @property
    def allowed(self) -> int:
        """How many days of the window may be below."""
        return DAYS_BELOW_ALLOWED

    @property
    def days_left(self) -> int | None:
        """How many more days may be below; None if no day was, or the seller is not enrolled."""
        below = self.view.days_below
        return self.allowed - below if self.status is EnrollmentStatus.ENROLLED and below else None

    @property
    def good(self) -> int:
        """The lowest good rating."""
        return GOOD

    @property
    def qualifies_on(self) -> date | None:
        """The day on which the rating will meet the requirement; None if it does today."""
        on = self.view.qualifies_on
        over = self.deactivated or self.status is EnrollmentStatus.EXPELLED
        awaited = on is not None and not self.met("rating") and not over
        return on if awaited else None

    @property
    def chart(self) -> Chart | None:
        """The chart of six months; None if no rating is known."""
        return Chart(self.view.ratings, self.view.today) if self.view.ratings else None
