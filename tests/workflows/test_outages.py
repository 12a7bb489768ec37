"""An outage of ours is never held against a seller (docs/rules.md, sections 1 and 4).

Providers are down at hours of the 72, and every call that rings goes unanswered. The default
agenda of a case opened between nine and ten in the morning calls at 0, 0.25, 1, 4, 8, 24, 32, 48
and 56 hours, and once more between 70 and 71; it e-mails at 0, 24, 48 and 66. All cases are
played at once, on one server; each test then looks at what came out.
"""

import asyncio
from itertools import pairwise
from typing import NamedTuple

import pytest
import pytest_asyncio

from domain.case.attempt import NOTICES, Channel
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.view import AttemptView, CaseView
from domain.shared.result import Result
from tests.engine import HOUR, engine_in
from tests.outages import CALL, EMAIL, SPACING, WINDOW, Outage, both
from tests.workflows.failing_providers import FailingProviders, Log

MINUTE = 1 / 60
A_SECOND = MINUTE / 60
SILENCE, TOO_LITTLE, NOTHING = Reason.NOT_REACHED, Reason.NOT_REALLY_TRIED, Reason.NO_NOTICE
TRIED_FOR = {CALL: 0.25, EMAIL: 1}
GOOD = {CALL: Result.NO_ANSWER, EMAIL: Result.ACCEPTED}

AGAIN = 7 * MINUTE
"""Within this time a provider that failed has been asked again: 5 minutes, and some to spare."""

LATE = "CALLS-0-0.1"

OUTAGES: dict[str, tuple[tuple[Outage, ...], Reason]] = {
    "NONE": ((), SILENCE),
    # The telephone: 3 calls must ring, one of them in the last third.
    LATE: ((Outage(CALL, 0, 0.1),), SILENCE),
    "CALLS-6-16": ((Outage(CALL, 6, 16),), SILENCE),
    "CALLS-0-50": ((Outage(CALL, 0, 50),), TOO_LITTLE),
    "CALLS-46-58": ((Outage(CALL, 46, 58),), SILENCE),
    "CALLS-47-73": ((Outage(CALL, 47, 73),), TOO_LITTLE),
    "CALLS-NEVER": ((Outage(CALL, 0, 73),), TOO_LITTLE),
    # The mail: the final notice must be accepted.
    "MAIL-0-10": ((Outage(EMAIL, 0, 10),), SILENCE),
    "MAIL-60-66.5": ((Outage(EMAIL, 60, 66.5),), SILENCE),
    "MAIL-60-70": ((Outage(EMAIL, 60, 70),), TOO_LITTLE),
    "MAIL-69-73": ((Outage(EMAIL, 69, 73),), SILENCE),
    "MAIL-NEVER": ((Outage(EMAIL, 0, 73),), TOO_LITTLE),
    # Both.
    "BOTH-0-0.1": ((Outage(CALL, 0, 0.3), Outage(EMAIL, 0, 0.1)), SILENCE),
    "BOTH-0-10": (both(0, 10), SILENCE),
    "BOTH-40-60": (both(40, 60), SILENCE),
    "BOTH-60-73": (both(60, 73), TOO_LITTLE),
    "BOTH-0-66.5": (both(0, 66.5), SILENCE),
    "BOTH-NEVER": (both(0, 74), NOTHING),
    "IN-TURN": ((Outage(CALL, 0, 47), Outage(EMAIL, 47, 67.5)), TOO_LITTLE),
}


class Played(NamedTuple):
    """A case at its end, and what the providers saw of it."""

    view: CaseView
    log: Log
    active: bool
    """Whether the account still is."""

    def hour(self, attempt: AttemptView) -> float:
        """When an attempt began."""
        return (attempt.at - self.view.opened_at) / HOUR

    @property
    def deadline(self) -> float:
        """The last there was."""
        assert self.view.deadline is not None
        return (self.view.deadline - self.view.opened_at) / HOUR

    def failed(self, channel: Channel) -> list[float]:
        """When the attempts began that the provider failed."""
        return [
            round(self.hour(attempt), 1)
            for attempt in self.view.attempts
            if attempt.channel is channel and attempt.result is Result.PROVIDER_FAILED
        ]

    def noted(self, what: EventKind) -> list[tuple[float, str | None]]:
        """The events of a kind in the timeline: when, and what it says of them."""
        opened = self.view.opened_at
        return [((e.at - opened) / HOUR, e.note) for e in self.view.timeline if e.what is what]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(tmp_path_factory: pytest.TempPathFactory, server: str) -> dict[str, Played]:
    """Every case, played for twice the 72 hours: an agenda may be planned anew once."""
    providers = FailingProviders()
    folder = tmp_path_factory.mktemp("outages")
    async with engine_in(folder, telephone=providers, mail=providers, server=server) as engine:

        async def play(name: str) -> Played:
            log = providers.log(name, *OUTAGES[name][0])
            case = await engine.open(seller_id=name, wait=False)
            await case.play((2 * WINDOW + 1) * HOUR)
            active = await engine.providers.accounts.is_active("US", name)
            return Played(await case.view(), log, active)

        return dict(zip(OUTAGES, await asyncio.gather(*map(play, OUTAGES)), strict=True))


@pytest.mark.parametrize("name", OUTAGES)
def test_a_seller_is_deactivated_if_and_only_if_really_tried(
    played: dict[str, Played], name: str
) -> None:
    case, reason = played[name], OUTAGES[name][1]
    assert case.view.reason == reason
    skipped = [a.result for a in case.view.attempts].count(Result.SKIPPED)
    tried = case.log.really_tried(case.deadline, skipped)
    assert case.view.status is (Status.DEACTIVATED if tried else Status.ESCALATED)
    assert case.active is not tried
    assert tried == (reason is SILENCE)


@pytest.mark.parametrize("name", OUTAGES)
def test_the_clock_starts_with_the_first_notice_that_gets_through(
    played: dict[str, Played], name: str
) -> None:
    case = played[name]
    first = case.log.first_notice
    assert case.deadline == pytest.approx((first or 0) + WINDOW, abs=MINUTE)
    assert len(case.noted(EventKind.CLOCK_STARTED)) == (first is not None)


@pytest.mark.parametrize("name", [name for name in OUTAGES if name != LATE])
def test_the_end_of_an_outage_brings_no_burst_and_never_two_calls_at_once(
    played: dict[str, Played], name: str
) -> None:
    log = played[name].log
    assert log.most_at_once <= 1
    # A call made up to a minute late counts as on time (section 3).
    gaps = [b - a for a, b in pairwise(log.rang)]
    assert min(gaps, default=SPACING) >= SPACING - MINUTE


def test_a_call_that_got_through_late_counts_from_when_it_was_made(
    played: dict[str, Played],
) -> None:
    first, second, *_ = played[LATE].log.rang
    assert first == pytest.approx(0.1, abs=MINUTE)
    assert second - first >= SPACING - A_SECOND


@pytest.mark.parametrize("name", OUTAGES)
def test_only_what_an_outage_outlasts_fails_and_nothing_is_skipped(
    played: dict[str, Played], name: str
) -> None:
    case = played[name]
    for attempt in case.view.attempts:
        if attempt.about not in NOTICES:
            continue
        begins, ends = case.hour(attempt), case.hour(attempt) + TRIED_FOR[attempt.channel]
        failed = any(
            outage.covers(attempt.channel, begins + MINUTE, ends - AGAIN)
            for outage in OUTAGES[name][0]
        )
        assert attempt.result is (Result.PROVIDER_FAILED if failed else GOOD[attempt.channel])


def test_a_telephone_down_from_6_to_16_costs_the_one_call_planned_then(
    played: dict[str, Played],
) -> None:
    case = played["CALLS-6-16"]
    assert case.failed(CALL) == [8]
    assert len(case.log.rang) == 9
    assert case.failed(EMAIL) == []


def test_a_telephone_down_from_46_to_58_leaves_the_last_call_for_the_last_third(
    played: dict[str, Played],
) -> None:
    case = played["CALLS-46-58"]
    assert case.failed(CALL) == [48, 56]
    assert case.log.rang[-1] > 70


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("CALLS-NEVER", "fewer than 3 calls rang"),
        ("CALLS-0-50", "fewer than 3 calls rang"),
        ("CALLS-47-73", "no call rang in the last third of the window"),
        ("MAIL-60-70", "the final notice was not accepted"),
        ("MAIL-NEVER", "the final notice was not accepted"),
    ],
)
def test_the_timeline_says_what_was_missing(
    played: dict[str, Played], name: str, missing: str
) -> None:
    ((hour, note),) = played[name].noted(EventKind.ESCALATED)
    assert note == missing
    assert hour == pytest.approx(WINDOW, abs=MINUTE)


def test_a_telephone_that_is_down_for_the_72_hours_is_asked_again_for_15_minutes_each_time(
    played: dict[str, Played],
) -> None:
    case = played["CALLS-NEVER"]
    calls = [case.hour(a) for a in case.view.attempts if a.channel is CALL]
    asked = [hour for channel, hour in case.log.asked if channel is CALL]
    assert case.log.rang == []
    assert len(calls) == 10
    # The providers count from the first attempt, the case from its opening: seconds, under load.
    for hour in asked:
        assert any(call - MINUTE <= hour <= call + TRIED_FOR[CALL] + MINUTE for call in calls)


def test_without_mail_the_clock_starts_with_the_call_that_rang(played: dict[str, Played]) -> None:
    case = played["MAIL-NEVER"]
    assert case.failed(EMAIL) == [0, 24, 36, 48, 66]
    assert len(case.log.rang) == 10
    ((started, _),) = case.noted(EventKind.CLOCK_STARTED)
    assert started == pytest.approx(case.log.rang[0], abs=MINUTE)


@pytest.mark.parametrize(("name", "back"), [("MAIL-NEVER", 73), ("BOTH-NEVER", 74)])
def test_the_desk_is_told_as_soon_as_mail_is_back(
    played: dict[str, Played], name: str, back: float
) -> None:
    case = played[name]
    told = [hour for hour, _ in case.noted(EventKind.DESK_TOLD)]
    assert back <= case.log.desk_told[0] <= back + AGAIN
    assert told == pytest.approx(case.log.desk_told, abs=MINUTE)
    # And again each 24 hours, of which two have passed.
    assert told[1:] == pytest.approx([WINDOW + 24, WINDOW + 48, WINDOW + 72], abs=MINUTE)
    assert case.noted(EventKind.DESK_NOT_TOLD) == []


def test_with_both_down_no_notice_gets_through_and_no_clock_starts(
    played: dict[str, Played],
) -> None:
    case = played["BOTH-NEVER"]
    assert (case.log.rang, case.log.accepted) == ([], [])
    assert case.failed(EMAIL) == [0, 24, 36, 48, 66]
    assert len(case.failed(CALL)) == 10
    assert case.noted(EventKind.CLOCK_STARTED) == []


def test_a_final_notice_goes_out_within_its_hour_if_mail_is_back(
    played: dict[str, Played],
) -> None:
    (final,) = played["MAIL-60-66.5"].log.final_notices
    assert 66.5 <= final <= 66.5 + AGAIN
    assert played["MAIL-60-70"].log.final_notices == []


@pytest.mark.parametrize(
    ("name", "notice", "finals"), [("BOTH-0-10", 24, [90]), ("BOTH-0-66.5", 66.5, [66.5, 132.5])]
)
def test_after_a_late_first_notice_all_is_planned_anew_from_it(
    played: dict[str, Played], name: str, notice: float, finals: list[float]
) -> None:
    case = played[name]
    assert case.log.accepted[0] == pytest.approx(notice, abs=AGAIN)
    assert case.log.final_notices == pytest.approx(finals, abs=AGAIN)
    assert case.deadline == pytest.approx(notice + WINDOW, abs=AGAIN)
