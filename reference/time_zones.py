"""Time zones: their rules, the accepted names, and the age of the rules.

The rules come from the pinned package `tzdata` only. `ZoneInfo(name)` reads the machine's own
database first, which can be years old. Then worker, page and client would show different times,
and calls would ring at the wrong hour. So no other module imports `zoneinfo`. `make check` enforces
that (ruff's banned-api in pyproject.toml).
"""

from datetime import UTC, date, datetime, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # two constants, and files

EDITION: str = tzdata.IANA_VERSION
"""The edition of the rules, such as `2026f`: the year, and a letter for each edition in it."""

PUBLISHED = {"2026f": date(2026, 10, 28)}
"""The day on which the pinned edition came out. No file of the package says it."""

_PACKAGE = resources.files(tzdata)

PLACES = frozenset(
    name
    for name in (_PACKAGE / "zones").read_text("ascii").split()
    if "/" in name and not name.startswith("Etc/")
)
"""The zones that name a place, including old names (docs/api.md)."""


class UnknownZone(LookupError):
    """The database has no place with that name."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a place, such as `America/Los_Angeles`.

    Raises:
        UnknownZone: the database has no place with that name.
    """
    if name not in PLACES:
        raise UnknownZone("a time zone is not in the database, or names no place")
    with (_PACKAGE / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def clock_of(name: str | None) -> tzinfo:
    """Return the zone in which to show moments. It is UTC if the place is not known."""
    return zone_of(name) if name is not None and name in PLACES else UTC


def utc_offset(local: datetime) -> str:
    """Format the offset from UTC: `UTC-8`, `UTC+5:45`."""
    offset = local.utcoffset()
    assert offset is not None
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def newest_known(checked: date | None = None, edition: str = EDITION) -> date:
    """Return the last day on which the edition was known to be the newest.

    That is the day on which it came out, or `checked`, on which somebody found no newer edition.
    For an edition that is not in `PUBLISHED`, it is the earliest day on which it can have come
    out. The year is in its name, and it came out after earlier editions.
    """
    earlier = [day for name, day in PUBLISHED.items() if name <= edition]
    return max(date(int(edition[:4]), 1, 1), *earlier, checked or date.min)
