"""Appeals while workers die and answers of telephone, mail and account service are lost."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from temporalio.client import (
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy

from domain.appeal.events import Appeal, Verdict
from domain.appeal.status import AppealStatus
from domain.appeal.view import AppealView
from domain.shared.account import SellerAccount
from domain.shared.events import Event
from domain.shared.names import CASES_QUEUE, appeal_workflow_id, enrollment_workflow_id
from experiments.faults.answer_lost import keep_up
from experiments.faults.crowd import Life, Part
from experiments.faults.evidence import Delivered, delivered, of_providers
from experiments.faults.machines import ANSWER_LOST
from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.stories import HARM, REJECTED
from experiments.faults.trial import Trial
from reference.mail_tokens import thread_of
from tests.workflows.appeals import ADDED, AGAIN, FIRST, answer
from workflows.appeal.input import AppealInput
from workflows.appeal.seller_appeal import SellerAppeal
from workflows.enrollment.seller_enrollment import SellerEnrollment

CASES = 12
OTHER = "lead.diaz"


@dataclass
class Appeals:
    """The appeals of a run, as their sellers and the desk know them."""

    expected: dict[str, AppealStatus] = field(default_factory=dict)
    """The status that each account's appeal must have come to."""
    views: dict[str, AppealView] = field(default_factory=dict)


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Deactivate accounts, and appeal: half at once, half a second time."""
    trial = Trial(
        "appeals",
        seed,
        "Accounts are deactivated, for harm or by decision, and appealed. Half are upheld, "
        "appealed again and added to. One answer in five of telephone, mail and account "
        "service is lost, and at one in fifty the worker dies (SIGKILL)",
    )
    appeals = Appeals()
    async with scene(folder, seed) as stage:
        async with meanwhile(keep_up(stage, trial)):
            await stage.play([_part(part, appeals, n) for n, part in _cast(cases)])
        await stage.workers.start()
        await _judge(stage, appeals, trial)
        trial.faults[ANSWER_LOST] += stage.workers.logged()[ANSWER_LOST]
    return trial


def _cast(cases: int) -> list[tuple[int, Part]]:
    return [(n, HARM if n % 2 else REJECTED) for n in range(cases)]


def _part(part: Part, appeals: Appeals, number: int) -> Part:
    async def story(case: Life) -> None:
        await part.story(case)
        await case.end()
        seller_id = case.start.account.seller_id
        handle = await _appeal(case, seller_id, FIRST, "1")
        if number % 4 < 2:
            await _tell(case, handle, SellerAppeal.decide_appeal, answer(Verdict.UPHOLD), "2")
            await _answered(case, handle)  # no second appeal comes before
            await _appeal(case, seller_id, AGAIN, "3")
            await _tell(case, handle, SellerAppeal.add_information, ADDED, "4")
        verdict = Verdict.UPHOLD if number % 8 == 0 else Verdict.REINSTATE
        await _tell(case, handle, SellerAppeal.decide_appeal, answer(verdict, OTHER), "5")
        upheld = verdict is Verdict.UPHOLD
        expected = AppealStatus.UPHELD if upheld else AppealStatus.REINSTATED
        appeals.expected[seller_id] = expected
        view = await _answered(case, handle)
        if not upheld:
            view = await case.insist(handle.result)
        appeals.views[seller_id] = view

    return Part(f"{part.name}, appealed", story, rules=part.rules, issues=part.issues)


async def _appeal(
    case: Life, seller_id: str, event: Appeal, key: str
) -> WorkflowHandle[Any, AppealView]:
    """Appeal, always with one id. The programme may not know of the deactivation yet."""
    client, workflow_id = case.client, appeal_workflow_id("US", seller_id)

    async def send() -> WorkflowHandle[Any, AppealView]:
        start: WithStartWorkflowOperation[Any, AppealView] = WithStartWorkflowOperation(
            SellerAppeal.run,
            AppealInput(account=SellerAccount(store=case.start.account.store, seller_id=seller_id)),
            id=workflow_id,
            task_queue=CASES_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        update_id = f"{workflow_id}#{key}"
        try:
            await client.execute_update_with_start_workflow(
                SellerAppeal.appeal, event, start_workflow_operation=start, id=update_id
            )
        except BaseException:
            # Nobody else reads the failure of the start, which asyncio would log.
            handle = asyncio.ensure_future(start.workflow_handle())
            handle.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise
        return client.get_workflow_handle_for(SellerAppeal.run, workflow_id)

    return await case.insist(send)


async def _tell(
    case: Life, handle: WorkflowHandle[Any, AppealView], update: Any, event: Event, key: str
) -> None:
    async def send() -> None:
        try:
            await handle.execute_update(update, event, id=f"{handle.id}#{key}")
        except WorkflowUpdateFailedError as error:
            raise AssertionError(f"{handle.id}: {update.__name__} was refused") from error

    await case.insist(send)


async def _answered(case: Life, handle: WorkflowHandle[Any, AppealView]) -> AppealView:
    """Wait until what was decided is so, and return the view."""
    while (view := await case.insist(lambda: handle.query(SellerAppeal.view))).status in (
        AppealStatus.SUBMITTED,
        AppealStatus.REINSTATING,
        AppealStatus.UPHOLDING,
    ):
        await asyncio.sleep(0.3)
    return view


async def _judge(stage: Scene, appeals: Appeals, trial: Trial) -> None:
    """Look into the books: what an appeal says is so, and was done once."""
    books = of_providers(stage.workers.folder, await stage.crowd.seen())
    trial.calls, trial.emails = len(books.dials), len(books.mails)
    trial.count(books.cases)
    trial.outcomes = Counter(f"appeal {view.status}" for view in appeals.views.values())
    trial.violations += [
        f"{life.workflow_id}: not over in time: {life.stuck}"
        for life in stage.crowd.lives
        if life.stuck
    ]
    mails = delivered(stage.workers.folder / "mail")
    for seller_id, expected in appeals.expected.items():
        view = appeals.views.get(seller_id)
        if view is None or view.status is not expected:
            trial.violations.append(f"{seller_id}: {view and view.status}, not {expected}")
            continue
        is_active = ("US", seller_id) not in books.deactivated
        if is_active != (expected is AppealStatus.REINSTATED):
            trial.violations.append(f"{seller_id}: {expected}, and active is {is_active}")
        enrollment = stage.client.get_workflow_handle_for(
            SellerEnrollment.run, enrollment_workflow_id("US", seller_id)
        )
        known = await enrollment.query(SellerEnrollment.enrollment)
        if known.deactivated == is_active:
            trial.violations.append(f"{seller_id}: the programme was not told")
        trial.violations += _letters(view, mails)


def _letters(view: AppealView, mails: list[Delivered]) -> list[str]:
    """Return what is wrong with the letters: each is delivered once, the answer among them."""
    thread = thread_of(view.id)
    own = Counter(mail.message_id for mail in mails if mail.thread == thread)
    twice = [f"{view.id}: {mail} came {times} times" for mail, times in own.items() if times > 1]
    subjects = [mail.subject for mail in mails if mail.thread == thread]
    wanted = "active again" if view.status is AppealStatus.REINSTATED else "stays deactivated"
    told = any(wanted in subject for subject in subjects)
    return twice + ([] if told else [f"{view.id}: the seller was not told the answer"])
