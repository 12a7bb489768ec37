"""The account service is down, for less than the 24 hours it is tried for, and for longer."""

from pathlib import Path

from domain.events import Decision
from domain.record import Status
from faults.accounts_worker import down
from faults.crowd import Life, Part
from faults.scene import scene
from faults.stories import HARM, REJECTED
from faults.trial import Trial
from tests.workflows.events import decided
from workflows.issue_case import IssueCase

CASES = 48
WITHIN = 240
SHORT, LONG = 5, 30
"""Hours, by the cases' own clocks, which run on while a case does nothing but try again."""

_NEXT_TRY = 0.1
"""Hours: a step is tried again after five minutes at the latest."""


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Every case comes to a deactivation, for harm or by decision, and finds it down."""
    trial = Trial(
        "account service down",
        seed,
        f"Each case is to deactivate, for harm or by decision, while the account service "
        f"is down: for {SHORT} hours, or for {LONG}, after which the lead decides",
    )
    async with scene(folder, seed, within=WITHIN) as stage:
        for _ in range(2):
            await stage.workers.start("-m", "faults.accounts_worker")
        state = stage.workers.folder
        parts = [
            _meets_it(stage.random.choice((HARM, REJECTED)), hours, state, trial)
            for hours in (SHORT, LONG)
            for _ in range(cases // 2)
        ]
        await stage.play(parts)
        await stage.judge(trial)
    return trial


def _meets_it(part: Part, hours: int, state: Path, trial: Trial) -> Part:
    """A part at whose end the service is down for so many hours."""

    async def story(case: Life) -> None:
        switch = down(state, case.start.account.seller_id)
        switch.touch()
        trial.faults[f"down for {hours} h"] += 1
        await part.story(case)
        await case.leaves(*(s for s in Status if s is not Status.DEACTIVATING))
        await case.play(hours)
        if hours == SHORT:
            switch.unlink()
        status = await case.leaves(Status.DEACTIVATING, hours=_NEXT_TRY)
        expected = Status.DEACTIVATED if hours == SHORT else Status.ESCALATED
        if status is not expected:
            trial.violations.append(f"{case.workflow_id}: {status} after {hours} h")
        if status is Status.ESCALATED:
            switch.unlink(missing_ok=True)
            await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))

    return Part(f"{part.name}, service down for {hours} h", story)
