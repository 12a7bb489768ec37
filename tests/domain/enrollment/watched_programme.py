"""A world in which every status and every e-mail is compared with what the rules say."""

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.enrollment import step_results
from domain.enrollment.events import (
    AccountNews,
    ChangeAccount,
    Expel,
    Readmit,
    RecordRatings,
    Reinstate,
)
from domain.enrollment.letters import SAYS_ENDED, Letter, LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import EnrollmentStep, LookUpWarnings, Send
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import Event, RecordDeactivation, SendLink
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.enrollment.build import DAY, PROFESSIONAL
from tests.domain.enrollment.status_oracle import Confirmed, Seller, confirmations
from tests.domain.enrollment.warnings_oracle import Warner
from tests.domain.enrollment.world import Programme, Task

Change = tuple[datetime, EnrollmentStatus]

ASKS = frozenset(
    {LetterPurpose.INVITED, LetterPurpose.INVITED_AGAIN, LetterPurpose.ENDED_NUMBER_NEEDED}
)
"""What asks for a number."""
_SAYS_WHY = {*LetterPurpose} - {LetterPurpose.CONTACT_CHANGED, LetterPurpose.FRESH_LINK}
"""What names the reason of the status."""


class Written(NamedTuple):
    """What an e-mail says, and to whom where that is not the present address."""

    about: LetterPurpose
    confirms: Confirmed | None = None
    days_below: int | None = None
    warns_at: tuple[int, ...] = ()


def as_written(letter: Letter) -> Written:
    """A letter, as the rules know it."""
    confirms = None
    if letter.confirms is not None:
        assert letter.to is not None
        confirms = Confirmed(letter.to, **letter.confirms.model_dump())
    else:
        assert letter.to is None, "only what confirms a change goes to another address"
    return Written(letter.about, confirms, letter.days_below, letter.warns_at)


def e_mail_for(after: EnrollmentStatus, *, ended: bool, deactivated: bool) -> list[Written]:
    """What a change of status writes; `ended`: an enrollment ended, and nobody was told yet."""
    if after is EnrollmentStatus.ENROLLED:
        return [Written(LetterPurpose.ENROLLED)]
    if after is EnrollmentStatus.INVITED:
        return [Written(LetterPurpose.ENDED_NUMBER_NEEDED if ended else LetterPurpose.INVITED)]
    if after is EnrollmentStatus.NOT_ELIGIBLE and deactivated:
        return []  # whoever deactivated tells
    return [Written(LetterPurpose.ENDED)] if ended else []


class WatchedProgramme(Programme):
    """Notes down beside the enrollment what happens, and compares at every step."""

    def __init__(
        self,
        *,
        now: datetime,
        number: str | None,
        email: str | None,
        number_valid: bool,
        announces: bool = False,
    ) -> None:
        self.seller = Seller(PROFESSIONAL, number, number_valid, email)
        self.warner = Warner(now.date())
        self.changes: list[Change] = []
        """Of status, as they must be."""
        self.status_log: list[Change] = []
        """As the timeline has them, the events that it forgot included."""
        self.owed: tuple[Confirmed, ...] = ()
        """E-mails that confirm a change and have not left."""
        self.links: tuple[datetime, ...] = ()
        """When a fresh link was taken."""
        self._beside: list[Written] = []
        """What the last event writes, beside what comes of a status."""
        self._status = EnrollmentStatus.NOT_ELIGIBLE
        self._untold_end = False
        """Whether a letter that waits for an address says that an enrollment ended."""
        self._remind_at: datetime | None = None
        self._expelled_in: set[str | None] = set()
        self._events_seen = self._letters_seen = 0
        self._warning: Written | None = None
        """The one that waits to leave."""
        super().__init__(
            now=now, number=number, email=email, number_valid=number_valid, announces=announces
        )

    # --- what happens -------------------------------------------------------------------------

    def take(self, *events: Event) -> "WatchedProgramme":
        for event in events:
            before, warner = self.seller.copy(), self.warner.copy()
            owed, links, beside = self.owed, self.links, list(self._beside)
            refused = self._note(event)
            try:
                super().take(event)
            except Refused:
                self.seller, self.warner, self.owed, self.links = before, warner, owed, links
                self._beside = beside
                raise
            assert not refused, "what is to be refused is refused"
        return self

    def _note(self, event: Event) -> bool:
        """Note an event down; whether it is to be refused."""
        seller = self.seller
        match event:
            case RecordRatings():
                self.warner.time_passes(seller, self.now.date())
                seller.recorded |= {rating.date: rating.rating for rating in event.ratings}
                if event.account is not None:
                    self._learn(event.account)
            case ChangeAccount():
                self._learn(event, event.confirmed)
            case SendLink():
                return self._ask_for_link()
            case Expel() if event.case_id is None or event.case_id not in self._expelled_in:
                seller.expelled = True
                self._expelled_in.add(event.case_id)
            case Readmit():
                seller.expelled = False
            case RecordDeactivation():
                seller.deactivated = True
            case Reinstate():
                seller.deactivated = False
        return False

    def _learn(self, account: AccountNews, told: tuple[str, ...] = ()) -> None:
        seller = self.seller
        seller.plan = account.news.get("selling_plan", seller.plan)
        number = account.news.get("emergency_phone", seller.number)
        address = account.news.get("email", seller.address)
        due = confirmations((seller.number, number), (seller.address, address), told)
        self.owed += tuple(due)
        self._beside += [Written(LetterPurpose.CONTACT_CHANGED, confirmed) for confirmed in due]
        # Looked up before it is taken, so any other number is a valid one.
        seller.number_valid = seller.number_valid or number != seller.number
        if address != seller.address:
            self.warner.failed_on = None
        seller.number, seller.address = number, address

    def _ask_for_link(self) -> bool:
        if self.refuses_link():
            return True
        self.links += (self.now,)
        self._beside.append(Written(LetterPurpose.FRESH_LINK))
        return False

    def refuses_link(self) -> bool:
        """Once in 15 minutes and 3 times in 24 hours, where there is an address."""
        lately = [asked for asked in self.links if self.now - asked < DAY]
        just_now = bool(lately) and self.now - lately[-1] < timedelta(minutes=15)
        return self.seller.address is None or just_now or len(lately) >= 3

    def can_still_be_learned_of(self) -> bool:
        """Whether an e-mail was called off so lately that it may have left all the same."""
        return bool(self.called_off) and self.now - self.called_off[-1].at < DAY

    def learn_of_one_called_off(self) -> None:
        """An e-mail could not be stopped any more."""
        letter = self.called_off.pop().letter
        step_results.sent(self.enrollment, letter, Result.ACCEPTED, self.now)
        self._was_sent(letter, Result.ACCEPTED)
        self._reconcile()

    def _tell(self, step: EnrollmentStep, task: Task) -> None:
        super()._tell(step, task)
        if isinstance(step, LookUpWarnings):
            self.warner.at = self.warn_days
        if isinstance(step, Send) and task.letter is not None:
            assert step.to == (task.letter.to or self.seller.address)
            self._was_sent(task.letter, self.mail_result)

    def _was_sent(self, letter: Letter, result: Result) -> None:
        written = as_written(letter)
        if (
            letter.about in ASKS - {LetterPurpose.INVITED_AGAIN}
            and self._status is EnrollmentStatus.INVITED
        ):
            self._remind_at = self.now + timedelta(days=7)
        if letter.about is LetterPurpose.DAYS_BELOW:
            self.warner.sent(letter.warns_at, self.now.date(), arrived=result is Result.ACCEPTED)
            self._warning = None if self._warning == written else self._warning
        if written.confirms is not None:
            left = list(self.owed)
            if written.confirms in left:
                left.remove(written.confirms)
            self.owed = tuple(left)

    # --- what must come of it -----------------------------------------------------------------

    def _advance(self) -> tuple[EnrollmentStep, ...]:
        steps = super()._advance()
        if self.enrollment.number_unchecked:
            expected, self._beside = self._beside, []
            assert self._letters_written() == expected, "nothing is decided yet"
        else:
            self._compare()
            self._compare_warning(steps)
        return steps

    def _compare(self) -> None:
        due = self.seller.status_on(self.now.date())
        expected, self._beside = self._beside, []
        if due is not self._status:
            ended = self._status is EnrollmentStatus.ENROLLED or self._untold_end
            expected += e_mail_for(due, ended=ended, deactivated=self.seller.deactivated)
            self.changes.append((self.now, due))
            self._status, self._remind_at = due, None
        elif self._remind_at is not None and self._remind_at <= self.now:
            expected.append(Written(LetterPurpose.INVITED_AGAIN))
            self._remind_at = None
        expected += self._warning_written()
        assert self._letters_written() == expected
        waits = self.enrollment.account.email is None
        self._untold_end = waits and any(
            x.about in SAYS_ENDED for x in self.enrollment.outbox.letters
        )
        self._read_timeline()

    def _warning_written(self) -> list[Written]:
        """The warning that is owed from now on, unless it waits to leave already."""
        today = self.now.date()
        self.warner.time_passes(self.seller, today)
        below = (
            self.seller.days(today).days_below(today)
            if self._status is EnrollmentStatus.ENROLLED
            else 0
        )
        if not below:
            self.warner.at = None
        owed = self.warner.owed(below)
        before, self._warning = self._warning, None
        if owed and self.seller.address is not None:
            warning = Written(LetterPurpose.DAYS_BELOW, None, below, owed)
            # After one that did not arrive none is written before the next day.
            rests = self.warner.failed_on == today and warning != before
            self._warning = None if rests else warning
        return [] if self._warning in (None, before) else [self._warning]

    def _compare_warning(self, steps: tuple[EnrollmentStep, ...]) -> None:
        """At which days they are warned is asked when it matters, and not before."""
        enrolled = self._status is EnrollmentStatus.ENROLLED
        today = self.now.date()
        matters = enrolled and self.seller.days(today).days_below(today) > 0
        assert (LookUpWarnings() in steps) == (matters and self.warner.at is None)
        below = self.seller.days(today).days_below(today) if enrolled else 0
        failed = self.warner.failed_on == today and self.warner.owed(below)
        if self._warning is not None or failed:
            waits = [step.moment for step in steps if isinstance(step, WaitUntil)]
            tomorrow = self.now.date() + DAY
            assert waits[0].date() <= tomorrow, "it is looked at again before it stops being true"

    def _letters_written(self) -> list[Written]:
        enrollment = self.enrollment
        new = [letter for letter in enrollment.outbox.letters if letter.number > self._letters_seen]
        lost = enrollment.outbox.count - self._letters_seen - len(new)
        assert lost == 0, "none is lost unseen"
        for letter in new:
            assert letter.about not in _SAYS_WHY or letter.reason is enrollment.reason
        self._letters_seen = enrollment.outbox.count
        waiting = [as_written(letter) for letter in enrollment.outbox.letters]
        assert [x.confirms for x in waiting if x.confirms] == list(self.owed), "none is called off"
        warnings = [x for x in waiting if x.about is LetterPurpose.DAYS_BELOW]
        assert warnings == ([] if self._warning is None else [self._warning]), "what is so"
        return [as_written(letter) for letter in new]

    def _read_timeline(self) -> None:
        new = self.enrollment.timeline.count - self._events_seen
        self._events_seen = self.enrollment.timeline.count
        for entry in self.enrollment.timeline.entries[-new:] if new else ():
            if entry.what is EnrollmentEventKind.STATUS and entry.status is not None:
                self.status_log.append((entry.at, entry.status))
