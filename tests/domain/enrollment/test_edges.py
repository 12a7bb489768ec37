"""Rules of section 2 at their edges, found untested by mutants (tests/domain/mutants.md)."""

from datetime import timedelta

import pytest

from domain.enrollment import updates
from domain.enrollment.advance import advance
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import ChangeAccount, TryCall, VerifyNumber
from domain.enrollment.letters import Letter, LetterPurpose
from domain.enrollment.old_numbers import OldNumbers, Way
from domain.enrollment.ratings import Rating, RatingRecord
from domain.enrollment.status import EnrollmentReason
from domain.enrollment.steps import LookUpWarnings, LookUpWay
from domain.enrollment.timeline import EnrollmentEventKind, EnrollmentTimeline
from domain.enrollment.verification import (
    CallKind,
    Preparation,
    Verification,
    refuse_if_too_often,
)
from domain.enrollment.view import NumberState, view_of
from domain.enrollment.warnings import Warnings
from domain.shared.account import ContactNews
from domain.shared.errors import Refused
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.case.build import NUMBER, OTHER_ADDRESS, OTHER_NUMBER
from tests.domain.enrollment.build import (
    ADDRESS_COMES,
    ADDRESS_REMOVED,
    DAY,
    DEACTIVATED,
    FIRST_DAY,
    GOOD_FOR_LONG,
    NOON,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    REINSTATED,
    TODAY,
    a_change,
    an_enrollment,
    an_expulsion,
    midnight,
    rated,
)
from tests.domain.enrollment.sellers_by_status import enrolled, expelled
from tests.domain.enrollment.test_verification import WRONG, right
from tests.domain.enrollment.world import Programme

MINUTE = timedelta(minutes=1)
CODE, TRY = VerifyNumber(by="seller"), TryCall(by="page")
TEXT = VerifyNumber(by="page", by_text=True)


# --- who did what -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "event", "says"),
    [
        ((), CODE, {"what": "call_requested", "code": "code"}),
        ((), TEXT, {"what": "call_requested", "code": "text"}),
        ((), TRY, {"what": "call_requested", "code": "test"}),
        ((CODE,), right(), {"what": "number_verified"}),
        ((CODE, *[WRONG] * 4), WRONG, {"what": "code_missed"}),
        ((), an_expulsion(), {"what": "expelled", "code": "fraud", "note": "CASE-FILE-7"}),
        ((an_expulsion(),), READMITTED, {"what": "readmitted", "note": READMITTED.note}),
        ((), DEACTIVATED, {"what": "deactivated", "case_id": DEACTIVATED.case_id}),
        ((DEACTIVATED,), REINSTATED, {"what": "reinstated", "note": REINSTATED.note}),
    ],
)
def test_the_timeline_says_who_did_what(
    before: tuple[Event, ...], event: Event, says: dict[str, object]
) -> None:
    world = enrolled().take(*before)
    count = world.enrollment.timeline.count
    world.take(event)
    entry = world.enrollment.timeline.entries[count - world.enrollment.timeline.count]
    assert entry.by == event.by
    assert {name: getattr(entry, name) for name in says} == says


@pytest.mark.parametrize("event", [CODE, TEXT, TRY])
def test_the_timeline_and_the_view_say_which_call_ended_how(event: Event) -> None:
    world = enrolled()
    world.call_result = Result.BUSY
    enrollment, call = world.take(event).enrollment, world.view.number_call
    ended = [e for e in enrollment.timeline.entries if e.what is EnrollmentEventKind.CALL][-1]
    assert call is not None
    assert (ended.code, ended.result) == (call.kind, Result.BUSY)
    asked = [e for e in enrollment.timeline.entries if e.what == "call_requested"][-1]
    assert asked.code == call.kind
    assert call.id == f"{enrollment.id}/1"
    assert call.tries_left == 0, "nobody has heard the code"


def test_what_has_happened_since_is_found_though_older_events_are_gone() -> None:
    timeline = EnrollmentTimeline()
    timeline.log(NOON, EnrollmentEventKind.REINSTATED)
    assert timeline.has_since(0, EnrollmentEventKind.REINSTATED)
    assert not timeline.has_since(1, EnrollmentEventKind.REINSTATED)
    assert not timeline.has_since(0, EnrollmentEventKind.EXPELLED)
    for _ in range(150):
        timeline.log(NOON, EnrollmentEventKind.EMAIL)
    timeline.log(NOON, EnrollmentEventKind.REINSTATED)
    assert timeline.has_since(151, EnrollmentEventKind.REINSTATED)
    assert not timeline.has_since(152, EnrollmentEventKind.REINSTATED)


# --- calls to the number ------------------------------------------------------------------------


def test_a_call_dials_the_extension() -> None:
    world = enrolled().take(a_change(extension="12"), TRY)
    assert world.enrollment.verification.call is not None
    assert world.enrollment.verification.call.extension == "12"


def test_what_is_known_of_an_earlier_call_changes_nothing_of_the_newest() -> None:
    calls = Verification()
    calls.end(1, Result.CONNECTED)
    assert calls.call is None
    for minute in (1, 2):
        calls.ask(CallKind.CODE, NUMBER, None, NOON + minute * MINUTE)
    newest = calls.call
    calls.prepare(1, Preparation(proof="x"))
    calls.end(1, Result.CONNECTED)
    assert calls.call == newest


@pytest.mark.parametrize(
    ("prepared", "ended", "becomes"),
    [
        (False, None, Result.CANCELLED),
        (True, None, None),
        (True, Result.CONNECTED, Result.CONNECTED),
    ],
)
def test_a_changed_number_calls_off_only_a_call_that_was_not_dialled(
    prepared: bool, ended: Result | None, becomes: Result | None
) -> None:
    calls = Verification()
    calls.ask(CallKind.CODE, NUMBER, None, NOON)
    if prepared:
        calls.prepare(1, Preparation(proof="x"))
    if ended is not None:
        calls.end(1, ended)
    calls.forget()
    assert calls.call is not None
    assert (calls.call.result, calls.call.proof) == (becomes, None)
    assert len(calls.asked) == (1 if prepared else 0)


def test_a_refusal_counts_the_calls_of_less_than_a_day() -> None:
    asked = [NOON - DAY, *(NOON - minute * MINUTE for minute in (3, 2, 1))]
    with pytest.raises(Refused) as refused:
        refuse_if_too_often(asked, NOON)
    assert refused.value.values["calls"] == 3


def test_from_the_moment_that_was_named_the_view_names_none() -> None:
    world = enrolled().take(TRY, TRY, TRY)
    moment = world.view.call_again_from
    assert moment == world.now + 60 * MINUTE
    assert view_of(world.enrollment, moment).call_again_from is None
    assert enrolled().take(TRY).view.call_again_from is None


# --- numbers ------------------------------------------------------------------------------------


def unchecked() -> Enrollment:
    return an_enrollment()


def test_the_view_says_what_is_known_of_the_number() -> None:
    assert view_of(unchecked(), NOON).number is NumberState.BEING_CHECKED
    states = [
        (enrolled(), NumberState.COUNTS),
        (Programme(NUMBER_REMOVED), NumberState.NONE),
        (Programme(number_valid=False), NumberState.INVALID),
        (Programme(must_be_verified=True), NumberState.MUST_BE_PROVEN),
        (Programme(must_be_verified=True).take(CODE, right()), NumberState.COUNTS),
    ]
    assert [world.view.number for world, _ in states] == [state for _, state in states]


def test_a_number_that_waits_is_dropped_only_if_it_is_the_seller_s_again_and_does_not_ring() -> (
    None
):
    waiting = OldNumbers()
    for number, phone in ((1, NUMBER), (2, OTHER_NUMBER)):
        waiting.add(number, phone, None, proven=False)
    waiting.drop(NUMBER, NOON)
    assert [old.number for old in waiting.waiting] == [2]
    waiting.learn(2, Way(due=NOON, until=NOON + DAY, by_text=False))
    waiting.drop(OTHER_NUMBER, NOON - MINUTE)
    assert [old.number for old in waiting.waiting] == []
    waiting.add(3, NUMBER, None, proven=False)
    waiting.learn(3, Way(due=NOON, until=NOON + DAY, by_text=False))
    waiting.drop(NUMBER, NOON)
    assert [old.number for old in waiting.waiting] == [3], "it may ring"


def test_old_numbers_are_told_one_after_the_other() -> None:
    enrollment = enrolled().enrollment
    for number in (1, 2):
        enrollment.old_numbers.add(number, OTHER_NUMBER, None, proven=True)
    looked_up = [s.number for s in advance(enrollment, NOON) if isinstance(s, LookUpWay)]
    assert looked_up == [1]
    for number, due in ((1, NOON + 9 * MINUTE), (2, NOON + MINUTE)):
        enrollment.old_numbers.learn(number, Way(due=due, until=NOON + DAY, by_text=False))
    assert WaitUntil(NOON + 9 * MINUTE) in advance(enrollment, NOON)


def test_the_old_number_is_told_at_its_extension() -> None:
    world = enrolled().take(a_change(extension="12"), TRY)
    world.old_number_waits = 60 * MINUTE
    changed = world.take(a_change(emergency_phone=OTHER_NUMBER)).enrollment
    assert [(old.phone, old.extension) for old in changed.old_numbers.waiting] == [(NUMBER, "12")]


def test_a_change_of_something_else_keeps_the_extension() -> None:
    world = enrolled().take(a_change(extension="12"), a_change(name="Red Kettle"))
    assert world.enrollment.account.extension == "12"
    assert world.take(NUMBER_COMES).enrollment.account.extension == "12"


def test_a_changed_extension_is_news_of_the_number_and_an_answer_stays_news() -> None:
    account = an_enrollment().account
    news = ContactNews().with_answer(NUMBER, "12").after(account, ("extension",))
    assert news.fields == ("emergency_phone",)
    assert (news.answered, news.answered_extension) == (NUMBER, "12")


def test_news_say_which_of_the_newest_values_are_from_the_seller() -> None:
    account = an_enrollment().account
    news = ContactNews().after(account, ("email", "extension"), by_seller=True)
    assert news.by_seller == ("emergency_phone", "email")
    assert news.after(account, ("emergency_phone",)).by_seller == ("email",)
    assert news.after(account, ("name",)).by_seller == news.by_seller
    assert news.told().by_seller == ()


def news_after(*events: ChangeAccount) -> ContactNews:
    enrollment = an_enrollment()
    for event in events:
        updates.change_account(enrollment, event, NOON)
    return enrollment.contact_news


def test_what_the_seller_gives_is_theirs_though_others_gave_the_same_before() -> None:
    by_feed = ChangeAccount(by="feed", email=OTHER_ADDRESS)
    assert news_after(by_feed).by_seller == ()
    news = news_after(by_feed, a_change(email=OTHER_ADDRESS))
    assert (news.fields, news.by_seller, news.change) == (("email",), ("email",), 2)
    both = news_after(by_feed, a_change(email=OTHER_ADDRESS, emergency_phone=OTHER_NUMBER))
    assert both.by_seller == ("emergency_phone", "email")


def test_a_number_is_the_sellers_with_the_extension_that_they_gave() -> None:
    by_feed = ChangeAccount(by="feed", emergency_phone=OTHER_NUMBER, extension="12")
    without = a_change(emergency_phone=OTHER_NUMBER)
    assert news_after(by_feed, without).by_seller == ()
    both = a_change(emergency_phone=OTHER_NUMBER, extension="12")
    assert news_after(by_feed, both).by_seller == ("emergency_phone",)


# --- time ---------------------------------------------------------------------------------------


def test_the_view_says_since_when_the_account_is_deactivated_and_until_when_to_prove() -> None:
    world = enrolled().take(DEACTIVATED)
    assert world.view.deactivated_at == world.now
    changed = Programme(GOOD_FOR_LONG, must_be_verified=True).take(CODE, right())
    changed.take(a_change(emergency_phone=OTHER_NUMBER))
    assert changed.view.prove_by == changed.now + 14 * DAY
    assert changed.take(an_expulsion()).view.prove_by is None
    assert expelled().view.prove_by is None


def test_a_rating_of_a_day_to_come_is_no_day_on_record() -> None:
    tomorrow = RatingRecord(entries=(Rating(date=TODAY + DAY, rating=800),))
    assert [tomorrow.days_on_record(TODAY + days * DAY) for days in (-1, 0, 1)] == [0, 0, 1]


def test_a_warning_waits_for_an_address() -> None:
    world = Programme(GOOD_FOR_LONG).take(ADDRESS_REMOVED, rated({TODAY - 6 * DAY: 249}))
    assert world.enrollment.outbox.letters == ()
    assert world.take(ADDRESS_COMES).letters[-1] is LetterPurpose.DAYS_BELOW


def test_while_it_waits_the_seller_sleeps_until_the_next_one_is_due() -> None:
    """The seventh day below is today's, and the tenth comes in three days."""
    world = Programme(GOOD_FOR_LONG).take(ADDRESS_REMOVED, rated({TODAY - 6 * DAY: 249}))
    assert world.sleeps_until == midnight(TODAY + 3 * DAY)


@pytest.mark.usefixtures("machine_in_tokyo")
def test_a_day_is_one_of_utc_wherever_our_machine_is() -> None:
    """At 16:00 UTC the next day has begun in Tokyo."""
    world = Programme(GOOD_FOR_LONG).play(4 / 24)
    world.mail_result = Result.BOUNCED
    world.take(rated({TODAY - 6 * DAY: 249}))
    assert world.now.date() == TODAY
    assert world.enrollment.warnings.failed_on == TODAY
    last_day = Programme(rated({FIRST_DAY: 249, FIRST_DAY + DAY: 800})).enrollment
    last_day.warnings.learn_days(None)
    assert LookUpWarnings() in advance(last_day, world.now), "the day below is out tomorrow"


def test_a_warning_is_allowed_again_after_30_days_with_fewer_days_below_than_it_said() -> None:
    letter = Letter(
        number=1,
        about=LetterPurpose.DAYS_BELOW,
        reason=EnrollmentReason.REQUIREMENTS_MET,
        at=NOON,
        warns_at=(5, 8),
    )
    warnings = Warnings(days=(5, 8))
    warnings.record(letter, Result.ACCEPTED, TODAY)
    for below, days, allowed in ((8, 29, ()), (4, 29, ()), (8, 30, ()), (7, 30, (8,))):
        now = warnings.model_copy()
        now.forget(below, TODAY + days * DAY)
        assert now.reached(8) == allowed
