"""`simulate` compares policies, and refuses what is wrong with the field's name."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.simulation.build import WORLDS, calm

POLICIES = WORLDS.parent / "policies"
WORLD = ("--world", str(WORLDS / "calm.json"))
DEFAULT = ("--policy", str(POLICIES / "default.json"))


@pytest.fixture
def offline() -> Cli:
    """The client, where there is no server."""
    return Cli("127.0.0.1:1")


async def test_two_policies_stand_beside_each_other(offline: Cli, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    more = ("--policy", str(POLICIES / "one-more-email.json"))
    run = ("simulate", *DEFAULT, *more, *WORLD, "--cases", "40", "--seed", "7", "--processes", "1")
    answer = await offline(*run, "--json", str(figures))
    assert answer.code == 0, answer.err
    head, *rows = answer.out.splitlines()
    assert head.split()[-3:] == ["one-more-email", "-", "default"]
    assert rows[0].startswith("reached, %")
    assert "40 cases each, seed 7" in rows[-1]
    found = json.loads(figures.read_text())["measures"]
    assert found["emails"]["one-more-email"]["difference"]["value"] > 0
    assert found["emails"]["default"]["difference"] is None
    again = await offline(*run)
    assert again.out == answer.out


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"call_hours": []}, "call_hours: "),
        ({"call_hours": [0, 80]}, "call_hours must lie before the end of the window"),
        ({"call_hours": [0, 1, 2]}, "call_hours: at no hour of the day could a case"),
        ({"window": "PT3H", "email_hours": [0, 2], "call_hours": [0, 1, 2.5]}, "window: must be"),
        ({"email_hours": [0, 24]}, "email_hours: the last"),
        ({"quiet_from": "23:00"}, "quiet_from, quiet_until: must be 21:00 or earlier"),
        ({"hours": 3}, "hours: there is no such field"),
    ],
)
async def test_a_policy_that_no_worker_would_take_is_refused(
    offline: Cli, tmp_path: Path, policy: dict[str, Any], says: str
) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy))
    answer = await offline("simulate", "--policy", str(file), *WORLD)
    assert (answer.code, answer.out) == (2, "")
    assert f"{file}: " in answer.err
    assert says in answer.err


async def test_a_wrong_world_is_refused(offline: Cli, tmp_path: Path) -> None:
    values = calm()
    values["calls"]["acknowledged"] = 1.2
    file = tmp_path / "world.json"
    file.write_text(json.dumps(values))
    answer = await offline("simulate", *DEFAULT, "--world", str(file))
    assert (answer.code, answer.out) == (2, "")
    assert f"{file}: calls.acknowledged: " in answer.err


async def test_what_is_no_json_and_what_is_called_alike_is_refused(
    offline: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "default.json"
    file.write_text("{")
    answer = await offline("simulate", "--policy", str(file), *WORLD)
    assert (answer.code, "is not JSON" in answer.err) == (2, True)
    file.write_text("{}")
    answer = await offline("simulate", *DEFAULT, "--policy", str(file), *WORLD)
    assert (answer.code, "two files are called default" in answer.err) == (2, True)
    answer = await offline("simulate", *DEFAULT, "--world", str(tmp_path / "none.json"))
    assert answer.code == 2


async def test_figures_that_cannot_be_written_are_said_before_anything_is_played(
    offline: Cli, tmp_path: Path
) -> None:
    nowhere = str(tmp_path / "none" / "figures.json")
    answer = await offline("simulate", *DEFAULT, *WORLD, "--json", nowhere)
    assert (answer.code, answer.out) == (2, "")
    assert "--json: No such file or directory" in answer.err
