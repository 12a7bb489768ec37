"""A worker says whether it is well, and ends where only a new one would help."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import httpx2
import pytest
from temporalio.worker import SlotMarkUsedContext, SlotPermit, SlotReleaseContext

from runtime import workers
from runtime.dev_server import free_ports
from runtime.health import serving_health
from runtime.workers import Workers
from runtime.workflow_slots import OneSlot
from tests.engine import Engine
from tests.patience import PATIENCE
from tests.test_whole import ROOT


@asynccontextmanager
async def asked_of(workers: Workers) -> AsyncIterator[httpx2.AsyncClient]:
    """Whoever watches over them."""
    address = f"127.0.0.1:{free_ports(0)[0]}"
    async with (
        serving_health(address, workers.what_is_wrong),
        httpx2.AsyncClient(base_url=f"http://{address}") as http,
    ):
        yield http


async def test_it_is_well_but_with_a_task_that_nobody_works_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slot = OneSlot()
    async with asked_of(Workers([], [slot])) as http:
        assert (await http.get("/healthy")).text == "well\n"
        # What the SDK says when it hands a task over; it says nothing when it loses one.
        permit = SlotPermit()
        slot.mark_slot_used(cast(SlotMarkUsedContext, permit))
        assert (await http.get("/healthy")).text == "well\n"
        monkeypatch.setattr(workers, "LOST_AFTER_SECONDS", 0.0)
        lost = await http.get("/healthy")
        assert (lost.status_code, lost.text) == (503, "a workflow task was lost\n")
        slot.release_slot(SlotReleaseContext(None, permit))
        assert (await http.get("/healthy")).status_code == 200


async def test_a_worker_that_has_lost_a_task_ends_so_that_another_is_started(
    engine: Engine, tmp_path: Path
) -> None:
    loses = """
import runpy, runtime.workers
runtime.workers.Workers.has_lost_a_task = property(lambda _: True)
runpy.run_path("worker.py", run_name="__main__")
"""
    where = {
        "TEMPORAL_ADDRESS": engine.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": engine.client.namespace,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        loses,
        cwd=ROOT,
        env=os.environ | where | {"CASE72_STATE": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 1
    assert b"a workflow task was lost; start the worker again" in said


async def test_no_two_processes_are_taken_for_one() -> None:
    told = "from runtime.workers import IDENTITY; print(IDENTITY)"

    async def identity() -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", told, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        return (await process.communicate())[0]

    assert await identity() != await identity()
