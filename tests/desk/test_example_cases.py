"""The cases that `make dev` opens, so that a newcomer finds something to do in every queue."""

import asyncio
from pathlib import Path

from examples.desk_cases import open_desk_cases
from temporal_client.desk_queues import Queue, count_queues
from tests.engine import engine_in
from tests.patience import PATIENCE


async def test_each_queue_has_a_case_and_they_are_opened_once(tmp_path: Path, server: str) -> None:
    async with engine_in(tmp_path, server=server) as engine:
        opened = await open_desk_cases(engine.client)
        assert opened >= len(Queue)
        async with asyncio.timeout(PATIENCE):
            while not all((counts := await count_queues(engine.client)).values()):
                await asyncio.sleep(0.1)
        assert set(counts) == set(Queue)
        assert await open_desk_cases(engine.client) == 0
