"""The key of encryption is changed on a cluster, with steps in the wrong order, under load."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadCodec

from experiments.cluster.node import Node
from experiments.cluster.places import ROOT
from experiments.faults.crowd import Life
from experiments.faults.on_cluster.scene import CASES, ClusterScene, cluster_scene
from experiments.faults.stories import cast, later
from experiments.faults.trial import Trial
from runtime.encryption import Codec, keys_of
from workflows.case.issue_case import IssueCase
from workflows.shared.payloads import Unreadable

_WRONG_FOR_SECONDS = 15


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Rotate the key by the steps of docs/encryption.md, and take two of them too early."""
    trial = Trial(
        "cluster: key rotated",
        seed,
        "While cases are open, the new key is given to all workers and pages, then made the first; "
        "each time they are restarted one after the other. Before each of the two one worker is "
        f"ahead for {_WRONG_FOR_SECONDS} seconds: it encrypts with a key that no other has yet, "
        "and it lacks the old key while others write with it. In the end the old key is taken "
        "away, and a tenth of the cases is opened without it",
    )
    async with cluster_scene(folder, seed) as stage:
        rotation = Rotation(stage, trial, cases)
        await rotation.rotate()
        await rotation.retire()
        await stage.play(cases - len(stage.crowd.lives))
        await rotation.look_back()
        await stage.judge(trial)
    return trial


@dataclass
class ChangingCodec(PayloadCodec):
    """The codec of clients, which get other keys as if they were started again."""

    now: Codec

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt with the present first key."""
        return await self.now.encode(payloads)

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt with the present keys."""
        return await self.now.decode(payloads)


@dataclass
class Rotation:
    """The way from the old key to the new one."""

    stage: ClusterScene
    trial: Trial
    cases: int
    encrypts_anew: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._file = self.stage.cluster.folder / "secrets" / "encryption_keys"
        self._old = self._file.read_text().strip()
        self._new = _new_key(self._old)
        self._clients = ChangingCodec(Codec(keys_of([self._old])))
        crowd = self.stage.crowd
        config = crowd.client.config()
        config["data_converter"] = replace(config["data_converter"], payload_codec=self._clients)
        crowd.client = Client(**config)
        crowd.clocks_run_ahead = False

    async def rotate(self) -> None:
        """Take the steps of docs/encryption.md, and before each one a wrong one."""
        old, new = self._old, self._new
        async with asyncio.TaskGroup() as cases:
            await self._open(cases, 0.4)
            self._clients_have(old, new)
            await self._one_is_ahead("encrypts with a key that others lack", new, old)
            await self._all_have("reads both keys", old, new)
            await self._open(cases, 0.25)
            await self._one_is_ahead("lacks the key that others write with", new)
            self._clients_have(new, old)
            await self._all_have("encrypts with the new key", new, old)
            self.encrypts_anew.set()
            await self._open(cases, 0.25)

    async def _open(self, tasks: asyncio.TaskGroup, part: float) -> None:
        """Open a part of the cases. Every third is played once the new key encrypts."""
        crowd, before = self.stage.crowd, len(self.stage.crowd.lives)
        parts = cast(self.stage.random, round(part * self.cases))
        parts[::3] = [later(part, self.encrypts_anew) for part in parts[::3]]
        crowd.at_once = len(parts)
        tasks.create_task(crowd.live(parts))
        await self.stage.opened(before + len(parts))

    async def retire(self) -> None:
        """Take the old key away from everybody."""
        await self._all_have("has the new key only", self._new)
        self._clients_have(self._new)

    async def look_back(self) -> None:
        """Check that nobody reads old cases without the old key, and everybody with it."""
        unreadable = [life for life in self.stage.crowd.lives if not await _is_read(life)]
        self._clients_have(self._new, self._old)
        written = Counter([await self._keys_in(life) for life in self.stage.crowd.lives])
        for said, number in sorted(written.items()):
            self.trial.notes.append(f"{number} cases were written with {said}")
        self.trial.notes.append(
            f"{len(unreadable)} closed cases could not be read without the old key"
        )
        for life in unreadable:
            if not await _is_read(life):
                self.trial.violations.append(f"{life.workflow_id}: cannot be read any more")
            if "old" not in await self._keys_in(life):
                self.trial.violations.append(f"{life.workflow_id}: cannot be read, and ought to be")

    async def _one_is_ahead(self, what: str, *keys: str) -> None:
        """Let a worker have other keys than all others for a while."""
        self._write(keys)
        node = self.stage.cluster.nodes["case72-cases-1"]
        await self._restart(node, what)
        await asyncio.sleep(_WRONG_FOR_SECONDS)

    async def _all_have(self, what: str, *keys: str) -> None:
        self._write(keys)
        for node in self.stage.cluster.named("case72-"):
            await self._restart(node, what)

    async def _restart(self, node: Node, what: str) -> None:
        await node.stop()
        await node.start()
        await self.stage.cluster.is_well(node)
        self.trial.faults[f"restarted: {what}"] += 1

    def _write(self, keys: Iterable[str]) -> None:
        self._file.write_text("\n".join(keys) + "\n")

    def _clients_have(self, *keys: str) -> None:
        self._clients.now = Codec(keys_of(keys))

    async def _keys_in(self, life: Life) -> str:
        """Say which keys a case was written with."""
        handle = life.client.get_workflow_handle(life.workflow_id)
        history = b"".join([e.SerializeToString() async for e in handle.fetch_history_events()])
        names = {"the old key": self._old, "the new key": self._new}
        return " and ".join(
            name for name, key in names.items() if key.partition(":")[0].encode() in history
        )


async def _is_read(life: Life) -> bool:
    try:
        await life.client.get_workflow_handle_for(IssueCase.run, life.workflow_id).result()
    except Unreadable:
        return False
    return True


def _new_key(old: str) -> str:
    """Return a key, as docs/encryption.md says."""
    command = [sys.executable, str(ROOT / "client.py"), "keys", "new"]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    assert made.partition(":")[0] != old.partition(":")[0]
    return made
