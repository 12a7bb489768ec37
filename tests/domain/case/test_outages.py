"""Fair under any outage: deactivated if, and only if, really tried (docs/rules.md, section 4)."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.attempt import Attempt, Channel, Purpose
from domain.case.status import Reason, Status
from domain.shared.result import Result
from tests.domain.case.build import HOUR, MINUTE, MONDAY_9
from tests.domain.case.world import World
from tests.outages import CALL, EMAIL, SPACING, WINDOW, Outage, Seen, both

FAILED, SKIPPED = Result.PROVIDER_FAILED, Result.SKIPPED
RINGS = [Result.NO_ANSWER, Result.VOICEMAIL, Result.DECLINED, Result.BUSY]


class Afflicted:
    """A case whose providers are down at times, and what they saw of it.

    An attempt fails where the outage lasts for as long as it is tried. `down` is when nothing
    of ours runs: from an hour on, for so many.
    """

    def __init__(
        self,
        *outages: Outage,
        down: tuple[float, float] | None = None,
        opens: float = 0,
        rings: Result = Result.NO_ANSWER,
        call_takes: timedelta = MINUTE,
        email_takes: timedelta = timedelta(0),
    ) -> None:
        self.opened_at = MONDAY_9 + opens * HOUR
        self.outages, self.rings = outages, rings
        self.seen = Seen()
        self.world = World(
            self.opened_at,
            calls=self._call,
            emails=self._email,
            call_takes=call_takes,
            email_takes=email_takes,
        )
        if down is not None:
            self.world.play(down[0]).be_down(down[1])
        self.world.play_until(self.opened_at + 240 * HOUR)

    def _fails(self, channel: Channel, attempt: Attempt, tried_for: float) -> bool:
        begins = self._hour(attempt)
        return any(outage.covers(channel, begins, begins + tried_for) for outage in self.outages)

    def _hour(self, attempt: Attempt) -> float:
        return (attempt.at - self.opened_at) / HOUR

    def _call(self, attempt: Attempt) -> Result:
        if self._fails(CALL, attempt, tried_for=0.25):
            return FAILED
        self.seen.rang.append(self._hour(attempt))
        return self.rings

    def _email(self, attempt: Attempt) -> Result:
        if self._fails(EMAIL, attempt, tried_for=1):
            return FAILED
        if attempt.about in (Purpose.NOTICE, Purpose.FINAL_NOTICE):
            self.seen.accepted.append(self._hour(attempt))
        if attempt.about is Purpose.FINAL_NOTICE:
            self.seen.final_notices.append(self._hour(attempt))
        return Result.ACCEPTED

    def check(self) -> None:
        """It came out as the providers' own log says that it must."""
        case = self.world.case
        skipped = self.world.results.count(SKIPPED)
        assert case.deadline is not None
        deadline = (case.deadline - self.opened_at) / HOUR
        if self.seen.really_tried(deadline, skipped):
            assert (case.status, case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
        else:
            never = self.seen.first_notice is None
            reason = Reason.NO_NOTICE if never else Reason.NOT_REALLY_TRIED
            assert (case.status, case.reason) == (Status.ESCALATED, reason)
        assert deadline >= (self.seen.first_notice or 0) + WINDOW
        if self.rings is not Result.BUSY:  # which is redialled
            calls = sorted(self.seen.rang)
            assert all(b - a >= SPACING - 0.001 for a, b in pairwise(calls)), "no burst"


CHANNELS = {
    "telephone": lambda begins, ends: (Outage(CALL, begins, ends),),
    "mail": lambda begins, ends: (Outage(EMAIL, begins, ends),),
    "both": both,
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("length", [0.2, 0.5, 1, 3, 10, 24, 48, 66.5, 71, 72, 100])
def test_whatever_a_provider_is_down_only_who_was_really_tried_is_deactivated(
    channel: str, length: float
) -> None:
    """From any hour of the 72 on."""
    for begins in range(0, WINDOW, 2):
        Afflicted(*CHANNELS[channel](begins, begins + length)).check()


@pytest.mark.parametrize("length", [0.1, 1, 5, 10, 24, 50, 72, 100])
def test_whenever_we_are_down_only_who_was_really_tried_is_deactivated(length: float) -> None:
    for begins in range(0, WINDOW, 2):
        Afflicted(down=(begins, length)).check()


@pytest.mark.parametrize("length", [1, 2, 5, 10])
def test_a_second_outage_is_judged_by_the_agenda_that_was_planned_anew(length: float) -> None:
    """What gets through first is the final notice, at 66 hours; another follows 66 hours on."""
    for begins in range(66, 2 * WINDOW):
        for outage in CHANNELS.values():
            Afflicted(*both(0, 66), *outage(begins + 0.1, begins + length)).check()


def test_a_final_notice_that_our_downtime_delayed_until_the_deadline_deactivates_nobody() -> None:
    """Down from hour 57 until a minute before the deadline (section 1: never held against)."""
    case = Afflicted(down=(57, 15 - 1 / 60)).world.case
    assert (case.status, case.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)


def test_how_long_the_first_email_takes_to_be_accepted_does_not_decide_how_a_case_ends() -> None:
    """The telephone fails from 49 hours on."""
    ends = [
        Afflicted(Outage(CALL, 49, 75), email_takes=taken).world.status
        for taken in (timedelta(0), timedelta(milliseconds=1))
    ]
    assert ends[0] is ends[1]


OUTAGES = st.builds(
    lambda channel, begins, length: Outage(channel, begins, begins + length),
    st.sampled_from([CALL, EMAIL]),
    st.integers(0, 4 * 75).map(lambda quarters: quarters / 4),
    st.sampled_from([0.2, 0.5, 1, 2, 5, 10, 24, 40, 70, 80]),
)


@given(
    outages=st.lists(OUTAGES, max_size=4),
    down=st.none() | st.tuples(st.integers(0, 80), st.sampled_from([0.05, 0.5, 3, 10, 30, 75])),
    opens=st.integers(0, 23),
    rings=st.sampled_from(RINGS),
    call_takes=st.sampled_from([timedelta(seconds=20), MINUTE, 5 * MINUTE]),
    email_takes=st.sampled_from([timedelta(0), timedelta(seconds=2), 20 * MINUTE]),
)
def test_no_outages_together_deactivate_anybody_who_was_not_really_tried(
    outages: list[Outage],
    down: tuple[float, float] | None,
    opens: int,
    rings: Result,
    call_takes: timedelta,
    email_takes: timedelta,
) -> None:
    Afflicted(
        *outages,
        down=down,
        opens=opens,
        rings=rings,
        call_takes=call_takes,
        email_takes=email_takes,
    ).check()
