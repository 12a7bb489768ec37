"""Nobody is deactivated for silence unless we really tried (docs/rules.md, section 4).

The default agenda of a case opened at 09:00 calls at 0, 0.25, 1, 4, 8, 24, 32, 48, 56 and 71
hours; the last third of the window begins at 48.
"""

from datetime import timedelta

import pytest

from domain.case.attempt import Attempt, Channel, Purpose
from domain.case.events import ChangeContact
from domain.case.outreach import Outreach
from domain.case.policy import Policy
from domain.case.really_tried import in_words
from domain.case.status import Missing, Reason, Status
from domain.shared.result import Result
from tests.domain.case.build import (
    ADDRESS,
    MINUTE,
    MONDAY_9,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    a_change,
    joins,
)
from tests.domain.case.world import Script, World

FAILED, RANG, INVALID = Result.PROVIDER_FAILED, Result.NO_ANSWER, Result.INVALID_NUMBER
ACCEPTED, BOUNCED = Result.ACCEPTED, Result.BOUNCED


def ringing_at(*hours: float, result: Result = RANG) -> Script:
    """Calls due at these hours end with `result`, the provider fails at the others."""

    def script(attempt: Attempt) -> Result:
        return result if (attempt.due - MONDAY_9).total_seconds() / 3600 in hours else FAILED

    return script


def ends_as(world: World) -> Reason:
    """Plays to the deadline and beyond: how it came out."""
    world.play_until(world.case.deadline or world.now).play(1)
    expected = {Reason.NOT_REACHED: Status.DEACTIVATED}
    assert world.case.reason is not None
    reason = Reason(world.case.reason)
    assert world.status is expected.get(reason, Status.ESCALATED)
    return reason


def missing(world: World) -> list[tuple[Missing | None, str | None]]:
    """What the timeline says was missing, as a code and in words."""
    return [(e.missing, e.note) for e in world.case.timeline.entries if e.what == "escalated"]


def test_a_seller_whom_we_really_tried_to_reach_is_deactivated_at_the_deadline() -> None:
    world = World()
    assert ends_as(world) is Reason.NOT_REACHED
    assert world.hour(world.case.closed_at) == 72
    assert world.deactivations == 1
    assert world.expulsions == 0
    assert len(world.emails(Purpose.DEACTIVATED)) == 1


def test_the_desk_reads_in_words_what_was_missing() -> None:
    outreach = Outreach()
    outreach.number.not_called = "is a satellite number"
    said = {missing: in_words(missing, outreach, Policy()) for missing in Missing}
    assert said == {
        Missing.NEVER_CALLED: "the number was never called: it is a satellite number",
        Missing.GIVEN_BY_OTHERS: (
            "the number or the address was changed by somebody else than the seller"
        ),
        Missing.SOMETHING_SKIPPED: "an attempt was skipped",
        Missing.FINAL_NOTICE: "the final notice was not accepted",
        Missing.FINAL_NOTICE_IN_TIME: "the final notice was accepted, or known to be, too late",
        Missing.INVALID_IN_TIME: "the number was found invalid after the final notice",
        Missing.TWO_EMAILS: "the number is invalid and only one e-mail was accepted",
        Missing.LAST_EMAIL: "the number is invalid and the last e-mail bounced",
        Missing.ENOUGH_CALLS: "fewer than 3 calls rang",
        Missing.LATE_CALL: "no call rang in the last third of the window",
    }


@pytest.mark.parametrize(
    ("hours", "really_tried"),
    [
        pytest.param((0, 24, 48), True, id="three-one-of-them-in-the-last-third"),
        pytest.param((48, 56, 71), True, id="all-three-in-the-last-third"),
        pytest.param((24, 48), False, id="only-two"),
        pytest.param((0, 1, 4, 8, 24, 32), False, id="six-none-in-the-last-third"),
        pytest.param((), False, id="none"),
    ],
)
def test_at_least_3_entries_must_have_rung_one_of_them_in_the_last_third(
    hours: tuple[float, ...], really_tried: bool
) -> None:
    outcome = ends_as(World(calls=ringing_at(*hours)))
    assert outcome is (Reason.NOT_REACHED if really_tried else Reason.NOT_REALLY_TRIED)


@pytest.mark.parametrize("result", [RANG, Result.DECLINED, Result.VOICEMAIL, Result.BUSY])
def test_every_call_that_rang_counts(result: Result) -> None:
    assert ends_as(World(calls=ringing_at(0, 24, 48, result=result))) is Reason.NOT_REACHED


def test_redials_count_as_one_entry() -> None:
    """Two entries, each dialled three times."""
    world = World(calls=ringing_at(0, 0.1, 0.2, 48, 48.1, 48.2, result=Result.BUSY))
    assert ends_as(world) is Reason.NOT_REALLY_TRIED
    assert world.results.count(Result.BUSY) == 6


@pytest.mark.parametrize("result", [BOUNCED, FAILED])
def test_the_final_notice_must_have_been_accepted(result: Result) -> None:
    assert ends_as(World(emails={5: result})) is Reason.NOT_REALLY_TRIED


def test_earlier_notices_may_have_bounced() -> None:
    emails = {1: BOUNCED, 2: BOUNCED, 3: FAILED, 4: FAILED}
    assert ends_as(World(emails=emails)) is Reason.NOT_REACHED


@pytest.mark.parametrize(
    ("emails", "really_tried"),
    [
        pytest.param({}, True, id="all-accepted"),
        pytest.param({2: BOUNCED, 3: FAILED, 4: FAILED}, True, id="the-final-one-and-one-more"),
        pytest.param({5: BOUNCED}, False, id="not-the-final-one"),
    ],
)
def test_where_the_number_is_invalid_the_final_notice_and_one_more_must_have_been_accepted(
    emails: dict[int, Result], really_tried: bool
) -> None:
    outcome = ends_as(World(emails=emails, calls=INVALID))
    assert outcome is (Reason.NOT_REACHED if really_tried else Reason.NOT_REALLY_TRIED)


def test_where_the_number_is_invalid_one_email_to_the_present_address_is_too_little() -> None:
    world = World(calls=INVALID).play(60).take(a_change(email=OTHER_ADDRESS))
    assert ends_as(world) is Reason.NOT_REALLY_TRIED


def test_where_the_number_is_invalid_the_last_email_must_not_have_bounced() -> None:
    """The final notice is the first to get through, so the agenda begins again after it."""
    world = World(calls=INVALID, emails={**dict.fromkeys((1, 2, 3, 4), FAILED), 9: BOUNCED})
    world.play(66 + 73)
    assert world.hours_of(world.emails()) == [0, 24, 36, 48, 66, 90, 102, 114, 132]
    assert world.case.reason == Reason.NOT_REALLY_TRIED
    assert [code for code, _ in missing(world)] == [Missing.FINAL_NOTICE]


def test_where_the_number_is_invalid_the_last_email_to_come_back_must_not_have_bounced() -> None:
    """The one before the final notice takes an hour to bounce, and so comes back after it."""
    policy = {"email_hours": [0, 65.5, 66]}
    world = World(calls=INVALID, emails={2: BOUNCED}, policy=policy).play(65)
    world.durations[Channel.EMAIL] = 59 * MINUTE
    world.play(0.7)
    world.durations[Channel.EMAIL] = 0 * MINUTE
    assert ends_as(world) is Reason.NOT_REALLY_TRIED
    assert missing(world) == [
        (Missing.LAST_EMAIL, "the number is invalid and the last e-mail bounced")
    ]


@pytest.mark.parametrize(
    ("hour", "really_tried"),
    [pytest.param(56, True, id="before-it"), pytest.param(71, False, id="after-it")],
)
def test_a_number_found_invalid_after_the_final_notice_was_not_asked_for_in_good_time(
    hour: float, really_tried: bool
) -> None:
    """The final notice is what asks for another number; it goes out at 66."""

    def calls(attempt: Attempt) -> Result:
        return INVALID if (attempt.due - MONDAY_9).total_seconds() / 3600 == hour else RANG

    world = World(calls=calls)
    assert ends_as(world) is (Reason.NOT_REACHED if really_tried else Reason.NOT_REALLY_TRIED)
    assert world.case.outreach.number.is_invalid


def test_a_number_that_was_never_called_is_never_held_against_the_seller() -> None:
    """Every e-mail was accepted; that there is no such number only a carrier can say."""
    world = World(not_called="is a satellite number")
    assert ends_as(world) is Reason.NOT_REALLY_TRIED
    assert world.results.count(Result.ACCEPTED) == 5
    assert missing(world) == [
        (Missing.NEVER_CALLED, "the number was never called: it is a satellite number")
    ]


def test_a_machine_that_did_not_hear_our_message_whole_does_not_count_as_having_rung() -> None:
    """A telephone that screens who calls answers by itself, and may never ring."""
    world = World(calls=Result.VOICEMAIL_CUT)
    assert ends_as(world) is Reason.NOT_REALLY_TRIED
    assert len(world.calls()) == 10


def test_a_call_skipped_in_our_outage_is_held_against_us() -> None:
    world = World().play(3).be_down(6)
    assert Result.SKIPPED in world.results
    assert ends_as(world) is Reason.NOT_REALLY_TRIED


def test_only_calls_to_the_present_number_count() -> None:
    early = World().play(25).take(a_change(phone=OTHER_NUMBER))
    assert ends_as(early) is Reason.NOT_REACHED
    late = World().play(50).take(a_change(phone=OTHER_NUMBER))
    assert ends_as(late) is Reason.NOT_REALLY_TRIED
    back = World().play(50).take(a_change(phone=OTHER_NUMBER), a_change(phone=NUMBER))
    assert ends_as(back) is Reason.NOT_REACHED


def test_only_calls_to_the_present_extension_count() -> None:
    other = ChangeContact(by="seller", emergency_phone=NUMBER, extension="12")
    none = ChangeContact(by="seller", emergency_phone=NUMBER, no_extension=True)
    assert ends_as(World().play(25).take(other)) is Reason.NOT_REACHED
    assert ends_as(World().play(50).take(other)) is Reason.NOT_REALLY_TRIED
    assert ends_as(World().play(50).take(other, none)) is Reason.NOT_REACHED


def test_only_the_final_notice_to_the_present_address_counts() -> None:
    early = World().play(60).take(a_change(email=OTHER_ADDRESS))
    assert ends_as(early) is Reason.NOT_REACHED
    late = World().play(67).take(a_change(email=OTHER_ADDRESS))
    assert ends_as(late) is Reason.NOT_REALLY_TRIED


BY_DESK = {"by": "specialist.lee"}


@pytest.mark.parametrize(
    "change", [{"emergency_phone": OTHER_NUMBER}, {"email": OTHER_ADDRESS}, {"extension": "7"}]
)
def test_silence_at_what_the_desk_gave_deactivates_nobody(change: dict[str, str]) -> None:
    number = {"emergency_phone": NUMBER} if "extension" in change else {}
    world = World().play(1).take(ChangeContact(**BY_DESK, **number, **change))
    assert ends_as(world) is Reason.NOT_REALLY_TRIED
    assert [code for code, _ in missing(world)] == [Missing.GIVEN_BY_OTHERS]


@pytest.mark.parametrize(
    "since",
    [
        pytest.param(a_change(phone=OTHER_NUMBER), id="the-seller-has-named-it-since"),
        pytest.param(a_change(phone=NUMBER), id="the-seller-has-changed-it-back"),
        pytest.param(
            ChangeContact(by="enrollment", from_enrollment=True, emergency_phone=NUMBER),
            id="the-enrollment-has-another",
        ),
    ],
)
def test_what_the_seller_names_is_the_seller_s_own_whoever_gave_it_first(
    since: ChangeContact,
) -> None:
    given = ChangeContact(**BY_DESK, emergency_phone=OTHER_NUMBER)
    assert ends_as(World().play(1).take(given).play(1).take(since)) is Reason.NOT_REACHED


def test_the_enrollment_repeats_what_the_desk_gave_and_makes_it_nobody_s_own() -> None:
    given = ChangeContact(**BY_DESK, emergency_phone=OTHER_NUMBER)
    heard = ChangeContact(by="enrollment", from_enrollment=True, emergency_phone=OTHER_NUMBER)
    world = World().play(1).take(given).play(1).take(heard)
    assert ends_as(world) is Reason.NOT_REALLY_TRIED


@pytest.mark.parametrize("change", [{"emergency_phone": OTHER_NUMBER}, {"email": OTHER_ADDRESS}])
@pytest.mark.parametrize("is_sellers", [True, False])
def test_what_the_enrollment_has_from_others_than_the_seller_is_not_the_seller_s(
    change: dict[str, str], is_sellers: bool
) -> None:
    """The feed, or somebody at operations, may have mistyped it while the case was open."""
    by_seller = tuple(change) if is_sellers else ()
    heard = ChangeContact(by="enrollment", from_enrollment=True, by_seller=by_seller, **change)
    world = World().play(1).take(heard)
    if is_sellers:
        assert ends_as(world) is Reason.NOT_REACHED
    else:
        assert ends_as(world) is Reason.NOT_REALLY_TRIED
        assert [code for code, _ in missing(world)] == [Missing.GIVEN_BY_OTHERS]


def test_what_the_seller_gave_is_the_seller_s_whoever_gives_it_back() -> None:
    wrong = ChangeContact(**BY_DESK, email="owner@mistyped.example")
    back = ChangeContact(**BY_DESK, email=OTHER_ADDRESS)
    world = World().play(1).take(a_change(email=OTHER_ADDRESS), wrong, back)
    assert ends_as(world) is Reason.NOT_REACHED


def test_what_was_on_file_when_the_case_opened_counts_whoever_gives_it_back() -> None:
    given = ChangeContact(**BY_DESK, emergency_phone=OTHER_NUMBER, email=OTHER_ADDRESS)
    back = ChangeContact(**BY_DESK, emergency_phone=NUMBER, email=ADDRESS)
    assert ends_as(World().play(1).take(given).play(1).take(back)) is Reason.NOT_REACHED


@pytest.mark.parametrize(("takes", "in_time"), [(2.9, True), (3.1, False), (14.0, False)])
def test_the_final_notice_counts_from_when_the_mail_server_took_it(
    takes: float, in_time: bool
) -> None:
    """It is due at hour 66, and must leave half of the 6 hours to answer it."""
    world = World(policy={"email_timeout": "PT24H"}).play(65.9)
    world.durations[Channel.EMAIL] = timedelta(hours=takes)
    world.play_until(MONDAY_9 + timedelta(hours=90))
    assert world.case.reason == (Reason.NOT_REACHED if in_time else Reason.NOT_REALLY_TRIED)
    assert [code for code, _ in missing(world)] == [Missing.FINAL_NOTICE_IN_TIME] * (not in_time)


def test_a_change_to_what_it_was_is_none() -> None:
    given = ChangeContact(**BY_DESK, emergency_phone=NUMBER, email=ADDRESS)
    assert ends_as(World().play(1).take(given)) is Reason.NOT_REACHED


def test_an_outreach_that_begins_anew_does_not_make_it_the_seller_s() -> None:
    given = ChangeContact(**BY_DESK, emergency_phone=OTHER_NUMBER)
    world = World().play(1).take(given).play(1).take(joins())
    assert ends_as(world) is Reason.NOT_REALLY_TRIED


def test_only_attempts_since_the_outreach_last_began_count() -> None:
    """Before the issue joins every call rings, after it only the last one."""
    before = ringing_at(0, 0.25, 1, 4, 8, 24, 95)
    world = World(calls=before).play(30).take(joins())
    assert ends_as(world) is Reason.NOT_REALLY_TRIED


def test_a_connected_call_counts_for_the_seller_and_for_ever() -> None:
    world = World(calls={1: Result.CONNECTED}).play(24 * 30)
    assert world.status is Status.ESCALATED
    assert world.deactivations == 0


def test_how_many_calls_must_have_rung_is_the_policys() -> None:
    policy = {"minimum_rung_calls": 4}
    three = World(calls=ringing_at(0, 24, 48), policy=policy)
    assert ends_as(three) is Reason.NOT_REALLY_TRIED
    four = World(calls=ringing_at(0, 24, 32, 48), policy=policy)
    assert ends_as(four) is Reason.NOT_REACHED


@pytest.mark.parametrize(
    ("world", "code", "words"),
    [
        pytest.param(
            World().play(3).be_down(6),
            Missing.SOMETHING_SKIPPED,
            "an attempt was skipped",
            id="skipped",
        ),
        pytest.param(
            World(emails={5: BOUNCED}),
            Missing.FINAL_NOTICE,
            "the final notice was not accepted",
            id="final-notice",
        ),
        pytest.param(
            World(calls=ringing_at(71, result=INVALID)),
            Missing.INVALID_IN_TIME,
            "the number was found invalid after the final notice",
            id="invalid-late",
        ),
        pytest.param(
            World(calls=INVALID).play(60).take(a_change(email=OTHER_ADDRESS)),
            Missing.TWO_EMAILS,
            "the number is invalid and only one e-mail was accepted",
            id="one-e-mail",
        ),
        pytest.param(
            World(calls=FAILED), Missing.ENOUGH_CALLS, "fewer than 3 calls rang", id="calls"
        ),
        pytest.param(
            World(calls=ringing_at(0, 1, 4, 8)),
            Missing.LATE_CALL,
            "no call rang in the last third of the window",
            id="late-call",
        ),
    ],
)
def test_what_was_missing_is_in_the_timeline(world: World, code: Missing, words: str) -> None:
    world.play_until(world.case.deadline or world.now).play(1)
    assert missing(world) == [(code, words)]


def test_a_final_notice_from_before_the_agenda_was_planned_anew_was_not_the_final_one() -> None:
    """Nothing gets through until the final notice does, at 66; the next final one fails."""

    def calls(attempt: Attempt) -> Result:
        return RANG if (attempt.due - MONDAY_9).total_seconds() / 3600 > 66 else FAILED

    world = World(calls=calls, emails=dict.fromkeys((1, 2, 3, 4, 9), FAILED))
    world.play(150)
    assert [a.about for a in world.emails()].count(Purpose.FINAL_NOTICE) == 2
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)
