"""Whatever happens, in whatever order: what holds always (docs/rules.md, sections 3 to 6).

Most rules are watched at every step (watched_world.py). To look for orders that nobody has tried:
 `pytest tests/domain/case/test_any_order.py --hypothesis-profile=search`.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from domain.case.attempt import Attempt, Channel
from domain.case.case import Case
from domain.case.status import CLOSED, Status
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import HOUR, MINUTE, OTHER_ADDRESS, OTHER_NUMBER, a_change, joins
from tests.domain.case.letters import EVENTS
from tests.domain.case.watched_world import WatchedWorld

ENDING = {
    "accepted",
    "version 1 accepted",
    "conversation resolves",
    "harmful issue",
    "case withdrawn",
    "harm",
    "deactivated by others",
    "decision: resolve",
}
"""The letters of the walk that may end a case. All others leave it going on."""
THE_END = [EVENTS[name] for name in sorted(ENDING)]
GOING_ON = [event for name, event in EVENTS.items() if name not in ENDING]

FROM_THE_SELLER = [event for event in GOING_ON if event.by in ("seller", "specialist")]
FROM_THE_DESK = [event for event in GOING_ON if event.by in ("reviewer", "lead", "another lead")]
ABOUT_THE_CASE = [
    *(event for event in GOING_ON if event not in (*FROM_THE_SELLER, *FROM_THE_DESK)),
    joins("ISS-3"),
    a_change(phone=OTHER_NUMBER, email=OTHER_ADDRESS),
    a_change(phone=OTHER_NUMBER).model_copy(update={"by": "specialist"}),
    a_change(email=OTHER_ADDRESS).model_copy(update={"by": "specialist"}),
]
EVERY_EVENT = [*FROM_THE_SELLER, *FROM_THE_DESK, *ABOUT_THE_CASE, *THE_END]

CALL_RESULTS = [
    Result.NO_ANSWER,
    Result.VOICEMAIL,
    Result.VOICEMAIL_CUT,
    Result.DECLINED,
    Result.BUSY,
    Result.CONNECTED,
    Result.INVALID_NUMBER,
    Result.PROVIDER_FAILED,
]
EMAIL_RESULTS = [Result.ACCEPTED, Result.BOUNCED, Result.PROVIDER_FAILED]
SOME_CALL_RESULTS = st.lists(st.sampled_from(CALL_RESULTS), min_size=1, max_size=4)
SOME_EMAIL_RESULTS = st.lists(st.sampled_from(EMAIL_RESULTS), min_size=1, max_size=3)
POLICIES: list[dict[str, Any] | None] = [
    None,
    {"window": "PT30H", "email_hours": [0, 8, 20], "call_hours": [0, 1, 6, 12, 16, 22, 26]},
    {
        "second_person": True,
        "minimum_rung_calls": 1,
        "call_hours": [0, 0.25, 0.5, 71.9],
        "call_timeout": "PT40M",
    },
]
PERIODS = st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.5, 1, 3, 8, 24, 49, 73])


def one_after_the_other(results: list[Result]) -> Any:  # Any: a Script
    def script(attempt: Attempt) -> Result:
        return results[attempt.number % len(results)]

    return script


class AnyOrder(RuleBasedStateMachine):
    """Every event, result, delay and outage there is."""

    world: WatchedWorld
    closed_as: Case | None = None

    @initialize(
        quarter=st.integers(0, 8 * 96),
        not_called=st.sampled_from([None, None, None, "is a satellite number"]),
        policy=st.sampled_from(POLICIES),
        calls=SOME_CALL_RESULTS,
        emails=SOME_EMAIL_RESULTS,
    )
    def opens(
        self,
        quarter: int,
        not_called: str | None,
        policy: dict[str, Any] | None,
        calls: list[Result],
        emails: list[Result],
    ) -> None:
        """In a week in which the clocks go forward."""
        opened_at = datetime(2026, 3, 1, tzinfo=UTC) + quarter * 15 * MINUTE
        self.world = WatchedWorld(
            opened_at,
            not_called=not_called,
            policy=policy,
            calls=one_after_the_other(calls),
            emails=one_after_the_other(emails),
        )

    # --- the world ----------------------------------------------------------------------------

    @rule(results=SOME_CALL_RESULTS, takes=st.sampled_from([0, 1, 6, 15]))
    def telephones_turn(self, results: list[Result], takes: int) -> None:
        self.world.scripts[Channel.CALL] = one_after_the_other(results)
        self.world.durations[Channel.CALL] = takes * MINUTE

    @rule(results=SOME_EMAIL_RESULTS, takes=st.sampled_from([0, 1, 20, 59]))
    def mail_turns(self, results: list[Result], takes: int) -> None:
        self.world.scripts[Channel.EMAIL] = one_after_the_other(results)
        self.world.durations[Channel.EMAIL] = takes * MINUTE

    @rule(just_ended=st.sampled_from([None, None, *CALL_RESULTS]), seconds=st.sampled_from([0, 90]))
    def hanging_up_turns(self, just_ended: Result | None, seconds: int) -> None:
        self.world.just_ended = just_ended
        self.world.hang_up_takes = seconds * MINUTE / 60

    @rule(account_service=st.booleans(), desk_mail=st.booleans())
    def services_turn(self, account_service: bool, desk_mail: bool) -> None:
        self.world.account_service, self.world.desk_mail = account_service, desk_mail

    # --- time ---------------------------------------------------------------------------------

    @rule(hours=PERIODS)
    def time_passes(self, hours: float) -> None:
        self.world.play(hours)

    @precondition(lambda self: self.world.status is Status.CONTACTING)
    @rule(minutes=st.sampled_from([-80, -10, -1, 0, 30]))
    def the_deadline_comes(self, minutes: int) -> None:
        assert self.world.case.deadline is not None
        self.world.play_until(self.world.case.deadline + minutes * MINUTE)

    @rule(hours=PERIODS)
    def we_are_down(self, hours: float) -> None:
        self.world.be_down(hours)

    # --- events -------------------------------------------------------------------------------

    @rule(event=st.sampled_from(FROM_THE_SELLER))
    def the_seller_turns_up(self, event: Event) -> None:
        self.offer(event)

    @rule(event=st.sampled_from(FROM_THE_DESK))
    def the_desk_acts(self, event: Event) -> None:
        self.offer(event)

    @rule(event=st.sampled_from(ABOUT_THE_CASE))
    def the_case_changes(self, event: Event) -> None:
        self.offer(event)

    @rule(
        event=st.sampled_from(EVERY_EVENT),
        hours=PERIODS,
    )
    def an_event_is_the_first_thing_seen_after_an_outage(self, event: Event, hours: float) -> None:
        if self.world.case.closed_at is None:
            self.world.now += hours * HOUR
        self.offer(event)

    @precondition(lambda self: len(self.world.case.attempts.made) > 6)
    @rule(event=st.sampled_from([*THE_END, None]))
    def it_is_ended(self, event: Event | None) -> None:
        if event is None:
            self.world.cancel()
        else:
            self.offer(event)

    def offer(self, event: Event) -> None:
        with suppress(Refused):
            self.world.take(event)

    # --- what holds always --------------------------------------------------------------------

    @invariant()
    def closed_is_final(self) -> None:
        case = self.world.case
        assert (case.closed_at is None) or case.status in CLOSED
        if case.closed_at is not None:
            self.closed_as = self.closed_as or case.model_copy()
            assert case == self.closed_as

    @invariant()
    def attempts_are_numbered_from_1_without_a_gap(self) -> None:
        case = self.world.case
        numbers = sorted(a.number for a in (*case.attempts.made, *case.attempts.under_way))
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def every_attempt_begun_is_there_with_what_came_of_it(self) -> None:
        case, seen = self.world.case, self.world.witness.seen
        begun = {
            a.number: a.result
            for a in (*case.attempts.made, *case.attempts.under_way)
            if a.number in seen
        }
        assert begun == {number: attempt.result for number, attempt in seen.items()}

    @invariant()
    def the_state_survives_being_stored(self) -> None:
        case = self.world.case
        assert Case.model_validate_json(case.model_dump_json()) == case

    @invariant()
    def only_harm_expels_and_harm_always_does(self) -> None:
        world = self.world
        assert world.expulsions == (1 if world.case.harm else 0)

    def teardown(self) -> None:
        """Left alone by the seller, every case comes to its end or to a person."""
        if hasattr(self, "world"):
            self.world.scripts[Channel.CALL] = Result.NO_ANSWER
            self.world.play(24 * 30)
            ends = CLOSED | {Status.ESCALATED, Status.PLAN_REVIEW}
            assert self.world.status in ends


TestAnyOrder = AnyOrder.TestCase
