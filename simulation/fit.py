"""Fits a world to closed cases (docs/simulation.md): rates and counts, and nothing personal."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from domain.case.attempt import NOTICES, Channel
from domain.case.events import ContactChannel, EventKind
from domain.case.status import Status
from domain.case.timeline import TimelineEntry
from domain.case.view import CaseView
from domain.shared.errors import explain
from domain.shared.result import Result
from reference.time_zones import clock_of
from simulation.fitted_calls import LEAST, CallsSeen, Slot
from simulation.fitted_emails import EmailsSeen
from simulation.world import Answer, World

_HOUR = timedelta(hours=1)
_LEAST_OF_A_MIX = 10
"""A time zone or a language of fewer cases is left out: it could tell who they are."""
_NEVER = datetime.max.replace(tzinfo=UTC)
_REACHED = frozenset({EventKind.CONTACT, EventKind.CALL_REQUESTED, EventKind.PLAN_SUBMITTED})
_SHORTEST = 0.01
_LONGEST = 24 * 90.0
_PICKED_UP = frozenset({Result.CONNECTED, Result.DECLINED})
_NOT_PICKED_UP = frozenset({Result.NO_ANSWER, Result.BUSY, Result.VOICEMAIL, Result.VOICEMAIL_CUT})
_VOICEMAIL = frozenset({Result.VOICEMAIL, Result.VOICEMAIL_CUT})

Name = TypeVar("Name", bound=str)


class Fitted(NamedTuple):
    """A fitted world, and what could not be fitted."""

    world: World
    notes: tuple[str, ...]


class Closed:
    """What closed cases show of the world. Take in each case by `add`, then `fit`."""

    def __init__(self) -> None:
        self.cases = 0
        self._hits: Counter[str] = Counter()
        self._of: Counter[str] = Counter()
        self._mixes: dict[str, Counter[str]] = {
            name: Counter()
            for name in ("time_zones", "languages", "answered_by", "reviewed_as", "decided_as")
        }
        self._delays: dict[str, list[float]] = {
            name: [] for name in ("until_submitted", "until_reviewed", "until_decided")
        }
        self._calls, self._emails = CallsSeen(), EmailsSeen()

    def _see(self, what: str, *, hit: bool) -> None:
        self._of[what] += 1
        self._hits[what] += hit

    def add(self, case: CaseView) -> None:
        """Take in a closed case, unless it did not cover the seller, so that nobody was called."""
        if case.status is Status.NOT_COVERED:
            return
        self.cases += 1
        self._mixes["time_zones"][case.account.time_zone] += 1
        self._mixes["languages"][case.account.language] += 1
        self._add_calls(case)
        self._add_emails(case)
        self._add_plans(case.timeline)
        self._add_desk(case.timeline)

    def _add_calls(self, case: CaseView) -> None:
        zone = clock_of(case.account.time_zone)
        seen: dict[datetime, tuple[Slot, bool]] = {}
        calls = [a for a in case.attempts if a.channel is Channel.CALL and a.about in NOTICES]
        for call in calls:
            local = call.at.astimezone(zone)
            slot = local.hour, local.weekday()
            # Whoever does not pick up is away for the hour: a second call in it says nothing new.
            hour = call.at.replace(minute=0, second=0, microsecond=0)
            if call.result in _PICKED_UP:
                self._see("acknowledged", hit=call.result is Result.CONNECTED)
                seen[hour] = slot, True
            elif call.result in _NOT_PICKED_UP:
                self._see("voicemail", hit=call.result in _VOICEMAIL)
                self._see("busy", hit=call.result is Result.BUSY)
                seen.setdefault(hour, (slot, False))
        self._calls.add(list(seen.values()))
        if calls:
            invalid = any(call.result is Result.INVALID_NUMBER for call in calls)
            self._see("invalid_numbers", hit=invalid)

    def _add_emails(self, case: CaseView) -> None:
        emails = [a for a in case.attempts if a.channel is Channel.EMAIL and a.about in NOTICES]
        ended = [e for e in emails if e.result in (Result.ACCEPTED, Result.BOUNCED)]
        if ended:
            self._see("bounced", hit=ended[0].result is Result.BOUNCED)
        reached = next((e.at for e in case.timeline if e.what in _REACHED), _NEVER)
        until = min(reached, case.closed_at or reached)
        accepted = [e.at for e in ended if e.result is Result.ACCEPTED and e.at <= until]
        answer = _first_answer(case.timeline) if accepted else None
        self._emails.add([(until - at) / _HOUR for at in accepted], answered=answer is not None)
        if answer:
            self._mixes["answered_by"][answer] += 1

    def _add_plans(self, timeline: tuple[TimelineEntry, ...]) -> None:
        contact = _first(timeline, EventKind.CONTACT)
        plan = _first(timeline, EventKind.PLAN_SUBMITTED)
        if contact is None or (plan is not None and plan.at <= contact.at):
            return  # nobody was reached, or by a plan itself
        self._see("submitted", hit=plan is not None)
        if plan is not None:
            self._delays["until_submitted"].append((plan.at - contact.at) / _HOUR)

    def _add_desk(self, timeline: tuple[TimelineEntry, ...]) -> None:
        begun: dict[EventKind, datetime] = {}
        for entry in timeline:
            if entry.what is EventKind.PLAN_SUBMITTED:
                begun[EventKind.PLAN_REVIEWED] = entry.at
            elif entry.status is Status.ESCALATED:
                begun[EventKind.DECIDED] = entry.at
            elif entry.what in _DESK:
                done, mix, delay = _DESK[entry.what]
                self._mixes[mix][entry.code or ""] += 1
                if since := begun.pop(done, None):
                    self._delays[delay].append((entry.at - since) / _HOUR)

    # --- fitting ----------------------------------------------------------------------------

    def fit(self, base: World) -> Fitted:
        """Return the world in which such cases happen. What too few cases show is the base's."""
        values = base.model_dump(mode="json")
        counts: dict[str, int] = {"cases": self.cases}
        notes = ["emails.never_read: no case shows it; it is the base's"]
        for path, count, fitted in self._found(base):
            counts[path] = count
            if fitted is None:
                notes.append(f"{path}: only {count} seen; it is the base's")
                continue
            if problem := _put(values, path, fitted):
                notes.append(f"{problem}; it is the base's")
        self._add_pick_ups(values["calls"], base, counts, notes)
        values["counts"] = counts
        return Fitted(World.model_validate(values), tuple(notes))

    def _found(self, base: World) -> Iterator[tuple[str, int, Any]]:  # Any: a value of the file
        for name in ("time_zones", "languages"):
            found = self._mixes[name]
            enough = found.total() >= LEAST
            yield name, found.total(), _mix(found, _LEAST_OF_A_MIX) if enough else None
        for path in _SHARES:
            name = path.rpartition(".")[2]
            yield path, self._of[name], self._share(name)
        yield from self._found_of_emails(base)
        for path in _MIXES:
            found = self._mixes[path.rpartition(".")[2]]
            yield path, found.total(), _mix(found, 1) if found.total() >= LEAST else None
        for path in _DELAYS:
            delays = self._delays[path.rpartition(".")[2]]
            yield path, len(delays), _delay(delays)

    def _found_of_emails(self, base: World) -> Iterator[tuple[str, int, Any]]:  # Any: as in a file
        """Yield what became of e-mails. Nothing shows which were read: only answers are seen."""
        seen, answers = self._emails.seen, self._emails.answers
        if seen < LEAST:
            yield "emails.answered", seen, None
            return
        found = self._emails.fit(base.emails.never_read)
        read = max(base.emails.read, round(found.answered, 4))
        yield "emails.read", seen, read
        yield "emails.answered", seen, round(found.answered / read, 4) if read else 0.0
        if answers < LEAST:
            yield "emails.until_answered", answers, None
            return
        yield "emails.until_answered", answers, _delay_of(found.median, found.p90)
        yield "emails.until_read", answers, {"median": _SHORTEST, "p90": _SHORTEST}

    def _share(self, name: str) -> float | None:
        count = self._of[name]
        return round(self._hits[name] / count, 4) if count >= LEAST else None

    def _add_pick_ups(
        self, calls: dict[str, Any], base: World, counts: dict[str, int], notes: list[str]
    ) -> None:  # Any: values of the file
        found = self._calls.fit(base.calls)
        calls |= {"picked_up": found.by_hour, "by_weekday": found.by_weekday}
        counts["calls.never_picked_up"] = self._calls.sellers
        if self._calls.sellers >= LEAST:
            calls["never_picked_up"] = found.never
        else:
            notes.append(
                f"calls.never_picked_up: only {self._calls.sellers} seen; it is the base's"
            )
        for field, number_of, total in (
            ("picked_up", 24, found.calls_by_hour),
            ("by_weekday", 7, found.calls_by_weekday),
        ):
            counts |= {f"calls.{field}.{n}": total[n] for n in range(number_of)}
            few = [str(n) for n in range(number_of) if total[n] < LEAST]
            if few:
                notes.append(f"calls.{field}.{','.join(few)}: under {LEAST} calls each; the base's")


_SHARES = (
    "calls.acknowledged",
    "calls.voicemail",
    "calls.busy",
    "calls.invalid_numbers",
    "emails.bounced",
    "plans.submitted",
)
_MIXES = ("emails.answered_by", "plans.reviewed_as", "desk.decided_as")
_DELAYS = (
    "plans.until_submitted",
    "desk.until_reviewed",
    "desk.until_decided",
)
_DESK = {
    EventKind.PLAN_REVIEWED: (EventKind.PLAN_REVIEWED, "reviewed_as", "until_reviewed"),
    EventKind.DECIDED: (EventKind.DECIDED, "decided_as", "until_decided"),
    # A decision too, which another person confirms.
    EventKind.PROPOSED: (EventKind.DECIDED, "decided_as", "until_decided"),
}


def _put(values: dict[str, Any], path: str, fitted: Any) -> str | None:  # Any: as in the file
    """Put a value where its path leads, unless no world may have it. Return why not."""
    *folders, name = path.split(".")
    place = values
    for folder in folders:
        place = place[folder]
    before, place[name] = place[name], fitted
    if path in _SHARES:
        return None  # one of two that go together may be refused until the other is there
    try:
        World.model_validate(values)
    except ValidationError as error:
        place[name] = before
        return explain(error)
    return None


def _first(timeline: tuple[TimelineEntry, ...], what: EventKind) -> TimelineEntry | None:
    return next((entry for entry in timeline if entry.what is what), None)


def _first_answer(timeline: tuple[TimelineEntry, ...]) -> Answer | None:
    """Return the seller's first sign, if it can be an answer to an e-mail."""
    for entry in timeline:
        if entry.what is EventKind.CALL_REQUESTED:
            return Answer.REQUEST_CALL
        if entry.what is EventKind.PLAN_SUBMITTED:
            return Answer.PLAN
        if entry.what is EventKind.CONTACT:
            return Answer.REPLY if entry.code == ContactChannel.EMAIL else None
    return None


def _mix(counted: Mapping[str, int], least: int) -> dict[str, float] | None:
    kept = {name: n for name, n in sorted(counted.items()) if n >= least}
    total = sum(kept.values())
    return {name: round(n / total, 5) for name, n in kept.items()} if total else None


def _delay(hours: list[float]) -> dict[str, float] | None:
    if len(hours) < LEAST:
        return None
    tenths = quantiles(hours, n=10)
    return _delay_of(tenths[4], tenths[8])


def _delay_of(*hours: float) -> dict[str, float]:
    median, p90 = (min(max(some, _SHORTEST), _LONGEST) for some in hours)
    return {"median": round(median, 3), "p90": round(p90, 3)}
