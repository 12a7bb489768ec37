"""What a seller costs who is not asked about: `python -m benchmarks.enrollments`.

Events are what a history grows by. Billable actions are counted as Temporal Cloud bills them
(start, continue-as-new, update, timer, activity, change of search attributes: one each).
"""

import asyncio
from collections import Counter
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.polling import DAY, PollingTwin, rating_today
from benchmarks.table import Row, report
from domain.enrollment.record import Status
from tests.engine import KnownSeller, engine_in, know
from tests.workflows.test_enrollment import days_ago, recorded
from workflows.seller_enrollment import SellerEnrollment

HALF_A_YEAR = 183
_SETTLES = 0.7
_QUEUE = "polling"

_ACTIONS = {
    "workflow_execution_started_event_attributes",
    "workflow_execution_continued_as_new_event_attributes",
    "workflow_execution_update_accepted_event_attributes",
    "timer_started_event_attributes",
    "activity_task_scheduled_event_attributes",
    "upsert_workflow_search_attributes_event_attributes",
}


async def _events(client: Client, workflow_id: str) -> Counter[str]:
    """The events of a history by type, skips of time left out."""
    await asyncio.sleep(_SETTLES)
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    names = (event.WhichOneof("attributes") or "" for event in history.events)
    skips = ("time_skipping", "options_updated")
    return Counter(name for name in names if not any(skip in name for skip in skips))


def _cost(events: Counter[str]) -> str:
    actions = sum(events[name] for name in _ACTIONS)
    return f"{events.total()} events, {actions} actions"


async def _first_import(client: Client) -> tuple[KnownSeller, Row]:
    """180 days in one message, of a seller who is invited by it and has no address."""
    days = [days_ago(age, 300 + age) for age in range(180)]
    nobody = dict.fromkeys(("emergency_phone", "email", "name", "language", "time_zone"))
    seller = await know(client, "IMPORTED", days_ago(400, 300), *days, **nobody)
    events = await _events(client, seller.handle.id)
    messages = events["workflow_execution_update_accepted_event_attributes"]
    figure = f"{messages} message, {_cost(events)}"
    return seller, ("a seller's first import, 180 days", figure, "1 message")


async def measure(folder: Path) -> list[Row]:
    """What each thing that can happen to a seller adds to the history."""
    async with engine_in(folder) as engine:
        client = engine.client
        seller, first = await _first_import(client)
        rows = [first]
        before = await _events(client, seller.handle.id)
        await seller.tell(SellerEnrollment.record_ratings, recorded(days_ago(0, 350)))
        after = await _events(client, seller.handle.id)
        rows.append(("a rating that changes nothing else", _cost(after - before), ""))

        seller = await know(client, "ENROLLED")
        assert (await seller.view()).status is Status.ENROLLED
        before = await _events(client, seller.handle.id)
        rows.append(("a seller who enrols at once: number looked up, e-mail", _cost(before), ""))
        await seller.play(HALF_A_YEAR * DAY)
        after = await _events(client, seller.handle.id)
        what = "half a year in which the rating stays as it is"
        rows.append((what, _cost(after - before), "0 events"))

        seller = await know(client, "WAITS", days_ago(30, 300))
        before = await _events(client, seller.handle.id)
        await seller.play(HALF_A_YEAR * DAY)
        after = await _events(client, seller.handle.id)
        rows.append(("  in which a seller qualifies on one day, e-mail", _cost(after - before), ""))

        async with Worker(
            client, task_queue=_QUEUE, workflows=[PollingTwin], activities=[rating_today]
        ):
            twin = await client.start_workflow(
                PollingTwin.run, HALF_A_YEAR, id="polling", task_queue=_QUEUE
            )
            await asyncio.sleep(_SETTLES)
            await engine.skipper.fast_forward(twin, (HALF_A_YEAR + 1) * DAY)
            polled = await _events(client, "polling")
        rows.append(("  beside it: asking once a day for half a year", _cost(polled), ""))
        return rows


if __name__ == "__main__":
    report(measure)
