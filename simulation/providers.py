"""What the outside does with a step of a case: when it ends, and how, with retries in an outage.

The retries are those of `workflows/shared/activity_options.py`. That a call or an e-mail comes to
the same on the real server is what tests/simulation/test_equal_to_engine.py shows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.case.attempt import CLOSING, DIALLED_LATE, Attempt, CallEnded, Purpose
from domain.case.policy import Policy
from domain.shared.result import Result
from simulation.seller import Seller
from simulation.world import Down, World
from workflows.shared.activity_options import RETRY

_TO_DIAL = timedelta(seconds=1)
_TO_HANG_UP = timedelta(seconds=10)
_TO_TALK = 8
"""As in providers/temporal/one_call.py: no call is dialled in the last second before its latest
moment, or with less than an eighth of its time left; and one that goes on is hung up 10 s before
its time is up."""
LOOK_EVERY = timedelta(seconds=10)
"""How often a call that goes on is looked at (`CASE72_LOOK_AT_CALLS_SECONDS`)."""


class Ends(NamedTuple):
    """The end of an attempt."""

    at: datetime
    result: Result | CallEnded
    actions: int
    """How many actions Temporal Cloud bills for it."""
    failed: int
    """How many tries the provider has failed, one after the other."""
    on_the_line: timedelta = timedelta(0)
    """How long the telephone was in use."""


class Outages:
    """When each thing is down."""

    def __init__(self, world: World) -> None:
        self._spans = {
            down: sorted(world.span_of(outage) for outage in world.outages if outage.of is down)
            for down in Down
        }

    def until(self, down: Down, moment: datetime) -> datetime | None:
        """Return when the outage of a moment is over; None if it works."""
        for begins, ends in self._spans[down]:
            if begins <= moment < ends:
                return self.until(down, ends) or ends
        return None


def tries(first: datetime, limit: timedelta) -> Iterable[datetime]:
    """Return when an activity is tried that fails each time at once, within its whole time limit.

    Temporal makes no try that would begin after the limit.
    """
    moment, wait = first, RETRY.initial_interval
    while moment < first + limit:
        yield moment
        moment += wait
        wait = wait * RETRY.backoff_coefficient
        if RETRY.maximum_interval:
            wait = min(wait, RETRY.maximum_interval)


class Providers:
    """Telephone and mail, as one seller meets them."""

    def __init__(self, outages: Outages, seller: Seller, rules: Policy) -> None:
        self._outages, self._seller, self._rules = outages, seller, rules

    def call(self, call: Attempt, now: datetime) -> Ends:
        """Return the end of a call that begins now."""
        assert call.latest is not None
        limit = self._rules.call_timeout
        gives_up = now + limit
        failed, at = 0, now
        for at in tries(now, limit):
            too_late = at >= call.latest - _TO_DIAL
            if too_late or gives_up - at < limit / _TO_TALK:
                result = Result.PROVIDER_FAILED if failed else Result.SKIPPED
                return Ends(at, result, failed + 1, failed)
            if not self._outages.until(Down.TELEPHONE, at):
                return self._dialled(call, at, gives_up, failed, late=at - now > DIALLED_LATE)
            failed += 1
        return Ends(at, Result.PROVIDER_FAILED, failed, failed)

    def _dialled(
        self, call: Attempt, at: datetime, gives_up: datetime, failed: int, *, late: bool
    ) -> Ends:
        result, takes = self._seller.called(at, asked_for=call.about is Purpose.REQUESTED)
        hangs_up = gives_up - min(_TO_HANG_UP, self._rules.call_timeout / _TO_TALK)
        if at + takes > hangs_up:
            result, takes = Result.PROVIDER_FAILED, hangs_up - at
        # The try, the lock of the number, the heartbeat, and each look, which is another try.
        actions = failed + 3 + -(-takes // LOOK_EVERY)
        ended = CallEnded(result=result, dialled_at=at) if late else result
        return Ends(at + takes, ended, actions, failed, takes)

    def email(self, email: Attempt, now: datetime) -> Ends:
        """Return the end of an e-mail that begins now."""
        rules = self._rules
        closing = email.about in CLOSING
        accepted = Result.ACCEPTED if self._seller.has_address else Result.BOUNCED
        return self._sent(
            now, rules.closing_email_timeout if closing else rules.email_timeout, accepted
        )

    def tell_desk(self, now: datetime) -> Ends:
        """Return the end of an e-mail to the desk."""
        return self._sent(now, self._rules.desk_reminder, Result.ACCEPTED)

    def _sent(self, now: datetime, limit: timedelta, accepted: Result) -> Ends:
        failed, at = 0, now
        for at in tries(now, limit):
            if not self._outages.until(Down.MAIL, at):
                return Ends(at, accepted, failed + 1, failed)
            failed += 1
        return Ends(at, Result.PROVIDER_FAILED, failed, failed)
