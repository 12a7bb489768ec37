"""Where it is morning, so that a seller may be called whenever the tests run."""

from datetime import UTC, datetime

_PLACES = (
    *("Pacific/Niue", "Pacific/Honolulu", "Pacific/Gambier", "Pacific/Pitcairn"),
    *("America/Phoenix", "America/Costa_Rica", "America/Panama", "America/Puerto_Rico"),
    *("America/Cayenne", "Atlantic/South_Georgia", "Atlantic/Cape_Verde", "Africa/Abidjan"),
    *("Africa/Lagos", "Africa/Maputo", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi"),
    *("Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Pacific/Port_Moresby"),
    *("Pacific/Guadalcanal", "Pacific/Tarawa"),
)
"""From eleven hours behind UTC to twelve ahead of it. None of them changes its clocks."""


def morning_zone() -> str:
    """A zone in which it is between nine and ten in the morning now."""
    return _PLACES[(9 - datetime.now(UTC).hour + 11) % 24]
