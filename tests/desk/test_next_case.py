"""Which case comes next where many wait."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desk import next_case
from desk.next_case import NextCase
from desk.roles import Person, Role
from temporal_client.desk_queues import Queue
from temporal_client.found_cases import FoundCase

REVIEWER = Person("r", "reviewer.okafor", Role.REVIEWER)


def waiting(number: int, *, held: bool) -> FoundCase:
    until = datetime.now(UTC) + timedelta(hours=1) if held else None
    who = "specialist.lee" if held else None
    known: dict[str, Any] = {"case": f"US/A{number}", "assignee": who, "assigned_until": until}
    return FoundCase.model_construct(**known)


@pytest.mark.parametrize(("after", "to"), [(None, "US/A100"), ("US/A100", "US/A101")])
async def test_what_is_free_is_found_behind_many_that_somebody_has(
    monkeypatch: pytest.MonkeyPatch, after: str | None, to: str
) -> None:
    plans = [waiting(number, held=number < 100) for number in range(110)]

    async def listed(_: Any, queue: Queue, limit: int) -> list[FoundCase]:
        return plans[:limit] if queue is Queue.REVIEW else [waiting(999, held=False)]

    monkeypatch.setattr(next_case, "cases_of_queue", listed)
    client: Any = None
    assert await NextCase(client)._next(REVIEWER, after) == to
