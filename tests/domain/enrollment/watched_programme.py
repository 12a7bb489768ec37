"""A world in which every status and every e-mail is compared with what the rules say."""

from datetime import datetime, timedelta

from domain.enrollment import step_results
from domain.enrollment.events import (
    AccountNews,
    ChangeAccount,
    EnterCode,
    Expel,
    Readmit,
    RecordAnswer,
    RecordRatings,
    Reinstate,
    TryCall,
    VerifyNumber,
)
from domain.enrollment.letters import SAYS_ENDED, Letter, LetterPurpose
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.steps import (
    CheckNumber,
    EnrollmentStep,
    LookUpWarnings,
    PlaceCall,
    PrepareCall,
    Send,
)
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import Event, RecordDeactivation, SendLink
from domain.shared.result import Result
from domain.shared.steps import WaitUntil
from tests.domain.enrollment.build import DAY, PROFESSIONAL
from tests.domain.enrollment.proof_oracle import YEAR, Prover
from tests.domain.enrollment.status_oracle import Confirmed, Seller, confirmations
from tests.domain.enrollment.warnings_oracle import Warner
from tests.domain.enrollment.world import Programme, Task, proof_of
from tests.domain.enrollment.written import ASKS, SAYS_WHY, Written, as_written, e_mail_for

Change = tuple[datetime, EnrollmentStatus]


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
        must_be_verified: bool = False,
    ) -> None:
        self.seller = Seller(PROFESSIONAL, number, number_valid, email)
        self.prover = Prover()
        self.warner = Warner(now.date())
        self.changes: list[Change] = []
        """Of status, as they must be."""
        self.status_log: list[Change] = []
        """As the timeline has them, the events that it forgot included."""
        self.owed: tuple[Confirmed, ...] = ()
        """E-mails that confirm a change and have not left."""
        self.links: tuple[datetime, ...] = ()
        """When a fresh link was taken."""
        self.seller_changes: tuple[datetime, ...] = ()
        """When the seller changed number or address."""
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
            now=now,
            number=number,
            email=email,
            number_valid=number_valid,
            announces=announces,
            must_be_verified=must_be_verified,
        )

    # --- what happens -------------------------------------------------------------------------

    def take(self, *events: Event) -> "WatchedProgramme":
        for event in events:
            before, warner = self.seller.copy(), self.warner.copy()
            prover = self.prover.copy()
            owed, links, beside = self.owed, self.links, list(self._beside)
            changes = self.seller_changes
            refused = self._note(event)
            try:
                super().take(event)
            except Refused:
                self.seller, self.warner, self.owed, self.links = before, warner, owed, links
                self._beside, self.prover, self.seller_changes = beside, prover, changes
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
                return self._change(event)
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
            case VerifyNumber() | TryCall() | EnterCode():
                return self._prove(event)
            case RecordAnswer(phone=phone) if phone == seller.number:
                self.prover.answers(self.now)
        return False

    def _change(self, event: ChangeAccount) -> bool:
        if self.refuses_change(event):
            return True
        if event.by == "seller" and self._is_contact_change(event):
            self.seller_changes += (self.now,)
        self._learn(event, event.confirmed)
        return False

    def refuses_change(self, event: ChangeAccount) -> bool:
        """A seller changes number and address 10 times in 24 hours at most."""
        lately = [at for at in self.seller_changes if self.now - at < DAY]
        too_many = event.by == "seller" and len(lately) >= 10
        return too_many and self._is_contact_change(event)

    def _is_contact_change(self, event: ChangeAccount) -> bool:
        number = event.news.get("emergency_phone", self.seller.number)
        is_callable_now = event.emergency_phone is not None and not self.enrollment.number_valid
        address = event.news.get("email", self.seller.address)
        return (number, address) != (self.seller.number, self.seller.address) or is_callable_now

    def _prove(self, event: Event) -> bool:
        if self.refuses_call_or_code(event):
            return True
        call = self.enrollment.verification.call
        number = call.number if call else 0
        right = isinstance(event, EnterCode) and proof_of(number) in event.proofs
        self.prover.takes(event, self.now, right=right)
        self.seller.proven = self.prover.proven_at is not None
        self.seller.prove_by = None if self.seller.proven else self.seller.prove_by
        return False

    def refuses_call_or_code(self, event: Event) -> bool:
        """Whether there is no number, no code is waited for, or calls are asked for too often."""
        seller = self.seller
        checked = self.enrollment.number_valid is not None
        has_number = checked and seller.number is not None and seller.number_valid
        if isinstance(event, VerifyNumber | TryCall) and (seller.expelled or seller.deactivated):
            return True
        return self.prover.refuses(event, self.now, has_number=has_number)

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
        if number != seller.number or (number is not None and not self.enrollment.number_valid):
            self.prover.number_changes()
            seller.proven = False
            # Looked up before anything is decided.
            seller.must_be_verified = self.must_be_verified
            if number is None:
                seller.prove_by = None
            elif self._status is EnrollmentStatus.ENROLLED and seller.prove_by is None:
                seller.prove_by, seller.put_offs = self.now + timedelta(days=14), 0
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
        asks_for_proof = self.enrollment.outbox.has({LetterPurpose.PROVE_NUMBER})
        super()._tell(step, task)
        if isinstance(step, LookUpWarnings):
            self.warner.at = self.warn_days
        if isinstance(step, CheckNumber):
            self._looked_up(asks_for_proof=asks_for_proof)
        if isinstance(step, PrepareCall):
            self.prover.may_be_dialled(self.call_refused_as)
        if isinstance(step, PlaceCall):
            self.prover.call_ends(self.call_result, self.now)
        if isinstance(step, Send) and task.letter is not None:
            assert step.to == (task.letter.to or self.seller.address)
            self._was_sent(task.letter, self.mail_result)

    def _looked_up(self, *, asks_for_proof: bool) -> None:
        seller = self.seller
        seller.must_be_verified = self.must_be_verified
        if not self.must_be_verified:
            seller.prove_by = None
        ours_to_blame = self.contacting or self.prover.failed_lately(self.now)
        put_off = seller.time_to_prove_passes(self.now, ours_to_blame=ours_to_blame)
        is_news = asks_for_proof or not put_off
        enrolled = self._status is EnrollmentStatus.ENROLLED
        if seller.prove_by is not None and enrolled and is_news:
            self._beside.append(Written(LetterPurpose.PROVE_NUMBER))

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
        if self.seller.prove_by is not None and self.seller.prove_by <= self.now:
            self.seller.prove_by = None
        due = self.seller.status_on(self.now.date())
        expected, self._beside, replaced = self._beside, [], False
        if due is not self._status:
            ended = self._status is EnrollmentStatus.ENROLLED or self._untold_end
            expected += e_mail_for(due, ended=ended, deactivated=self.seller.deactivated)
            self.changes.append((self.now, due))
            self._status, self._remind_at = due, None
            if due is EnrollmentStatus.ENROLLED and self.seller.prove_by is not None:
                # Of two that wait for an address only the newer one is kept.
                replaced = self.seller.address is None
                expected[len(expected) - replaced :] = [Written(LetterPurpose.PROVE_NUMBER)]
        elif self._remind_at is not None and self._remind_at <= self.now:
            expected.append(Written(LetterPurpose.INVITED_AGAIN))
            self._remind_at = None
        if self.prover.remind_at is not None and self.prover.remind_at <= self.now:
            self.prover.remind_at = self.now + YEAR
            if due is EnrollmentStatus.ENROLLED:
                expected.append(Written(LetterPurpose.VERIFY_AGAIN))
        assert self.enrollment.verification.remind_at == self.prover.remind_at
        assert self.enrollment.verification.verified_at == self.prover.proven_at
        assert self.enrollment.verification.prove_by == self.seller.prove_by
        expected += self._warning_written()
        assert self._letters_written(replaced=replaced) == expected
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

    def _letters_written(self, *, replaced: bool = False) -> list[Written]:
        enrollment = self.enrollment
        new = [letter for letter in enrollment.outbox.letters if letter.number > self._letters_seen]
        lost = enrollment.outbox.count - self._letters_seen - len(new)
        assert lost == replaced, "none is lost unseen"
        for letter in new:
            assert letter.about not in SAYS_WHY or letter.reason is enrollment.reason
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
