"""What tests of enrollments are made of, with defaults that do not matter."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from domain.enrollment.enrollment import Enrollment
from domain.enrollment.events import (
    AccountNews,
    ChangeAccount,
    Expel,
    Readmit,
    RecordRatings,
    Reinstate,
)
from domain.enrollment.ratings import Rating, RatingRecord
from domain.shared.account import SellerAccount, SellingPlan, Store
from domain.shared.events import HarmCategory, RecordDeactivation
from tests.domain.case.build import ADDRESS, NUMBER

DAY = timedelta(days=1)
TODAY = date(2026, 9, 1)
FIRST_DAY = date(2026, 3, 2)
"""Of the window of `TODAY`, which has 184 days."""
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)

NAME = "Blue Kettle Goods"
INDIVIDUAL, PROFESSIONAL = SellingPlan.INDIVIDUAL, SellingPlan.PROFESSIONAL


def midnight(day: date) -> datetime:
    """The moment a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def a_record(recorded: Mapping[date, int]) -> RatingRecord:
    return RatingRecord().recorded(Rating(date=day, rating=r) for day, r in recorded.items())


def an_enrollment(
    now: datetime = NOON,
    *,
    number: str | None = NUMBER,
    email: str | None = ADDRESS,
    plan: SellingPlan | None = PROFESSIONAL,
) -> Enrollment:
    """One of a seller of whom no rating is known yet."""
    return Enrollment(
        id="enrollment/US/A2EXAMPLE/1",
        account=SellerAccount(
            store=Store.US,
            seller_id="A2EXAMPLE",
            name=NAME,
            email=email,
            emergency_phone=number,
            selling_plan=plan,
        ),
    )


def rated(recorded: Mapping[date, int], account: AccountNews | None = None) -> RecordRatings:
    ratings = tuple(Rating(date=day, rating=r) for day, r in recorded.items())
    return RecordRatings(by="feed", ratings=ratings, account=account)


GOOD_FOR_LONG = rated({FIRST_DAY: 800})
"""Meets the requirement on `TODAY`, and from then on."""


def a_change(**changes: str | None) -> ChangeAccount:
    return ChangeAccount.model_validate({"by": "seller", **changes})


NUMBER_REMOVED = a_change(emergency_phone=None)
NUMBER_COMES = a_change(emergency_phone=NUMBER)
ADDRESS_REMOVED = a_change(email=None)
ADDRESS_COMES = a_change(email=ADDRESS)
BECOMES_INDIVIDUAL = a_change(selling_plan="individual")
BECOMES_PROFESSIONAL = a_change(selling_plan="professional")


def an_expulsion(case_id: str | None = "case/US/A2EXAMPLE/run-1") -> Expel:
    evidence = "CASE-FILE-7"
    return Expel(by="lead", category=HarmCategory.FRAUD, evidence=evidence, case_id=case_id)


DEACTIVATED = RecordDeactivation(by="case", case_id="case/US/A2EXAMPLE/run-1")
DEACTIVATED_BY_OTHERS = RecordDeactivation(by="marketplace")
REINSTATED = Reinstate(by="lead", note="the appeal holds")
READMITTED = Readmit(by="lead", note="a mistake of ours")
