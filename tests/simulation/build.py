"""A small world for tests, in which much happens."""

import json
from pathlib import Path
from typing import Any

from simulation.world import World

WORLDS = Path(__file__).parents[2] / "examples" / "worlds"


def calm() -> dict[str, Any]:
    """The world that most others are a change of."""
    found: dict[str, Any] = json.loads((WORLDS / "calm.json").read_text("utf-8"))
    return found


def a_world(**changes: Any) -> World:
    """The calm world with changes."""
    return World.model_validate(calm() | changes)
