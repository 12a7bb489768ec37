"""What a report says of many cases: counts, shares and quantiles (docs/reports.md)."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from math import ceil

from domain.case.attempt import Channel
from domain.case.status import CLOSED, Status
from reports.row import Rang, ReportRow, is_open

BACKLOG_DAYS = (1, 3, 7, 14)
"""The ages that part the open cases."""


class Grouping(StrEnum):
    """By what cases are put together."""

    STORE = "store"
    LANGUAGE = "language"
    ISSUE = "issue"
    WEEK = "week"


_GROUPS_OF: Mapping[Grouping, Callable[[ReportRow], Iterable[str]]] = {
    Grouping.STORE: lambda row: (row.store,),
    Grouping.LANGUAGE: lambda row: (row.language,),
    Grouping.ISSUE: lambda row: row.issue_codes,
    Grouping.WEEK: lambda row: (row.week,),
}


class Values:
    """Measured values, of which quantiles are wanted."""

    def __init__(self) -> None:
        self._values = array("d")

    def add(self, *values: float) -> None:
        """Take in values."""
        self._values.extend(values)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._values)

    def quantile(self, share: float) -> float | None:
        """Return the value that this share of all do not exceed. None: there are no values."""
        if not self._values:
            return None
        ordered = sorted(self._values)
        return ordered[max(ceil(share * len(ordered)) - 1, 0)]

    def at_most(self, limit: float) -> int:
        """Return how many values do not exceed a limit."""
        return sum(value <= limit for value in self._values)


class Measures:
    """The measures of a group of cases."""

    def __init__(self) -> None:
        self.cases = 0
        self.began = 0
        """Cases in which the 72 hours began."""
        self.reached = 0
        self.with_plan = 0
        self.statuses: Counter[Status] = Counter()
        self.reasons: Counter[tuple[Status, str]] = Counter()
        self.escalated = 0
        """Cases that were ever escalated."""
        self.calls = self.emails = 0
        self.hours_to_contact, self.review_hours = Values(), Values()
        self.contacts: Counter[str] = Counter()
        self.reached_by: Counter[tuple[Channel, int]] = Counter()
        self.plans_until_accepted: Counter[int] = Counter()
        self.rang: Counter[tuple[int, int]] = Counter()
        """Calls that rang, by the seller's weekday and hour."""
        self.answered: Counter[tuple[int, int]] = Counter()
        self.backlog: Counter[tuple[Status, int]] = Counter()
        """Open cases by status, and the first of BACKLOG_DAYS that they are younger than, or 0."""

    def add(self, row: ReportRow) -> None:
        """Take in a case."""
        self.cases += 1
        self.began += row.clock_started
        self.reached += row.reached
        self.with_plan += row.plans > 0
        self.statuses[row.status] += 1
        if row.reason:
            self.reasons[row.status, row.reason] += 1
        self.escalated += row.escalations > 0
        self.calls += row.calls
        self.emails += row.emails
        if row.hours_to_contact is not None:
            self.hours_to_contact.add(row.hours_to_contact)
        if row.contact:
            self.contacts[row.contact] += 1
        if row.reached_by and row.reached_by_number:
            self.reached_by[row.reached_by, row.reached_by_number] += 1
        self.review_hours.add(*row.review_hours)
        if row.plans_until_accepted:
            self.plans_until_accepted[row.plans_until_accepted] += 1
        for call in row.rang:
            self._rang(call)
        if is_open(row):
            self.backlog[row.status, _age(row.hours_open / 24)] += 1

    def _rang(self, call: Rang) -> None:
        self.rang[call.weekday, call.hour] += 1
        self.answered[call.weekday, call.hour] += call.answered

    @property
    def ended(self) -> int:
        """How many cases have ended."""
        return sum(self.statuses[status] for status in CLOSED)

    def share(self, count: int) -> float | None:
        """Return a count as a share of all cases; None if there are none."""
        return count / self.cases if self.cases else None


def _age(days: float) -> int:
    return next((limit for limit in BACKLOG_DAYS if days < limit), 0)


class Report:
    """The measures of all cases, and of each group."""

    def __init__(self) -> None:
        self.not_covered = 0
        """Cases that ended at once, since the programme does not cover the seller. No measure
        counts them."""
        self.all = Measures()
        self.groups: dict[Grouping, dict[str, Measures]] = {by: {} for by in Grouping}

    def add(self, row: ReportRow) -> None:
        """Take in a case. One with several issues is in the group of each."""
        if row.status is Status.NOT_COVERED:
            self.not_covered += 1
            return
        self.all.add(row)
        for by, groups_of in _GROUPS_OF.items():
            for group in groups_of(row):
                self.groups[by].setdefault(group, Measures()).add(row)

    def of(self, by: Grouping) -> Iterator[tuple[str, Measures]]:
        """Return the groups in order."""
        return iter(sorted(self.groups[by].items()))
