"""One case in a simulated world: the domain decides, and the world answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.case.attempt import Channel
from domain.case.events import EventKind
from domain.case.policy import effective_policy
from domain.case.status import Reason, Status
from domain.shared.result import Result
from simulation.play import CasePlay, Stage
from simulation.seller import Seller
from simulation.world import World
from tests.domain.case.build import MONDAY_9
from tests.domain.case.world import World as ScriptedWorld
from tests.simulation.build import a_world, calm

HOUR = timedelta(hours=1)
SUNDAY = "2026-03-01T00:00:00Z"
NO_SPREAD = {"opening_spread": "PT0S"}


def a_play(world: World, policy: dict[str, Any] | None = None, case: int = 1) -> CasePlay:
    """A case that opens at nine on a Monday, in Los Angeles."""
    stage = Stage(world, effective_policy(NO_SPREAD | (policy or {})))
    seller = Seller(world, stage.mixes, 7, case)
    play = CasePlay(stage, seller, f"simulated/7/{case}", MONDAY_9)
    play.play()
    return play


def silent(**changes: Any) -> World:
    """A world in which nobody ever answers."""
    values = calm()
    values["time_zones"] = {"America/Los_Angeles": 1}
    values["calls"] |= {"never_picked_up": 1, "voicemail": 0, "busy": 0, "invalid_numbers": 0}
    values["emails"] |= {"never_read": 1, "bounced": 0}
    return a_world(**(values | {"begins": SUNDAY} | changes))


def test_a_silent_seller_is_tried_exactly_as_in_the_tests_of_the_domain() -> None:
    play = a_play(silent())
    scripted = ScriptedWorld(MONDAY_9, call_takes=timedelta(seconds=25)).play()
    assert play.case.timeline.entries == scripted.case.timeline.entries
    assert (play.case.status, play.case.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)


def test_while_the_telephone_is_down_a_call_is_tried_eight_times_in_eleven_minutes() -> None:
    hours = (MONDAY_9 - datetime(2026, 3, 1, tzinfo=UTC)) / HOUR
    down = [{"of": "telephone", "from_hour": hours, "hours": 3.9}]
    play = a_play(silent(outages=down))
    calls = [e for e in play.case.timeline.entries if e.what is EventKind.CALL]
    failed = [e for e in calls if e.result is Result.PROVIDER_FAILED]
    minutes = [round((e.at - MONDAY_9) / HOUR * 60, 2) for e in failed]
    # Due at 0, 0.25 and 1 hour; each given up after 1+3+9+27+81+243+300 s.
    assert minutes == [11.07, 26.07, 71.07]
    assert [play.ends[e.attempt or 0].failed for e in failed] == [8, 8, 8]
    assert calls[3].result is Result.NO_ANSWER


def test_a_call_that_gets_through_late_counts_from_then() -> None:
    hours = (MONDAY_9 - datetime(2026, 3, 1, tzinfo=UTC)) / HOUR
    play = a_play(silent(outages=[{"of": "telephone", "from_hour": hours, "hours": 0.1}]))
    first, second = play.case.attempts.made[1], play.case.attempts.made[2]
    assert first.result is Result.NO_ANSWER
    assert play.ends[first.number].failed == 6
    # Dialled after 364 s; the call planned for 15 minutes is less than 15 minutes after.
    assert (second.at - MONDAY_9) == HOUR


def test_while_the_mail_is_down_the_clock_starts_with_the_call() -> None:
    hours = (MONDAY_9 - datetime(2026, 3, 1, tzinfo=UTC)) / HOUR
    play = a_play(silent(outages=[{"of": "mail", "from_hour": hours, "hours": 2}]))
    assert play.case.attempts.made[0].channel is Channel.CALL
    entry = next(e for e in play.case.timeline.entries if e.what is EventKind.CLOCK_STARTED)
    assert entry.at - MONDAY_9 == timedelta(seconds=25)


def test_while_the_engine_is_down_nothing_happens_and_nobody_is_deactivated_for_it() -> None:
    hours = (MONDAY_9 - datetime(2026, 3, 1, tzinfo=UTC)) / HOUR
    play = a_play(silent(outages=[{"of": "engine", "from_hour": hours + 40, "hours": 30}]))
    at = [(entry.at - MONDAY_9) / HOUR for entry in play.case.timeline.entries]
    assert not any(40 <= hour < 70 for hour in at)
    assert play.case.attempts.made[-1].number == play.case.attempts.count
    statuses = {e.reason for e in play.case.timeline.entries}
    assert Reason.NOT_REALLY_TRIED in statuses


def test_whoever_picks_up_is_reached_and_works_with_us() -> None:
    values = calm()
    values["calls"] |= {"picked_up": [1] * 24, "by_weekday": [1] * 7, "never_picked_up": 0}
    values["calls"] |= {"acknowledged": 1, "invalid_numbers": 0}
    values["plans"] |= {"submitted": 1, "reviewed_as": {"accept": 1}}
    values["plans"]["until_submitted"] = {"median": 5, "p90": 5}
    values["desk"]["until_reviewed"] = {"median": 2, "p90": 2}
    values["time_zones"] = {"America/Los_Angeles": 1}
    play = a_play(a_world(**(values | {"begins": SUNDAY})))
    entries = [(e.what, e.at - MONDAY_9) for e in play.case.timeline.entries]
    minute = timedelta(minutes=1)
    assert (EventKind.CONTACT, minute) in entries
    assert (EventKind.PLAN_SUBMITTED, minute + 5 * HOUR) in entries
    assert (EventKind.PLAN_REVIEWED, minute + 7 * HOUR) in entries
    assert (play.case.status, play.case.reason) == (Status.RESOLVED, Reason.PLAN_ACCEPTED)


def test_more_information_takes_a_conversation_before_the_next_plan() -> None:
    values = calm()
    values["calls"] |= {"picked_up": [1] * 24, "by_weekday": [1] * 7, "never_picked_up": 0}
    values["calls"] |= {"acknowledged": 1, "invalid_numbers": 0}
    values["plans"] |= {"submitted": 1}
    values["plans"]["reviewed_as"] = {"more_information": 0.5, "accept": 0.5}
    world = a_world(**(values | {"begins": SUNDAY}))
    kinds = [e.what for e in a_play(world, case=_first_asked(world)).case.timeline.entries]
    reviewed = kinds.index(EventKind.PLAN_REVIEWED)
    conversation = kinds.index(EventKind.CONVERSATION, reviewed)
    assert kinds.index(EventKind.PLAN_SUBMITTED, reviewed) > conversation


def _first_asked(world: World) -> int:
    """The first case whose plan gets that answer."""
    for case in range(1, 50):
        play = a_play(world, case=case)
        if any(e.code == "more_information" for e in play.case.timeline.entries):
            return case
    raise AssertionError


def test_a_proposed_deactivation_is_confirmed_by_somebody_else() -> None:
    values = calm()
    values["desk"]["decided_as"] = {"deactivate": 1}
    values["plans"]["submitted"] = 0
    values["emails"] |= {"never_read": 0, "read": 1, "answered": 1, "bounced": 0}
    values["emails"]["answered_by"] = {"reply": 1}
    world = a_world(**(values | {"begins": SUNDAY}))
    play = a_play(world, {"second_person": True})
    kinds = [e.what for e in play.case.timeline.entries]
    assert kinds.index(EventKind.PROPOSED) < kinds.index(EventKind.CONFIRMED)
    assert (play.case.status, play.case.reason) == (Status.DEACTIVATED, Reason.DECISION)


def test_a_case_that_begins_while_the_engine_is_down_opens_when_it_runs_again() -> None:
    world = silent(outages=[{"of": "engine", "from_hour": 0, "hours": 24 * 29}])
    stage = Stage(world, effective_policy({}))
    play = CasePlay(stage, Seller(world, stage.mixes, 7, 1), "simulated/7/1")
    play.play()
    assert play.case.opened_at == world.begins + timedelta(days=29)
    assert play.case.timeline.entries[0].at == play.case.opened_at
