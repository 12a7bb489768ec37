"""A world in which every status and every e-mail is compared with what the rules say."""

from datetime import datetime, timedelta

from domain.attempt import Result
from domain.enrollment.events import (
    ChangeAccount,
    Expel,
    Readmit,
    RecordDeactivation,
    RecordRatings,
    Reinstate,
)
from domain.enrollment.record import SAYS_ENDED, About, Send, Status, Step, What
from domain.errors import Refused
from domain.events import Event
from tests.domain.enrollment.build import DAY, PROFESSIONAL
from tests.domain.enrollment.oracle import Seller
from tests.domain.enrollment.world import Programme, Task

Change = tuple[datetime, Status]


def e_mail_for(after: Status, *, ended: bool) -> list[About]:
    """What a change of status writes; `ended`: an enrollment ended, and nobody was told yet."""
    if after is Status.ENROLLED:
        return [About.ENROLLED]
    if after is Status.INVITED:
        return [About.ENDED_NUMBER_NEEDED if ended else About.INVITED]
    return [About.ENDED] if ended else []


class WatchedProgramme(Programme):
    """Notes down beside the enrollment what happens, and compares at every step."""

    def __init__(
        self, *, now: datetime, number: str | None, email: str | None, number_valid: bool
    ) -> None:
        self.seller = Seller(PROFESSIONAL, number, number_valid)
        self.changes: list[Change] = []
        """Of status, as they must be."""
        self.status_log: list[Change] = []
        """As the timeline has them, the events that it forgot included."""
        self._status = Status.NOT_ELIGIBLE
        self._untold_end = False
        """Whether a letter that waits for an address says that an enrollment ended."""
        self._remind_at: datetime | None = None
        self._expelled_in: set[str | None] = set()
        self._events_seen = self._letters_seen = 0
        super().__init__(now=now, number=number, email=email, number_valid=number_valid)

    # --- what happens -------------------------------------------------------------------------

    def take(self, *events: Event) -> "WatchedProgramme":
        for event in events:
            before = self.seller.copy()
            self._note(event)
            try:
                super().take(event)
            except Refused:
                self.seller = before
                raise
        return self

    def _note(self, event: Event) -> None:
        seller = self.seller
        match event:
            case RecordRatings():
                seller.recorded |= {rating.date: rating.rating for rating in event.ratings}
            case ChangeAccount():
                seller.plan = event.news.get("selling_plan", seller.plan)
                number = event.news.get("emergency_phone", seller.number)
                # Looked up before it is taken, so any other number is a valid one.
                seller.number_valid = seller.number_valid or number != seller.number
                seller.number = number
            case Expel() if event.case_id is None or event.case_id not in self._expelled_in:
                seller.expelled = True
                self._expelled_in.add(event.case_id)
            case Readmit():
                seller.expelled = False
            case RecordDeactivation():
                seller.deactivated = True
            case Reinstate():
                seller.deactivated = False

    def can_still_be_learned_of(self) -> bool:
        """Whether an e-mail was called off so lately that it may have left all the same."""
        return bool(self.called_off) and self.now - self.called_off[-1].at < DAY

    def learn_of_one_called_off(self) -> None:
        """An e-mail could not be stopped any more."""
        letter = self.called_off.pop().letter
        self.enrollment.sent(letter, Result.ACCEPTED, self.now)
        self._was_sent(letter.about)
        self._reconcile()

    def _tell(self, step: Step, task: Task) -> None:
        super()._tell(step, task)
        if isinstance(step, Send) and task.letter is not None:
            self._was_sent(task.letter.about)

    def _was_sent(self, about: About) -> None:
        asks = about in {About.INVITED, About.ENDED_NUMBER_NEEDED}
        if asks and self._status is Status.INVITED:
            self._remind_at = self.now + timedelta(days=7)

    # --- what must come of it -----------------------------------------------------------------

    def _advance(self) -> tuple[Step, ...]:
        steps = super()._advance()
        if not self.enrollment.number_unchecked:
            self._compare()
        return steps

    def _compare(self) -> None:
        due = self.seller.status_on(self.now.date())
        expected: list[About] = []
        if due is not self._status:
            ended = self._status is Status.ENROLLED or self._untold_end
            expected = e_mail_for(due, ended=ended)
            if due is Status.NOT_ELIGIBLE and self.seller.deactivated:
                expected = []  # whoever deactivated tells
            self.changes.append((self.now, due))
            self._status, self._remind_at = due, None
        elif self._remind_at is not None and self._remind_at <= self.now:
            expected = [About.INVITED_AGAIN]
            self._remind_at = None
        assert self._letters_written() == expected
        waits = self.enrollment.account.email is None
        self._untold_end = waits and any(x.about in SAYS_ENDED for x in self.enrollment.outbox)
        self._read_timeline()

    def _letters_written(self) -> list[About]:
        enrollment = self.enrollment
        new = [letter for letter in enrollment.outbox if letter.number > self._letters_seen]
        lost = enrollment.letters - self._letters_seen - len(new)
        assert lost == 0, "none is lost unseen"
        assert all(letter.reason is enrollment.reason for letter in new), "it says why"
        self._letters_seen = enrollment.letters
        beside = {About.DAYS_BELOW, About.CONTACT_CHANGED}  # they decide no status
        return [letter.about for letter in new if letter.about not in beside]

    def _read_timeline(self) -> None:
        new = self.enrollment.happened - self._events_seen
        self._events_seen = self.enrollment.happened
        for entry in self.enrollment.timeline[-new:] if new else ():
            if entry.what is What.STATUS and entry.note is not None:
                self.status_log.append((entry.at, Status(entry.note.split(" ")[0])))
