"""`world fit` makes a world of closed cases."""

import asyncio
import json
from pathlib import Path

from simulation.world import World
from tests.cli.conftest import cli_of
from tests.engine import engine_in
from tests.patience import PATIENCE, looks
from tests.simulation.build import WORLDS, a_world
from tests.workflows.events import WITHDRAW
from workflows.case.issue_case import IssueCase

BASE = ("--base", str(WORLDS / "calm.json"))


def _counts(world: Path) -> dict[str, int]:
    """The counts of a fitted world."""
    found: dict[str, int] = json.loads(world.read_text())["counts"]
    return found


async def test_closed_cases_are_counted_and_open_ones_are_not(server: str, tmp_path: Path) -> None:
    async with engine_in(tmp_path / "engine", server=server) as engine:
        cli = cli_of(engine)
        answer = await cli("world", "fit", *BASE)
        assert (answer.code, answer.out) == (1, "")
        assert "no case has closed" in answer.err

        cases = [await engine.open() for _ in range(3)]
        for case in cases[:2]:
            await case.tell(IssueCase.withdraw, WITHDRAW)
            await case.end()
        world = tmp_path / "ours.json"
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():  # what has ended is listed a little later
                answer = await cli("world", "fit", *BASE, "--output", str(world))
                if answer.code == 0 and _counts(world)["cases"] == 2:
                    break
        counts = _counts(world)
        assert "note: calls.acknowledged: only 0 seen; it is the base's" in answer.err
        fitted = World.model_validate_json(world.read_text())
        assert fitted.calls == a_world().calls
        assert sum(n for path, n in counts.items() if path.startswith("calls.picked_up.")) == 2
        assert "bluekettle" not in world.read_text()
        await cases[2].tell(IssueCase.withdraw, WITHDRAW)
