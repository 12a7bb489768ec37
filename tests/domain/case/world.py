"""A scripted world in virtual time: it does what a case wants, exactly as the workflow does."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.case import step_results
from domain.case.activity_inputs import deactivate_input
from domain.case.advance import advance
from domain.case.announcements import untold
from domain.case.attempt import Attempt, Channel, Purpose
from domain.case.calling_hours import calling_hours
from domain.case.status import Reason, Status
from domain.case.steps import (
    Deactivate,
    Expel,
    LookAtAccount,
    LookUp,
    LookUpFindHashes,
    LookUpHours,
    Reach,
    Step,
    TellDesk,
)
from domain.shared.account import ContactNews, Issue
from domain.shared.announcements import Announcement
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from reference.time_zones import zone_of
from tests.domain.case.build import (
    HOUR,
    MINUTE,
    MONDAY_9,
    a_new_case,
    apply,
    facts_for,
)

Script = Result | Mapping[int, Result] | Callable[[Attempt], Result]
"""What attempts of a channel end with: always the same, by their count from 1 (calls not named
are not answered, e-mails not named are accepted), or worked out from the attempt."""


class Task(NamedTuple):
    """A step being performed: when it will end, and how."""

    ends: datetime
    outcome: Any  # Any: a Result, a bool, `Held`, or None, by the kind of step


class Held(NamedTuple):
    """What a deactivation ends with that is held."""

    reason: Reason
    tried: bool = False


class World:
    """Plays one case. `now` is the moment up to which it has been played."""

    def __init__(
        self,
        opened_at: datetime = MONDAY_9,
        *issues: Issue,
        calls: Script = Result.NO_ANSWER,
        emails: Script = Result.ACCEPTED,
        account_service: bool = True,
        account_answers: bool = True,
        silence_held: bool = False,
        desk_mail: bool = True,
        just_ended: Result | None = None,
        call_takes: timedelta = MINUTE,
        email_takes: timedelta = timedelta(0),
        look_up_takes: timedelta = timedelta(0),
        policy: dict[str, Any] | None = None,
        zone: str = "America/Los_Angeles",
        not_called: str | None = None,
        not_covered: str | None = None,
        already_deactivated: bool = False,
        announces: bool = False,
        find_hashes: tuple[str, ...] = (),
        known_days: int = 7,
    ) -> None:
        self.now = opened_at
        self.case = a_new_case(opened_at, *issues, zone=zone)
        self.scripts = {Channel.CALL: calls, Channel.EMAIL: emails}
        self.account_service, self.desk_mail = account_service, desk_mail
        self.account_answers = account_answers
        """Whether the account service says that the account is active, or else nothing at all."""
        self.silence_held = silence_held
        self.just_ended = just_ended
        """What an attempt called off ends with; None: it is cancelled in time."""
        self.look_up_takes, self.hang_up_takes = look_up_takes, timedelta(0)
        self.durations = {Channel.CALL: call_takes, Channel.EMAIL: email_takes}
        self.facts = facts_for(
            self.case,
            policy,
            not_called=not_called,
            not_covered=not_covered,
            deactivated=already_deactivated,
            announces=announces,
            days=known_days,
        ).model_copy(update={"find_hashes": find_hashes})
        self.desk_mails: list[datetime] = []
        self.deactivations = self.expulsions = self.told_deactivated = 0
        self.announced: tuple[Announcement, ...] = ()
        """The events that were handed over."""
        self.shared: list[ContactNews] = []
        """What the enrollment was told of number, address and answered calls."""
        self.down_until: datetime | None = None
        self._tasks: dict[Step, Task] = {}
        self._called_off: dict[Step, Task] = {}
        self._count = {Channel.CALL: 0, Channel.EMAIL: 0}
        self._reconcile()

    # --- what tests do ------------------------------------------------------------------------

    def take(self, *events: Event) -> "World":
        """Hand the case events at this moment; one that is refused raises and changes nothing."""
        for event in events:
            self._hand_over(event)
            self._reconcile()
        return self

    def _hand_over(self, event: Event) -> None:
        case = self.case.model_copy()
        apply(case, event, self.now)
        self.case = case

    def cancel(self) -> "World":
        """Cancel the workflow."""
        self.case.cancel(self.now)
        self._reconcile()
        return self

    def find_account(self, *, active: bool) -> "World":
        """Have the account service say at last what the account is."""
        step_results.looked_at_account(self.case, active, self.now)
        self._reconcile()
        return self

    def play(self, hours: float = 24 * 90) -> "World":
        """Let time pass: so many hours, or until the case is closed."""
        return self.play_until(self.now + hours * HOUR)

    def play_until(self, until: datetime) -> "World":
        while self.case.closed_at is None:
            moment = min((task.ends for _, task in self._all_tasks), default=until)
            if self.down_until is not None:
                moment = max(moment, self.down_until)
            if moment > until:
                break
            self.now = max(self.now, moment)
            self._take_off_finished()
            self._reconcile()
        self.now = max(self.now, until) if self.case.closed_at is None else self.now
        return self

    def be_down(self, hours: float) -> "World":
        """Let time pass in which nothing of ours runs, then take up work again."""
        self.down_until = self.now + hours * HOUR
        self.play(hours)
        self.down_until = None
        return self

    # --- what tests look at -------------------------------------------------------------------

    def made(self, channel: Channel, *abouts: Purpose) -> list[Attempt]:
        """Attempts so far, those under way included, in the order of their numbers."""
        attempts = sorted(
            (*self.case.attempts.made, *self.case.attempts.under_way), key=lambda a: a.number
        )
        return [a for a in attempts if a.channel is channel and (not abouts or a.about in abouts)]

    def calls(self, *abouts: Purpose) -> list[Attempt]:
        return self.made(Channel.CALL, *abouts)

    def emails(self, *abouts: Purpose) -> list[Attempt]:
        return self.made(Channel.EMAIL, *abouts)

    def hour(self, moment: datetime | None) -> float:
        """A moment in hours since the case opened."""
        assert moment is not None
        return round((moment - self.case.opened_at) / HOUR, 3)

    def hours_of(self, attempts: list[Attempt]) -> list[float]:
        return [self.hour(a.at) for a in attempts]

    @property
    def status(self) -> Status:
        return self.case.status

    @property
    def results(self) -> list[Result | None]:
        return [a.result for a in sorted(self.case.attempts.made, key=lambda a: a.number)]

    # --- performing ---------------------------------------------------------------------------

    def _reconcile(self) -> None:
        """Start what the case wants, call off what it does not want any more."""
        while True:
            wanted = self._advance()
            for step in [s for s in self._tasks if s not in wanted]:
                del self._tasks[step]
                if isinstance(step, Reach):
                    result = self.just_ended or Result.CANCELLED
                    self._called_off[step] = Task(self.now + self.hang_up_takes, result)
            for step in wanted:
                if step not in self._tasks:
                    self._tasks[step] = self._perform(step)
            if not self._take_off_finished():
                return

    def _advance(self) -> tuple[Step, ...]:
        return advance(self.case, self.now)

    @property
    def _all_tasks(self) -> list[tuple[Step, Task]]:
        return [*self._called_off.items(), *self._tasks.items()]

    def _take_off_finished(self) -> bool:
        if self.down_until is not None and self.now < self.down_until:
            return False
        ended = [(step, task) for step, task in self._all_tasks if task.ends <= self.now]
        for step, task in sorted(ended, key=lambda pair: pair[1].ends):
            self._called_off.pop(step, None)
            self._tasks.pop(step, None)
            self._tell(step, task)
        return bool(ended)

    def _perform(self, step: Step) -> Task:
        match step:
            case WaitUntil(moment=moment):
                return Task(moment, None)
            case Reach(number=number):
                return self._reach(
                    next(a for a in self.case.attempts.under_way if a.number == number)
                )
            case LookUpHours():
                return Task(self.now + self.look_up_takes, None)
            case LookUpFindHashes():
                account = self.case.account
                hashes = (account.email, account.emergency_phone)  # in the clear, to be seen
                return Task(self.now + self.look_up_takes, (account, hashes))
            case ShareContact():
                return Task(self.now, self.case.contact_news)
            case Announce():
                return Task(self.now, (untold(self.case), len(self.case.timeline.entries)))
            case Deactivate() if (
                self.silence_held and deactivate_input(self.case).reason == Reason.NOT_REACHED
            ):
                return Task(self.now, Held(Reason.SILENCE_HELD))
            case Deactivate() if not self.account_service:
                return Task(self.now + self.case.rules.deactivation_timeout, False)
            case LookAtAccount() if not self.account_answers:
                return Task(self.now + timedelta(days=9999), None)
            case TellDesk() if not self.desk_mail:
                return Task(self.now + self.case.rules.desk_reminder, False)
            case _:
                return Task(self.now, True)

    def _reach(self, attempt: Attempt) -> Task:
        channel, script = attempt.channel, self.scripts[attempt.channel]
        self._count[channel] += 1
        default = Result.NO_ANSWER if channel is Channel.CALL else Result.ACCEPTED
        if isinstance(script, Mapping):
            result = script.get(self._count[channel], default)
        else:
            result = script if isinstance(script, Result) else script(attempt)
        takes = self.durations[channel]
        if result is Result.PROVIDER_FAILED:
            rules = self.case.rules
            takes = rules.call_timeout if channel is Channel.CALL else rules.email_timeout
            if not self.case.is_open:
                takes = rules.closing_email_timeout
        return Task(self.now + takes, result)

    def _tell(self, step: Step, task: Task) -> None:
        match step:
            case LookUp():
                step_results.looked_up(self.case, self.facts, self.now)
            case LookUpFindHashes():
                account, hashes = task.outcome
                step_results.looked_up_find_hashes(self.case, account, hashes, self.now)
            case LookUpHours():
                step_results.looked_up_hours(self.case, self._hours_ahead(), self.now)
            case Reach(number=number):
                step_results.reached_out(self.case, number, task.outcome, self.now)
            case TellDesk():
                self.desk_mails += [self.now] if task.outcome else []
                step_results.told_desk(self.case, step.due, task.outcome, self.now)
            case Announce():
                events, entries = task.outcome
                self.announced += events
                step_results.announced(self.case, entries, True, self.now)
            case ShareContact():
                self.shared.append(task.outcome)
                step_results.shared_contact(self.case, task.outcome, True, self.now)
            case Deactivate() | LookAtAccount() | Expel() | TellDeactivation():
                self._tell_of_account(step, task)

    def _tell_of_account(self, step: Step, task: Task) -> None:
        match step:
            case Deactivate() if isinstance(task.outcome, Held):
                reason, tried = task.outcome.reason, task.outcome.tried
                step_results.deactivation_held(self.case, step, reason, self.now, tried=tried)
            case Deactivate() if task.outcome:
                self.deactivations += 1
                step_results.deactivated(self.case, self.now)
            case Deactivate():
                self.deactivations += 1
                step_results.deactivation_failed(self.case, step, self.now)
            case LookAtAccount():
                step_results.looked_at_account(self.case, task.outcome, self.now)
            case Expel():
                self.expulsions += 1
                step_results.expelled_from_programme(self.case, self.now)
            case TellDeactivation():
                self.told_deactivated += 1
                step_results.told_deactivation(self.case, self.now)

    def _hours_ahead(self) -> Any:  # Any: a tuple of openings
        rules = self.case.rules
        zone = zone_of(self.case.account.time_zone)
        until = self.now + rules.window + timedelta(days=4)
        return calling_hours(rules.quiet_from, rules.quiet_until, zone, self.now, until)
