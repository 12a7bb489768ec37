"""Enrollments on the real server (docs/rules.md, section 2)."""

from datetime import UTC, datetime, timedelta

from domain.enrollment.ratings import Rating
from domain.enrollment.record import Reason, Status
from tests.engine import Engine

DAY = timedelta(days=1)


def days_ago(days: int, rating: int) -> Rating:
    """A rating recorded so long before today."""
    return Rating(date=datetime.now(UTC).date() - days * DAY, rating=rating)


async def test_a_good_half_year_enrolls_and_says_so_once(engine: Engine) -> None:
    seller = await engine.know("GOOD", email="good@seller.example")
    view = await seller.when(lambda v: v.timeline[-1].what == "email")
    assert (view.status, view.reason) == (Status.ENROLLED, Reason.REQUIREMENTS_MET)
    assert await seller.wrote() == [("enrolled", "accepted")]
    (mail,) = engine.mails("good@seller.example")
    assert "enrolled" in mail["Subject"]


async def test_it_sleeps_until_the_very_day(engine: Engine) -> None:
    seller = await engine.know("SLEEPS", days_ago(100, 300), email="sleeps@seller.example")
    view = await seller.view()
    assert view.status is Status.NOT_ELIGIBLE
    assert view.qualifies_on is not None
    wait = view.qualifies_on - datetime.now(UTC).date()
    await seller.play(wait - 2 * DAY)
    assert (await seller.view()).status is Status.NOT_ELIGIBLE
    await seller.play(2 * DAY)
    view = await seller.when(lambda v: v.timeline[-1].what == "email")
    assert view.status is Status.ENROLLED
    enrolled = next(e for e in view.timeline if e.note and e.note.startswith("enrolled"))
    assert enrolled.at.date() == view.qualifies_on or enrolled.at.time().hour == 0
