"""A copy of a case or an enrollment shares nothing with it that changes."""

from collections.abc import Iterator

import pytest

from domain.shared.result import Result
from domain.shared.state import State
from tests.domain.case.build import a_plan
from tests.domain.case.world import World
from tests.domain.enrollment.build import GOOD_FOR_LONG
from tests.domain.enrollment.world import Programme

CASE = World(calls={1: Result.BUSY}).play(30).take(a_plan()).case
ENROLLMENT = Programme(GOOD_FOR_LONG).play(30).enrollment
WHOLES = pytest.mark.parametrize(
    ("whole", "parts"),
    [
        pytest.param(
            CASE,
            {
                "",
                ".outreach",
                ".outreach.attempts",
                ".outreach.number",
                ".plans",
                ".call_requests",
                ".desk",
                ".timeline",
            },
            id="case",
        ),
        pytest.param(
            ENROLLMENT,
            {"", ".outbox", ".warnings", ".verification", ".old_numbers", ".timeline"},
            id="enrollment",
        ),
    ],
)


def parts_of(state: State, path: str = "") -> Iterator[tuple[str, State]]:
    yield path, state
    for name, value in state:
        if isinstance(value, State):
            yield from parts_of(value, f"{path}.{name}")


@WHOLES
def test_a_copy_shares_no_part(whole: State, parts: set[str]) -> None:
    copied = whole.model_copy()
    assert copied == whole
    pairs = list(zip(parts_of(whole), parts_of(copied), strict=True))
    assert {path for (path, _), _ in pairs} == parts
    for (path, part), (_, twin) in pairs:
        assert part is not twin, path


@WHOLES
def test_what_is_no_part_cannot_be_changed(whole: State, parts: set[str]) -> None:
    for _, part in parts_of(whole):
        for _, value in part:
            if not isinstance(value, State):
                hash(value)  # a frozen value or a tuple of them; a list or a dictionary has no hash
