"""Check whether the time zones of this machine are too old."""

from datetime import UTC, date, datetime, time

from dateutil.relativedelta import relativedelta

from cli.operate.audit_report import Finding, FindingKind, lasting
from reference.time_zones import EDITION, newest_known

_OLD = relativedelta(months=6)
"""A new edition usually comes within this time."""


def too_old(now: datetime, checked: date | None) -> list[Finding]:
    """Return a finding if nobody has known them to be the newest for too long."""
    since = datetime.combine(newest_known(checked), time(), UTC)
    if now < since + _OLD:
        return []
    what = f"edition {EDITION} was last known to be the newest more than 6 months ago"
    return [lasting(FindingKind.TIME_ZONES_OLD, "time zones of this machine", what, since, now)]
