"""PostgreSQL's data is lost and restored to an earlier moment, while sellers act."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.case.events import Decision
from domain.case.status import Status
from experiments.cluster.backup import Backup
from experiments.faults.crowd import Life
from experiments.faults.evidence import CaseSeen, Evidence, of_providers
from experiments.faults.on_cluster.restoring import come_back, in_visibility_only
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.on_cluster.two_pasts import judge, turned_up
from experiments.faults.stories import cast
from experiments.faults.trial import Trial
from tests.workflows.events import ACCEPT, PLAN, decided, talked
from workflows.case.issue_case import IssueCase

_BACKED_UP, _TARGET, _LOST = 0.4, 0.5, 0.65
"""When the base backup is made, the moment that is restored, and the loss, by cases opened."""
_LEAST_LOST_SECONDS = 15
_LOOKS_EVERY_SECONDS = 0.3

Story = Callable[[Life], Awaitable[None]]


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Lose the database with cases under way, and bring it back as docs/backup.md says."""
    trial = Trial(
        "cluster: restored to an earlier moment",
        seed,
        "PostgreSQL archives its log, and a base backup is made under load. Later the whole "
        "cluster ends at once, and PostgreSQL's data is deleted. It is restored to an earlier "
        "moment: Temporal has forgotten what happened since. Workers start with "
        "CASE72_SILENCE_HELD_UNTIL. People repeat what they know; of half of the sellers who had "
        "turned up, nobody knows it",
    )
    async with cluster_scene(folder, seed) as stage:
        stage.crowd.at_once = max(10, cases // 3)
        going_back = _GoingBack(stage, Backup(stage.cluster.primary, folder / "backup"), trial)
        await going_back.backup.begin()
        parts = [
            replace(part, story=going_back.lived_through(part.story))
            for part in cast(stage.random, cases)
        ]
        await asyncio.gather(stage.crowd.live(parts), going_back.happens(cases))
        await asyncio.gather(*going_back.again)
        await judge(trial, stage, going_back.before, going_back.kept, going_back.lost)
    return trial


@dataclass
class _GoingBack:
    stage: ClusterScene
    backup: Backup
    trial: Trial
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    before: dict[str, CaseSeen] = field(default_factory=dict)
    """The cases just before the loss, by workflow id."""
    kept: Evidence = field(default_factory=lambda: Evidence([]))
    """The providers' books at the moment that is restored."""
    lost: Evidence = field(default_factory=lambda: Evidence([]))
    """The providers' books at the loss."""
    again: list[asyncio.Task[None]] = field(default_factory=list)
    _played: list[tuple[Life, Story]] = field(default_factory=list)

    # --- the cases --------------------------------------------------------------------------

    def lived_through(self, story: Story) -> Story:
        """Return the story. It is played again from its beginning if the loss comes."""

        async def both(case: Life) -> None:
            if self.over.is_set():
                await story(case)
                await _finish(case, self.stage.cluster.places.state)
            elif not await self._played_in_time(case, story):
                await self.over.wait()
                await self._again(case, story)

        return both

    async def _played_in_time(self, case: Life, story: Story) -> bool:
        async def play() -> None:
            await story(case)
            await case.end()

        playing = asyncio.create_task(play())
        striking = asyncio.create_task(self.struck.wait())
        await asyncio.wait((playing, striking), return_when=asyncio.FIRST_COMPLETED)
        striking.cancel()
        if self.struck.is_set():
            while not playing.done():  # an answer that comes just then swallows a cancellation
                playing.cancel()
                await asyncio.wait((playing,), timeout=1)
            return False
        await playing
        self._played.append((case, story))
        return True

    async def _again(self, case: Life, story: Story) -> None:
        """Play a case as people do who know more than it does, unless it ended before."""
        case.told, case.ended = 0, None
        status = await case.insist(lambda: _status(case))
        if status is None:
            await case.open()
        elif status is WorkflowExecutionStatus.RUNNING and not self._is_forgotten(case):
            await story(case)
        await _finish(case, self.stage.cluster.places.state)

    def _is_forgotten(self, case: Life) -> bool:
        """Return whether nobody knows that the seller turned up."""
        seen = self.before.get(case.workflow_id)
        is_active = not _is_deactivated(case, self.stage.cluster.places.state)
        return (
            seen is not None
            and turned_up(seen)
            and is_active
            and int(case.start.account.seller_id.removeprefix("FAULT")) % 2 == 0
        )

    # --- the loss ---------------------------------------------------------------------------

    async def happens(self, cases: int) -> None:
        """Back up, lose everything, and restore."""
        state = self.stage.cluster.places.state
        await self._opened(_BACKED_UP * cases)
        await self.backup.take_base()
        await self._opened(_TARGET * cases)
        self.kept = of_providers(state, [])
        moment = await self.backup.moment()
        await asyncio.sleep(_LEAST_LOST_SECONDS)
        await self._opened(_LOST * cases)
        self.before = {seen.workflow_id: seen for seen in await self.stage.crowd.seen()}
        self.struck.set()
        await self._lose()
        self.lost = of_providers(state, [])
        await self.backup.restore(moment)
        told = [
            life.start.account.seller_id
            for life in self.stage.crowd.lives
            if life.workflow_id in self.before and self._is_forgotten(life)
        ]
        await come_back(self.stage.cluster, told[::4], self.trial)
        self.trial.violations += await in_visibility_only(self.stage.crowd.client)
        self.over.set()
        self.again += [asyncio.create_task(self._again(*each)) for each in self._played]

    async def _opened(self, count: float) -> None:
        while len(self.stage.crowd.lives) < count:
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)

    async def _lose(self) -> None:
        nodes = list(self.stage.cluster.nodes.values())
        for node in nodes:
            node.is_wanted = False
        await asyncio.gather(*(node.kill() for node in nodes))
        await self.backup.lose()
        self.trial.faults["database lost"] += 1


async def _status(case: Life) -> WorkflowExecutionStatus | None:
    """Return the status of the workflow; None if the server does not know it."""
    try:
        return (await case.client.get_workflow_handle(case.workflow_id).describe()).status
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _finish(case: Life, state: Path) -> None:
    """Do what the desk has to do until the case is over."""
    while await case.insist(lambda: _status(case)) is WorkflowExecutionStatus.RUNNING:
        match await case.status():
            case Status.CONTACTING:
                await case.play(13)
            case Status.WORKING:
                await case.tell(IssueCase.submit_plan, PLAN)
            case Status.PLAN_REVIEW:
                if not await case.tell(IssueCase.review_plan, ACCEPT):
                    await case.tell(IssueCase.record_conversation, talked())
            case Status.ESCALATED:
                gone = _is_deactivated(case, state)
                decision = Decision.DEACTIVATE if gone else Decision.RESOLVE
                await case.tell(IssueCase.decide, decided(decision))
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)


def _is_deactivated(case: Life, state: Path) -> bool:
    who = case.start.account
    with closing(sqlite3.connect(state / "marketplace.sqlite")) as db:
        query = "SELECT 1 FROM deactivations WHERE store = ? AND seller_id = ?"
        return db.execute(query, (who.store, who.seller_id)).fetchone() is not None
