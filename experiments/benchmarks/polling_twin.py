"""The twin of an enrollment: a workflow that polls once a day."""

from datetime import timedelta

from temporalio import activity, workflow

DAY = timedelta(days=1)


@activity.defn
async def rating_today() -> int:
    """Return what a poll of the marketplace would."""
    return 300


@workflow.defn
class PollingTwin:
    """Polls once a day, which is the other way to know when a seller qualifies."""

    @workflow.run
    async def run(self, days: int) -> None:
        """Poll once a day, for so many days."""
        for _ in range(days):
            await workflow.execute_activity(
                rating_today, start_to_close_timeout=timedelta(seconds=10)
            )
            await workflow.sleep(DAY)
