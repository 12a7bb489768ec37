"""Messages come twice, in any order, and late. Each counts once, and none after the end."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

from domain.case.events import EventKind
from domain.case.policy import effective_policy
from domain.case.view import CaseView
from experiments.faults.evidence import CaseSeen, of_providers
from experiments.faults.trial import Trial
from tests.engine import EVERYONE, Engine, OpenCase, engine_in, issue
from tests.workflows.events import ACCEPT, CALL_ME, CONTACT, PLAN, joins
from tests.workflows.test_races import taken
from workflows.case.issue_case import IssueCase

CASES = 150
AT_ONCE = 30

Message = tuple[str, Any, Any]
"""The id, the update and the event of a message."""

FIRST: tuple[Message, ...] = (
    ("call", IssueCase.request_call, CALL_ME),
    ("plan", IssueCase.submit_plan, PLAN),
    ("contact", IssueCase.report_contact, CONTACT),
    ("issue", IssueCase.add_issue, joins(issue("ISS-2"))),
)
NEWER = PLAN.model_copy(update={"root_causes": ("what was found since",)})
"""A different text, since the same text would not be a new version."""
THEN: tuple[Message, ...] = (("newer plan", IssueCase.submit_plan, NEWER),)
LAST: tuple[Message, ...] = (("review", IssueCase.review_plan, ACCEPT),)
ONCE = (EventKind.CALL_REQUESTED, EventKind.ISSUE_JOINED, EventKind.PLAN_REVIEWED, EventKind.CLOSED)


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Open each case twice at once, and send each message up to three times."""
    trial = Trial(
        "messages",
        seed,
        "Each case is opened twice at once. Each message comes one to three times with one id, in "
        "any order. After the end all messages come once more",
    )
    at_once = asyncio.Semaphore(AT_ONCE)
    async with engine_in(folder) as engine:

        async def one(number: int) -> CaseSeen:
            async with at_once:
                return await _live(engine, number, Random(f"{seed}/{number}"), trial)

        trial.judge(of_providers(folder, await asyncio.gather(*map(one, range(cases)))))
    return trial


async def _live(engine: Engine, number: int, random: Random, trial: Trial) -> CaseSeen:
    twice = (engine.open(seller_id=f"AGAIN{number}", wait=False) for _ in range(2))
    opened = await asyncio.gather(*twice, return_exceptions=True)
    (case,) = [o for o in opened if isinstance(o, OpenCase)]
    for messages in (FIRST, THEN, LAST):
        await _send(case, messages, random, trial)
    view = await case.end()
    for message in (*FIRST, *THEN, *LAST):
        again, new = await asyncio.gather(_taken(case, message), _taken(case, message, "-new"))
        trial.faults["late"] += 2
        if new is not None or (again is not None and len(again.timeline) > len(view.timeline)):
            trial.violations.append(f"{case.handle.id}: closed, and it took {message[0]}")
    trial.violations += [f"{case.handle.id}: {said}" for said in _not_counted_once(view)]
    return CaseSeen(case.handle.id, effective_policy(EVERYONE), view)


def _not_counted_once(view: CaseView) -> list[str]:
    """Return what was not counted exactly once."""
    # A request for a call is a contact too, so count only the specialist's contact.
    told = sum(e.what is EventKind.CONTACT and e.by == CONTACT.by for e in view.timeline)
    whats = [entry.what for entry in view.timeline]
    wrong = [f"{what} {whats.count(what)} times" for what in ONCE if whats.count(what) != 1]
    if told != 1:
        wrong.append(f"the specialist's contact {told} times")
    if len(view.plans) != len({"plan", "newer plan"}):
        wrong.append(f"{len(view.plans)} versions of the plan")
    return wrong


async def _send(
    case: OpenCase, messages: tuple[Message, ...], random: Random, trial: Trial
) -> None:
    """Send each message one to three times, all at once and in random order."""
    copies = [message for message in messages for _ in range(random.randint(1, 3))]
    random.shuffle(copies)
    trial.faults["repeated"] += len(copies) - len(messages)
    views = await asyncio.gather(*(_taken(case, message) for message in copies))
    trial.violations += [
        f"{case.handle.id}: {message[0]} was refused"
        for message, view in zip(copies, views, strict=True)
        if view is None
    ]


async def _taken(case: OpenCase, message: Message, more: str = "") -> CaseView | None:
    name, update, event = message
    return await taken(case, update, event, id=name + more)
