"""The simulation's own loop, at the very moments at which the server ran the case.

The server takes some time for each step, and the simulation takes none. Here it takes what the
server took. So whatever differs is a difference of the loops, to the microsecond.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.api.history.v1 import HistoryEvent

from domain.case.steps import Reach, Step
from domain.case.view import CaseView
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from simulation.people import Act
from simulation.play import CasePlay, Task

_BEFORE = datetime.min.replace(tzinfo=UTC)
_NEAR = timedelta(minutes=1)


class Moments:
    """The moments of a history: of its workflow tasks, and of what came in with each."""

    def __init__(self, events: Iterable[HistoryEvent]) -> None:
        self.tasks: list[datetime] = []
        self.updates: list[datetime] = []
        self.ended: dict[str, deque[datetime]] = defaultdict(deque)
        """When the case heard of the end of each activity, by its type, in their order."""
        kept = list(events)
        names = {e.event_id: _scheduled(e) for e in kept if _scheduled(e)}
        heard: dict[int, datetime] = {}
        waiting: list[int] = []
        started = _BEFORE
        for event, after in zip(kept, [*kept[1:], None], strict=True):
            kind = event.WhichOneof("attributes") or ""
            if kind == "workflow_task_started_event_attributes":
                if after is None or "workflow_task_completed" in (
                    after.WhichOneof("attributes") or ""
                ):
                    # As the SDK makes `workflow.now()` of it, to the last microsecond.
                    started = datetime.fromtimestamp(event.event_time.ToNanoseconds() / 1e9, UTC)
                    self.tasks.append(started)
                    heard |= dict.fromkeys(waiting, started)
                    waiting = []
            elif kind == "workflow_execution_update_accepted_event_attributes":
                self.updates.append(started)
            elif kind.startswith("activity_task_") and kind.split("_")[2] in _ENDS:
                waiting.append(getattr(event, kind).scheduled_event_id)
        for event_id, name in names.items():
            if event_id in heard:
                self.ended[name].append(heard[event_id])


_ENDS = {"completed", "failed", "timed", "canceled"}


def _scheduled(event: HistoryEvent) -> str:
    return event.activity_task_scheduled_event_attributes.activity_type.name


class AsOnServer(CasePlay):
    """A case, played again at the server's moments.

    Args:
        first: the case as it was simulated, without them.
        real: the case as it ended on the server.
        moments: of its history.
    """

    def __init__(self, first: CasePlay, real: CaseView, moments: Moments) -> None:
        super().__init__(first.stage, first.seller, real.id, real.opened_at)
        self._moments, self._to_do = moments, dict(enumerate(first.done))
        self._attempts = {entry.attempt: entry.at for entry in real.timeline if entry.result}

    def _awake(self, moment: datetime) -> datetime:
        tasks = self._moments.tasks
        return tasks[bisect_left(tasks, moment)]

    def _will(self, act: Act) -> None:
        done = self._to_do.items()
        same = (n for n, a in done if a.rule is act.rule and abs(a.at - act.at) < _NEAR)
        if (number := next(same, None)) is not None:
            del self._to_do[number]  # of two that are meant, the later one may be done first
            act = act._replace(at=self._moments.updates[number])
        super()._will(act)

    def _perform(self, step: Step) -> Task:
        task = super()._perform(step)
        if isinstance(step, WaitUntil):
            return task
        if isinstance(step, Reach):
            return task._replace(ends=self._attempts[step.number])
        return task._replace(ends=self._moments.ended[_ACTIVITIES[type(step).__name__]].popleft())

    def _called_off(self, number: int, began: datetime) -> Task:
        return Task(began, self._attempts[number], Result.CANCELLED)


_ACTIVITIES = {
    "LookUp": "look_up",
    "LookUpHours": "look_up_hours",
    "TellDesk": "tell_desk",
    "Deactivate": "deactivate_account",
    "TellDeactivation": "tell_deactivation",
}
