"""The walks through a case: from where, by which letters, how far."""

from typing import Any

from domain.case.steps import LookUp, Reach
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.case.build import HOUR, MONDAY_9, a_contact, an_issue
from tests.domain.case.letters import EVENTS
from tests.domain.case.walked_case import Walked
from tests.domain.walk import HowFar, Walk

SMALL = {
    "window": "PT6H",
    "email_hours": [0, 4],
    "call_hours": [0, 4],
    "minimum_rung_calls": 1,
    "redials": 1,
    "cooperation_window": "PT6H",
    "maximum_rejections": 2,
    "requests_per_day": 2,
}
"""A policy whose ends are a few letters away."""

RECHECKED = (20, 50, 50)
"""Of so many merged states one is walked from all the same, by `HowFar`."""

_SEVERAL_THAT_ARE_ONE = {"declined", "voicemail", "voicemail cut", "provider failed"}
"""Where few letters are to lead far: results that do as another does."""
_NEWS = {"issue joins", "other number"}
_CLOCK = {"the moment waited for", "at the deadline", "we are down for long", "we are up again"}
_WORK = {"contact", "contact me now", "plan", "more information", "rejected", "conversation"}


def _silence(letter: str) -> bool:
    """Nobody turns up, and nobody of the desk does anything."""
    return letter in _NEWS | _CLOCK or _comes_of_a_step(letter)


def _work(letter: str) -> bool:
    """The seller and the desk work it out."""
    return letter in {*_CLOCK, *_WORK, "issue joins", "decision: resume"} or _comes_of_a_step(
        letter
    )


def _announced(letter: str) -> bool:
    """What other systems are told of, with what that takes."""
    return letter in {"plan", "rejected", "accepted", "case withdrawn", "announce done"} or (
        letter.startswith("reach") or letter in _CLOCK
    )


def _second_person(letter: str) -> bool:
    """A deactivation is proposed, and whatever may come of that."""
    return letter in {"plan", "contact", "harm", "issue joins", "case withdrawn", *_CLOCK} or (
        letter.startswith(("decision", "confirmed", "declined", "tell"))
    )


def _comes_of_a_step(letter: str) -> bool:
    is_update = letter in EVENTS or letter == "cancelled"
    is_moment = "deadline" in letter or "we are" in letter or letter == "the moment waited for"
    is_one = letter.rpartition(": ")[2] in _SEVERAL_THAT_ARE_ONE
    return not is_update and not is_moment and not is_one


def opening(
    policy: dict[str, Any] | None = None, *, harmful: bool = False, announces_late: bool = False
) -> Walked:
    """A case that is about to open."""
    world = Walked(MONDAY_9, policy=policy, announces_late=announces_late)
    world.case.issues = (an_issue(harmful=harmful),)
    return world


def at_work(*, announces_late: bool = False) -> Walked:
    """A case whose seller has just been reached."""
    world = opening(SMALL, announces_late=announces_late)
    world.hear(LookUp(), {})
    world.offer(a_contact())
    return left_alone(world, 0)


def escalated() -> Walked:
    """A case of which a lead decides, and a second person confirms a deactivation."""
    world = opening(SMALL | {"second_person": True})
    world.hear(LookUp(), {})
    world.offer(a_contact())
    return left_alone(world, 7)


def nearly_silent(policy: dict[str, Any] | None, hours: float) -> Walked:
    """A case whose seller has not answered for so long."""
    world = opening(policy)
    world.hear(LookUp(), {})
    return left_alone(world, hours)


def left_alone(world: Walked, hours: float) -> Walked:
    """E-mails are accepted, calls not answered; until there is nothing more in so many hours."""
    until = world.now + hours * HOUR
    while True:
        steps = sorted(world._tasks, key=lambda step: isinstance(step, WaitUntil))
        step = next(iter((*world._called_off, *steps)))
        match step:
            case Reach(number=number):
                call = next(a for a in world.case.attempts.under_way if a.number == number)
                result = Result.NO_ANSWER if call.latest else Result.ACCEPTED
                world.hear(step, result if call.wanted else Result.CANCELLED)
            case WaitUntil(moment=moment) if moment <= until:
                world.wakes(moment)
            case _:
                return world


def walks(how_far: HowFar) -> list[Walk]:
    """The walks; each names its depth for each of `HowFar`."""

    def walk(
        name: str, roots: list[tuple[str, Walked]], depths: tuple[int, int, int], **more: Any
    ) -> Walk:
        return Walk(name, roots, depths[how_far], recheck=RECHECKED[how_far], **more)

    last = [(f"nobody answers until hour {h}", nearly_silent(None, h)) for h in (65.9, 71)]
    return [
        walk("all letters", _openings(SMALL), (3, 4, 5)),
        walk("all letters, default policy", _openings(None), (3, 3, 4)),
        walk("all letters, default policy, last hours", last, (3, 3, 4)),
        walk("silence", _openings(SMALL), (5, 6, 7), only=_silence),
        walk("announcing", [("reached", at_work(announces_late=True))], (4, 5, 6), only=_announced),
        walk("second person", [("escalated", escalated())], (3, 4, 5), only=_second_person),
        walk("working it out", [("reached", at_work())], (4, 4, 6), only=_work),
    ]


def _openings(policy: dict[str, Any] | None) -> list[tuple[str, Walked]]:
    return [("one issue", opening(policy)), ("a harmful issue", opening(policy, harmful=True))]
