"""Callbacks are lost, late, doubled or swapped. Each call is placed once, and ends as it did."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from domain.case.attempt import Channel
from domain.case.policy import effective_policy
from domain.case.view import CaseView
from domain.shared.result import Result
from experiments.faults.evidence import CaseSeen
from experiments.faults.trial import Trial
from tests.engine import EVERYONE
from tests.providers.callback_stage import staged
from tests.providers.calling_back import CallingBack
from tests.providers.twilio_calls import Placed, Story
from tests.providers.twilio_stand_in import TwilioStandIn, twilio_stand_in
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

CASES = 80
_LATE_SECONDS = 30
_WITHIN = 240
"""A look after 60 seconds, and another, find what every callback was lost of."""

STORIES = (
    (Story(3), Result.NO_ANSWER),
    (Story(1, "busy"), Result.BUSY),
    (Story(2, "completed", desk="in-progress", lasts=120), Result.CONNECTED),
    (Story(2, "completed", lasts=1), Result.DECLINED),
)


@dataclass
class _Disturbed(CallingBack):
    """Calls back as a bad network has it."""

    trial: Trial = field(kw_only=True)
    random: Random = field(kw_only=True)

    def is_swapped(self, call: Placed) -> bool:
        swapped = self.random.random() < 0.3
        self.trial.faults["swapped"] += swapped
        return swapped

    async def _send(self, url: str, form: dict[str, str]) -> None:
        fault = self.random.choice(("lost", "late", "doubled", "none"))
        self.trial.faults[fault] += fault != "none"
        if fault == "late":
            await asyncio.sleep(_LATE_SECONDS)
        for _ in range({"lost": 0, "doubled": 2}.get(fault, 1)):
            self.sent.append((url, form))
            await self.post(url, form)


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Let every case make its first call, and withdraw it then."""
    trial = Trial(
        "callbacks",
        seed,
        f"Of what Twilio calls back a quarter is lost, a quarter comes {_LATE_SECONDS} s late, a "
        "quarter comes twice, and for three in ten calls the last comes first",
    )
    random = Random(seed)
    numbers = [f"+1206555{number:04d}" for number in range(cases)]
    stories = {number: random.choice(STORIES) for number in numbers}
    async with twilio_stand_in(stories={n: s for n, (s, _) in stories.items()}) as twilio:

        def disturbed(twilio: TwilioStandIn, public: str, local: str) -> CallingBack:
            return _Disturbed(twilio, public, local, trial=trial, random=random)

        async with staged(folder, None, twilio, disturbed) as stage:

            async def one(index: int, number: str) -> CaseSeen:
                case = await stage.engine.open(
                    seller_id=f"CALLED{index}", emergency_phone=number, wait=False
                )
                view = await case.when(lambda v: _call(v) is not None, _WITHIN)
                if (found := _call(view)) is not stories[number][1]:
                    trial.violations.append(f"{case.handle.id}: {found}, not {stories[number][1]}")
                await case.tell(IssueCase.withdraw, WITHDRAW)
                return CaseSeen(case.handle.id, effective_policy(EVERYONE), await case.end())

            seen = await asyncio.gather(*(one(i, n) for i, n in enumerate(numbers)))
        trial.count(seen)
        trial.calls = len(twilio.placed)
        for number in numbers:
            if (times := sum(p.form["To"] == number for p in twilio.placed)) != 1:
                trial.violations.append(f"a number was dialled {times} times")
    return trial


def _call(view: CaseView) -> Result | None:
    return next((a.result for a in view.attempts if a.channel is Channel.CALL), None)
