"""The updates of an enrollment, as its tests send them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.enrollment.events import ChangeAccount, Expel, RecordRatings
from domain.enrollment.ratings import Rating
from domain.shared.events import HarmCategory

DAY = timedelta(days=1)


def days_ago(days: int, rating: int) -> Rating:
    """A rating recorded so long before today."""
    return Rating(date=datetime.now(UTC).date() - days * DAY, rating=rating)


def recorded(*ratings: Rating) -> RecordRatings:
    return RecordRatings(by="feed", ratings=ratings)


def changed(**fields: Any) -> ChangeAccount:
    return ChangeAccount(by="seller", **fields)


def found_harm(case_id: str | None = None) -> Expel:
    return Expel(by="lead", category=HarmCategory.FRAUD, evidence="INV-1", case_id=case_id)
