"""The walks of an appeal: from where, with which letters, and how far (tests/walk.md)."""

from collections.abc import Callable

from domain.appeal.events import Verdict
from domain.shared.result import Result
from tests.domain.appeal.build import APPEAL, DAY, DEACTIVATED_AT, FACTS, answer
from tests.domain.appeal.walked_appeal import WalkedAppeal
from tests.domain.walk import HowFar, Walk


def walks(how_far: HowFar) -> list[Walk]:
    """Every letter from the beginning; then with fewer letters further."""
    late = DEACTIVATED_AT + 89 * DAY
    roots: list[tuple[str, WalkedAppeal]] = [("not looked up", WalkedAppeal())]
    deep: list[tuple[str, WalkedAppeal]] = [
        ("appealed", _after(WalkedAppeal())),
        ("appealed on the last day", _after(WalkedAppeal(late))),
        ("asked and reminded", _reminded(_after(WalkedAppeal()))),
    ]
    few: Callable[[str], bool] = lambda name: ", of " not in name and "file" not in name  # noqa: E731
    return [
        Walk("appeal, all letters", roots, (3, 4, 4)[how_far], recheck=20),
        Walk("appeal, decided", deep, (4, 5, 5)[how_far], only=few, recheck=20),
    ]


def _after(walked: WalkedAppeal) -> WalkedAppeal:
    walked.looked_up(FACTS)
    walked.offer(APPEAL)
    return walked


def _reminded(walked: WalkedAppeal) -> WalkedAppeal:
    walked.offer(answer(Verdict.MORE_INFORMATION))
    walked.sent(Result.ACCEPTED)
    walked.wakes(walked.now + 5 * DAY)
    walked.sent(Result.ACCEPTED)
    return walked
