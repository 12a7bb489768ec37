"""Section 4's "really tried" once more, from nothing but what was seen to happen.

Written apart from domain/case/really_tried.py, to check it: what counts as one entry of the agenda,
which outreach an attempt belongs to and whether the number is invalid are all worked out anew here.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.case.attempt import Attempt, Channel, Purpose
from domain.case.policy import Policy
from domain.shared.result import Result

RANG = {Result.CONNECTED, Result.DECLINED, Result.VOICEMAIL, Result.NO_ANSWER, Result.BUSY}


@dataclass
class Seen:
    """An attempt as somebody beside the telephone would note it down."""

    channel: Channel
    about: Purpose
    to: str
    due: datetime
    began: datetime
    outreach: int
    redials: "Seen | None" = None
    result: Result | None = None
    ended: datetime | None = None
    heard: int = 0
    """Which result this was of all, from 1."""

    @property
    def first(self) -> "Seen":
        """The call that this one, being a redial, goes back to."""
        return self.redials.first if self.redials else self


class Owed(NamedTuple):
    """An e-mail that confirms a change of number or address: to whom, and what it must say."""

    to: str
    number_changed: bool
    number_ends: str | None
    email_changed: bool


@dataclass
class Witness:
    """Notes down what happens, and says whether the seller was reached or really tried."""

    policy: Policy
    number: str
    address: str
    not_called: bool = False
    """The number is none that is called at all."""
    number_invalid: bool = False
    """A call came back, and the carrier had said that there is no such number."""
    found_invalid: datetime | None = None
    outreach: int = 1
    reached: bool = False
    skipped: int = 0
    heard: int = 0
    seen: dict[int, Seen] = field(default_factory=dict)
    owed: tuple[Owed, ...] = ()
    """E-mails that confirm a change and have not begun: whatever comes, they must."""
    links: tuple[datetime, ...] = ()
    """When a fresh link was taken."""

    own: frozenset[str] = frozenset()
    """What was on file when the case opened, and what the seller has named since."""

    def __post_init__(self) -> None:
        self.own = self.own or frozenset((self.number, self.address))

    def outreach_begins(self) -> None:
        self.outreach += 1
        self.skipped = 0

    def changed(
        self,
        number: str | None,
        address: str | None,
        told: tuple[str, ...] = (),
        *,
        own: bool = True,
    ) -> None:
        """A number or an address was given; who was `told` of it is not told again (section 2)."""
        given = {value for value in (number, address) if value is not None}
        if own:
            self.own |= given
        other_number = number is not None and number != self.number
        other_address = address is not None and address != self.address
        if other_number or other_address:
            ends = number[-2:] if number is not None and other_number else None
            to = (
                [self.address, address] if address is not None and other_address else [self.address]
            )
            self.owed += tuple(
                Owed(a, other_number, ends, other_address) for a in to if a not in told
            )
        if number is not None and (other_number or self.not_called):
            self.number, self.number_invalid, self.found_invalid = number, False, None
            self.not_called = False
        self.address = address or self.address

    def refuses_link(self, now: datetime) -> bool:
        """Section 5: once in so long, and so many times in 24 hours."""
        lately = [asked for asked in self.links if now - asked < timedelta(hours=24)]
        just_now = bool(lately) and now - lately[-1] < self.policy.link_spacing
        return just_now or len(lately) >= self.policy.links_per_day

    def begins(self, attempt: Attempt, now: datetime) -> None:
        assert attempt.number not in self.seen, "an attempt number is made at most once"
        call = attempt.channel is Channel.CALL
        seen = Seen(
            channel=attempt.channel,
            about=attempt.about,
            to=self.number if call else self.address,
            due=attempt.due,
            began=now,
            outreach=self.outreach,
            redials=self._busy_before(attempt) if call else None,
        )
        if attempt.about is Purpose.CONTACT_CHANGED:
            assert attempt.confirms is not None
            told = Owed(attempt.to, **attempt.confirms.model_dump())
            assert told == self.owed[0], "a change is confirmed, once, to whom it concerns"
            self.owed, seen.to = self.owed[1:], attempt.to
        assert attempt.to == seen.to, "an attempt goes to the present number or address"
        assert not (call and self.not_called), "a number that is not called is not called"
        self.seen[attempt.number] = seen

    def _busy_before(self, attempt: Attempt) -> Seen | None:
        for seen in self.seen.values():
            if seen.result is not Result.BUSY or seen.ended is None:
                continue
            if attempt.due == seen.ended + self.policy.redial_after:
                return seen
        return None

    def ends(self, number: int, result: Result, now: datetime) -> None:
        seen = self.seen[number]
        assert seen.result is None, "an attempt ends once"
        self.heard += 1
        seen.result, seen.ended, seen.heard = result, now, self.heard
        if result is Result.INVALID_NUMBER and seen.to == self.number:
            self.number_invalid, self.found_invalid = True, now

    def bounces(self, number: int) -> None:
        """An e-mail comes back that the mail server had taken."""
        seen = self.seen[number]
        if seen.result is Result.ACCEPTED:
            self.seen = {**self.seen, number: replace(seen, result=Result.BOUNCED)}

    def really_tried(self, deadline: datetime) -> bool:
        made = [s for s in self.seen.values() if s.outreach == self.outreach]
        made = [s for s in made if s.about in (Purpose.NOTICE, Purpose.FINAL_NOTICE)]
        emails = [s for s in made if s.channel is Channel.EMAIL and s.to == self.address]
        accepted = [s for s in emails if s.result is Result.ACCEPTED]
        # Of an agenda that was planned anew only the new final notice counts: the last.
        final = next((s for s in reversed(made) if s.about is Purpose.FINAL_NOTICE), None)
        if not self.own >= {self.number, self.address}:
            return False
        if self.not_called or self.skipped or final is None or final not in accepted:
            return False
        planned_at = timedelta(hours=self.policy.email_hours[-1])
        if final.ended is None or deadline - final.ended < (self.policy.window - planned_at) / 2:
            return False  # hardly any time was left to answer it
        if self.number_invalid:
            if self.found_invalid is None or final.began < self.found_invalid:
                return False  # nobody was asked for another in good time
            heard_last = max(emails, key=lambda s: s.heard)
            return len(accepted) >= 2 and heard_last.result is not Result.BOUNCED
        rang = [s for s in made if s.result in RANG and s.to == self.number]
        entries = {id(s.first) for s in rang}
        begun = final.due - planned_at
        late = [s for s in rang if s.began >= begun + self.policy.window * 2 / 3]
        return len(entries) >= self.policy.minimum_rung_calls and bool(late)
