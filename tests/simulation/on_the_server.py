"""Cases of the simulation, played on the real server with the same answers at the same moments."""

import asyncio
from datetime import datetime, timedelta
from email.message import EmailMessage

from temporalio import activity

from domain.case.attempt import CallEnded
from domain.shared.names import own_id
from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, ProviderFailed
from simulation.play import CasePlay, Stage
from simulation.providers import Ends
from simulation.seller import Seller
from simulation.world import Down
from tests.engine import Engine, OpenCase
from tests.patience import PATIENCE, looks
from tests.simulation.server_moments import Moments

DESK = "desk@case72.example"


class PlayedProviders:
    """Telephone and mail. What becomes of an attempt is what became of it in the simulation."""

    def __init__(self) -> None:
        self._plays: dict[str, asyncio.Future[CasePlay]] = {}
        self._calls: dict[str, Ends] = {}
        self._hung_up: set[str] = set()

    def expect(self, seller_id: str) -> "asyncio.Future[CasePlay]":
        """Have the attempts of a seller's case wait until the simulation has played it."""
        self._plays[seller_id] = asyncio.get_running_loop().create_future()
        return self._plays[seller_id]

    async def _play(self) -> CasePlay:
        workflow_id = activity.info().workflow_id
        assert workflow_id is not None
        return await self._plays[workflow_id.rpartition("/")[2]]

    async def _ends(self, number: int) -> Ends:
        """What became of an attempt, or another failed try of it."""
        ends = (await self._play()).ends[number]
        if activity.info().attempt <= ends.failed:
            raise ProviderFailed("down")
        return ends

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The call, if it was dialled."""
        return dial.key if dial.key in self._calls else None

    async def wait_before(self, dial: Dial) -> timedelta:
        """Each seller has a number of their own."""
        return timedelta(0)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Let it ring for as long as it did."""
        ends = self._calls[dial.key] = await self._ends(dial.number)
        return GoesOn(dial.key, ends.on_the_line)

    async def look(self, call: str) -> Result:
        """What it ended with. It is looked at once it has ended."""
        ended = self._calls[call].result
        return ended.result if isinstance(ended, CallEnded) else ended

    async def result(self, call: str) -> Result | None:
        """Nobody calls back."""
        raise NotImplementedError

    def is_same(self, call: str, other: str) -> bool:
        """Nobody calls back."""
        raise NotImplementedError

    async def hang_up(self, call: str) -> Result | None:
        """End it in time."""
        return None

    def served_by(self, call: str) -> str | None:
        """There is but one."""
        return None

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Accept it, or whatever became of it."""
        if DESK in str(message["To"]):
            play = await self._play()
            if play.stage.outages.until(Down.MAIL, activity.info().started_time):
                raise ProviderFailed("down")
            return Result.ACCEPTED
        number = int(str(message["Message-ID"]).partition("@")[0].rpartition(".")[2])
        result = (await self._ends(number)).result
        assert isinstance(result, Result)
        return result


async def play_on_server(
    engine: Engine, providers: PlayedProviders, stage: Stage, seller: Seller, name: str
) -> tuple[CasePlay, OpenCase]:
    """Open a case on the server, simulate it from that moment on, and play it there likewise.

    Returns:
        The simulated case, and the real one, which has ended.
    """
    simulated = providers.expect(name)
    account = seller.account
    rules = stage.rules.model_dump(mode="json", exclude_defaults=True)
    case = await engine.open(
        seller_id=name,
        rules=rules,
        wait=False,
        time_zone=account.time_zone,
        language=account.language,
    )
    play = CasePlay(stage, seller, *await _opened(case))
    play.play()
    simulated.set_result(play)
    for act in play.done:
        await _advance_to(case, act.at)
        await case.tell(act.rule.__name__, act.event)
    await case.play(timedelta(days=30))
    return play, case


async def _opened(case: OpenCase) -> tuple[str, datetime]:
    """The case's own id, and when it opened. The case itself is not asked: it has just begun."""
    run_id = case.handle.first_execution_run_id
    assert run_id
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            history = await case.handle.fetch_history()
            if tasks := Moments(history.events).tasks:
                return own_id(case.handle.id, run_id), tasks[0]
    raise AssertionError


async def _advance_to(case: OpenCase, moment: datetime) -> None:
    left = moment - await case.skipper.get_current_time(case.handle)
    if left > timedelta(0):
        await case.play(left)
