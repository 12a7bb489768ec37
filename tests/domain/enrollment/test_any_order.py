"""Whatever happens to a seller, in whatever order: what holds always (docs/rules.md, section 2).

To look for orders that nobody has tried: add `--hypothesis-profile=search`.
"""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.enrollment import updates
from domain.enrollment.advance import advance
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import AccountNews, ChangeAccount
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import Send
from domain.enrollment.view import view_of
from domain.shared.account import SellingPlan
from domain.shared.errors import Refused
from domain.shared.events import SendLink
from domain.shared.result import Result
from tests.domain.case.build import ADDRESS, NUMBER, OTHER_ADDRESS, OTHER_NUMBER
from tests.domain.enrollment.build import (
    DAY,
    DEACTIVATED,
    NOON,
    READMITTED,
    REINSTATED,
    a_change,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.letters import events_on
from tests.domain.enrollment.status_oracle import minus_six_months
from tests.domain.enrollment.watched_programme import WatchedProgramme
from tests.domain.enrollment.written import ASKS

HOUR = DAY / 24
BEGINNINGS = [
    datetime(2026, 8, 31, 23, 59, tzinfo=UTC),
    datetime(2027, 12, 30, 5, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
]
HOURS = st.sampled_from([1, 5, 20])
DAYS = st.sampled_from([1, 2, 6, 7, 10, 11, 25, 60, 170, 200])
DAYS_BACK = st.sampled_from([0, 0, 1, 2, 9, 10, 11, 40, 175, 183, 190])
SCORES = st.sampled_from([249, 250, 800, 0])
TAKES = st.sampled_from([0, 0, 1, 30])
NUMBERS = st.sampled_from([None, NUMBER, OTHER_NUMBER])
ADDRESSES = st.sampled_from([None, ADDRESS, OTHER_ADDRESS])
PLANS = st.sampled_from([SellingPlan.PROFESSIONAL, SellingPlan.PROFESSIONAL, "individual", None])
RESULTS = st.sampled_from([Result.ACCEPTED, Result.BOUNCED, Result.PROVIDER_FAILED])


class AnyOrder(RuleBasedStateMachine):
    """Every event, result, delay and outage there is."""

    world: WatchedProgramme

    @initialize(
        now=st.sampled_from(BEGINNINGS),
        number=NUMBERS,
        email=ADDRESSES,
        number_valid=st.sampled_from([True, True, False]),
        known_for=st.sampled_from([0, 1, -1, 2]),
        score=SCORES,
    )
    def a_seller_is_known(
        self,
        now: datetime,
        number: str | None,
        email: str | None,
        number_valid: bool,
        known_for: int,
        score: int,
    ) -> None:
        """Professional, on record for a window, give or take a day; or never rated."""
        self.world = WatchedProgramme(
            now=now, number=number, email=email, number_valid=number_valid
        )
        if known_for < 2:
            first_day = minus_six_months(self.today) + (1 - known_for) * DAY
            self.world.take(rated({first_day: score, first_day + 8 * DAY: 800}))

    @property
    def today(self) -> date:
        return self.world.now.date()

    # --- the world ----------------------------------------------------------------------------

    @rule(result=RESULTS, mail_takes=TAKES, share_takes=TAKES, told=st.booleans())
    def services_turn(self, result: Result, mail_takes: int, share_takes: int, told: bool) -> None:
        self.world.mail_result, self.world.case_can_be_told = result, told
        self.world.mail_takes, self.world.share_takes = mail_takes * HOUR, share_takes * HOUR

    @precondition(lambda self: self.world.can_still_be_learned_of())
    @rule()
    def an_e_mail_called_off_was_taken_all_the_same(self) -> None:
        self.world.learn_of_one_called_off()

    # --- time ---------------------------------------------------------------------------------

    @rule(hours=HOURS)
    def hours_pass(self, hours: int) -> None:
        self.sleeping_loses_nothing()
        self.world.play(hours / 24)

    @rule(days=DAYS)
    def days_pass(self, days: int) -> None:
        self.sleeping_loses_nothing()
        self.world.play(days)

    @rule(days=DAYS)
    def we_are_down(self, days: int) -> None:
        self.world.be_down(days).play(0)

    @precondition(lambda self: self.world.sleeps_until is not None)
    @rule(hours=st.sampled_from([-30, -1, 0, 1]))
    def what_is_waited_for_comes(self, hours: int) -> None:
        self.sleeping_loses_nothing()
        assert self.world.sleeps_until is not None
        self.world.play_until(self.world.sleeps_until + hours * HOUR)

    def sleeping_loses_nothing(self) -> None:
        """Until the moment waited for nothing changes by itself, and the view needs no waking."""
        now, until = self.world.now, self.world.sleeps_until
        end = now + 250 * DAY if until is None else until
        just_before = end - DAY / 86_400
        for moment in (now + (end - now) / 2, just_before, end):
            asleep = view_of(self.world.enrollment, moment)
            awake = self.world.enrollment.model_copy()
            advance(awake, moment)
            assert asleep == view_of(awake, moment)
            assert asleep.status is awake.status is self.world.seller.status_on(moment.date())
            if moment < end:
                assert awake.status is self.world.status
                assert awake.outbox.count == self.world.enrollment.outbox.count

    # --- events -------------------------------------------------------------------------------

    @rule(days=st.dictionaries(DAYS_BACK, SCORES, min_size=1, max_size=4))
    def ratings_come(self, days: dict[int, int]) -> None:
        self.world.take(rated({self.today - back * DAY: score for back, score in days.items()}))

    @rule(back=DAYS_BACK, ahead=st.integers(1, 3), score=SCORES)
    def a_rating_comes_too_early(self, back: int, ahead: int, score: int) -> None:
        before = self.world.enrollment.model_copy()
        days = (self.today - back * DAY, self.today + ahead * DAY)
        with pytest.raises(Refused):
            self.world.take(rated(dict.fromkeys(days, score)))
        assert self.world.enrollment == before

    @rule(number=NUMBERS)
    def the_number_changes(self, number: str | None) -> None:
        if self.world.seller.number_valid or number != self.world.seller.number:
            self.change(a_change(emergency_phone=number))

    @rule(email=ADDRESSES)
    def the_address_changes(self, email: str | None) -> None:
        self.change(a_change(email=email))

    def change(self, event: ChangeAccount) -> None:
        refused = self.world.refuses_change(event)
        try:
            self.world.take(event)
        except Refused:
            assert refused

    @rule(plan=PLANS)
    def the_selling_plan_changes(self, plan: str | None) -> None:
        self.world.take(a_change(selling_plan=plan))

    @precondition(lambda self: not self.world.seller.expelled)
    @rule(case_id=st.sampled_from(["case-1", "case-2", None]))
    def harm_is_found(self, case_id: str | None) -> None:
        self.world.take(an_expulsion(case_id))

    @rule()
    def the_harm_found_last_is_reported_again(self) -> None:
        if expelled_in := self.world.enrollment.expelled_in:
            self.world.take(an_expulsion(expelled_in[-1]))

    @rule()
    def a_person_readmits(self) -> None:
        was_expelled = self.world.seller.expelled
        try:
            self.world.take(READMITTED)
        except Refused:
            assert not was_expelled
        else:
            assert was_expelled

    @rule()
    def the_account_is_deactivated(self) -> None:
        self.world.take(DEACTIVATED)

    @rule()
    def a_person_reinstates(self) -> None:
        was_deactivated = self.world.seller.deactivated
        try:
            self.world.take(REINSTATED)
        except Refused:
            assert not was_deactivated
        else:
            assert was_deactivated

    @rule()
    def somebody_asks_for_a_link(self) -> None:
        refused = self.world.refuses_link()
        try:
            self.world.take(SendLink(by="page"))
        except Refused:
            assert refused

    @rule(name=st.sampled_from(sorted(events_on(NOON.date()))))
    def a_letter_of_the_walk_comes(self, name: str) -> None:
        if name == "number comes" and not self.world.seller.number_valid:
            return  # the update's validator refuses it
        with suppress(Refused):
            self.world.take(events_on(self.today)[name])

    @rule(number=NUMBERS, email=ADDRESSES, score=SCORES)
    def a_feed_knows_more_than_the_rating(
        self, number: str | None, email: str | None, score: int
    ) -> None:
        if self.world.seller.number_valid or number != self.world.seller.number:
            news = AccountNews(emergency_phone=number, email=email)
            self.world.take(rated({self.today: score}, news))

    @rule(email=st.sampled_from([ADDRESS, OTHER_ADDRESS]), both=st.booleans())
    def a_case_tells_of_an_address(self, email: str, both: bool) -> None:
        told = {self.world.seller.address, email} if both else {email}
        change = a_change(email=email)
        confirmed = tuple(sorted(address for address in told if address))
        self.world.take(change.model_copy(update={"by": "case", "confirmed": confirmed}))

    @rule(days=st.sampled_from([(7, 10), (), (1, 3)]))
    def warnings_are_set_otherwise(self, days: tuple[int, ...]) -> None:
        self.world.warn_days = days

    @rule()
    def it_is_cancelled(self) -> None:
        updates.ignore_cancellation(self.world.enrollment, self.world.now)
        self.world.play(0)

    # --- what holds always --------------------------------------------------------------------

    @invariant()
    def the_status_is_what_the_requirements_say(self) -> None:
        assert self.world.status is self.world.seller.status_on(self.today)
        assert self.world.view.status is self.world.status

    @invariant()
    def every_change_of_status_is_in_the_timeline_once(self) -> None:
        assert self.world.status_log == self.world.changes

    @invariant()
    def a_letter_is_under_way_wherever_there_is_an_address(self) -> None:
        enrollment = self.world.enrollment
        steps = advance(enrollment.model_copy(), self.world.now)
        under_way = any(isinstance(step, Send) for step in steps)
        assert under_way == any(x.to or enrollment.account.email for x in enrollment.outbox.letters)

    @invariant()
    def nobody_is_asked_for_a_number_who_need_not_give_one(self) -> None:
        if self.world.status is not EnrollmentStatus.INVITED:
            waiting = {letter.about for letter in self.world.enrollment.outbox.letters}
            assert waiting.isdisjoint(ASKS)

    @invariant()
    def the_state_survives_being_stored_and_stays_small(self) -> None:
        enrollment = self.world.enrollment
        assert Enrollment.model_validate(enrollment.model_dump(mode="json")) == enrollment
        assert len(enrollment.timeline.entries) <= 100
        assert len(enrollment.ratings.entries) <= 186


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=settings().max_examples // 4)
