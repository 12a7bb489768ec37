"""What an enrollment asks of this marketplace's settings (docs/rules.md, section 2)."""

from dataclasses import dataclass

from temporalio import activity


@dataclass(frozen=True)
class WarningActivities:
    """Activities of the queue `cases` for enrollments.

    A setting is asked for in an activity: a workflow that read it would come to another answer
    when it is replayed under another setting.
    """

    warn_days_below: tuple[int, ...]

    @activity.defn
    async def look_up_warnings(self) -> tuple[int, ...]:
        """At how many days below an enrolled seller is warned."""
        return self.warn_days_below
