"""What is measured of a case, and sums of it over many cases in a memory that does not grow."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from math import sqrt
from typing import NamedTuple

from domain.case.attempt import NOTICES, Attempt, Channel
from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.case.timeline import CONTACTS
from domain.shared.result import Result
from simulation.intervals import Z
from simulation.play import CasePlay

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_BINS_AN_HOUR = 20
"""Hours until reached are counted in bins of three minutes."""
_SUNDAY = 6
_ODD_BEFORE, _ODD_FROM = 9, 20

RATES = (
    "reached",
    "resolved",
    "escalated",
    "deactivated",
    "would_have_answered",
    "would_have_answered_call",
    "would_have_answered_email",
    "answered_too_late",
)
"""The measures that are 0 or 1 for a case. All others are amounts."""


class Measured(NamedTuple):
    """One case. Each measure is documented in docs/simulation.md."""

    reached: float
    resolved: float
    escalated: float
    deactivated: float
    would_have_answered: float
    would_have_answered_call: float
    would_have_answered_email: float
    answered_too_late: float
    calls: float
    emails: float
    odd_calls: float
    reviews: float
    decisions: float
    conversations: float
    desk_hours: float
    actions: float
    telephone_minutes: float


def measured(play: CasePlay) -> tuple[Measured, float | None]:
    """Return what is measured of a case that was played, and the hours until it was reached."""
    case, minutes = play.case, play.stage.world.desk.minutes
    kinds = Counter(entry.what for entry in case.timeline.entries)
    statuses = {e.status for e in case.timeline.entries if e.what is EventKind.STATUS}
    calls = [a for a in case.attempts.made if a.channel is Channel.CALL and _was_made(a)]
    emails = sum(a.channel is Channel.EMAIL and _was_made(a) for a in case.attempts.made)
    by_call, by_email = _would_have_answered(play)
    reviews, conversations = kinds[EventKind.PLAN_REVIEWED], kinds[EventKind.CONVERSATION]
    decisions = kinds[EventKind.DECIDED] + kinds[EventKind.PROPOSED] + kinds[EventKind.CONFIRMED]
    work = (
        reviews * minutes.review
        + decisions * minutes.decision
        + conversations * minutes.conversation
    )
    zone = play.seller.zone
    found = Measured(
        reached=case.reached,
        resolved=case.status is Status.RESOLVED,
        escalated=Status.ESCALATED in statuses,
        deactivated=case.status is Status.DEACTIVATED,
        would_have_answered=by_call or by_email,
        would_have_answered_call=by_call,
        would_have_answered_email=by_email,
        answered_too_late=_answered_too_late(play),
        calls=len(calls),
        emails=emails,
        odd_calls=sum(is_odd(call.at, zone) for call in calls),
        reviews=reviews,
        decisions=decisions,
        conversations=conversations,
        desk_hours=work / 60,
        actions=play.actions,
        telephone_minutes=play.on_the_line / _MINUTE,
    )
    return found, _hours_until_reached(play)


def _was_made(attempt: Attempt) -> bool:
    return attempt.result is not Result.SKIPPED


def is_odd(moment: datetime, zone: tzinfo) -> bool:
    """Return whether a call disturbs: before 9, from 20 on, or on a Sunday, where the seller is."""
    local = moment.astimezone(zone)
    in_the_day = _ODD_BEFORE <= local.hour < _ODD_FROM
    return not in_the_day or local.weekday() == _SUNDAY


def _hours_until_reached(play: CasePlay) -> float | None:
    case = play.case
    if not case.reached:
        return None
    first = next(entry.at for entry in case.timeline.entries if entry.what in CONTACTS)
    return (first - case.opened_at) / _HOUR


def _lost(play: CasePlay) -> datetime | None:
    """Return the deadline of a seller whose account was deactivated for silence."""
    case = play.case
    is_lost = case.status is Status.DEACTIVATED and case.reason == Reason.NOT_REACHED
    return case.deadline if is_lost else None


def _would_have_answered(play: CasePlay) -> tuple[bool, bool]:
    deadline = _lost(play)
    if deadline is None:
        return False, False
    return play.seller.would_have_answered(deadline, play.case.outreach.calling_hours)


def _answered_too_late(play: CasePlay) -> bool:
    """Return whether an answer to an e-mail was under way, and came a day late at most."""
    deadline = _lost(play)
    if deadline is None:
        return False
    made = play.case.attempts.made
    sent = [a.at for a in made if a.result is Result.ACCEPTED and a.about in NOTICES]
    answers = [(at, play.seller.answer_to_email(at)) for at in sent]
    return any(deadline <= at + answer.after < deadline + _DAY for at, answer in answers if answer)


class Sums:
    """The sums of a measure that its mean and its spread are made of."""

    __slots__ = ("squares", "total")

    def __init__(self) -> None:
        self.total = self.squares = 0.0

    def add(self, value: float) -> None:
        """Take in the value of a case."""
        self.total += value
        self.squares += value * value

    def merge(self, other: "Sums") -> None:
        """Take in the sums of other cases."""
        self.total += other.total
        self.squares += other.squares

    def mean(self, count: int) -> float:
        """Return the mean over `count` cases."""
        return self.total / count


class Quantile(NamedTuple):
    """Hours within which a share of the sellers was reached, and the 95 % interval.

    An end is None where too few sellers tell nothing of it.
    """

    value: float
    low: float | None
    high: float | None


class Hours:
    """How many cases were reached after so many hours, in bins."""

    def __init__(self) -> None:
        self.bins: Counter[int] = Counter()

    def add(self, hours: float) -> None:
        """Take in a case."""
        self.bins[int(hours * _BINS_AN_HOUR)] += 1

    def merge(self, other: "Hours") -> None:
        """Take in other cases."""
        self.bins.update(other.bins)

    def quantile(self, share: float) -> Quantile | None:
        """Return a quantile with the interval of the order statistics. None: nobody was reached."""
        reached = self.bins.total()
        if not reached:
            return None
        rank, spread = reached * share, Z * sqrt(reached * share * (1 - share))
        return Quantile(
            self._at(rank),
            self._at(rank - spread) if rank >= spread else None,
            self._at(rank + spread) if rank + spread < reached else None,
        )

    def _at(self, rank: float) -> float:
        passed = 0
        for number in sorted(self.bins):
            passed += self.bins[number]
            if passed > rank:
                return (number + 0.5) / _BINS_AN_HOUR
        raise AssertionError("a rank is below the count")


QUANTILES = {"hours_median": 0.5, "hours_p90": 0.9}


class Measures:
    """Sums over many cases of one policy, and of what differs from the first policy."""

    def __init__(self) -> None:
        self.count = 0
        self.sums = {name: Sums() for name in Measured._fields}
        self.differences = {name: Sums() for name in Measured._fields}
        self.hours = Hours()
        self.blocks = 0
        """How many blocks of cases the differences of quantiles are of."""
        self.quantile_differences = {name: Sums() for name in QUANTILES}

    def add(self, of_case: Measured, hours: float | None, first: Measured) -> None:
        """Take in a case, and the same case under the first policy."""
        self.count += 1
        for name, value, before in zip(Measured._fields, of_case, first, strict=True):
            if value:
                self.sums[name].add(value)
            if value != before:
                self.differences[name].add(value - before)
        if hours is not None:
            self.hours.add(hours)

    def end_block(self, first: "Measures") -> None:
        """Take the difference of the quantiles of a whole block of cases, which this is."""
        pairs = {n: (self.hours.quantile(q), first.hours.quantile(q)) for n, q in QUANTILES.items()}
        if all(ours and theirs for ours, theirs in pairs.values()):
            self.blocks = 1
            for name, (ours, theirs) in pairs.items():
                assert ours
                assert theirs
                self.quantile_differences[name].add(ours.value - theirs.value)

    def merge(self, other: "Measures") -> None:
        """Take in the sums over other cases."""
        self.count += other.count
        self.blocks += other.blocks
        self.hours.merge(other.hours)
        for mine, others in self._pairs(other):
            mine.merge(others)

    def _pairs(self, other: "Measures") -> Iterator[tuple[Sums, Sums]]:
        for mine, others in (
            (self.sums, other.sums),
            (self.differences, other.differences),
            (self.quantile_differences, other.quantile_differences),
        ):
            for name, sums in mine.items():
                yield sums, others[name]
