"""What an enrollment is held against: a workflow that asks once a day."""

from datetime import timedelta

from temporalio import activity, workflow

DAY = timedelta(days=1)


@activity.defn
async def rating_today() -> int:
    """What a poll would ask the marketplace."""
    return 300


@workflow.defn
class PollingTwin:
    """The other way to know when a seller qualifies: to ask once a day."""

    @workflow.run
    async def run(self, days: int) -> None:
        """Ask on each of so many days."""
        for _ in range(days):
            await workflow.execute_activity(
                rating_today, start_to_close_timeout=timedelta(seconds=10)
            )
            await workflow.sleep(DAY)
