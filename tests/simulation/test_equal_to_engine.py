"""A simulated case is what the real engine makes of the same answers at the same moments."""

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from domain.case.policy import effective_policy
from domain.case.timeline import TimelineEntry
from domain.case.view import CaseView, view_of
from simulation.play import CasePlay, Stage
from simulation.seller import Seller
from tests.engine import Engine, engine_in
from tests.simulation.build import a_world
from tests.simulation.on_the_server import PlayedProviders, play_on_server
from tests.simulation.server_moments import AsOnServer, Moments

CASES = range(*map(int, os.environ.get("SIMULATED_CASES", "12").split("-")))
"""How many, or from which to which. CI has no time for 300 (docs/simulation.md)."""
AT_ONCE = 4
LAG = timedelta(minutes=1)
"""The server and its workers are that late at most."""
TRIES = 5
"""A case for which this machine had no time may really go another way: a plan came before the
deadline in the simulation, and after it on the server. So it is played again. A difference of the
rules would be there each time."""


class Both(NamedTuple):
    """A case, simulated and real."""

    simulated: CasePlay
    real: CaseView
    moments: Moments


class Stages:
    """A world in which telephone and mail are down now and then, here and on the server."""

    def __init__(self, engine: Engine, providers: PlayedProviders) -> None:
        outages = [
            {"of": "telephone", "from_hour": 7.5, "hours": 10},
            {"of": "mail", "from_hour": 23.5, "hours": 2},
            {"of": "telephone", "from_hour": 47, "hours": 1.1},
        ]
        self._engine, self._providers, self._outages = engine, providers, outages
        self._room = asyncio.Semaphore(AT_ONCE)

    async def play(self, number: int, name: str) -> Both:
        """Play a case in a world that begins now."""
        world = a_world(begins=datetime.now(UTC).isoformat(), outages=self._outages)
        stage = Stage(world, effective_policy({}))
        seller = Seller(world, stage.mixes, 7, number)
        played = await play_on_server(self._engine, self._providers, stage, seller, name)
        simulated, case = played
        history = await case.handle.fetch_history()
        return Both(simulated, await case.end(), Moments(history.events))

    async def difference(self, number: int) -> Exception | None:
        """Play a case until it is the same. Return what differed in the last try."""
        problem: Exception | None = None
        async with self._room:
            for attempt in range(TRIES):
                both = await self.play(number, f"SIMULATED{number}X{attempt}")
                problem = _difference(both)
                if problem is None:
                    break
        return problem


def _difference(both: Both) -> Exception | None:
    try:
        _check(both)
    except (AssertionError, LookupError) as error:
        return error
    return None


def _check(both: Both) -> None:
    simulated, real = view_of(both.simulated.case), both.real
    assert (real.status, real.reason) == (simulated.status, simulated.reason)
    assert [a.model_copy(update=_NO_MOMENT) for a in real.attempts] == [
        a.model_copy(update=_NO_MOMENT) for a in simulated.attempts
    ]
    left = list(real.timeline)
    assert len(left) == len(simulated.timeline)
    for _, together in groupby(simulated.timeline, key=lambda entry: entry.at):
        # Steps that end together in the simulation end one after the other on the server.
        ours = list(together)
        theirs, left = left[: len(ours)], left[len(ours) :]
        assert Counter(map(_without_moment, theirs)) == Counter(map(_without_moment, ours))
        assert all(abs(entry.at - ours[0].at) < LAG for entry in theirs)
    # With the server's own delays there is no difference left.
    again = AsOnServer(both.simulated, real, both.moments)
    again.play()
    of_case = {"account", "issues", "plans"}
    assert view_of(again.case).model_dump(exclude=of_case) == real.model_dump(exclude=of_case)


_NO_MOMENT = {"at": None}


def _without_moment(entry: TimelineEntry) -> str:
    return entry.model_dump_json(exclude={"at"})


async def test_every_attempt_and_every_event_are_the_same(server: str, tmp_path: Path) -> None:
    providers = PlayedProviders()
    async with engine_in(tmp_path, telephone=providers, mail=providers, server=server) as engine:
        stages = Stages(engine, providers)
        found = await asyncio.gather(*(stages.difference(number) for number in CASES))
    differs = [f"{n}: {d}"[:600] for n, d in zip(CASES, found, strict=True) if d]
    assert not differs, "\n".join(differs)
