"""What a try of a call tells the next try in its heartbeats."""

from dataclasses import dataclass
from datetime import datetime

from temporalio import activity


@dataclass(frozen=True)
class Following:
    """A call that has been placed and is being followed."""

    call: str
    dialled_late: datetime | None = None
    """When it was dialled, if late (`domain.case.attempt.DIALLED_LATE`)."""

    def details(self) -> tuple[str, ...]:
        """Return the details of the heartbeats."""
        late = self.dialled_late
        return (self.call, late.isoformat()) if late else (self.call,)


class _NothingPlaced:
    """The try that says so ended knowing that no call was placed."""

    def tell(self) -> None:
        """Heartbeat that this try placed no call."""
        activity.heartbeat(activity.info().attempt)


nothing_placed = _NothingPlaced()


def left_by_the_try_before() -> Following | _NothingPlaced | None:
    """Return what the try before this one knew, or None if it died before it could tell."""
    match tuple(activity.info().heartbeat_details):
        case (str(call),):
            return Following(call)
        case (str(call), str(dialled_late)):
            return Following(call, datetime.fromisoformat(dialled_late))
        case (int(number),) if number == activity.info().attempt - 1:
            return nothing_placed
        case _:
            return None
