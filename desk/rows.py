"""A row of a list: a case as a reader sees it at a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale, UnknownLocaleError

from desk.list_words import REASONS, STATUSES
from domain.case.calling_hours import calling_hours, closes_at
from domain.case.policy import Policy
from domain.case.status import HAS_DEADLINE
from domain.shared.codes import plain
from domain.shared.people import is_same_person
from reference.time_zones import clock_of
from temporal_client.found_cases import FoundCase
from web.languages import N_, Reader

_HOURS = Policy()
_DAY = timedelta(days=1)
_URGENT = timedelta(hours=12)
"""A deadline closer than this is marked: the last sixth of 72 hours."""


@dataclass(frozen=True)
class Row:
    """What a list says of a case."""

    found: FoundCase
    now: datetime
    reader: Reader

    @property
    def id(self) -> str:
        """Return the workflow id: `case/US/A2EXAMPLE`."""
        return f"case/{self.found.case}"

    @property
    def mark(self) -> str:
        """Return the id as a part of the ids of elements."""
        return self.found.case.replace("/", "-")

    @property
    def waits(self) -> str | None:
        """Return how long it has had its status; None until it has opened."""
        since = self.found.since
        return span(self.reader, self.now - since) if since else None

    @property
    def left(self) -> timedelta | None:
        """Return how long its deadline is away; None if none runs."""
        runs = self.found.status in HAS_DEADLINE and not self.found.closed_at
        return self.found.deadline - self.now if runs and self.found.deadline else None

    @property
    def left_said(self) -> str | None:
        """Return how long its deadline is away, in words."""
        return span(self.reader, self.left) if self.left is not None else None

    @property
    def is_urgent(self) -> bool:
        """Return whether its deadline is close."""
        return self.left is not None and self.left < _URGENT

    @property
    def status(self) -> str:
        """Return its status, with the reason, in words."""
        found = self.found
        if found.broke_off:
            return plain(found.broke_off)
        if found.status is None or (found.since is None and not found.closed_at):
            return self.reader.say(N_("opening"))
        status = self.reader.say(STATUSES[found.status])
        reason = self.reader.say(REASONS[found.reason]) if found.reason in REASONS else None
        return f"{status} · {reason}" if reason else status

    @property
    def language(self) -> str:
        """Return the name of the seller's language."""
        tag = self.found.language or ""
        try:
            named = Locale.parse(tag, sep="-").get_language_name(self.reader.locale)
        except (UnknownLocaleError, ValueError):
            named = None
        return named or tag

    @property
    def their_time(self) -> str | None:
        """Return the time of day where the seller is; None if that is not known."""
        zone = self.found.time_zone
        return Reader(self.reader.language, time_zone=zone).time(self.now) if zone else None

    @property
    def is_day(self) -> bool:
        """Return whether the default policy would have them called now (rules.md, section 3)."""
        hours = calling_hours(
            _HOURS.quiet_from,
            _HOURS.quiet_until,
            clock_of(self.found.time_zone),
            self.now - _DAY,
            self.now,
        )
        return closes_at(self.now, hours) is not None

    @property
    def held_by(self) -> str | None:
        """Return who has the case now."""
        until = self.found.assigned_until
        return self.found.assignee if until and until > self.now else None

    def is_held_by(self, name: str) -> bool:
        """Return whether somebody has the case now."""
        return is_same_person(name, self.held_by)

    @property
    def as_seen(self) -> str:
        """Return what says later whether the case has changed since it was listed."""
        since = self.found.since
        return f"{self.id} {self.found.status} {since.isoformat() if since else '-'}"


def span(reader: Reader, time: timedelta) -> str:
    """Return a length of time in the two parts that matter: `3 d 4 h`, `5 h 12 min`, `7 min`."""
    minutes = max(0, int(time.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return reader.say(N_("%(days)s d %(hours)s h"), days=days, hours=hours)
    if hours:
        return reader.say(N_("%(hours)s h %(minutes)s min"), hours=hours, minutes=rest)
    return reader.say(N_("%(minutes)s min"), minutes=rest)
