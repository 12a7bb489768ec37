"""Notes, and who works a case (docs/rules.md, section 5)."""

import pytest

from domain.case.events import Assign, EventKind, Note
from domain.case.status import Status
from domain.case.view import view_of
from domain.shared.errors import Refusal, Refused
from tests.domain.case.build import a_contact, a_conversation, a_withdrawal
from tests.domain.case.cases_by_status import OPEN_STATUSES, contacting, escalated, working
from tests.domain.case.world import World

NOTE = Note(by="lee", note="Their warehouse moves this week")


def takes(who: str, held_by: str | None = None) -> Assign:
    return Assign(by=who, to=who, held_by=held_by)


# --- notes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", OPEN_STATUSES)
def test_a_note_stands_in_the_timeline_and_changes_nothing_else(start: type[World]) -> None:
    world = start()
    before = world.case.model_copy()
    world.take(NOTE)
    newest = world.case.timeline.entries[-1]
    assert (newest.what, newest.by, newest.note) == (EventKind.NOTE, "lee", NOTE.note)
    after = world.case.model_copy()
    assert after.bytes_written > before.bytes_written
    after.timeline, after.bytes_written = before.timeline, before.bytes_written
    assert after == before


def test_a_note_does_not_stop_the_clock() -> None:
    assert contacting().take(NOTE).play(73).status is Status.DEACTIVATED


def test_a_note_makes_no_conversation_stale() -> None:
    world = escalated()
    seen = len(world.case.timeline.entries)
    world.take(NOTE, takes("lee"), a_conversation().model_copy(update={"seen": seen}))


@pytest.mark.parametrize("event", [NOTE, takes("lee")])
def test_neither_is_taken_after_the_end(event: Note | Assign) -> None:
    with pytest.raises(Refused) as refused:
        contacting().take(a_withdrawal()).take(event)
    assert refused.value.code is Refusal.CASE_ENDED


# --- who works a case -------------------------------------------------------------------------


def assigned(world: World) -> tuple[str | None, float | None]:
    """Who took the case, and until which hour it is theirs."""
    view = view_of(world.case)
    return view.assignee, world.hour(view.assigned_until) if view.assigned_until else None


def test_who_takes_a_case_has_it_for_4_hours_after_their_last_act() -> None:
    world = contacting().take(takes("specialist"))
    assert assigned(world) == ("specialist", 4)
    world.play(3).take(a_contact())
    assert assigned(world) == ("specialist", 7)
    world.play(1).take(NOTE)  # by somebody else
    assert assigned(world) == ("specialist", 7)


def test_how_long_is_a_policy() -> None:
    world = contacting(policy={"assignment_expires": "PT30M"}).take(takes("ana"))
    assert assigned(world) == ("ana", 0.5)


def test_of_two_who_take_it_at_once_the_second_is_told() -> None:
    world = contacting().take(takes("ana")).play(1)
    with pytest.raises(Refused, match="somebody else has had the case since") as refused:
        world.take(takes("ben"))
    assert refused.value.code is Refusal.HELD_BY_ANOTHER
    assert assigned(world) == ("ana", 4)


def test_whom_a_refusal_is_about_it_does_not_say() -> None:
    with pytest.raises(Refused) as refused:
        contacting().take(takes("ana"), takes("ben"))
    assert "ana" not in f"{refused.value} {refused.value.values}"


def test_who_knows_who_has_it_may_take_it_over_or_give_it_to_another() -> None:
    world = contacting().take(takes("ana"), takes("ben", held_by="ana"))
    assert assigned(world)[0] == "ben"
    hand_over = Assign(by="lead", to="cem", held_by="ben", note="Cem knows the supplier")
    world.take(hand_over)
    assert assigned(world)[0] == "cem"
    newest = world.case.timeline.entries[-1]
    assert (newest.what, newest.by, newest.assignee, newest.note) == (
        EventKind.ASSIGNED,
        "lead",
        "cem",
        "Cem knows the supplier",
    )
    with pytest.raises(Refused):
        world.take(takes("ana", held_by="ana"))


def test_a_case_left_alone_for_too_long_is_free_without_an_event() -> None:
    world = working().take(takes("ana")).play(3.99)
    with pytest.raises(Refused):
        world.take(takes("ben"))
    before = len(world.case.timeline.entries)
    world.play(0.01)
    assert len(world.case.timeline.entries) == before
    assert assigned(world.take(takes("ben"))) == ("ben", 8)


def test_who_has_it_may_take_it_again_which_is_an_act() -> None:
    world = contacting().take(takes("ana")).play(2).take(takes("ana"))
    assert assigned(world) == ("ana", 6)


def test_who_has_it_knows_so_without_saying_it() -> None:
    world = contacting().take(takes("ana"), Assign(by="ana", to="ben"))
    assert assigned(world)[0] == "ben"
    world.take(Assign(by="ben", to=None))
    assert assigned(world) == (None, None)


def test_it_can_be_released() -> None:
    world = contacting().take(takes("ana"), Assign(by="lead", to=None, held_by="ana"))
    assert assigned(world) == (None, None)
    assert assigned(world.take(takes("ben")))[0] == "ben"
    with pytest.raises(Refused):
        world.take(Assign(by="cem", to=None, held_by="ana"))


def test_it_stops_no_clock_and_costs_no_timer() -> None:
    taken, other = contacting().take(takes("ana")), contacting()
    assert taken._tasks.keys() == other._tasks.keys()
    assert taken.play(73).status is other.play(73).status is Status.DEACTIVATED


def test_a_case_that_is_full_can_still_be_handed_over() -> None:
    world = working().take(takes("ana"))
    world.case.bytes_written = 600_000
    assert assigned(world.take(takes("ben", held_by="ana")))[0] == "ben"
    with pytest.raises(Refused) as refused:
        world.take(NOTE)
    assert refused.value.code is Refusal.FILE_FULL
