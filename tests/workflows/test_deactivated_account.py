"""A deactivated account is not treated as a live one (docs/rules.md, sections 2, 3 and 6)."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.enrollment.events import Reinstate
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.account import seller_of as of_seller
from domain.shared.activity_inputs import TellDeactivationInput
from domain.shared.errors import Refusal
from domain.shared.events import RecordDeactivation, SendLink
from domain.shared.names import enrollment_workflow_id
from providers.protocols import ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from providers.temporal.own_workflows import Enrollments
from tests.engine import HOUR, Engine, KnownSeller, engine_in, issue
from tests.workflows import test_rows as rows
from tests.workflows.events import FRAUD, decided
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

ASKS: dict[str, Any] = {"coverage": "enrolled"}
NOT_TRIED: dict[str, Any] = {"coverage": "everyone"}


def deactivations(view: Any) -> list[tuple[str, str | None]]:
    return [(e.by, e.case_id) for e in view.timeline if e.what is EnrollmentEventKind.DEACTIVATED]


async def test_a_case_of_an_account_deactivated_elsewhere_reaches_out_to_nobody(
    engine: Engine,
) -> None:
    seller = await engine.know("GONE", email="gone@seller.example")
    await seller.when(lambda v: any(e.what is EnrollmentEventKind.EMAIL for e in v.timeline))
    await engine.providers.accounts.deactivate("US", "GONE", "by hand")
    for rules in (ASKS, NOT_TRIED):
        case = await engine.open(
            seller_id="GONE", rules=rules, email="gone@seller.example", wait=False
        )
        view = await case.end()
        assert view.status is Status.NOT_COVERED
        assert "the account is deactivated already" in (view.reason or "")
        assert (view.attempts, view.agenda) == ((), ())
    standing = await seller.view()
    assert (standing.status, standing.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )
    assert standing.deactivated
    assert [by for by, _ in deactivations(standing)] == ["account service"]
    # Nothing was sent but the confirmation of long ago.
    assert len(engine.mails("gone@seller.example")) == 1


async def test_a_case_stops_when_others_deactivate_the_account(engine: Engine) -> None:
    seller = await engine.know("TAKEN", email="taken@seller.example")
    case = await engine.open(seller_id="TAKEN", email="taken@seller.example", rules=ASKS)
    await case.settled()
    written = len(engine.mails("taken@seller.example"))
    await seller.tell(Programme.record_deactivation, RecordDeactivation(by="marketplace"))
    view = await case.end()
    assert view.status is Status.NOT_COVERED
    assert "the account is deactivated already" in (view.reason or "")
    assert len(engine.mails("taken@seller.example")) == written
    again = await seller.when(lambda v: v.deactivated)
    assert deactivations(again) == [("marketplace", None)]  # the case did not tell it back


async def test_harm_on_a_deactivated_account_expels_all_the_same(engine: Engine) -> None:
    await engine.know("GONEBAD")
    await engine.providers.accounts.deactivate("US", "GONEBAD", "by hand")
    case = await engine.open(seller_id="GONEBAD", issues=(issue(harmful=True),), wait=False)
    view = await case.end()
    assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.HARM)
    standing = await seller_of(engine, "GONEBAD").view()
    assert (standing.status, standing.deactivated) == (EnrollmentStatus.EXPELLED, True)


def seller_of(engine: Engine, seller_id: str) -> KnownSeller:
    workflow_id = enrollment_workflow_id("US", seller_id)
    return KnownSeller(engine.client.get_workflow_handle(workflow_id), engine.skipper)


async def test_an_enrollment_ends_with_the_account_until_a_person_reinstates_it(
    engine: Engine,
) -> None:
    seller = await engine.know("SILENT", email="silent@seller.example")
    case = await engine.open(seller_id="SILENT", rules=ASKS, email="silent@seller.example")
    await case.play(73 * HOUR)
    ended = await case.end()
    assert ended.reason == Reason.NOT_REACHED
    standing = await seller.view()
    assert (standing.status, standing.reason) == (
        EnrollmentStatus.NOT_ELIGIBLE,
        EnrollmentReason.DEACTIVATED,
    )
    assert deactivations(standing) == [("case", ended.id)]
    await seller.play(30 * 24 * HOUR)
    again = await engine.know("SILENT")  # the feed goes on
    assert (await again.view()).status is EnrollmentStatus.NOT_ELIGIBLE
    assert [about for about, _ in await seller.wrote()] == ["enrolled"]
    view = await seller.tell(Programme.reinstate, Reinstate(by="lead", note="The appeal holds"))
    assert (view.status, view.deactivated) == (EnrollmentStatus.ENROLLED, False)


async def test_a_case_tells_of_its_deactivation_once_though_the_answer_was_lost(
    tmp_path: Path, server: str
) -> None:
    class Forgetful(Enrollments):
        told = 0

        async def record_deactivation(self, input: TellDeactivationInput) -> None:
            await super().record_deactivation(input)
            self.told += 1
            if self.told == 1:
                seller = enrollment_workflow_id(input.store, input.seller_id)
                handle = self._workflows.client.get_workflow_handle(seller)
                pardon = Reinstate(by="lead", note="At once")
                await handle.execute_update(Programme.reinstate, pardon)
                raise ProviderFailed("the answer was lost")

    async with engine_in(tmp_path, programme=Forgetful, server=server) as engine:
        seller = await engine.know("ONCE")
        case = await engine.open(seller_id="ONCE")
        await case.tell(IssueCase.report_harm, FRAUD)
        await case.end()
        standing = await seller.view()
        assert len(deactivations(standing)) == 1
        assert not standing.deactivated  # what the person said stands


@pytest.mark.parametrize("harmful", [True, False])
async def test_a_fresh_link_reaches_a_seller_whom_only_a_case_knows(
    engine: Engine, harmful: bool
) -> None:
    seller_id, email = f"STRANGE{harmful}".upper(), f"strange-{harmful}@seller.example".lower()
    if harmful:
        issues = (issue(harmful=True),)
        case = await engine.open(seller_id=seller_id, email=email, issues=issues, wait=False)
    else:
        case = await engine.open(seller_id=seller_id, email=email, rules=NOT_TRIED)
        await rows.decide(Decision.DEACTIVATE)(case)
    await case.end()
    seller = seller_of(engine, seller_id)
    assert (await seller.view()).account == of_seller((await case.view()).account)
    await seller.tell(Programme.send_link, SendLink(by="page"))
    await seller.when(lambda v: any(e.what is EnrollmentEventKind.EMAIL for e in v.timeline))
    assert [about for about, _ in await seller.wrote()] == ["fresh_link"]


async def test_an_account_service_out_of_reach_delays_a_case_and_decides_nothing(
    tmp_path: Path, server: str
) -> None:
    class Unreachable(SimulatedMarketplace):
        down = True

        async def is_active(self, store: str, seller_id: str) -> bool:
            if self.down:
                raise ProviderFailed("down")
            return await super().is_active(store, seller_id)

    accounts = Unreachable(tmp_path)
    async with engine_in(tmp_path, accounts=accounts, server=server) as engine:
        case = await engine.open(wait=False)
        await case.failing()
        opening = await case.view()
        assert (opening.status, opening.attempts, opening.timeline) == (Status.CONTACTING, (), ())
        accounts.down = False
        await case.play(HOUR)
        assert (await case.settled()).status is Status.CONTACTING
        await case.handle.cancel()


async def test_a_seller_deactivated_by_the_marketplace_itself_is_not_invited(
    engine: Engine,
) -> None:
    seller = await engine.know("UNASKED", emergency_phone=None, email="outage@seller.example")
    told = RecordDeactivation(by="marketplace")
    await seller.tell(Programme.record_deactivation, told)
    view = await seller.when(lambda v: v.deactivated)
    assert view.status is EnrollmentStatus.NOT_ELIGIBLE
    await seller.idle()  # the invitation that mail could not take is called off
    await seller.play(10 * 24 * HOUR)
    assert await seller.wrote() == []


class LosesAnswers(SimulatedMarketplace):
    """It deactivates, and from then on says nothing until it is back."""

    is_away = is_back = False

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        await super().deactivate(store, seller_id, case_id)
        self.is_away = not self.is_back
        raise ProviderFailed("no answer")

    async def is_active(self, store: str, seller_id: str) -> bool:
        if self.is_away and not self.is_back:
            raise ProviderFailed("no answer")
        return await super().is_active(store, seller_id)


async def test_a_deactivation_whose_answer_was_lost_for_a_day_is_found_done(
    tmp_path: Path, server: str
) -> None:
    accounts = LosesAnswers(tmp_path)
    async with engine_in(tmp_path, server=server, accounts=accounts) as engine:
        case = await engine.open(seller_id="LOST", issues=(issue(harmful=True),), wait=False)
        await case.reaches(Status.DEACTIVATING)
        await case.play(25 * HOUR)
        view = await case.reaches(Status.ESCALATED)
        assert view.reason == Reason.DEACTIVATION_FAILED
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await case.tell(IssueCase.decide, decided(Decision.RESUME))
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.details[0]["code"] == Refusal.ACCOUNT_UNKNOWN
        accounts.is_back = True
        await case.play(HOUR)  # past the pause before the next look
        view = await case.end()
        assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.HARM)
