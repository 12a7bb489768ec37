"""Time zones: whose rules they follow, which names are taken, and how old the rules are.

The rules are those of the pinned package `tzdata`, and of nothing else. `ZoneInfo(name)` would
take the machine's own database first, which may be years old: worker, page and client would then
tell different times, and calls would ring at the wrong hour. So no other module imports
`zoneinfo`, which `make check` sees to (ruff's banned-api in pyproject.toml).
"""

from datetime import UTC, date, datetime, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # two constants, and files

EDITION: str = tzdata.IANA_VERSION
"""Of the rules in use, such as `2026f`: the year, and a letter for each edition of it."""

PUBLISHED = {"2026f": date(2026, 10, 28)}
"""When the pinned edition came out. No file of the package says so."""

_PACKAGE = resources.files(tzdata)

PLACES = frozenset(
    name
    for name in (_PACKAGE / "zones").read_text("ascii").split()
    if "/" in name and not name.startswith("Etc/")
)
"""The zones that name a place, old names of them included (docs/api.md)."""


class UnknownZone(LookupError):
    """The database has no place of that name."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The clock of a place, such as `America/Los_Angeles`.

    Raises:
        UnknownZone: there is none of that name.
    """
    if name not in PLACES:
        raise UnknownZone("a time zone is not in the database, or names no place")
    with (_PACKAGE / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def clock_of(name: str | None) -> tzinfo:
    """By which clock somebody is told a moment: UTC where the place is not known."""
    return zone_of(name) if name is not None and name in PLACES else UTC


def utc_offset(local: datetime) -> str:
    """What a clock is ahead of UTC or behind it: `UTC-8`, `UTC+5:45`."""
    offset = local.utcoffset()
    assert offset is not None
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def newest_known(checked: date | None = None, edition: str = EDITION) -> date:
    """The last day on which the edition is known to have been the newest there is.

    That is when it came out, or when somebody looked for a newer one in vain (`checked`). Of an
    edition that somebody else pinned it is the earliest day on which it can have come out: the
    year is in its name, and it came after those before it.
    """
    earlier = [day for name, day in PUBLISHED.items() if name <= edition]
    return max(date(int(edition[:4]), 1, 1), *earlier, checked or date.min)
