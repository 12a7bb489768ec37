"""Whether the time zones that this machine has are too old."""

from datetime import UTC, date, datetime, time

from dateutil.relativedelta import relativedelta

from cli.operate.audit_report import Finding, FindingKind, lasting
from reference.time_zones import EDITION, newest_known

_OLD = relativedelta(months=6)
"""Within which there is a new edition as a rule."""


def too_old(now: datetime, checked: date | None) -> list[Finding]:
    """A finding where they were last known to be the newest too long ago."""
    since = datetime.combine(newest_known(checked), time(), UTC)
    if now < since + _OLD:
        return []
    what = f"edition {EDITION} was last known to be the newest more than 6 months ago"
    return [lasting(FindingKind.TIME_ZONES_OLD, "time zones of this machine", what, since, now)]
