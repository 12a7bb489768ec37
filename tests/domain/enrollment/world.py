"""A scripted world in virtual time: it does what an enrollment wants, as its workflow does."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.enrollment import step_results, updates
from domain.enrollment.advance import advance
from domain.enrollment.announcements import untold
from domain.enrollment.letters import Letter, LetterPurpose
from domain.enrollment.old_numbers import Way
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.steps import (
    CheckNumber,
    EnrollmentStep,
    LookUpWarnings,
    LookUpWay,
    NumberFacts,
    PlaceCall,
    PrepareCall,
    Send,
    TellOldNumber,
)
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.verification import Preparation, kept
from domain.enrollment.view import EnrollmentView, view_of
from domain.shared.account import ContactNews, SellingPlan
from domain.shared.announcements import Announcement
from domain.shared.events import Event
from domain.shared.result import Result
from domain.shared.steps import Announce, ShareContact, TellDeactivation, WaitUntil
from tests.domain.case.build import ADDRESS, NUMBER
from tests.domain.enrollment.build import DAY, NOON, PROFESSIONAL, an_enrollment
from tests.domain.refused import as_promised

AT_ONCE = timedelta(0)


class Task(NamedTuple):
    """A step being performed: when it will end, and what it tells whom."""

    ends: datetime
    letter: Letter | None = None
    news: ContactNews = ContactNews()
    by: str | None = None
    """Who deactivated the account."""
    told: tuple[tuple[Announcement, ...], int] | None = None
    """The events that are handed over, and how many entries of the timeline they are from."""


def proof_of(number: int) -> str:
    """The proof of the code that a call says."""
    return f"{number:064x}"


class CalledOff(NamedTuple):
    """An e-mail that was to leave, and is not wanted any more."""

    at: datetime
    letter: Letter


class Mailed(NamedTuple):
    """An e-mail that left."""

    at: datetime
    to: str
    about: LetterPurpose
    reason: EnrollmentReason


class Programme:
    """Plays one enrollment. `now` is the moment up to which it has been played."""

    def __init__(
        self,
        *events: Event,
        now: datetime = NOON,
        number: str | None = NUMBER,
        email: str | None = ADDRESS,
        plan: SellingPlan | None = PROFESSIONAL,
        number_valid: bool = True,
        announces: bool = False,
        must_be_verified: bool = False,
    ) -> None:
        self.now = now
        self.enrollment = an_enrollment(now, number=number, email=email, plan=plan)
        self.number_valid = number_valid
        self.mail_result, self.mail_takes = Result.ACCEPTED, AT_ONCE
        self.share_takes = self.check_takes = self.call_takes = AT_ONCE
        self.warn_days: tuple[int, ...] = (7, 10)
        self.case_can_be_told = True
        self.must_be_verified = must_be_verified
        self.contacting = False
        """Whether a case is in `contacting`."""
        self.call_result = Result.CONNECTED
        self.call_refused_as: Result | None = None
        self.old_number_waits: timedelta | None = AT_ONCE
        """For how long an old number is not told, since it is night there. None: it never is."""
        self.sends_texts = False
        self.told_numbers: list[tuple[datetime, str, bool]] = []
        """When an old number was told of the change, and whether by text."""
        self.announces = announces
        self.announced: tuple[Announcement, ...] = ()
        """The events that were handed over."""
        self.mailed: list[Mailed] = []
        self.confirmed: list[Mailed] = []
        """What left to confirm a changed number or address."""
        self.called_off: list[CalledOff] = []
        self.shared: list[tuple[str, ...]] = []
        self.told_of_deactivation: list[str] = []
        """Who an open case was told had deactivated the account."""
        self.woken: list[datetime] = []
        self._tasks: dict[EnrollmentStep, Task] = {}
        self._reconcile()
        self.take(*events)

    # --- what tests do ------------------------------------------------------------------------

    def take(self, *events: Event) -> "Programme":
        """Hand over events at this moment; one that is refused raises and changes nothing."""
        for event in events:
            method = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
            enrollment = self.enrollment.model_copy()
            with as_promised():
                getattr(updates, method)(enrollment, event, self.now)
            self.enrollment = enrollment
            self._reconcile()
        return self

    def play(self, days: float) -> "Programme":
        """Let time pass."""
        return self.play_until(self.now + days * DAY)

    def play_until(self, until: datetime) -> "Programme":
        while (moment := min((t.ends for t in self._tasks.values()), default=until)) <= until:
            if not self._tasks:
                break
            self.now = max(self.now, moment)
            self._take_off_finished()
            self._reconcile()
        self.now = max(self.now, until)
        return self

    def be_down(self, days: float) -> "Programme":
        """Let time pass in which nothing of ours runs."""
        self.now += days * DAY
        return self

    # --- what tests look at -------------------------------------------------------------------

    @property
    def status(self) -> EnrollmentStatus:
        return self.enrollment.status

    @property
    def reason(self) -> EnrollmentReason:
        return self.enrollment.reason

    @property
    def view(self) -> EnrollmentView:
        return view_of(self.enrollment, self.now)

    @property
    def letters(self) -> list[LetterPurpose]:
        """What the e-mails were about that left, in their order."""
        return [mail.about for mail in self.mailed]

    @property
    def sleeps_until(self) -> datetime | None:
        return next((step.moment for step in self._tasks if isinstance(step, WaitUntil)), None)

    @property
    def steps(self) -> list[type[EnrollmentStep]]:
        """The kinds of steps under way."""
        return [type(step) for step in self._tasks]

    @property
    def became(self) -> list[tuple[EnrollmentStatus | None, EnrollmentReason | None]]:
        """Every change of status in the timeline."""
        return [
            (entry.status, entry.reason)
            for entry in self.enrollment.timeline.entries
            if entry.what is EnrollmentEventKind.STATUS
        ]

    def _way(self) -> Way | None:
        if self.old_number_waits is None:
            return None
        due = self.now + self.old_number_waits
        by_text = self.sends_texts and self.enrollment.old_numbers.waiting[0].takes_texts
        return Way(due=due, until=due + timedelta(hours=1), by_text=by_text)

    # --- performing ---------------------------------------------------------------------------

    def _reconcile(self) -> None:
        """Start what the enrollment wants, call off what it does not want any more."""
        for _ in range(20):
            wanted = self._advance()
            for step in [step for step in self._tasks if step not in wanted]:
                letter = self._tasks.pop(step).letter
                self.called_off += [] if letter is None else [CalledOff(self.now, letter)]
            for step in wanted:
                if step not in self._tasks:
                    self._tasks[step] = self._perform(step)
            if not self._take_off_finished():
                return
        raise AssertionError("it comes to rest: no step is asked for again and again")

    def _advance(self) -> tuple[EnrollmentStep, ...]:
        steps = advance(self.enrollment, self.now)
        after = self.enrollment.model_copy()
        assert advance(self.enrollment, self.now) == steps, "asked again, the steps are the same"
        assert self.enrollment == after, "asking again at the same moment changes nothing"
        waits = [step.moment for step in steps if isinstance(step, WaitUntil)]
        assert len(waits) <= 1, "one timer only"
        assert all(moment > self.now for moment in waits), "a timer is set for later"
        return steps

    def _take_off_finished(self) -> bool:
        ended = [(step, task) for step, task in self._tasks.items() if task.ends <= self.now]
        for step, task in sorted(ended, key=lambda pair: pair[1].ends):
            del self._tasks[step]
            self._tell(step, task)
        return bool(ended)

    def _perform(self, step: EnrollmentStep) -> Task:
        match step:
            case CheckNumber():
                return Task(self.now + self.check_takes)
            case LookUpWarnings():
                return Task(self.now + self.check_takes)
            case PrepareCall():
                return Task(self.now + self.check_takes)
            case PlaceCall() | TellOldNumber():
                return Task(self.now + self.call_takes)
            case LookUpWay():
                return Task(self.now + self.check_takes)
            case Announce():
                told = (untold(self.enrollment), self.enrollment.timeline.count)
                return Task(self.now + self.share_takes, told=told)
            case Send(number=number):
                letter = next(x for x in self.enrollment.outbox.letters if x.number == number)
                return Task(self.now + self.mail_takes, letter)
            case ShareContact():
                return Task(self.now + self.share_takes, news=self.enrollment.contact_news)
            case TellDeactivation():
                return Task(self.now + self.share_takes, by=self.enrollment.case_to_hear)
            case WaitUntil(moment=moment):
                return Task(moment)

    def _tell(self, step: EnrollmentStep, task: Task) -> None:
        match step:
            case CheckNumber():
                facts = NumberFacts(
                    valid=self.number_valid,
                    must_be_verified=self.must_be_verified,
                    contacting=self.contacting,
                    announces=self.announces,
                )
                step_results.number_checked(self.enrollment, facts, self.now)
            case PrepareCall(number=number):
                call = self.enrollment.verification.call
                assert call is not None
                says = call.kind.says_code and self.call_refused_as is None
                proof = kept(proof_of(number)) if says else None
                preparation = Preparation(refused_as=self.call_refused_as, proof=proof)
                step_results.call_prepared(self.enrollment, number, preparation, self.now)
            case PlaceCall(number=number):
                step_results.call_ended(self.enrollment, number, self.call_result, self.now)
            case LookUpWay(number=number):
                step_results.way_looked_up(self.enrollment, number, self._way(), self.now)
            case TellOldNumber(number=number):
                (old, *_) = self.enrollment.old_numbers.waiting
                self.told_numbers.append((self.now, old.phone, old.by_text))
                step_results.old_number_told(
                    self.enrollment, number, old.by_text, self.call_result, self.now
                )
            case Announce():
                assert task.told is not None
                events, entries = task.told
                self.announced += events if self.announces else ()
                step_results.announced(self.enrollment, entries, self.announces, self.now)
            case LookUpWarnings():
                step_results.warnings_looked_up(self.enrollment, self.warn_days, self.now)
            case Send(to=to):
                assert task.letter is not None
                mailed = Mailed(self.now, to, task.letter.about, task.letter.reason)
                confirms = task.letter.about is LetterPurpose.CONTACT_CHANGED
                (self.confirmed if confirms else self.mailed).append(mailed)
                step_results.sent(self.enrollment, task.letter, self.mail_result, self.now)
            case ShareContact():
                self.shared.append(task.news.fields)
                step_results.shared_contact(
                    self.enrollment, task.news, self.case_can_be_told, self.now
                )
            case TellDeactivation():
                assert task.by is not None
                self.told_of_deactivation.append(task.by)
                step_results.told_deactivation(
                    self.enrollment, task.by, self.case_can_be_told, self.now
                )
            case WaitUntil(moment=moment):
                self.woken.append(moment)
