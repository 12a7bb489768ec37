"""The rules hold in every state that a few letters lead to (tests/walk.md).

`make test` goes fewer letters far than `make test-all`, and that fewer than `make walk`, which
writes that page. The rules themselves stand in
watched_world.py and invariants.py; a breach names the shortest sequence.
"""

from typing import Any

import pytest

from domain.case.status import Reason, Status
from tests.domain.case import invariants
from tests.domain.case.letters import EVENTS
from tests.domain.case.walks import walks
from tests.domain.walk import HowFar, Walk


@pytest.fixture(scope="module")
def walked(pytestconfig: pytest.Config) -> list[Walk]:
    how_far = HowFar.SHORT if pytestconfig.getoption("without_kept") else HowFar.USUAL
    return [walk.go() for walk in walks(how_far)]


def test_every_status_and_reason_is_met_and_no_other(walked: list[Walk]) -> None:
    """So the walk cannot come to prune what it is to look at."""
    reasons = {*Reason, None, "a sentence"}
    known: set[Any] = {(s, reason) for s, given in invariants.REASONS.items() for reason in given}
    known.add((Status.NOT_COVERED, "a sentence"))
    assert {status for status, _ in known} == set(Status)
    assert {reason for _, reason in known} == reasons
    assert _seen(walked) - invariants.diagram() == known


def test_every_arrow_of_the_diagram_is_gone_along_and_no_other(walked: list[Walk]) -> None:
    """Section 5's diagram, read from docs/rules.md."""
    moves = {(before, after) for before, after in _seen(walked) if after in set(Status)}
    assert moves == invariants.diagram()


def test_every_event_is_a_letter_that_was_tried(walked: list[Walk]) -> None:
    assert {*EVENTS, "cancelled"} <= {letter for walk in walked for letter in walk.letters}


def test_states_of_the_same_form_lead_to_the_same_forms(walked: list[Walk]) -> None:
    """Of the merged states a sample was walked from all the same: it raises if not."""
    assert sum(walk.rechecked for walk in walked) > 300


def _seen(walked: list[Walk]) -> set[Any]:  # Any: a move, or a status with its reason
    return {seen for walk in walked for seen in walk.seen}
