"""What a case and the enrollment of its account need of each other (docs/rules.md, 2 and 3)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.case.events import ChangeContact, EventKind
from domain.case.status import Reason, Status
from domain.enrollment.events import ChangeAccount, Readmit
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import EnrollmentView
from domain.shared.activity_inputs import ShareContactInput
from domain.shared.names import enrollment_workflow_id
from providers.protocols import ProviderFailed
from providers.temporal.own_workflows import Cases, Enrollments
from providers.workflow_protocols import Standing
from tests.engine import HOUR, Engine, KnownSeller, OpenCase, engine_in, issue
from tests.workflows.events import FRAUD, WITHDRAW
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

MINUTE = timedelta(minutes=1)
ASKS: dict[str, Any] = {"coverage": "enrolled"}


def seller_of(engine: Engine, seller_id: str) -> KnownSeller:
    workflow_id = enrollment_workflow_id("US", seller_id)
    return KnownSeller(engine.client.get_workflow_handle(workflow_id), engine.skipper)


async def updates(case: OpenCase | KnownSeller) -> int:
    """How many updates a workflow has taken."""
    events = (await case.handle.fetch_history()).events
    return sum(e.HasField("workflow_execution_update_accepted_event_attributes") for e in events)


async def busy(*workflows: OpenCase | KnownSeller) -> bool:
    """Whether any of them still tells somebody, or is about to hear of it."""
    found = [(await one.handle.describe()).raw_description for one in workflows]
    return any(one.pending_activities or one.pending_workflow_task.attempt for one in found)


async def settled(*workflows: OpenCase | KnownSeller) -> None:
    """Wait until none of them has anything to tell, and no update has come in for a second."""
    taken = -1
    while taken != (taken := sum([await updates(one) for one in workflows])) or await busy(
        *workflows
    ):
        await asyncio.sleep(1)


async def test_the_case_of_an_enrolled_account_is_covered(engine: Engine) -> None:
    await engine.know("COVERED")
    case = await engine.open(seller_id="COVERED", rules=ASKS)
    assert (await case.view()).status is Status.CONTACTING
    await case.tell(IssueCase.withdraw, WITHDRAW)


@pytest.mark.parametrize(
    ("seller_id", "known", "missing"),
    [
        ("STRANGER", None, ["does not know the seller"]),
        ("PLANLESS", {"selling_plan": None}, ["selling plan: not known"]),
        ("NUMBERLESS", {"emergency_phone": None}, ["emergency contact: no number is known"]),
    ],
)
async def test_a_case_that_is_not_covered_says_what_is_missing(
    engine: Engine, seller_id: str, known: dict[str, Any] | None, missing: list[str]
) -> None:
    if known is not None:
        await engine.know(seller_id, **known)
    case = await engine.open(seller_id=seller_id, rules=ASKS, wait=False)
    view = await case.end()
    assert view.status is Status.NOT_COVERED
    assert view.attempts == ()
    for words in ("the account is not enrolled", *missing):
        assert words in (view.reason or "")


async def test_a_programme_out_of_reach_delays_a_case_and_decides_nothing(
    tmp_path: Path, server: str
) -> None:
    class Unreachable(Enrollments):
        asked = 0

        async def standing(self, store: str, seller_id: str) -> Standing:
            self.asked += 1
            if self.asked <= 3:
                raise ProviderFailed("down")
            return await super().standing(store, seller_id)

    async with engine_in(tmp_path, programme=Unreachable, server=server) as engine:
        await engine.know("PATIENT")
        case = await engine.open(seller_id="PATIENT", rules=ASKS, wait=False)
        await case.failing()
        opening = await case.view()
        assert (opening.status, opening.attempts) == (Status.CONTACTING, ())
        await case.play(2 * HOUR)
        assert (await case.settled()).status is Status.CONTACTING


async def test_harm_expels_once_even_who_was_never_known_and_a_person_may_readmit(
    engine: Engine,
) -> None:
    case = await engine.open(seller_id="VILLAIN")
    await case.tell(IssueCase.report_harm, FRAUD)
    view = await case.end()
    assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.HARM)
    seller = seller_of(engine, "VILLAIN")
    standing = await seller.view()
    assert standing.status is EnrollmentStatus.EXPELLED
    assert sum(e.what == "expelled" for e in standing.timeline) == 1
    harmful = await engine.open(
        seller_id="VILLAIN", rules=ASKS, issues=(issue(harmful=True),), wait=False
    )
    assert (await harmful.end()).reason == Reason.HARM
    assert sum(e.what == "expelled" for e in (await seller.view()).timeline) == 1
    later = await engine.open(seller_id="VILLAIN", rules=ASKS, wait=False)
    assert "deactivated already" in ((await later.end()).reason or "")
    readmitted = await seller.tell(Programme.readmit, Readmit(by="lead", note="Mistaken"))
    assert readmitted.status is EnrollmentStatus.NOT_ELIGIBLE


async def test_a_number_changed_in_a_case_reaches_the_enrollment_and_goes_round_once(
    engine: Engine,
) -> None:
    seller = await engine.know("MOVES")
    case = await engine.open(seller_id="MOVES", rules=ASKS)
    new = ChangeContact(by="seller", emergency_phone="+12065550112", email="new@seller.example")
    await case.tell(IssueCase.change_contact, new)
    told = await seller.when(lambda v: v.account.emergency_phone == "+12065550112")
    assert told.account.email == "new@seller.example"
    assert told.status is EnrollmentStatus.ENROLLED
    await settled(seller, case)
    # The enrollment tells the case in turn, which it knew: there it ends.
    assert (await updates(seller), await updates(case)) == (2, 2)
    changes = [e for e in (await case.view()).timeline if e.what is EventKind.CONTACT_CHANGED]
    assert [e.by for e in changes] == ["seller"]
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_the_enrollment_s_echo_does_not_make_what_the_desk_gave_the_seller_s(
    engine: Engine,
) -> None:
    seller = await engine.know("STRANGE")
    case = await engine.open(seller_id="STRANGE", rules=ASKS)
    given = ChangeContact(by="specialist.lee", emergency_phone="+12065558610")
    await case.tell(IssueCase.change_contact, given)
    await settled(seller, case)
    assert (await updates(seller), await updates(case)) == (2, 2)
    await case.play(73 * HOUR)
    assert (await case.reaches(Status.ESCALATED)).reason == Reason.NOT_REALLY_TRIED


async def test_a_number_changed_in_the_enrollment_reaches_the_open_case(engine: Engine) -> None:
    seller = await engine.know("CALLS")
    case = await engine.open(seller_id="CALLS", rules=ASKS)
    new = ChangeAccount(by="seller", emergency_phone="+12065550101")
    await seller.tell(Programme.change_account, new)
    await case.when(lambda v: v.account.emergency_phone == "+12065550101")
    await case.play(2 * HOUR)  # the new number answers at the first call
    assert (await case.reaches(Status.WORKING)).status is Status.WORKING
    assert await updates(seller) == 2
    await case.tell(IssueCase.withdraw, WITHDRAW)
    # With no case open there is nobody to tell, and nothing is tried for ever.
    again = ChangeAccount(by="seller", email="later@seller.example")
    view = await seller.tell(Programme.change_account, again)
    assert view.account.email == "later@seller.example"
    await seller.idle()


async def test_numbers_changed_in_both_at_once_end_up_the_same_in_both(engine: Engine) -> None:
    async def cross(number: int) -> tuple[str | None, str | None]:
        seller_id = f"CROSS{number}"
        seller = await engine.know(seller_id)
        case = await engine.open(seller_id=seller_id, rules=ASKS)

        async def in_case() -> None:
            await asyncio.sleep(number % 3 * 0.004)
            new = ChangeContact(by="seller", emergency_phone="+12065550111")
            await case.tell(IssueCase.change_contact, new)

        async def in_enrollment() -> None:
            await asyncio.sleep(number % 4 * 0.003)
            new = ChangeAccount(by="seller", emergency_phone="+12065550112")
            await seller.tell(Programme.change_account, new)

        await asyncio.gather(in_case(), in_enrollment())
        await settled(seller, case)
        known: EnrollmentView = await seller.view()
        in_both = known.account.emergency_phone, (await case.view()).account.emergency_phone
        await case.tell(IssueCase.withdraw, WITHDRAW)
        return in_both

    for ours, theirs in await asyncio.gather(*(cross(number) for number in range(12))):
        assert ours == theirs


async def test_of_changes_that_cross_each_is_confirmed_once_to_the_old_address(
    engine: Engine,
) -> None:
    seller_id, old = "CONFIRMED", "old@confirmed.example"
    in_case, in_programme = "case@confirmed.example", "programme@confirmed.example"
    seller = await engine.know(seller_id, email=old)
    case = await engine.open(seller_id=seller_id, rules=ASKS, email=old)
    await asyncio.gather(
        case.tell(IssueCase.change_contact, ChangeContact(by="seller", email=in_case)),
        seller.tell(Programme.change_account, ChangeAccount(by="seller", email=in_programme)),
    )
    await settled(seller, case)
    kept = (await case.view()).account.email
    assert (await seller.view()).account.email == kept
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    told = {
        address: [
            str(mail["References"])
            for mail in engine.mails(address)
            if "was changed" in str(mail["Subject"])
        ]
        for address in (old, in_case, in_programme)
    }
    # Two changes of the old address, each confirmed once, by the workflow that took it.
    assert len(told[old]) == len(set(told[old])) == 2, told
    # A new address hears that it was taken, and then that another took its place.
    assert all(1 <= len(told[new]) <= 2 for new in (in_case, in_programme)), told


async def test_a_number_that_came_and_went_holds_up_no_later_one(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Cases.change_contact

    async def slowly(self: Cases, input: ShareContactInput) -> None:
        await asyncio.sleep(0.3)
        await tell(self, input)

    monkeypatch.setattr(Cases, "change_contact", slowly)
    seller = await engine.know("COMESGOES")
    case = await engine.open(seller_id="COMESGOES", rules=ASKS)
    for number in ("+12065550111", "+12065550112", None, "+12065550113"):
        await seller.tell(
            Programme.change_account, ChangeAccount(by="seller", emergency_phone=number)
        )
    await case.when(lambda v: v.account.emergency_phone == "+12065550113")
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_a_number_changed_while_a_case_deactivates_is_there_when_it_is_resumed(
    engine: Engine,
) -> None:
    await engine.know("THEOUTAGE")  # whose deactivation fails
    rules = ASKS | {"deactivation_timeout": "PT1H"}
    case = await engine.open(seller_id="THEOUTAGE", rules=rules)
    await case.play(72 * HOUR + 10 * MINUTE)
    await case.reaches(Status.DEACTIVATING)
    seller = seller_of(engine, "THEOUTAGE")
    new = ChangeAccount(by="seller", emergency_phone="+12065550112")
    await seller.tell(Programme.change_account, new)
    await case.play(2 * HOUR)
    await case.reaches(Status.ESCALATED)
    await seller.play(6 * MINUTE)  # it is told again each 5 minutes
    await case.when(lambda v: v.account.emergency_phone == "+12065550112")
    await case.tell(IssueCase.withdraw, WITHDRAW)


@pytest.mark.parametrize(
    ("by", "reason"), [("operations", Reason.NOT_REALLY_TRIED), ("seller", Reason.NOT_REACHED)]
)
async def test_silence_at_an_address_that_others_gave_the_enrollment_deactivates_nobody(
    engine: Engine, by: str, reason: Reason
) -> None:
    seller_id = f"MISTYPED-{by}"
    seller = await engine.know(seller_id)
    case = await engine.open(seller_id=seller_id, rules=ASKS)
    change = ChangeAccount(by=by, email="ovner@bluekettle.example")
    await seller.tell(Programme.change_account, change)
    await case.when(lambda v: v.account.email == "ovner@bluekettle.example")
    await case.play(73 * HOUR)
    assert (await case.when(lambda v: v.reason)).reason == reason
