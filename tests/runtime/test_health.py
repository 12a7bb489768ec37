"""A worker says whether it is well, and ends where only a new one would help."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import httpx2
import pytest
from temporalio.worker import SlotMarkUsedContext, SlotPermit, SlotReleaseContext

from runtime import health, service
from runtime.dev_server import free_ports
from runtime.health import serving_health
from runtime.service import Workers, providers_of, working
from runtime.settings import Settings
from runtime.workflow_slots import OneSlot
from tests.engine import BENCH, Engine, engine_in
from tests.patience import PATIENCE
from tests.test_whole import ROOT


@asynccontextmanager
async def asked_of(engine: Engine, workers: Workers) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever watches over them."""
    address = f"127.0.0.1:{free_ports(0)[0]}"
    async with (
        serving_health(address, engine.client, workers),
        httpx2.AsyncClient(base_url=f"http://{address}") as http,
    ):
        yield http


async def becomes(http: httpx2.AsyncClient, code: int, text: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while (answer := await http.get("/healthy")).status_code != code or answer.text != text:
            await asyncio.sleep(0.2)


async def test_it_is_well_once_temporal_has_heard_of_this_very_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(engine_in(tmp_path, queues=()))
        settings = Settings(state=tmp_path, drain_seconds=0, **BENCH)
        workers = await stack.enter_async_context(
            working(engine.client, settings, providers_of(settings, engine.client))
        )
        http = await stack.enter_async_context(asked_of(engine, workers))
        await becomes(http, 200, "well\n")
        # One on a host of the same name is another.
        monkeypatch.setattr(health, "IDENTITY", f"{service.IDENTITY[:-1]}-")
        await becomes(http, 503, "Temporal has not heard of this process lately\n")


async def test_one_that_takes_no_workflow_tasks_need_not_be_heard_of(engine: Engine) -> None:
    async with asked_of(engine, Workers([], [])) as http:
        await becomes(http, 200, "well\n")


async def test_where_temporal_is_away_another_worker_would_not_help(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with engine_in(tmp_path, queues=()) as engine:
            http = await stack.enter_async_context(asked_of(engine, Workers([], [])))
        await becomes(http, 200, "well; Temporal does not answer\n")


async def test_it_is_not_well_with_a_task_that_nobody_works_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    slot = OneSlot()
    async with asked_of(engine, Workers([], [slot])) as http:
        # What the SDK says when it hands a task over; it says nothing when it loses one.
        permit = SlotPermit()
        slot.mark_slot_used(cast(SlotMarkUsedContext, permit))
        assert (await http.get("/healthy")).text != "a workflow task was lost\n"
        monkeypatch.setattr(service, "LOST_AFTER_SECONDS", 0.0)
        await becomes(http, 503, "a workflow task was lost\n")
        slot.release_slot(SlotReleaseContext(None, permit))
        assert (await http.get("/healthy")).text != "a workflow task was lost\n"


async def test_a_worker_that_has_lost_a_task_ends_so_that_another_is_started(
    engine: Engine, tmp_path: Path
) -> None:
    loses = """
import runpy, runtime.service
runtime.service.Workers.has_lost_a_task = property(lambda _: True)
runpy.run_path("worker.py", run_name="__main__")
"""
    address = engine.client.service_client.config.target_host
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        loses,
        cwd=ROOT,
        env=os.environ | {"TEMPORAL_ADDRESS": address, "CASE72_STATE": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert b"a workflow task was lost; start the worker again" in said


async def test_no_two_processes_are_taken_for_one() -> None:
    told = "from runtime.service import IDENTITY; print(IDENTITY)"

    async def identity() -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", told, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        return (await process.communicate())[0]

    assert await identity() != await identity()
