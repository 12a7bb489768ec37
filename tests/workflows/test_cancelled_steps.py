"""What is cancelled in the middle, and what fails on our side, never ends a case wrongly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import PendingActivityState

from activities import opening
from domain.appeal.activity_inputs import TellReinstatementInput
from domain.case.activity_inputs import ExpelInput
from domain.case.attempt import Channel
from domain.case.events import Decision
from domain.case.status import Reason, Status
from domain.enrollment.status import EnrollmentStatus
from domain.enrollment.view import EnrollmentView
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from domain.shared.events import RecordDeactivation
from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, ProviderFailed
from providers.simulated.mail import SimulatedMail
from providers.simulated.telephone import SimulatedTelephone
from providers.workflow_protocols import Standing
from reference.time_zones import UnknownZone
from tests.engine import HOUR, Engine, OpenCase, Running, engine_in
from tests.patience import PATIENCE, looks
from tests.test_crashes import something
from tests.workflows.events import CONTACT, WITHDRAW, decided
from tests.workflows.test_shell import ledger
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment


class Unsteady(SimulatedTelephone):
    """A telephone whose provider fails to answer now and then."""

    def __init__(self, folder: Path, ring_seconds: float) -> None:
        super().__init__(folder, ring_seconds, look_every=timedelta(seconds=0.5))
        self.look_fails = False
        self.failed = asyncio.Event()
        self.hang_up_fails = 0
        self.dial_takes = 0.0
        self.dialled = 0

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        self.dialled += 1
        await asyncio.sleep(self.dial_takes)
        return await super().dial(dial, instead_of)

    async def look(self, call: str) -> Result | GoesOn:
        if self.look_fails:
            self.failed.set()
            raise ProviderFailed("unsteady")
        return await super().look(call)

    async def hang_up(self, call: str) -> Result | None:
        if self.hang_up_fails:
            self.hang_up_fails -= 1
            raise ProviderFailed("unsteady")
        return await super().hang_up(call)


async def test_a_call_is_hung_up_even_if_the_provider_fails_to_answer_meanwhile(
    tmp_path: Path, server: str
) -> None:
    telephone = Unsteady(tmp_path, ring_seconds=60)
    async with engine_in(tmp_path, telephone=telephone, server=server) as engine:
        case = await engine.open(wait=False)
        view = await case.when(lambda v: ledger(tmp_path, v.id))
        telephone.look_fails, telephone.hang_up_fails = True, 2
        await asyncio.wait_for(telephone.failed.wait(), PATIENCE)
        await case.tell(IssueCase.report_contact, CONTACT)
        await case.when(lambda v: all(a.result for a in v.attempts))
        ((_, _, hung_up_at),) = ledger(tmp_path, view.id)
        assert hung_up_at is not None


async def test_a_provider_that_is_slow_to_dial_is_asked_once(tmp_path: Path, server: str) -> None:
    telephone = Unsteady(tmp_path, ring_seconds=0.1)
    telephone.dial_takes = 5
    async with engine_in(tmp_path, telephone=telephone, server=server) as engine:
        case = await engine.open(wait=False)
        view = await case.when(lambda v: v.attempts and all(a.result for a in v.attempts))
        assert view.attempts[1].result is Result.NO_ANSWER
        assert telephone.dialled == 1


async def test_a_call_without_a_result_in_its_time_is_hung_up(tmp_path: Path, server: str) -> None:
    async with engine_in(tmp_path, ring_seconds=60, server=server) as engine:
        case = await engine.open(rules={"call_timeout": "PT2S"}, wait=False)
        view = await case.when(lambda v: len(v.attempts) > 1 and v.attempts[1].result)
        assert view.attempts[1].result is Result.PROVIDER_FAILED
        await case.when(lambda _: ledger(tmp_path, view.id)[0][2] is not None)


async def test_contact_while_calling_hours_are_looked_up_in_vain_makes_the_case_working(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Never reached, escalated, and resumed a week later: the hours known have run out.
    case = await engine.open(email="bounce@bluekettle.example")
    await case.play(9 * 24 * HOUR)
    await case.reaches(Status.ESCALATED)

    def unknown(_: str) -> Any:
        raise UnknownZone("no such zone on this machine")

    monkeypatch.setattr(opening, "zone_of", unknown)
    await case.tell(IssueCase.decide, decided(Decision.RESUME))
    await case.failing()
    assert (await case.view()).status is Status.CONTACTING
    view = await case.tell(IssueCase.report_contact, CONTACT)
    assert view.status is Status.WORKING
    await case.tell(IssueCase.withdraw, WITHDRAW)
    assert (await case.end()).status is Status.WITHDRAWN


async def accepts_an_update(case: OpenCase) -> None:
    """Wait until the case has an update in hand, the first of its life."""
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if "workflow_execution_update_accepted_event_attributes" in await case.events():
                return


async def test_a_case_cancelled_during_its_opening_is_withdrawn(
    tmp_path: Path, server: str
) -> None:
    class Down:
        async def standing(self, store: str, seller_id: str) -> Standing:
            raise ProviderFailed("down")

        async def expel(self, input: ExpelInput) -> None:
            raise ProviderFailed("down")

        async def record_deactivation(self, input: TellDeactivationInput) -> None:
            raise ProviderFailed("down")

        async def change_contact(self, input: ShareContactInput) -> None:
            raise ProviderFailed("down")

        async def find(self, store: str, seller_id: str) -> EnrollmentView | None:
            raise ProviderFailed("down")

        async def reinstate(self, input: TellReinstatementInput) -> bool:
            raise ProviderFailed("down")

    async with engine_in(tmp_path, programme=lambda _: Down(), server=server) as engine:
        case = await engine.open(rules={"coverage": "enrolled"}, wait=False)
        await case.failing()
        update = asyncio.create_task(case.tell(IssueCase.report_contact, CONTACT))
        await accepts_an_update(case)
        await case.handle.cancel()
        view = await case.end()
        assert (view.status, view.reason) == (Status.WITHDRAWN, Reason.CANCELLED)
        with pytest.raises(Exception, match="failed") as refusal:
            await update
        assert "withdrawn (cancelled)" in str(refusal.value.__cause__)


async def test_an_address_in_another_script_is_mailed(engine: Engine) -> None:
    case = await engine.open(email="日本@例え.jp")
    view = await case.settled()
    email = next(a for a in view.attempts if a.channel is Channel.EMAIL)
    assert email.result is Result.ACCEPTED
    assert len(engine.mails("日本@例え.jp")) == 1
    await case.tell(IssueCase.withdraw, WITHDRAW)


class SlowToFail(SimulatedMail):
    """Mail that holds each message until it is released, and then fails to take it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.released = asyncio.Event()
        self.asked = 0

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        self.asked += 1
        await self.released.wait()
        raise ProviderFailed("down")


@asynccontextmanager
async def releasing(mail: SlowToFail) -> AsyncIterator[None]:
    """Release what is held in the end: no worker stops before."""
    try:
        yield
    finally:
        mail.released.set()


async def cancel_requested(workflow: Running[Any]) -> None:
    """Wait until the server knows that an activity is called off."""
    wanted = PendingActivityState.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED
    await workflow.pending(lambda found: any(activity.state == wanted for activity in found))


async def test_an_e_mail_that_fails_while_it_is_cancelled_was_cancelled(
    tmp_path: Path, server: str
) -> None:
    mail = SlowToFail(tmp_path)
    async with engine_in(tmp_path, mail=mail, server=server) as engine, releasing(mail):
        case = await engine.open(wait=False)
        await case.when(
            lambda v: [a.channel for a in v.attempts if not a.result] == [Channel.EMAIL]
        )
        await something(lambda: mail.asked == 1)  # before that, nothing waits for the provider
        await case.tell(IssueCase.report_contact, CONTACT)
        await cancel_requested(case)
        seller = await engine.know("UNASKED", emergency_phone=None)
        await seller.when(lambda v: v.status is EnrollmentStatus.INVITED)
        await something(lambda: mail.asked == 2)
        told = RecordDeactivation(by="marketplace")
        await seller.tell(SellerEnrollment.record_deactivation, told)
        await cancel_requested(seller)
        mail.released.set()
        view = await case.when(lambda v: v.attempts[0].result)
        assert view.attempts[0].result is Result.CANCELLED
        await seller.idle()
        assert await seller.wrote() == []
