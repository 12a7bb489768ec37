"""What a workflow shows of itself at one moment, by its own clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic

from temporalio.client import WorkflowExecutionDescription

from temporal_client.names import View


@dataclass(frozen=True)
class Snapshot(Generic[View]):
    """The view of a workflow, with what only the server knows of it."""

    view: View
    now: datetime
    """By the workflow's own clock, which may have been played forward."""
    broke_off: str | None = None
    """How the workflow ended, unless it ended as it should."""
    ended: bool = False
    """Whether the workflow has ended. The view of one that is just closing can be ahead of it."""


def clock_of(description: WorkflowExecutionDescription) -> datetime:
    """Return the time by a workflow's own clock, which may have been played forward."""
    extended = description.raw_description.workflow_extended_info
    if extended.HasField("time_skipping_info"):
        return extended.time_skipping_info.current_time.ToDatetime(UTC)
    return datetime.now(UTC)
