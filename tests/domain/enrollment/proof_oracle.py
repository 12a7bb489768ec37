"""Section 2 once more, of a number that is proven, by somebody beside the engine."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.enrollment.events import EnterCode, TryCall, VerifyNumber
from domain.shared.events import Event
from domain.shared.result import Result

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


@dataclass
class Prover:
    """What is known of calls that were asked for, and of codes."""

    asked: tuple[datetime, ...] = ()
    of_code: bool = False
    """Whether the newest call says a code."""
    rests: bool = True
    """Whether no call is under way."""
    dialled: bool = False
    code_since: datetime | None = None
    """When the code was asked for that is waited for."""
    failed_since: datetime | None = None
    """When the newest call was asked for, if it was to say a code and our side failed."""
    wrong: int = 0
    proven_at: datetime | None = None
    remind_at: datetime | None = None

    def copy(self) -> "Prover":
        return replace(self)

    def asks_too_often(self, now: datetime) -> bool:
        spans = ((3, HOUR), (10, DAY))
        return any(sum(now - at < span for at in self.asked) >= most for most, span in spans)

    def waits_for_code(self, now: datetime) -> bool:
        return self.code_since is not None and now < self.code_since + timedelta(minutes=10)

    def refuses(self, event: Event, now: datetime, *, has_number: bool) -> bool:
        if isinstance(event, VerifyNumber | TryCall):
            return not has_number or not self.rests or self.asks_too_often(now)
        return isinstance(event, EnterCode) and not self.waits_for_code(now)

    def takes(self, event: Event, now: datetime, *, right: bool) -> None:
        if isinstance(event, VerifyNumber | TryCall):
            self.asked += (now,)
            self.of_code, self.rests, self.dialled = isinstance(event, VerifyNumber), False, False
            self.code_since, self.failed_since, self.wrong = None, None, 0
        elif isinstance(event, EnterCode) and right:
            self.proven_at, self.code_since, self.remind_at = now, None, now + YEAR
        elif isinstance(event, EnterCode):
            self.wrong += 1
            self.code_since = self.code_since if self.wrong < 5 else None

    def may_be_dialled(self, refused_as: Result | None) -> None:
        self.rests, self.dialled = refused_as is not None, refused_as is None
        self.code_since = self.asked[-1] if self.of_code and self.dialled else None
        self._may_have_failed(refused_as)
        if refused_as in (Result.SKIPPED, Result.CANCELLED):
            self.asked = self.asked[:-1]

    def call_ends(self, result: Result, now: datetime) -> None:
        self.rests = True
        if result not in (Result.CONNECTED, Result.ACCEPTED, Result.PROVIDER_FAILED):
            self.code_since = None
        self._may_have_failed(result)
        if result is Result.CONNECTED:
            self.answers(now)

    def _may_have_failed(self, result: Result | None) -> None:
        if self.of_code and result in (Result.CANCELLED, Result.PROVIDER_FAILED, Result.SKIPPED):
            self.failed_since = self.asked[-1]

    def failed_lately(self, now: datetime) -> bool:
        return self.failed_since is not None and now - self.failed_since < DAY

    def answers(self, now: datetime) -> None:
        self.remind_at = None if self.remind_at is None else now + YEAR

    def number_changes(self) -> None:
        if not self.rests and not self.dialled:
            self.asked = self.asked[:-1]
        self.rests = self.rests or not self.dialled
        self.code_since = self.proven_at = self.remind_at = None
