"""A world is checked before it is used, and what is wrong is named."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from simulation.world import World
from tests.simulation.build import WORLDS, a_world, calm

HALF = [0.5] * 24


@pytest.mark.parametrize("file", sorted(WORLDS.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_world(file: Any) -> None:
    assert World.model_validate_json(file.read_text("utf-8")).time_zones


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("calls.acknowledged", 1.2, "calls.acknowledged: "),
        ("calls.picked_up", HALF[:23], "calls.picked_up: "),
        ("calls.picked_up", [], "calls.picked_up: "),
        ("calls.picked_up", [*HALF[:23], 1.5], "calls.picked_up.23: "),
        (
            "calls.by_weekday",
            [1, 1, 3.5, 1, 1, 1, 1],
            "calls: picked_up.9 times by_weekday.2 is 1.05, above 1",
        ),
        ("calls.busy", 0.6, "voicemail and busy together"),
        ("calls.talk_seconds", 601, "calls.talk_seconds: "),
        ("emails.answered_by", {"reply": 0.4}, "emails.answered_by: the shares must add up to 1"),
        ("emails.answered_by", {"fax": 1}, "emails.answered_by.fax"),
        ("emails.until_read", {"median": 3, "p90": 2}, "emails.until_read: p90 must not be less"),
        ("emails.until_read", {"median": 0, "p90": 2}, "emails.until_read.median: "),
        ("plans.reviewed_as", {"more_information": 1}, "plans.reviewed_as: more_information must"),
        ("desk.decided_as", {"resume": 1}, "desk.decided_as: resume must not exceed 0.9"),
        ("desk.minutes.review", -1, "desk.minutes.review: "),
        ("time_zones", {"Mars/Olympus": 1}, "time_zones: Mars/Olympus is not a time zone"),
        ("time_zones", {}, "time_zones: "),
        ("languages", {"en-US": 0.5}, "languages: the shares must add up to 1"),
        ("outages", [{"of": "fax", "from_hour": 1, "hours": 1}], "outages.0.of: "),
        ("outages", [{"of": "mail", "from_hour": 1, "hours": 0}], "outages.0.hours: "),
        ("days", 0, "days: "),
        ("begins", "2026-03-02T00:00:00", "begins: "),
        ("begins", "9999-12-31T00:00:00Z", "begins: must be in the years 2000 to 2100"),
        ("begins", 0, "begins: must be text"),
        ("calls.acknowledged", True, "calls.acknowledged: "),
        ("calls.acknowledged", "0.5", "calls.acknowledged: "),
        ("calls.talk_seconds", "60", "calls.talk_seconds: "),
        ("emails.until_read", {"median": "3", "p90": 4}, "emails.until_read.median: "),
        ("moon", "full", "moon: there is no such field"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, says: str) -> None:
    world = calm()
    *folders, name = path.split(".")
    place = world
    for folder in folders:
        place = place[folder]
    place[name] = value
    with pytest.raises(ValidationError) as error:
        World.model_validate(world)
    assert says in explain(error.value)


def test_an_outage_counts_from_the_beginning() -> None:
    world = a_world(outages=[{"of": "telephone", "from_hour": 38, "hours": 10}])
    begins, ends = world.span_of(world.outages[0])
    assert (begins - world.begins).total_seconds() == 38 * 3600
    assert (ends - begins).total_seconds() == 10 * 3600
