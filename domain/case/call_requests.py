"""How often a seller may ask to be called: "contact me now" (docs/rules.md, section 5)."""

from datetime import datetime, timedelta

from domain.case.policy import Policy
from domain.shared.errors import Refusal, Refused
from domain.shared.state import State

DAY = timedelta(days=1)


class CallRequests(State):
    """The latest times the seller asked to be called."""

    times: tuple[datetime, ...] = ()

    def again_from(self, rules: Policy) -> datetime | None:
        """From when on the seller may ask again; None before the first time."""
        if not self.times:
            return None
        spaced = self.times[-1] + rules.request_spacing
        most = rules.requests_per_day
        return max(spaced, self.times[-most] + DAY) if len(self.times) >= most else spaced

    def add(self, now: datetime, rules: Policy) -> None:
        """Take in a request.

        Raises:
            Refused: the one before was just now, or there were too many within 24 hours.
        """
        recent = tuple(time for time in self.times if now - time < DAY)
        if recent and now - recent[-1] < rules.request_spacing:
            again = recent[-1] + rules.request_spacing
            raise Refused(
                f"a call was requested just now; ask again from {again:%H:%M:%S} UTC",
                Refusal.CALL_TOO_SOON,
                again_from=again.isoformat(),
            )
        if len(recent) >= rules.requests_per_day:
            again = recent[-rules.requests_per_day] + DAY
            raise Refused(
                f"{len(recent)} calls were requested within 24 hours; "
                f"ask again from {again:%Y-%m-%d %H:%M} UTC",
                Refusal.TOO_MANY_CALLS,
                calls=len(recent),
                again_from=again.isoformat(),
            )
        self.times = (*recent, now)
