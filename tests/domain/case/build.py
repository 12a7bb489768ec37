"""What tests are made of: an account, a case, the events, with defaults that do not matter."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from domain.case import desk_updates, mail_updates, marketplace_updates, seller_updates
from domain.case.calling_hours import calling_hours
from domain.case.case import Case
from domain.case.events import (
    AddIssue,
    ChangeContact,
    ContactChannel,
    ConversationOutcome,
    Decide,
    Decision,
    RecordConversation,
    ReportContact,
    ReportHarm,
    RequestCall,
    Review,
    ReviewPlan,
    SubmitPlan,
    Withdraw,
)
from domain.case.policy import effective_policy
from domain.case.steps import CaseFacts
from domain.shared.account import Account, Issue, Store
from domain.shared.events import Event, HarmCategory
from reference.time_zones import zone_of
from tests.domain.refused import as_promised

UPDATES = (seller_updates, desk_updates, marketplace_updates, mail_updates)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PACIFIC = zone_of("America/Los_Angeles")
MONDAY_9 = datetime(2026, 3, 2, 9, tzinfo=PACIFIC).astimezone(UTC)
"""An hour after the seller's calling hours open, in a week without a clock change."""
MONDAY_22 = MONDAY_9 + 13 * HOUR
"""An hour into the seller's quiet hours."""

NUMBER, OTHER_NUMBER = "+12065550110", "+12065550111"
ADDRESS, OTHER_ADDRESS = "owner@bluekettle.example", "office@bluekettle.example"


def an_account(zone: str = "America/Los_Angeles") -> Account:
    return Account(
        store=Store.US,
        seller_id="A2EXAMPLE",
        name="Blue Kettle Goods",
        language="en-US",
        time_zone=zone,
        email=ADDRESS,
        emergency_phone=NUMBER,
    )


def an_issue(issue_id: str = "ISS-1", *, harmful: bool = False) -> Issue:
    return Issue(id=issue_id, code="LISTING_POLICY", summary="Restricted", harmful=harmful)


def a_new_case(
    opened_at: datetime = MONDAY_9,
    *issues: Issue,
    zone: str = "America/Los_Angeles",
) -> Case:
    """A case of which nothing has been looked up yet."""
    return Case(
        id="case/US/A2EXAMPLE/run-1",
        account=an_account(zone),
        issues=issues or (an_issue(),),
        opened_at=opened_at,
    )


def facts_for(
    case: Case,
    policy: dict[str, Any] | None = None,
    *,
    not_called: str | None = None,
    not_covered: str | None = None,
    deactivated: bool = False,
    announces: bool = False,
    days: int = 7,
) -> CaseFacts:
    """What a look-up at the opening finds, with calling hours for `days`.

    Calls that are moved to an opening are not spread, unless the policy says so.
    """
    rules = effective_policy({"opening_spread": "PT0S", **(policy or {})})
    start = case.opened_at
    zone = zone_of(case.account.time_zone)
    until = start + timedelta(days=days)
    return CaseFacts(
        policy=rules,
        hours=calling_hours(rules.quiet_from, rules.quiet_until, zone, start, until),
        not_called=not_called,
        not_covered=not_covered,
        deactivated=deactivated,
        announces=announces,
    )


def local(moment: datetime, zone: tzinfo = PACIFIC) -> str:
    """A moment as the seller reads it off a clock: `Mon 09:00`."""
    return f"{moment.astimezone(zone):%a %H:%M}"


def apply(case: Case, event: Event, now: datetime) -> None:
    """Change the case by the rule that has the event's name."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    (rule,) = [rules[name] for rules in map(vars, UPDATES) if name in rules]
    with as_promised():
        rule(case, event, now)


# --- events ---------------------------------------------------------------------------------


def a_contact() -> ReportContact:
    return ReportContact(by="specialist", channel=ContactChannel.PHONE, note="called in")


def a_request() -> RequestCall:
    return RequestCall(by="seller")


def a_plan(cause: str = "wrong supplier") -> SubmitPlan:
    return SubmitPlan(
        by="seller",
        root_causes=(cause,),
        corrective_actions=("listing removed",),
        preventive_measures=("supplier checks",),
    )


def a_review(decision: Review, note: str | None = "say more about it") -> ReviewPlan:
    return ReviewPlan(by="reviewer", decision=decision, note=note)


ACCEPT = a_review(Review.ACCEPT, None)
REJECT = a_review(Review.REJECT)
ASK_MORE = a_review(Review.MORE_INFORMATION)


def a_conversation(
    outcome: ConversationOutcome = ConversationOutcome.PLAN_EXPECTED,
) -> RecordConversation:
    return RecordConversation(by="specialist", outcome=outcome, note="talked it through")


def joins(issue_id: str = "ISS-2", *, harmful: bool = False) -> AddIssue:
    return AddIssue(by="monitor", issue=an_issue(issue_id, harmful=harmful))


def a_change(*, phone: str | None = None, email: str | None = None) -> ChangeContact:
    return ChangeContact(by="seller", emergency_phone=phone, email=email)


def a_harm_report() -> ReportHarm:
    return ReportHarm(by="investigator", category=HarmCategory.FRAUD, evidence="CASE-FILE-7")


def a_decision(decision: Decision) -> Decide:
    return Decide(by="lead", decision=decision, note="looked at the whole file")


def a_withdrawal(issue_id: str | None = None) -> Withdraw:
    return Withdraw(by="marketplace", note="raised in error", issue=issue_id)
