"""A case that has ended takes no update. Its timeline tells whether a bulk was what ended it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from desk.bulk_entries import Bulk, BulkForm, entry_for
from desk.own_events import taken_as
from domain.case.events import Decision, EventKind
from domain.case.view import view_of
from domain.shared.events import Event
from tests.domain.case.build import a_new_case

NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
LEAD = "lead.ortiz"
NOTE = "Decided together on Monday"


def came_of(what: Bulk, *later: tuple[EventKind, dict[str, Any]]) -> EventKind | None:
    """What a bulk finds of itself in a case in which this has happened since it was looked at."""
    case = a_new_case()
    case.timeline.log(NOON, EventKind.DECIDED, LEAD, code=Decision.DEACTIVATE, note=NOTE)
    before = entry_for("case/US/A2EXAMPLE", view_of(case))
    event: Event = BulkForm("b", "/desk/", NOTE, to="specialist.chen").event(what, LEAD, before)
    for kind, facts in later:
        case.timeline.log(NOON, kind, **{"by": LEAD, "note": NOTE, **facts})
    return taken_as(view_of(case), event, before.seen)


@pytest.mark.parametrize(
    ("what", "kind", "facts"),
    [
        (Bulk.DEACTIVATE, EventKind.DECIDED, {"code": "deactivate"}),
        (Bulk.DEACTIVATE, EventKind.PROPOSED, {"code": "deactivate"}),
        (Bulk.RESOLVE, EventKind.DECIDED, {"code": "resolve"}),
        (Bulk.WITHDRAW, EventKind.ISSUE_WITHDRAWN, {}),
        (Bulk.ASSIGN, EventKind.ASSIGNED, {"assignee": "specialist.chen"}),
    ],
)
def test_what_a_bulk_did_is_found(what: Bulk, kind: EventKind, facts: dict[str, Any]) -> None:
    assert came_of(what, (kind, facts)) is kind


def test_what_was_said_before_the_bulk_is_not_its_doing() -> None:
    assert came_of(Bulk.DEACTIVATE) is None


@pytest.mark.parametrize(
    ("what", "kind", "facts"),
    [
        (Bulk.DEACTIVATE, EventKind.DECIDED, {"code": "resolve"}),
        (Bulk.DEACTIVATE, EventKind.DECIDED, {"code": "deactivate", "by": "lead.other"}),
        (Bulk.DEACTIVATE, EventKind.DECIDED, {"code": "deactivate", "note": "Another"}),
        (Bulk.RESOLVE, EventKind.PROPOSED, {"code": "deactivate"}),
        (Bulk.WITHDRAW, EventKind.ISSUE_WITHDRAWN, {"issue": "ISS-1"}),
        (Bulk.ASSIGN, EventKind.ASSIGNED, {"assignee": "reviewer.kim"}),
    ],
)
def test_what_differs_in_anything_is_not_its_doing(
    what: Bulk, kind: EventKind, facts: dict[str, Any]
) -> None:
    assert came_of(what, (kind, facts)) is None
