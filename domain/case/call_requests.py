"""How often a seller may ask to be called: "contact me now" (docs/rules.md, section 5)."""

from datetime import datetime

from domain.case.policy import Policy
from domain.shared.errors import Refusal, Refused
from domain.shared.state import State
from domain.shared.throttle import wait_after


class CallRequests(State):
    """The requests of a seller to be called."""

    times: tuple[datetime, ...] = ()
    """The newest, in order, as many as are allowed in 24 hours."""

    def again_from(self, rules: Policy) -> datetime | None:
        """Return from when on the seller may ask again; None before the first time."""
        wait = wait_after(self.times, rules.request_spacing, rules.requests_per_day)
        return None if wait is None else wait.until

    def add(self, now: datetime, rules: Policy) -> None:
        """Take in a request.

        Raises:
            Refused: the one before was just now, or there were too many within 24 hours.
        """
        most = rules.requests_per_day
        wait = wait_after(self.times, rules.request_spacing, most)
        if wait is not None and now < wait.until:
            again = wait.until.isoformat()
            if wait.day_is_full:
                raise Refused(
                    f"{most} calls were requested within 24 hours; "
                    f"ask again from {wait.until:%Y-%m-%d %H:%M} UTC",
                    Refusal.TOO_MANY_CALLS,
                    calls=most,
                    again_from=again,
                )
            raise Refused(
                f"a call was requested just now; ask again from {wait.until:%H:%M:%S} UTC",
                Refusal.CALL_TOO_SOON,
                again_from=again,
            )
        self.times = (*self.times, now)[-most:]
