"""After downtime of ours: what is overdue, what is skipped (docs/rules.md, section 4)."""

from domain.case import seller_updates, step_results
from domain.case.advance import advance
from domain.case.attempt import Channel, Purpose
from domain.case.status import Reason, Status
from domain.shared.result import Result
from tests.domain.case.build import ASK_MORE, HOUR, MINUTE, a_plan, a_request, local
from tests.domain.case.cases_by_status import working
from tests.domain.case.world import World

SKIPPED = Result.SKIPPED


def test_of_overdue_attempts_only_the_newest_of_each_channel_is_made() -> None:
    """Down from Monday 10:30 until Wednesday 10:30."""
    world = World().play(1.5).be_down(48).play(0.1)
    late = [a for a in world.case.attempts.made if world.hour(a.at) == 49.5]
    made = [(a.channel, world.hour(a.due)) for a in late if a.result is not SKIPPED]
    assert made == [(Channel.EMAIL, 48), (Channel.CALL, 48)]
    skipped = [(a.channel, world.hour(a.due)) for a in late if a.result is SKIPPED]
    assert sorted(skipped) == [
        (Channel.CALL, 4),
        (Channel.CALL, 8),
        (Channel.CALL, 24),
        (Channel.CALL, 32),
        (Channel.EMAIL, 24),
        (Channel.EMAIL, 36),
    ]


def test_a_single_overdue_attempt_of_each_channel_is_made_and_nothing_is_skipped() -> None:
    world = World().play(23).be_down(3)
    assert world.hours_of(world.emails()) == [0, 26]
    assert world.hours_of(world.calls())[-1] == 26
    assert SKIPPED not in world.results


def test_a_late_call_drops_the_one_planned_within_15_minutes_of_it() -> None:
    """Down from 9:30 until 12:55, with calls planned for 10:00 and for 13:00."""
    world = World().play(0.5).be_down(3 + 25 / 60).play(5)
    made = [local(a.at) for a in world.calls() if a.result is not SKIPPED]
    assert "Mon 12:55" in made
    assert "Mon 13:00" not in made


def test_an_overdue_call_is_not_made_in_quiet_hours() -> None:
    """Down from 16:00 until 22:00, with a call planned for 17:00."""
    world = World().play(7).be_down(6)
    assert world.calls()[-1].result is SKIPPED
    assert local(world.calls()[-1].due) == "Mon 17:00"


def test_our_outage_is_never_held_against_a_seller() -> None:
    """Everything after the outage rings and is accepted, and yet a person decides."""
    world = World().play(1.5).be_down(24).play(60)
    assert SKIPPED in world.results
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)


def test_an_outage_that_skips_nothing_leaves_the_clock_as_it_is() -> None:
    world = World().play(23).be_down(3).play(46)
    assert (world.status, world.case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)


def test_an_outage_through_the_deadline_escalates() -> None:
    world = World().play(65).be_down(10)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)
    assert [a.result for a in world.case.attempts.made if world.hour(a.due) > 65] == [SKIPPED] * 2
    assert world.deactivations == 0


def test_an_outage_from_the_first_minute_through_the_deadline_escalates() -> None:
    """The notice got through; what its clock promised was not kept by us."""
    world = World().be_down(80)
    assert (world.status, world.case.reason) == (Status.ESCALATED, Reason.NOT_REALLY_TRIED)


def test_news_of_the_desk_is_sent_after_an_outage_all_of_it() -> None:
    """Only attempts to reach the seller make each other superfluous."""
    world = working(email_takes=HOUR)
    world.take(a_plan(), ASK_MORE)
    world.be_down(40)
    assert world.emails(Purpose.MORE_INFORMATION)[0].result is Result.ACCEPTED
    assert len(world.emails(Purpose.COOPERATION_REMINDER)) == 1


def test_a_call_asked_for_before_an_outage_is_not_made_long_after_it() -> None:
    world = World(call_takes=15 * MINUTE)
    case = world.case
    seller_updates.request_call(case, a_request(), world.now)
    advance(case, world.now)
    (ringing,) = (a for a in case.attempts.under_way if a.channel is Channel.CALL)
    later = world.now + HOUR
    step_results.reached_out(case, ringing.number, Result.CANCELLED, later)
    advance(case, later)
    assert [a.result for a in case.attempts.made if a.about is Purpose.REQUESTED] == [SKIPPED]
