"""Plays one case in virtual time: the loop of workflows/case/issue_case.py, without a server."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from activities.opening import HOURS_AHEAD
from domain.case import step_results
from domain.case.advance import advance
from domain.case.attempt import Attempt, CallEnded, Channel
from domain.case.calling_hours import CallingWindow, calling_hours
from domain.case.case import Case
from domain.case.policy import Policy
from domain.case.steps import CaseFacts, Deactivate, LookUp, LookUpHours, Reach, Step, TellDesk
from domain.shared.account import Issue
from domain.shared.result import Result
from domain.shared.steps import TellDeactivation, WaitUntil
from reference.time_zones import zone_of
from simulation.people import Act, People
from simulation.providers import Ends, Outages, Providers
from simulation.seller import Mixes, Seller
from simulation.world import Down, World

_NO_TIME = timedelta(0)


class Task(NamedTuple):
    """A step under way: when it began, when it ends, and how."""

    began: datetime
    ends: datetime
    outcome: Result | CallEnded | bool | None = None


class Hours:
    """The calling hours of a policy in each time zone, found once for a whole world."""

    def __init__(self, world: World, rules: Policy) -> None:
        self._rules, self._begins = rules, world.begins
        self._known: dict[str, tuple[tuple[CallingWindow, ...], list[datetime]]] = {}
        self._ends = world.begins + timedelta(days=world.days + 30) + rules.window + HOURS_AHEAD

    def of(self, zone: str, start: datetime) -> tuple[CallingWindow, ...]:
        """Return what `activities.opening.hours_of` does."""
        if zone not in self._known:
            windows = self._between(zone, self._begins, self._ends)
            self._known[zone] = windows, [w.closes for w in windows]
        windows, closes = self._known[zone]
        until = start + self._rules.window + HOURS_AHEAD
        if until >= closes[-1]:
            return self._between(zone, start, until)
        return windows[bisect_right(closes, start) : bisect_right(closes, until) + 1]

    def _between(self, zone: str, start: datetime, until: datetime) -> tuple[CallingWindow, ...]:
        rules = self._rules
        return calling_hours(rules.quiet_from, rules.quiet_until, zone_of(zone), start, until)


class Stage:
    """What every case of a world and a policy meets."""

    def __init__(self, world: World, rules: Policy) -> None:
        self.world, self.rules = world, rules
        self.mixes, self.outages, self.hours = Mixes(world), Outages(world), Hours(world, rules)


class CasePlay:
    """One case, played to its end.

    Args:
        stage: the world and the policy.
        seller: the seller, with their luck.
        case_id: the case's own id, from which its minute for calls at an opening comes.
        opened_at: when it opens. None: when the seller's case does, once the engine runs.
    """

    def __init__(
        self, stage: Stage, seller: Seller, case_id: str, opened_at: datetime | None = None
    ) -> None:
        self.stage, self.seller = stage, seller
        begins = seller.opened_at
        self.now = opened_at or stage.outages.until(Down.ENGINE, begins) or begins
        self.case = Case(id=case_id, account=seller.account, issues=(_ISSUE,), opened_at=self.now)
        self._providers = Providers(stage.outages, seller, stage.rules)
        mixes = stage.mixes
        self._people = People(stage.world, mixes.verdicts, mixes.rulings, seller)
        self._tasks: dict[Step, Task] = {}
        self._acts: list[tuple[datetime, int, Act]] = []
        self._numbers = count()
        self._shown: tuple[object, ...] = ()
        self.actions = 1
        """How many actions Temporal Cloud bills, as far as the case goes; its start is one."""
        self.on_the_line = _NO_TIME
        """How long the telephone was in use."""
        self.ends: dict[int, Ends] = {}
        """What the providers made of each attempt, by its number."""
        self.done: list[Act] = []
        """What people did, in order."""

    def play(self) -> Case:
        """Play the case until it is closed, and return it."""
        case = self.case
        took_off = False
        while True:
            started = self._reconcile(advance(case, self.now))
            self._show(leave_an_event=took_off and not started)
            for act in self._people.look(case, self.now):
                self._will(act)
            if case.closed_at is not None and not self._tasks:
                return case
            took_off = self._wait()

    def _will(self, act: Act) -> None:
        heappush(self._acts, (act.at, next(self._numbers), act))

    def _reconcile(self, wanted: tuple[Step, ...]) -> bool:
        """Call off what is no longer wanted, and start what is new. Return whether any is."""
        for step in [step for step in self._tasks if step not in wanted]:
            if isinstance(step, Reach):
                began = self._tasks[step].began
                self.actions += 1  # hanging up
                self._tasks[step] = self._called_off(step.number, began)
            else:
                del self._tasks[step]
        started = False
        for step in wanted:
            if step not in self._tasks:
                self._tasks[step] = self._perform(step)
                started = True
        return started

    def _called_off(self, number: int, began: datetime) -> Task:
        """Return the end of an attempt that is no longer wanted: it is stopped at once."""
        return Task(began, self.now, Result.CANCELLED)

    def _show(self, *, leave_an_event: bool) -> None:
        """Count the update of the search attributes, where the workflow makes one."""
        case = self.case
        if case.policy is None:
            return
        shown = (case.status, case.deadline, case.conversation_required, case.desk.proposal)
        if shown != self._shown or (leave_an_event and case.closed_at is None):
            self._shown = shown
            self.actions += 1

    # --- waiting ----------------------------------------------------------------------------

    def _wait(self) -> bool:
        """Let time pass until something happens. Return whether a step has ended."""
        moment = min(task.ends for task in self._tasks.values()) if self._tasks else _NEVER
        if self._acts and self._acts[0][0] < moment:
            moment = self._acts[0][0]
        self.now = max(self.now, self._awake(moment))
        ended = [(step, task) for step, task in self._tasks.items() if task.ends <= self.now]
        for step, task in ended:
            del self._tasks[step]
            self._take_off(step, task)
        if not ended:
            _, _, act = heappop(self._acts)
            act = act._replace(at=self.now)
            if self._people.do(self.case, act):
                self.actions += 1
                self.done.append(act)
        return bool(ended)

    def _awake(self, moment: datetime) -> datetime:
        """Return when the engine notices what happens at a moment."""
        return self.stage.outages.until(Down.ENGINE, moment) or moment

    def _take_off(self, step: Step, task: Task) -> None:
        """Tell the case what came of a step."""
        case, now = self.case, self.now
        match step:
            case Reach(number=number):
                self._reached_out(number, task)
            case WaitUntil():
                pass  # `advance` sees by itself that time has passed
            case LookUp():
                hours = self.stage.hours.of(case.account.time_zone, case.opened_at)
                facts = CaseFacts.model_construct(
                    policy=self.stage.rules, hours=hours, shares_contact=True
                )
                step_results.looked_up(case, facts, now)
            case LookUpHours():
                hours = self.stage.hours.of(case.account.time_zone, task.began)
                step_results.looked_up_hours(case, hours, now)
            case TellDesk(due=due):
                step_results.told_desk(case, due, bool(task.outcome), now)
            case Deactivate():
                step_results.deactivated(case, now)
            case TellDeactivation():
                step_results.told_deactivation(case, now)

    def _reached_out(self, number: int, task: Task) -> None:
        case, ended = self.case, task.outcome
        assert isinstance(ended, Result | CallEnded)
        attempt = next(a for a in case.attempts.under_way if a.number == number)
        if attempt.channel is Channel.CALL and self.now >= task.began + case.rules.call_timeout:
            ended = Result.PROVIDER_FAILED  # no worker of ours has looked in time
        step_results.reached_out(case, number, ended, self.now)
        result = ended.result if isinstance(ended, CallEnded) else ended
        if follows := self._people.after(case, attempt, result, self.now):
            self._will(follows)

    # --- performing -------------------------------------------------------------------------

    def _perform(self, step: Step) -> Task:
        match step:
            case WaitUntil(moment=moment):
                self.actions += 1
                return Task(self.now, moment)
            case Reach(number=number):
                attempt = next(a for a in self.case.attempts.under_way if a.number == number)
                return self._reach(attempt)
            case TellDesk():
                ends = self._providers.tell_desk(self.now)
                self.actions += ends.actions
                return Task(self.now, ends.at, ends.result is Result.ACCEPTED)
            case _:
                self.actions += 1
                return Task(self.now, self.now)

    def _reach(self, attempt: Attempt) -> Task:
        perform = self._providers.call if attempt.channel.rings else self._providers.email
        ends = self.ends[attempt.number] = perform(attempt, self.now)
        self.actions += ends.actions
        self.on_the_line += ends.on_the_line
        return Task(self.now, ends.at, ends.result)


_ISSUE = Issue(id="ISS-1", code="SIMULATED", summary="Simulated")
_NEVER = datetime.max.replace(tzinfo=UTC)
