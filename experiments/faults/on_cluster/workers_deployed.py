"""A new version of our workers is deployed beside the old one, and back, while cases are open."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from domain.case.attempt import Channel
from domain.case.view import CaseView
from experiments.cluster.node import Node, kept_running
from experiments.faults.crowd import FAILED_TASKS, Life, Part, seen
from experiments.faults.machines import NONDETERMINISM
from experiments.faults.on_cluster import next_version
from experiments.faults.on_cluster.next_version import NEW, OLD
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.receiver_dead import missed
from experiments.faults.stories import cast, later, silence
from experiments.faults.trial import Trial
from runtime.workers import QUEUES
from tests.engine import KnownSeller, know
from tests.receiver import a_receiver
from tests.workflows.enrollment_events import changed
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment
from workflows.shared.versions import VERSION

_SELLERS = 10
_KNOWN_EVERYWHERE = timedelta(seconds=60)
"""After so long all nodes of the server know which version is current, however busy they are."""
_RAMP_PERCENT = 30
_FIRST_OF = {OLD: Channel.EMAIL, NEW: Channel.CALL}
"""The rule that differs: what attempt 1 is."""
_DRAINAGE_IS_LOOKED_AT = """
# Only for trials: by default each is three minutes.
matching.wv.VersionDrainageStatusVisibilityGracePeriod: [{value: 20s}]
matching.wv.VersionDrainageStatusRefreshInterval: [{value: 10s}]
"""


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Deploy a version by steps, go back, deploy it again, and stop the old workers."""
    trial = Trial(
        "cluster: workers deployed",
        seed,
        "While cases are open, workers whose code has one changed rule (the first call goes before "
        f"the first e-mail) are started beside the old ones. They get {_RAMP_PERCENT} % of the new "
        "cases, then all, then none, then all again. The old workers are stopped once Temporal "
        "says that their version is drained; many cases are played after that only. One case "
        "is moved to the new version by mistake, does not replay there, and is moved back. "
        f"{_SELLERS} enrollments move with each change",
    )
    folder.mkdir(parents=True, exist_ok=True)
    async with a_receiver() as receiver:
        file = folder / "webhooks.toml"
        file.write_text(receiver.file("crm"))
        settings = {VERSION: OLD, "CASE72_WEBHOOKS_FILE": str(file)}
        async with cluster_scene(folder, seed, settings=settings) as stage:
            stage.crowd.clocks_run_ahead = False
            rollout = Rollout(stage, trial, cases)
            await rollout.begin()
            await rollout.roll()
            await stage.judge(trial)
            trial.violations += [said async for said in rollout.violations()]
            everything = [await seen(life) for life in stage.crowd.lives]
            trial.violations += missed(receiver, "crm", everything)
            trial.notes.append(f"the receiver got {len(receiver.got)} events")
    return trial


@dataclass
class Rollout:
    """The way from the old version to the new one."""

    stage: ClusterScene
    trial: Trial
    cases: int
    sellers: list[KnownSeller] = field(default_factory=list)
    changes: list[tuple[datetime, set[str]]] = field(default_factory=list)
    """From when on a case may begin with which versions."""
    is_deployed: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the new version is current for the first time."""
    is_back: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the case that was moved by mistake goes on where it was."""
    is_alone: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the old workers are stopped."""
    astray: str = ""
    """The run id of the case that is moved by mistake."""

    async def begin(self) -> None:
        """Make the old version current. Tell the programme of some sellers."""
        with (self.stage.cluster.folder / "dynamicconfig.yaml").open("a") as settings:
            settings.write(_DRAINAGE_IS_LOOKED_AT)
        await self._change_to(OLD)
        client = self.stage.crowd.client
        self.sellers = [await know(client, f"SELLER{n}") for n in range(_SELLERS)]

    async def roll(self) -> None:
        """Make each change while cases of the time before are open, then open more."""
        async with self._new_workers() as new, asyncio.TaskGroup() as cases:
            await self._open(cases, 0.3, after=self.is_deployed)
            self.changes.append((datetime.now(UTC), {OLD, NEW}))
            await self._start(new)
            await next_version.ramp(NEW, _RAMP_PERCENT)
            self.trial.faults["ramp"] += 1
            await self._open(cases, 0.2, after=self.is_deployed)
            await self._change_to(NEW)
            self.is_deployed.set()
            await self._open(cases, 0.2, after=self.is_alone)
            await self.is_back.wait()
            await self._change_to(OLD)
            await self._open(cases, 0.1)
            await self._change_to(NEW)
            await self._open(cases, 0.1, after=self.is_alone)
            await next_version.until_drained(OLD, self.trial)
            for node in self._old_workers():
                await node.stop()
                self.trial.faults["worker of the old version stopped"] += 1
            self.is_alone.set()
            await self._open(cases, 0.1)

    async def _open(
        self, tasks: asyncio.TaskGroup, part: float, after: asyncio.Event | None = None
    ) -> None:
        """Open a part of the cases, and wait until all are open. Play half of them `after` this."""
        crowd, before = self.stage.crowd, len(self.stage.crowd.lives)
        parts = cast(self.stage.random, max(2, round(part * self.cases)))
        if after:
            parts[1::2] = [later(part, after) for part in parts[1::2]]
        if not crowd.lives:
            parts[0] = Part("moved by mistake", self._moved_by_mistake)
        crowd.at_once = len(parts)
        tasks.create_task(crowd.live(parts))
        await self.stage.opened(before + len(parts))

    async def violations(self) -> AsyncIterator[str]:
        """Check that each case had one version from its beginning to its end, and its rule."""
        begun = {OLD: 0, NEW: 0}
        late: list[timedelta] = []
        for life in self.stage.crowd.lives:
            handle = life.client.get_workflow_handle(life.workflow_id)
            info = (await handle.describe()).raw_description.workflow_execution_info
            version = info.versioning_info.deployment_version.build_id
            at = info.start_time.ToDatetime(UTC)
            allowed = self._right_in(at - _KNOWN_EVERYWHERE, at)
            if life is self.stage.crowd.lives[0]:  # the one that was moved began anew by a reset
                allowed = {OLD}
            elif version in allowed - self._right_in(at, at):
                late.append(at - max(since for since, _ in self.changes if since <= at))
            if version not in allowed:
                yield f"{life.workflow_id}: has version {version}, and began when it was {allowed}"
            if life.ended:
                begun[version] += 1
                for said in _by_another_rule(life.ended, version):
                    yield f"{life.workflow_id}: {said}"
        if late:
            longest = max(late).total_seconds()
            self.trial.notes.append(
                f"{len(late)} cases began with the version before, up to {longest:.1f} s later"
            )
        for version, number in begun.items():
            self.trial.notes.append(f"{number} cases had version {version}")
        for line in self._said_of_replays():
            yield f"a case did not replay: {line}"

    def _right_in(self, since: datetime, until: datetime) -> set[str]:
        """Return the versions with which a case was right to begin at some moment of this time."""
        ends = [*(when for when, _ in self.changes[1:]), datetime.max.replace(tzinfo=UTC)]
        right: set[str] = set()
        for (begins, versions), end in zip(self.changes, ends, strict=True):
            if begins <= until and since < end:
                right |= versions
        return right

    def _said_of_replays(self) -> Iterator[str]:
        for node in self.stage.cluster.named("case72-"):
            for line in node.log.read_text(errors="replace").splitlines():
                if NONDETERMINISM in line and self.astray not in line:
                    yield f"{node.name}: {line[:200]}"

    @asynccontextmanager
    async def _new_workers(self) -> AsyncIterator[list[Node]]:
        cluster = self.stage.cluster
        code = next_version.changed_copy(cluster.folder / "next")
        new = [next_version.beside(cluster, old, code) for old in self._old_workers()]
        async with kept_running(new):
            yield new

    async def _start(self, new: list[Node]) -> None:
        for node in new:
            await node.start()
            self.trial.faults["worker of the new version started"] += 1
        for node in new:
            await self.stage.cluster.is_well(node)

    def _old_workers(self) -> list[Node]:
        return [
            node
            for queue in QUEUES
            for node in self.stage.cluster.named(f"case72-{queue}-")
            if not node.name.endswith("-next")
        ]

    async def _change_to(self, version: str) -> None:
        meanwhile = {OLD, NEW} if self.changes else {version}
        self.changes.append((datetime.now(UTC), meanwhile))
        await next_version.make_current(version)
        self.changes.append((datetime.now(UTC), {version}))
        self.trial.faults["version made current"] += 1
        for seller in self.sellers:
            await seller.tell(SellerEnrollment.change_account, changed(name=f"In {version}"))
            info = (await seller.handle.describe()).raw_description.workflow_execution_info
            found = info.versioning_info.deployment_version.build_id
            if found != version:
                self.trial.violations.append(
                    f"{seller.handle.id}: has version {found} after a change to {version}"
                )

    async def _moved_by_mistake(self, case: Life) -> None:
        """The case cannot go on with the new version, until it is moved back."""
        await self.is_deployed.wait()
        handle = case.client.get_workflow_handle(case.workflow_id)
        self.astray = (await handle.describe()).run_id
        await next_version.move(case.workflow_id)
        going_on = asyncio.create_task(case.play(3))
        tries = 0
        while tries < FAILED_TASKS:
            await asyncio.sleep(0.5)
            tries = (await handle.describe()).raw_description.pending_workflow_task.attempt
        try:
            await handle.query(IssueCase.case)
        except (WorkflowQueryFailedError, RPCError) as error:
            self.trial.notes.append(f"the case moved by mistake stood still: {str(error)[:80]}")
        await next_version.move_back(case.workflow_id, OLD)
        self.trial.faults["case moved by mistake"] += 1
        going_on.cancel()
        self.is_back.set()
        await silence(case)


def _by_another_rule(view: CaseView, version: str) -> Iterator[str]:
    first = next((a for a in view.attempts if a.number == 1), None)
    if first is not None and first.channel is not _FIRST_OF[version]:
        yield f"has version {version}, and its first attempt was by {first.channel}"
