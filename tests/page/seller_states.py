"""Every state that a seller can meet on the page, on a real server."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.case.events import (
    Decide,
    Decision,
    ReportContact,
    ReportHarm,
    Review,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.case.status import Status
from domain.enrollment.events import Expel, Reinstate
from domain.enrollment.ratings import Rating
from domain.shared.events import HarmCategory, RecordDeactivation
from tests.engine import Engine, OpenCase, issue
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

A_PLAN = SubmitPlan(
    by="seller",
    root_causes=("A supplier changed the product without telling us",),
    corrective_actions=("Removed the listing on the same day", "Sent the stock back"),
    preventive_measures=("Two people check each new listing against the list of restricted goods",),
    evidence=("Invoice INV-2231",),
)
HOUR = timedelta(hours=1)
SECRET_NOTE = "desk-only remark"
EVIDENCE = "FRAUD-FILE-2291"
REPORTER = "investigator.quill"


def ratings(*steps: tuple[int, int]) -> list[Rating]:
    """Ratings by the days ago they were recorded."""
    today = datetime.now(UTC).date()
    return [Rating(date=today - timedelta(days=ago), rating=value) for ago, value in steps]


UPS_AND_DOWNS = ratings(
    (400, 410), (170, 460), (150, 520), (132, 430), (118, 300), (110, 238), (105, 290), (90, 350),
    (61, 420), (40, 610), (22, 580), (9, 540), (2, 565),
)  # fmt: skip


async def contacting(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *UPS_AND_DOWNS, **who)
    await engine.open(seller_id=seller, **who)


async def much_tried(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *UPS_AND_DOWNS, **who)
    case = await engine.open(seller_id=seller, **who)
    await case.play(26 * HOUR)
    await case.settled()


async def invalid_number(engine: Engine, seller: str, **who: Any) -> None:
    await engine.open(seller_id=seller, **who | {"emergency_phone": "+12065550114"})


async def working(engine: Engine, seller: str, **who: Any) -> OpenCase:
    await engine.know(seller, *UPS_AND_DOWNS, **who)
    case = await engine.open(seller_id=seller, issues=(issue(), issue("ISS-2")), **who)
    await case.tell(
        IssueCase.report_contact, ReportContact(by="desk", channel="phone", note=SECRET_NOTE)
    )
    await case.settled()
    return case


async def plan_review(engine: Engine, seller: str, **who: Any) -> OpenCase:
    case = await working(engine, seller, **who)
    await case.tell(IssueCase.submit_plan, A_PLAN)
    await case.settled()
    return case


async def more_information(engine: Engine, seller: str, **who: Any) -> None:
    case = await plan_review(engine, seller, **who)
    answer = ReviewPlan(
        by="reviewer.kim",
        decision=Review.MORE_INFORMATION,
        note="Which supplier was it, and since when did they ship the new product?\n"
        "Please attach the invoice.",
    )
    await case.tell(IssueCase.review_plan, answer)
    await case.settled()


async def escalated(engine: Engine, seller: str, **who: Any) -> OpenCase:
    case = await plan_review(engine, seller, **who)
    for _ in range(3):
        no = ReviewPlan(by="reviewer.kim", decision=Review.REJECT, note="The cause is not named")
        view = await case.tell(IssueCase.review_plan, no)
        if view.status is Status.WORKING:
            await case.tell(IssueCase.submit_plan, A_PLAN)
    return case


async def deactivating(engine: Engine, seller: str, **who: Any) -> None:
    case = await engine.open(seller_id=f"{seller}OUTAGE", **who)
    await case.tell(
        IssueCase.report_harm,
        ReportHarm(by=REPORTER, category=HarmCategory.FRAUD, evidence=EVIDENCE),
    )


async def deactivated(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *UPS_AND_DOWNS, **who)
    case = await engine.open(seller_id=seller, **who)
    await case.play(73 * HOUR)
    assert (await case.end()).status is Status.DEACTIVATED


async def deactivated_elsewhere(engine: Engine, seller: str, **who: Any) -> None:
    """By the marketplace itself; a case that opens finds it so."""
    await engine.know(seller, *UPS_AND_DOWNS, **who)
    await engine.providers.accounts.deactivate("US", seller, "by hand")
    case = await engine.open(seller_id=seller, wait=False, **who)
    assert (await case.end()).status is Status.NOT_COVERED


async def deactivated_later(engine: Engine, seller: str, **who: Any) -> None:
    """The last case went well, and the account was deactivated all the same."""
    await resolved(engine, seller, **who)
    known = await engine.know(seller, *UPS_AND_DOWNS, **who)
    await known.tell(SellerEnrollment.record_deactivation, RecordDeactivation(by=REPORTER))


async def deactivated_meanwhile(engine: Engine, seller: str, **who: Any) -> None:
    """By the marketplace itself, while a case is open, which then ends."""
    case = await working(engine, seller, **who)
    known = await engine.know(seller, *UPS_AND_DOWNS, **who)
    await known.tell(SellerEnrollment.record_deactivation, RecordDeactivation(by=REPORTER))
    assert (await case.end()).status is Status.NOT_COVERED


async def reinstated(engine: Engine, seller: str, **who: Any) -> None:
    """After an appeal against a deactivation by a case."""
    await deactivated(engine, seller, **who)
    known = await engine.know(seller, *UPS_AND_DOWNS, **who)
    await known.tell(SellerEnrollment.reinstate, Reinstate(by="lead.ortiz", note=SECRET_NOTE))


async def harmed(engine: Engine, seller: str, **who: Any) -> None:
    case = await working(engine, seller, **who)
    await case.tell(
        IssueCase.report_harm,
        ReportHarm(by=REPORTER, category=HarmCategory.FRAUD, evidence=EVIDENCE),
    )
    assert (await case.end()).status is Status.DEACTIVATED


async def resolved(engine: Engine, seller: str, **who: Any) -> None:
    case = await plan_review(engine, seller, **who)
    await case.tell(IssueCase.review_plan, ReviewPlan(by="reviewer.kim", decision=Review.ACCEPT))
    assert (await case.end()).status is Status.RESOLVED


async def decided(engine: Engine, seller: str, **who: Any) -> None:
    case = await escalated(engine, seller, **who)
    decision = Decide(by="lead.ortiz", decision=Decision.RESOLVE, note=SECRET_NOTE)
    await case.tell(IssueCase.decide, decision)
    await case.end()


async def withdrawn(engine: Engine, seller: str, **who: Any) -> None:
    case = await engine.open(seller_id=seller, **who)
    await case.tell(IssueCase.withdraw, Withdraw(by="monitor", note=SECRET_NOTE))
    await case.end()


async def not_covered(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *ratings((30, 300)), **who)
    case = await engine.open(seller_id=seller, rules={"coverage": "enrolled"}, wait=False, **who)
    assert (await case.end()).status is Status.NOT_COVERED


async def enrolled(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *UPS_AND_DOWNS, **who)


async def invited(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *UPS_AND_DOWNS, **who | {"emergency_phone": None})


async def not_yet(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *ratings((96, 310), (80, 240), (74, 262), (20, 420)), **who)


async def never(engine: Engine, seller: str, **who: Any) -> None:
    await engine.know(seller, *ratings((400, 300), (30, 180)), **who)


async def expelled(engine: Engine, seller: str, **who: Any) -> None:
    known = await engine.know(seller, *UPS_AND_DOWNS, **who)
    event = Expel(by=REPORTER, category=HarmCategory.FRAUD, evidence=EVIDENCE)
    await known.tell(SellerEnrollment.expel, event)


async def unknown(engine: Engine, seller: str, **who: Any) -> None:
    pass


STATES: dict[str, Callable[..., Awaitable[object]]] = {
    f.__name__: f
    for f in (
        contacting, much_tried, invalid_number, working, plan_review, more_information, escalated,
        deactivating, deactivated, deactivated_elsewhere, deactivated_later,
        deactivated_meanwhile, reinstated, harmed,
        resolved, decided, withdrawn, not_covered, enrolled,
        invited, not_yet, never, expelled, unknown,
    )
}  # fmt: skip
