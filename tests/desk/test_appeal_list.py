"""The desk's list of appeals (docs/desk.md)."""

import asyncio
import html
import re
from typing import Any

import pytest

from desk import appeal_list
from desk.lists import PAGE
from runtime.desk_settings import Role
from temporal_client.found_appeals import FoundAppeal, count_waiting, waiting_appeals
from tests.desk.cases import ServedDesk
from tests.engine import Engine
from tests.patience import PATIENCE
from tests.workflows.appeals import deactivated, submit


async def test_a_list_that_is_cut_says_how_many_more_wait_and_shows_them(
    desk: ServedDesk, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seller in ("CUT1", "CUT2"):
        await deactivated(engine, seller)
        await submit(engine, seller)

    async def one_at_first(client: Any, limit: int, store: str | None) -> list[FoundAppeal]:
        return await waiting_appeals(client, 1 if limit == PAGE else limit, store)

    monkeypatch.setattr(appeal_list, "waiting_appeals", one_at_first)
    async with desk.signed_in(Role.REVIEWER) as person:
        async with asyncio.timeout(PATIENCE):
            while (wait := await count_waiting(engine.client)) < 2:
                await asyncio.sleep(0.2)
        first = (await person.get("/desk/appeals")).text
        assert first.count('class="name"') == 1
        assert f"{wait - 1} more wait, and are less urgent." in first
        more = re.search(r'id="more" href="([^"]+)"', first)
        assert more is not None
        all_of_them = (await person.get(html.unescape(more[1]))).text
        assert all_of_them.count('class="name"') == wait
        assert "more wait" not in all_of_them
        assert "No appeal waits" in (await person.get("/desk/appeals?store=CA")).text
