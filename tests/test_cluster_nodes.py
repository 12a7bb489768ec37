"""What a cluster keeps running, and what it keeps from other users of the machine."""

import asyncio
import stat
from pathlib import Path

import pytest

from experiments.cluster import node as nodes
from experiments.cluster.cluster import composed
from experiments.cluster.hosts import Loopback
from experiments.cluster.node import Node, kept_running
from experiments.cluster.places import Places
from experiments.cluster.programs import Programs
from tests.patience import PATIENCE, looks


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """A node that does nothing, and is looked at all the time."""
    monkeypatch.setattr(nodes, "_LOOKS_EVERY_SECONDS", 0.05)
    return Node("sleeper", "", ["sleep", "600"], tmp_path / "sleeper.log")


async def test_a_node_that_was_killed_is_started_again(sleeper: Node) -> None:
    await sleeper.start()
    async with kept_running([sleeper]):
        await sleeper.kill()
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if sleeper.is_running:
                    break
    assert sleeper.starts == 2
    assert sleeper.was_killed
    await sleeper.kill()


async def test_a_node_that_cannot_be_started_again_ends_the_run_at_once(sleeper: Node) -> None:
    async def lasting_run() -> None:
        async with asyncio.timeout(PATIENCE), kept_running([sleeper]):
            sleeper.command = ["no-such-program"]
            await sleeper.kill()
            await asyncio.Event().wait()

    await sleeper.start()
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        await lasting_run()
    current = asyncio.current_task()
    assert current is not None
    assert not current.cancelling()


async def test_what_goes_wrong_in_the_run_itself_is_raised_as_it_is(sleeper: Node) -> None:
    with pytest.raises(ValueError, match="the run's own"):
        async with kept_running([sleeper]):
            raise ValueError("the run's own")


def test_no_other_user_reads_the_secrets_of_a_cluster(tmp_path: Path) -> None:
    programs = Programs(*(tmp_path for _ in range(5)))
    Places(composed(), tmp_path, Loopback(), programs).keep_secrets()
    folder = tmp_path / "secrets"
    assert {file.name for file in folder.iterdir()} == {"encryption_keys", "page_secrets"}
    for path in (folder, *folder.iterdir(), tmp_path / "state"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
