"""The account service is down for less and for more than the 24 hours of retries."""

from datetime import timedelta
from pathlib import Path

from domain.case.events import Decision, EventKind
from domain.case.status import Status
from experiments.faults.accounts_worker import down, known
from experiments.faults.crowd import NEXT_TRY, Life, Part
from experiments.faults.scene import scene
from experiments.faults.stories import HARM, REJECTED, SILENT
from experiments.faults.trial import Trial
from tests.workflows.events import decided
from workflows.case.issue_case import IssueCase

CASES = 48
WITHIN = 240
SHORT, LONG = 5, 30
"""Hours by the cases' own clocks."""


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Let cases deactivate or open while the service is down."""
    trial = Trial(
        "account service down",
        seed,
        "Two cases of three must deactivate (and expel), for harm, by decision or for silence, "
        f"while account service and programme are down. They are down for {SHORT} hours, or for "
        f"{LONG}, and then the lead decides. The other cases open while the programme is down for "
        f"{LONG} hours, and play their 72 hours after it",
    )
    async with scene(folder, seed, within=WITHIN) as stage:
        await stage.workers.complete("-m", "experiments.faults.accounts_worker")
        state = stage.workers.folder
        parts = [
            _deactivates_while_down(
                stage.random.choice((HARM, REJECTED, SILENT)), hours, state, trial
            )
            for hours in (SHORT, LONG)
            for _ in range(cases // 3)
        ]
        parts += [_opens_while_down(state, trial) for _ in range(cases // 3)]
        await stage.play(parts)
        await stage.judge(trial)
    return trial


def _opens_while_down(state: Path, trial: Trial) -> Part:
    """Return a part whose case opens while the programme is down."""

    async def story(case: Life) -> None:
        trial.faults[f"programme down for {LONG} h"] += 1
        await case.play(LONG)
        known(state, case.start.account.seller_id).touch()
        await SILENT.story(case)
        view = await case.end()
        began = next(e.at for e in view.timeline if e.what is EventKind.OUTREACH_BEGAN)
        deadline = view.deadline or view.opened_at
        if began - view.opened_at < timedelta(hours=LONG) or deadline < began + case.window:
            trial.violations.append(f"{case.workflow_id}: the outage was held against the seller")

    return Part("opens in it", story, rules={"coverage": "enrolled"})


def _deactivates_while_down(part: Part, hours: int, state: Path, trial: Trial) -> Part:
    """Return a part whose case deactivates while the service is down for `hours`."""

    async def story(case: Life) -> None:
        switch = down(state, case.start.account.seller_id)
        switch.touch()
        trial.faults[f"down for {hours} h"] += 1
        await part.story(case)
        await case.leaves(*(s for s in Status if s is not Status.DEACTIVATING))
        await case.play(hours)
        if hours == SHORT:
            switch.unlink()
        status = await case.leaves(Status.DEACTIVATING, hours=NEXT_TRY)
        expected = Status.DEACTIVATED if hours == SHORT else Status.ESCALATED
        if status is not expected:
            trial.violations.append(f"{case.workflow_id}: {status} after {hours} h")
        if status is Status.ESCALATED:
            switch.unlink(missing_ok=True)
            await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))
        while await case.waits_for_next_try():  # the expulsion is retried
            await case.play(NEXT_TRY)

    return Part(f"{part.name}, service down for {hours} h", story)
