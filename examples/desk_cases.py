"""A few cases in every queue of the desk, for who looks at it for the first time (`make dev`)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from temporalio.client import Client

from domain.case.events import Decide, Decision, Review, ReviewPlan, SubmitPlan
from domain.shared.account import Account, Issue, Store
from domain.shared.events import Event
from domain.shared.names import CASE_WORKFLOW
from temporal_client.names import case_name
from temporal_client.search import count, query_of
from temporal_client.workflows import AlreadyOpen, Workflows
from workflows.case.input import CaseInput
from workflows.shared.search_attributes import at_start

_REVIEWER, _LEAD = "reviewer.adeyemi", "lead.marchetti"
"""Not the people that one signs in as: whoever proposed a deactivation does not confirm it."""

_ZONES = ("America/Chicago", "Europe/Paris", "Asia/Kolkata", "Asia/Tokyo", "Pacific/Auckland")
"""At any moment it is day in one of them."""

Told = tuple[tuple[str, Event], ...]
"""Updates with their events, in order."""


def _plan(cause: str) -> SubmitPlan:
    return SubmitPlan(
        by="seller",
        root_causes=(cause,),
        corrective_actions=("We removed the listings and wrote to the 14 buyers.",),
        preventive_measures=("Two people check each new listing against the list of the policy.",),
    )


_PLAN = ("submit_plan", _plan("A new employee listed goods without asking for their papers."))
_MORE = ReviewPlan(
    by=_REVIEWER, decision=Review.MORE_INFORMATION, note="Which listings were it? Please name them."
)


def _rejected(cause: str) -> Told:
    reject = ReviewPlan(by=_REVIEWER, decision=Review.REJECT, note="This names no cause.")
    return (("submit_plan", _plan(cause)), ("review_plan", reject))


_THREE_REJECTED = (*_rejected("Bad luck."), *_rejected("A mistake."), *_rejected("Our supplier."))


def _decided(decision: Decision) -> tuple[str, Event]:
    return "decide", Decide(by=_LEAD, decision=decision, note="No cause in three versions.")


@dataclass(frozen=True)
class _Case:
    """A case, and what has happened in it."""

    seller_id: str
    name: str
    summary: str
    told: Told = ()
    store: Store = Store.US
    language: str = "en-US"
    time_zone: str = "America/Chicago"
    number: str = "10"
    """How the number ends, which decides how simulated calls end (docs/by-hand.md)."""
    mailbox: str = "owner"
    second_person: bool = False
    by_day: bool = False
    """Whether it is day at the seller's, so that they are called at once."""


_CASES = (
    _Case("A1ORCHARD", "Orchard & Vale", "Restricted product: 3 listings", (_PLAN,)),
    _Case(
        "A2LUNE",
        "Épicerie Lune",
        "Late shipment rate above 4 %",
        (
            ("submit_plan", _plan("Our carrier was late.")),
            ("review_plan", _MORE),
            ("submit_plan", _plan("Our carrier was late, as its drivers went on strike.")),
        ),
        store=Store.CA,
        language="fr-CA",
        time_zone="America/Toronto",
    ),
    _Case("A3NORTHGATE", "Northgate Tools", "Order defect rate above 1 %", _THREE_REJECTED),
    _Case(
        "A4HALCYON",
        "Halcyon Supply",
        "Inauthentic items: 5 complaints",
        (*_THREE_REJECTED, _decided(Decision.DEACTIVATE)),
        second_person=True,
    ),
    _Case(
        "A5SAKURA",
        "桜の店 Sakura",
        "Product recalled by its maker",
        (_PLAN, ("review_plan", _MORE)),
        language="zh-CN",
        time_zone="America/Los_Angeles",
    ),
    _Case("A6COPPER", "Copper Lantern", "Used sold as new: 2 complaints", number="14", by_day=True),
    _Case("A7PRAIRIE", "Prairie Home", "Unsuitable inventory", mailbox="bounce"),
    _Case("A8TIDEPOOL", "Tidepool Toys", "Safety documents missing", time_zone="Pacific/Honolulu"),
)


async def open_desk_cases(client: Client) -> int:
    """Open the cases, unless there is any case already. Return how many were opened.

    Raises:
        TemporalFailure: Temporal or the worker does not answer.
    """
    if await count(client, query_of(CASE_WORKFLOW)):
        return 0
    workflows = Workflows(client)
    for number, case in enumerate(_CASES):
        await _open(workflows, case, number)
    return len(_CASES)


def _zone_with_day() -> str:
    """Return a time zone in which it is between 9 and 18 o'clock now."""
    return next(zone for zone in _ZONES if 9 <= datetime.now(ZoneInfo(zone)).hour < 18)


async def _open(workflows: Workflows, case: _Case, number: int) -> None:
    account = Account(
        store=case.store,
        seller_id=case.seller_id,
        name=case.name,
        language=case.language,
        time_zone=_zone_with_day() if case.by_day else case.time_zone,
        email=f"{case.mailbox}@{case.seller_id.lower()}.example",
        emergency_phone=f"+13125550{number}{case.number}",
    )
    issues = (Issue(id=f"ISS-9{number:02}", code="LISTING_POLICY", summary=case.summary),)
    start = CaseInput(
        account=account,
        issues=issues,
        policy={"coverage": "everyone", "second_person": case.second_person},
        by="feed",
    )
    try:
        name = await workflows.start_case(
            case_name(case.store, case.seller_id),
            start,
            at_start(account, issues),
            summary=f"{case.store} {case.seller_id}",
        )
    except AlreadyOpen:  # somebody opened it a moment ago
        return
    for update, event in case.told:
        await workflows.execute_update(name, update, event)
