"""Things that happen at once, a thousand times. docs/rules.md must allow each outcome."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from domain.case.events import Decision, EventKind
from domain.case.policy import effective_policy
from domain.case.status import Reason, Status
from experiments.faults.evidence import CaseSeen, of_providers
from experiments.faults.trial import Trial
from tests.engine import EVERYONE, Engine, OpenCase, engine_in
from tests.workflows.events import ACCEPT, CALL_ME, CONTACT, PLAN, WITHDRAW, decided
from tests.workflows.test_races import BRIEF, taken
from workflows.case.issue_case import IssueCase

EACH = 340
AT_ONCE = 40
ABOUT = 0.05
"""Up to this many seconds before or after a moment."""
BOUNCES = "bounce@bluekettle.example"

Race = Callable[[Engine, Random], Awaitable[tuple[OpenCase, str]]]
"""Runs one race and returns its outcome. Raises AssertionError if no rule allows it."""


async def two_channels(engine: Engine, random: Random) -> tuple[OpenCase, str]:
    """The seller presses the button, sends a plan and calls the desk, all at once."""
    case = await engine.open(wait=False)
    told = [
        (IssueCase.request_call, CALL_ME),
        (IssueCase.submit_plan, PLAN),
        (IssueCase.report_contact, CONTACT),
    ]
    random.shuffle(told)
    views = await asyncio.gather(*(taken(case, *event) for event in told))
    assert all(views), "each is taken"
    view = await taken(case, IssueCase.review_plan, ACCEPT)
    assert view is not None, "the plan is under review"
    assert len(view.plans) == 1
    ended = await case.end()
    assert ended.status is Status.RESOLVED, ended.status
    return case, "two channels: all taken, plan under review"


async def desk_and_seller(engine: Engine, random: Random) -> tuple[OpenCase, str]:
    """The lead decides at the moment when a plan comes."""
    case = await engine.open(rules=BRIEF, email=BOUNCES, wait=False)
    await case.when(lambda v: v.status is Status.ESCALATED, within=30)
    decision = random.choice(list(Decision))
    told = [(IssueCase.decide, decided(decision)), (IssueCase.submit_plan, PLAN)]
    random.shuffle(told)
    views = await asyncio.gather(*(taken(case, *event) for event in told))
    decided_view, plan = views if told[0][0] is IssueCase.decide else views[::-1]
    assert decided_view is not None, "who is to decide is not refused"
    if decision is Decision.RESUME:
        view = plan or await case.view()
        assert plan is not None, "a case that is open takes a plan"
        view = await case.view()
        assert view.status is Status.PLAN_REVIEW, view.status
        await case.tell(IssueCase.review_plan, ACCEPT)
    ended = await case.end()
    expected = Status.DEACTIVATED if decision is Decision.DEACTIVATE else Status.RESOLVED
    assert ended.status is expected, ended.status
    assert len(ended.plans) == (plan is not None)
    came = "plan taken" if plan else "plan refused"
    return case, f"desk and seller: {decision}, {came}"


async def deadline(engine: Engine, random: Random) -> tuple[OpenCase, str]:
    """Two messages of the seller come near the deadline, or near the server's reaction to it."""
    case = await engine.open(rules=BRIEF, wait=False)
    view = await case.when(lambda v: v.deadline and any(a.result for a in v.attempts), within=30)
    assert view.deadline is not None
    acted_upon = random.random() < 0.5
    about = view.deadline + (AIM.late if acted_upon else timedelta(0))
    moment = about + timedelta(seconds=random.uniform(-ABOUT, ABOUT))
    now = await engine.skipper.get_current_time(case.handle)
    await asyncio.sleep(max(0, (moment - AIM.underway - now).total_seconds()))
    first = await taken(case, IssueCase.report_contact, CONTACT)
    second = await taken(case, IssueCase.submit_plan, PLAN)
    if acted_upon:
        AIM.acted_upon(in_time=first is not None)
    if first is None:
        assert second is None, "a case that did not take the first does not take the second"
        ended = await case.end()
        assert (ended.status, ended.reason) == (Status.DEACTIVATED, Reason.NOT_REACHED)
        return case, "deadline: past before both, deactivated"
    assert second is not None, "a case that took the first takes the second"
    assert second.status in {Status.PLAN_REVIEW, Status.ESCALATED}, second.status
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    if second.status is Status.ESCALATED:
        return case, "deadline: past before both, not really tried, the lead decides"
    contact = next(entry.at for entry in first.timeline if entry.what is EventKind.CONTACT)
    AIM.arrived(contact - moment)
    if second.plans[-1].at <= view.deadline:
        return case, "deadline: after both"
    if contact <= view.deadline:
        return case, "deadline: between the two, both taken"
    return case, "deadline: past before both, not acted upon yet, both taken"


@dataclass
class Aim:
    """The delays to know for hitting a moment on the server. Every race corrects them."""

    late: timedelta = timedelta(milliseconds=400)
    """How long after a deadline the server acts on it."""
    underway: timedelta = timedelta(milliseconds=100)
    """How long a message takes to reach the case."""

    def acted_upon(self, *, in_time: bool) -> None:
        """Aim later if the message was in time, else earlier."""
        self.late = max(timedelta(0), self.late + (_A_LITTLE if in_time else -_A_LITTLE))

    def arrived(self, late: timedelta) -> None:
        """Send earlier if messages arrive late."""
        self.underway = max(timedelta(0), self.underway + late / 10)


AIM = Aim()
_A_LITTLE = timedelta(milliseconds=10)

RACES: tuple[Race, ...] = (two_channels, desk_and_seller, deadline)


async def run(folder: Path, seed: int, each: int = EACH) -> Trial:
    """Run each race `each` times, several at once."""
    trial = Trial(
        "races",
        seed,
        f"Each race runs {each} times: the seller uses three channels at once; the lead decides "
        "at the moment when a plan comes; two messages of the seller come within 50 ms of the "
        "deadline, or of the server's reaction to it",
    )
    random = Random(seed)
    cases: list[CaseSeen] = []
    came: list[str] = []
    async with engine_in(folder) as engine:
        waiting = [race for race in RACES for _ in range(each)]
        random.shuffle(waiting)

        async def some() -> None:
            while waiting:
                race = waiting.pop()
                trial.faults["races"] += 1
                try:
                    case, outcome = await race(engine, random)
                except (AssertionError, TimeoutError) as error:
                    trial.violations.append(f"{race.__name__}: {type(error).__name__}: {error}")
                    continue
                brief = race is not two_channels
                policy = effective_policy(EVERYONE | (BRIEF if brief else {}))
                view = await case.end()
                cases.append(CaseSeen(case.handle.id, policy, view))
                came.append(outcome)

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        trial.judge(of_providers(folder, cases))
    trial.outcomes.clear()
    trial.outcomes.update(came)
    return trial
