"""Look up at how many days below a seller is warned (docs/rules.md, section 2)."""

from dataclasses import dataclass

from temporalio import activity


@dataclass(frozen=True)
class WarningActivities:
    """Activities of the queue `cases` for enrollments.

    An activity reads the setting. A workflow that read it would not replay after the setting
    has changed.
    """

    warn_days_below: tuple[int, ...]

    @activity.defn
    async def look_up_warnings(self) -> tuple[int, ...]:
        """Return the numbers of days below at which an enrolled seller is warned."""
        return self.warn_days_below
