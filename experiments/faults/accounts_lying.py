"""The account service lies, breaks, or answers nonsense while accounts are to be deactivated."""

from pathlib import Path

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from domain.case.events import Decision
from domain.case.status import Status
from examples.account_service import TOKEN
from experiments.faults.crowd import NEXT_TRY, Life, Part
from experiments.faults.scene import scene
from experiments.faults.stories import HARM, REJECTED, SILENT
from experiments.faults.trial import Trial
from providers.simulated.account_service import SimulatedMarketplace
from tests.providers.disturbed_account_service import (
    BROKEN,
    DOWN,
    REDIRECT,
    UNAUTHORIZED,
    AfterActing,
    Disturbed,
    disturbed,
    dropped,
    hangs,
    huge,
    said,
    slow,
)
from tests.workflows.events import decided
from workflows.case.issue_case import IssueCase

CASES = 36
WITHIN = 300
SHORT, LONG = 5, 30
"""Hours by the cases' own clocks."""

LIE = "200 without acting"
FAULTS: dict[str, ASGIApp] = {
    "500 before acting": BROKEN,
    "503": DOWN,
    "401": UNAUTHORIZED,
    "redirect": REDIRECT,
    "dropped": dropped,
    "hangs": hangs,
    "slow bytes": slow,
    "huge": huge,
    "another account": said("deactivated", "US:A3OTHER"),
    "unknown state": said("suspended"),
    "no JSON": Response("<html>deactivated</html>"),
    "202": JSONResponse({"state": "deactivated"}, 202),
}
SLOW = ("hangs", "slow bytes")
SLOW_HOURS = 1
"""Each try takes real time, and a clock that is moved forward waits for all tries."""
ACTED = {"500 after acting": AfterActing(BROKEN), "dropped after acting": AfterActing(dropped)}


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Let cases deactivate while the service answers something else than what is true."""
    trial = Trial(
        "account service lying",
        seed,
        "Every case must deactivate, for harm, by decision or for silence. The account service, "
        f"asked over HTTP, answers what is to be changed with a fault, for {SHORT} hours (an hour "
        f"if it is slow), or for {LONG}, and then the lead decides. For a third of the cases it "
        "says that it deactivated the account, and did not",
    )
    async with disturbed() as service, scene(folder, seed, within=WITHIN) as stage:
        await stage.workers.complete(
            CASE72_MARKETPLACE="http",
            CASE72_TELEPHONE="simulated",
            CASE72_MAIL="simulated",
            CASE72_ACCOUNTS_URL=service.url,
            CASE72_ACCOUNTS_TOKEN=TOKEN,
            CASE72_ACCOUNTS_TIMEOUT_SECONDS="0.5",
        )
        others = [*FAULTS, *ACTED]
        parts = []
        for number in range(cases):
            part = stage.random.choice((HARM, REJECTED, SILENT))
            fault = LIE if number % 3 == 0 else others[number % len(others)]
            hours = SHORT if number % 2 else LONG
            if fault in SLOW:
                part, hours = HARM, SLOW_HOURS
            parts.append(_lied_to(part, fault, hours, service, trial))
        await stage.play(parts)
        await _keep_books(service, stage.workers.folder)
        await stage.judge(trial)
    return trial


def _lied_to(part: Part, fault: str, hours: int, service: Disturbed, trial: Trial) -> Part:
    """Return a part whose deactivation meets the fault for `hours`."""

    async def story(case: Life) -> None:
        who = case.start.account
        account = f"{who.store}:{who.seller_id}"
        lie = said("deactivated", account)
        service.instead["POST", account] = ACTED.get(fault) or FAULTS.get(fault, lie)
        trial.faults[fault] += 1
        await part.story(case)
        await case.leaves(*(s for s in Status if s not in _AT_THE_END))
        if fault in ACTED:  # it was done, and the next try reads it back
            return
        await case.play(hours)
        if account in service.accounts.deactivated:
            trial.violations.append(f"{case.workflow_id}: {fault}, and it was deactivated")
        if await case.status() is Status.DEACTIVATED:
            trial.violations.append(f"{case.workflow_id}: {fault} was believed")
        if hours < LONG:
            del service.instead["POST", account]
        status = await case.leaves(Status.DEACTIVATING, hours=NEXT_TRY)
        if status is not (Status.DEACTIVATED if hours < LONG else Status.ESCALATED):
            trial.violations.append(f"{case.workflow_id}: {status} after {hours} h of {fault}")
        if status is Status.ESCALATED:
            service.instead.pop(("POST", account), None)
            await case.tell(IssueCase.decide, decided(Decision.DEACTIVATE))
            await case.leaves(Status.DEACTIVATING, Status.ESCALATED)

    return Part(f"{part.name}, {fault} for {hours} h", story)


_AT_THE_END = (Status.DEACTIVATING, Status.DEACTIVATED, Status.ESCALATED)


async def _keep_books(service: Disturbed, folder: Path) -> None:
    """Write the service's deactivations where the checks look for them."""
    books = SimulatedMarketplace(folder)
    for account, case_id in service.accounts.deactivated.items():
        store, _, seller_id = account.partition(":")
        await books.deactivate(store, seller_id, case_id)
