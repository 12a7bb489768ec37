"""The search attribute by which the cases of a number are found."""

import re

from domain.shared.names import line_of, line_of_reference, line_workflow_id, typed_reference
from temporal_client.search_attributes import FIND, LINE, STATUS
from tests.engine import Engine, OpenCase
from workflows.case.issue_case import IssueCase

NUMBER, NEW_NUMBER = "+12065550150", "+12065550151"
UPSERT = "upsert_workflow_search_attributes_event_attributes"


async def line(case: OpenCase) -> str | None:
    return (await case.handle.describe()).typed_search_attributes.get(LINE)


async def upserted(case: OpenCase) -> list[set[str]]:
    """The names of the search attributes in each event that sets some.

    Left out is the status by itself: it is set again to leave an event (`must_leave_event`).
    """
    history = await case.handle.fetch_history()
    sets = [
        set(getattr(event, UPSERT).search_attributes.indexed_fields)
        for event in history.events
        if event.WhichOneof("attributes") == UPSERT
    ]
    return [names for names in sets if names != {STATUS.name}]


async def test_it_takes_no_event_at_the_start_and_follows_the_number(engine: Engine) -> None:
    case = await engine.open(emergency_phone=NUMBER)
    assert await line(case) == line_of(NUMBER)
    before = await upserted(case)
    assert len(before) <= 2  # at the opening, and when the clock starts
    assert all(LINE.name not in names for names in before)

    await case.tell(IssueCase.change_contact, {"by": "seller", "emergency_phone": NEW_NUMBER})
    assert await line(case) == line_of(NEW_NUMBER)
    after = await upserted(case)
    assert after == [*before, {LINE.name, FIND.name}]  # a seller may type it


def test_a_typed_reference_begins_with_it_and_ends_with_the_case() -> None:
    one, other = (typed_reference(NUMBER, f"case/US/A1/{run}") for run in ("r1", "r2"))
    assert all(re.fullmatch("[0-9]{11}", reference) for reference in (one, other))
    assert line_of_reference(one) == line_of_reference(other) == line_of(NUMBER)
    assert one != other
    lines = {line_of(f"+1206{n:07}") for n in range(2_000_000, 2_001_000)}
    assert all(line_of_reference(f"{int(each, 16):07}0000") == each for each in lines)


def test_it_does_not_reveal_the_number() -> None:
    assert len(line_of(NUMBER)) == 5
    assert line_workflow_id(NUMBER) == f"line/{line_of(NUMBER)}"
    shared = {line_of(f"+1206{n:07}") for n in range(2_000_000, 2_100_000)}
    assert len(shared) < 100_000  # numbers of one area code share hashes
