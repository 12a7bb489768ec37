"""Records golden histories: `python -m tests.record` adds the missing ones.

A history, once recorded, stays as it is: it stands for the cases that were open when a new
version was deployed. Record a new one, under a name of its own, when a workflow learns to do
something new; `python -m tests.record NAME` does only that one.
"""

import asyncio
import gzip
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowUpdateFailedError

from domain.appeal.events import Verdict
from domain.appeal.letters import AppealPurpose
from domain.appeal.status import AppealStatus
from domain.case.events import Decision
from domain.case.status import Status
from domain.enrollment.events import EnterCode, Readmit, Reinstate, TryCall, VerifyNumber
from domain.enrollment.status import EnrollmentStatus
from domain.shared.events import RecordDeactivation
from domain.shared.names import delivery_workflow_id
from providers.failover_telephone import FailoverTelephone
from providers.protocols import Dial, GoesOn, ProviderFailed
from providers.simulated.telephone import SimulatedTelephone
from providers.webhooks.receivers import Receiver
from reference.page_links import PageLinks
from runtime.dev_server import TIME_SKIPPING
from tests.engine import HOUR, Engine, KnownSeller, OpenCase, Running, engine_in, issue
from tests.workflows import test_rows as rows
from tests.workflows.appeals import (
    ADDED,
    AGAIN,
    MOVED,
    OUTAGE,
    REPLY,
    OpenAppeal,
    appeal_of,
    deactivated,
    submit,
    was_sent,
)
from tests.workflows.enrollment_events import DAY, changed, days_ago, found_harm, recorded
from tests.workflows.events import NOTE, PLAN, TAKE, WITHDRAW, decided
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment as Programme

FOLDER = Path(__file__).parent / "histories"


class OutOfService(SimulatedTelephone):
    """Places no call."""

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        raise ProviderFailed("out of service")


Record = Callable[[Engine], Awaitable[Running[Any]]]


def _row(path: rows.Path, **seller: Any) -> Record:
    async def record(engine: Engine) -> OpenCase:
        case = await engine.open(**seller)
        await path(case)
        return case

    return record


async def _everything_in_one_case(engine: Engine) -> OpenCase:
    """Each update at least once, in a case that lives long."""
    case = await engine.open()
    await rows.joined_in_contacting(case)
    await case.tell(IssueCase.assign, TAKE)
    await case.tell(IssueCase.note, NOTE)
    await rows.requested(case)
    await rows.accepted_after_a_conversation_but_rejected(case)
    await case.tell(IssueCase.change_contact, rows.NEW_ADDRESS)
    await rows.rejected(case)
    await rows.rejected(case)
    await rows.working(case)
    await case.reaches(Status.ESCALATED)
    await case.play(30 * HOUR)
    await case.tell(IssueCase.decide, decided(Decision.RESUME))
    await rows.harmful(case)
    return case


async def _continued(engine: Engine) -> OpenCase:
    case = await engine.open()
    await case.play(30 * HOUR)
    await case.settled()
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    return case


async def _not_covered(engine: Engine) -> OpenCase:
    return await engine.open(rules={"coverage": "enrolled"}, wait=False)


async def _deactivated_already(engine: Engine) -> OpenCase:
    await engine.providers.accounts.deactivate("US", "GONE", "by hand")
    return await engine.open(seller_id="GONE", wait=False)


async def _harmful_from_the_start(engine: Engine) -> OpenCase:
    return await engine.open(issues=(issue(harmful=True),), wait=False)


async def _escalated_by_an_outage_of_mail(engine: Engine) -> OpenCase:
    case = await engine.open(email="outage@bluekettle.example", wait=False)
    await case.play(50 * HOUR)
    await case.play(30 * HOUR)
    await case.reaches(Status.ESCALATED)
    return case


async def _contact_shared(engine: Engine) -> OpenCase:
    seller = await engine.know("SHARES")
    case = await engine.open(seller_id="SHARES", rules={"coverage": "enrolled"})
    await case.tell(IssueCase.change_contact, rows.NEW_ADDRESS)
    await seller.tell(Programme.change_account, changed(emergency_phone="+12065550112"))
    await case.when(lambda v: v.account.emergency_phone == "+12065550112")
    await case.tell(IssueCase.withdraw, WITHDRAW)
    return case


async def _enrolled_ended_and_enrolled_again(engine: Engine) -> KnownSeller:
    seller = await engine.know("ROUND", days_ago(365, 300), days_ago(9, 249))
    await seller.play(2 * DAY)
    await seller.when(lambda v: v.status is EnrollmentStatus.NOT_ELIGIBLE)
    await seller.tell(Programme.record_ratings, recorded(days_ago(3, 400)))
    await seller.tell(Programme.change_account, changed(selling_plan="individual", name=None))
    return seller


async def _invited(engine: Engine) -> KnownSeller:
    seller = await engine.know("INVITED", emergency_phone="+12065550", email="outage@x.example")
    await seller.play(HOUR)
    await seller.tell(Programme.change_account, changed(email="asked@seller.example"))
    await seller.play(9 * DAY)
    await seller.tell(Programme.change_account, changed(emergency_phone="+12065550110"))
    return seller


async def _expelled_and_readmitted(engine: Engine) -> KnownSeller:
    seller = await engine.know("EXPELLED", email=None)
    await seller.tell(Programme.expel, found_harm("case/US/EXPELLED/1"))
    await seller.handle.cancel()
    await asyncio.sleep(0.5)
    await seller.tell(Programme.readmit, Readmit(by="lead", note="Mistaken identity"))
    return seller


async def _deactivated_and_reinstated(engine: Engine) -> KnownSeller:
    seller = await engine.know("REINSTATED")
    await seller.tell(Programme.record_deactivation, RecordDeactivation(by="marketplace"))
    await seller.tell(Programme.reinstate, Reinstate(by="lead", note="The appeal holds"))
    return seller


async def _verified(engine: Engine) -> KnownSeller:
    """A number is proven, tried, changed, and proven no more."""
    phone = "+12065550901"
    seller = await engine.know("VERIFIED", emergency_phone=phone)
    await seller.tell(Programme.verify_number, VerifyNumber(by="seller"))
    view = await seller.when(lambda v: v.number_call and v.number_call.result)
    assert view.number_call is not None
    words = (engine.folder / "heard" / f"{phone}.txt").read_text(encoding="utf-8")
    code, call = "".join(words.split()[-6:]), view.number_call.id
    for typed in ("none", code):
        event = EnterCode(by="seller", proofs=PAGE.codes.proofs(call, typed))
        await seller.tell(Programme.enter_code, event)
    await seller.tell(Programme.try_call, TryCall(by="seller"))
    await seller.when(lambda v: v.number_call and v.number_call.result)
    await seller.play(366 * DAY)
    await seller.tell(Programme.change_account, changed(emergency_phone="+12065550910"))
    return seller


async def _enrollment_continued(engine: Engine) -> KnownSeller:
    seller = await engine.know("GOESON", emergency_phone=None)
    for age in range(20):
        await seller.tell(Programme.record_ratings, recorded(days_ago(age, 300 + age)))
    return seller


async def _announced(engine: Engine) -> OpenCase:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, PLAN)
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    return case


async def _given_up(engine: Engine) -> Running[Any]:
    """The delivery of a case's events to a receiver that is not there."""
    case = await _announced(engine)
    own_id = (await case.view()).id
    delivery = engine.client.get_workflow_handle(delivery_workflow_id("crm", own_id))
    await engine.skipper.fast_forward(delivery, 10 * DAY)
    return Running(delivery, engine.skipper)


async def _reinstated(engine: Engine) -> OpenAppeal:
    """Every update of an appeal: asked, answered, upheld, appealed again, and reinstated."""
    await deactivated(engine, "RECORDED")
    appeal = await submit(engine, "RECORDED")
    await appeal.decide(Verdict.MORE_INFORMATION)
    await appeal.when(lambda v: v.seller_by)
    await appeal.tell(SellerAppeal.receive_reply, REPLY)
    await appeal.tell(SellerAppeal.add_information, ADDED)
    await appeal.tell(SellerAppeal.change_address, MOVED)
    await appeal.play(5 * DAY)
    await appeal.decide(Verdict.UPHOLD)
    await appeal.tell(SellerAppeal.report_outage, OUTAGE)
    await submit(engine, "RECORDED", AGAIN)
    await appeal.decide(Verdict.REINSTATE, "lead.diaz")
    await appeal.end()
    return appeal


async def _lapsed(engine: Engine) -> OpenAppeal:
    await deactivated(engine, "LAPSES")
    appeal = await submit(engine, "LAPSES")
    await appeal.play(8 * DAY)
    await appeal.decide(Verdict.MORE_INFORMATION)
    await appeal.when(lambda v: v.seller_by)
    await appeal.play(6 * DAY)
    await appeal.when(lambda v: was_sent(v, AppealPurpose.REMINDER))
    await appeal.play(2 * DAY)
    await appeal.reaches(AppealStatus.LAPSED)
    await appeal.play(90 * DAY)
    await appeal.end()
    return appeal


async def _nothing_to_appeal(engine: Engine) -> OpenAppeal:
    await engine.know("ACTIVE")
    with suppress(WorkflowUpdateFailedError):
        await submit(engine, "ACTIVE")
    return appeal_of(engine, "ACTIVE")


STORIES: dict[str, Record] = {
    "resolved-plan-accepted": _row(rows.accepted),
    "resolved-after-a-conversation": _row(rows.accepted_after_a_conversation),
    "resolved-by-conversation": _row(rows.resolved_by_conversation),
    "resolved-by-decision": _row(rows.decide(Decision.RESOLVE)),
    "deactivated-silent": _row(rows.silent),
    "deactivated-by-decision": _row(rows.decide(Decision.DEACTIVATE)),
    "deactivated-by-two": _row(rows.proposed_and_confirmed, **rows.SECOND_PERSON),
    "deactivated-harm": _row(rows.harmful),
    "deactivated-harmful-from-the-start": _harmful_from_the_start,
    "withdrawn": _row(rows.withdrawn),
    "withdrawn-cancelled": _row(rows.cancelled),
    "not-covered": _not_covered,
    "deactivated-already": _deactivated_already,
    "escalated-not-really-tried": _row(rows.silent, **rows.NEVER_REALLY_TRIED),
    "escalated-outage-of-mail": _escalated_by_an_outage_of_mail,
    "escalated-no-cooperation": _row(rows.uncooperative),
    "every-update": _everything_in_one_case,
    "contact-shared": _contact_shared,
    "enrollment-ended": _enrolled_ended_and_enrolled_again,
    "enrollment-invited": _invited,
    "enrollment-expelled": _expelled_and_readmitted,
    "enrollment-deactivated": _deactivated_and_reinstated,
    "appeal-reinstated": _reinstated,
    "appeal-lapsed": _lapsed,
    "appeal-of-nothing": _nothing_to_appeal,
    "enrollment-verified": _verified,
}

SECOND_PROVIDER: dict[str, Record] = {"second-provider": _row(rows.silent)}
"""Calls that the first telephone provider never places."""

WEBHOOKS: dict[str, Record] = {"announced": _announced, "delivery-given-up": _given_up}
"""Of a case, and of a delivery, where a receiver of events is configured."""

SECRET = "a secret of no importance, and long enough"
"""Of the hashes by which cases are found, and of codes."""

PAGE = PageLinks((SECRET,), "https://health.shop.example")

NOBODY = Receiver(url="http://127.0.0.1:9/", secrets=(f"whsec_{'A' * 32}",))
"""A receiver that nobody listens for."""

CONTINUED: dict[str, Record] = {
    "continued-as-new": _continued,
    "enrollment-continued": _enrollment_continued,
}
OFTEN = (*TIME_SKIPPING, "limit.historyCount.suggestContinueAsNew=40")


async def record(wanted: list[str]) -> None:
    """Record the stories `wanted`; without names, those that are missing."""
    every = STORIES | SECOND_PROVIDER | CONTINUED | WEBHOOKS
    names = wanted or [n for n in every if not list(FOLDER.glob(f"{n}*.gz"))]
    with tempfile.TemporaryDirectory() as folder:
        second = Path(folder, "second")
        telephone = FailoverTelephone(
            {"first": OutOfService(second, 0), "second": SimulatedTelephone(second, 0.05)}
        )
        for stories, engine_of in (
            (STORIES, engine_in(Path(folder, "engine"), find_secrets=(SECRET,), page=PAGE)),
            (SECOND_PROVIDER, engine_in(second, telephone=telephone)),
            (WEBHOOKS, engine_in(Path(folder, "webhooks"), receivers={"crm": NOBODY})),
            (CONTINUED, engine_in(Path(folder, "often"), config=OFTEN)),
        ):
            async with engine_of as engine:
                for name in stories.keys() & set(names):
                    await _keep(engine, await stories[name](engine), name)


async def _keep(engine: Engine, case: Running[Any], name: str) -> None:
    await asyncio.sleep(1)  # let what follows the last event come in
    query = f"WorkflowId = '{case.handle.id}'"
    runs = [run.run_id async for run in engine.client.list_workflows(query)]
    for number, run_id in enumerate(reversed(runs), start=1):
        handle = engine.client.get_workflow_handle(case.handle.id, run_id=run_id)
        history = await handle.fetch_history()
        suffix = f".{number}" if len(runs) > 1 else ""
        file = FOLDER / f"{name}{suffix}.json.gz"
        file.write_bytes(gzip.compress(history.to_json().encode(), mtime=0))
        print(f"{file.name}: {len(history.events)} events")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)
