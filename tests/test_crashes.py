"""Killed workers and killed servers: the case goes on, nothing is dialled or sent twice."""

import asyncio
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from domain.case.attempt import Channel
from domain.case.status import Reason, Status
from domain.shared.names import CASES_QUEUE
from domain.shared.result import Result
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from tests.engine import EVERYONE, OpenCase, account, issue, know
from tests.killable_server import kill, killable_server
from tests.patience import PATIENCE
from tests.receiver import a_receiver
from tests.speed import slowness
from tests.test_whole import ROOT
from tests.workflows.events import FRAUD, WITHDRAW
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase


class Host:
    """A machine that runs worker processes, which can be killed."""

    def __init__(self, folder: Path, address: str, **settings: str) -> None:
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEMPORAL_ADDRESS": address,
            "CASE72_STATE": str(folder),
            "CASE72_RING_SECONDS": "2",
            "CASE72_CALL_DISTANCE_SECONDS": "0",
            "CASE72_PAUSE_AFTER_CONTACT_SECONDS": "0",
            "CASE72_LOG": "json",
            **settings,
        }
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        """Start a process, by default the worker, and wait until it serves."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(command or (str(ROOT / "worker.py"),)),
            env=self._environment,
            cwd=self._folder,
            stderr=asyncio.subprocess.PIPE,
        )
        self._processes.append(process)
        if not command:
            assert process.stderr is not None
            while b'"serving"' not in await asyncio.wait_for(process.stderr.readline(), PATIENCE):
                pass
        return process

    async def stop(self) -> None:
        """Kill what still runs."""
        for process in self._processes:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def rows(self, file: str, query: str) -> list[tuple[Any, ...]]:
        """What a ledger of the simulated world says."""
        with sqlite3.connect(self._folder / file) as db:
            return db.execute(query).fetchall()

    def calls(self) -> list[tuple[Any, ...]]:
        """The calls dialled."""
        if not (self._folder / "telephone.sqlite").exists():
            return []
        return self.rows("telephone.sqlite", "SELECT key FROM calls")

    def end_calls(self) -> None:
        """Let every call end now, so that how long one rings does not depend on the machine."""
        with sqlite3.connect(self._folder / "telephone.sqlite") as db:
            db.execute("UPDATE calls SET ends_at = 0, result_at = 0")

    def mails(self) -> int:
        """How many messages were delivered."""
        return len(list((self._folder / "mail" / "new").iterdir()))


async def opened(client: Client, seller_id: str = "CRASH") -> OpenCase:
    """A case whose seller does not answer."""
    who = account(seller_id)
    handle = await client.start_workflow(
        IssueCase.run,
        CaseInput(account=who, issues=(issue(),), policy=EVERYONE),
        id=f"case/US/{seller_id}",
        task_queue=CASES_QUEUE,
    )
    return OpenCase(handle, time_skipper(client))


@asynccontextmanager
async def stage(folder: Path, **settings: str) -> AsyncIterator[tuple[Host, Client]]:
    """A server without workers, and a host to run them on."""
    async with dev_server(folder / "temporal") as server:
        client = await connect(server.address)
        await register_search_attributes(client)
        host = Host(folder, server.address, **settings)
        try:
            yield host, client
        finally:
            await host.stop()


async def something(holds: Any, within: float = PATIENCE) -> None:
    """Wait until `holds` answers yes."""
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.02)


async def test_a_worker_killed_in_the_middle_of_a_ringing_call(tmp_path: Path) -> None:
    async with stage(tmp_path) as (host, client):
        worker = await host.start()
        case = await opened(client)
        await something(host.calls)
        await kill(worker)
        await host.start()
        view = await case.when(lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts))
        assert [a.result for a in view.attempts] == [Result.ACCEPTED, Result.NO_ANSWER]
        assert len(host.calls()) == 1
        assert host.mails() == 1


@pytest.mark.parametrize("which", ["telephone", "mail"])
async def test_a_worker_killed_between_the_providers_acceptance_and_our_hearing_of_it(
    tmp_path: Path, which: str
) -> None:
    async with stage(tmp_path) as (host, client):
        dying = await host.start("-m", "tests.dying_worker", which)
        case = await opened(client)
        await asyncio.wait_for(dying.wait(), PATIENCE)
        await host.start()
        view = await case.when(lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts))
        assert {a.channel: a.result for a in view.attempts} == {
            Channel.EMAIL: Result.ACCEPTED,
            Channel.CALL: Result.NO_ANSWER,
        }
        assert len(host.calls()) == 1
        assert host.mails() == 1


async def test_a_worker_killed_with_a_letter_in_hand_sends_it_once(tmp_path: Path) -> None:
    async with stage(tmp_path) as (host, client):
        dying = await host.start("-m", "tests.dying_worker", "mail")
        telling = asyncio.create_task(know(client, "LETTER"))
        await asyncio.wait_for(dying.wait(), PATIENCE)
        await host.start()
        seller = await telling
        view = await seller.when(lambda v: any(e.what == "email" for e in v.timeline))
        assert view.status == "enrolled"
        assert await seller.wrote() == [("enrolled", "accepted")]
        assert host.mails() == 1


async def test_a_worker_killed_once_a_receiver_has_an_event_sends_it_again_and_then_the_others(
    tmp_path: Path,
) -> None:
    async with a_receiver() as crm:
        file = tmp_path / "webhooks.toml"
        file.write_text(crm.file())
        async with stage(tmp_path, CASE72_WEBHOOKS_FILE=str(file)) as (host, client):
            dying = await host.start("-m", "tests.dying_worker", "webhooks")
            case = await opened(client)
            await asyncio.wait_for(dying.wait(), PATIENCE)
            await host.start()
            await case.tell(IssueCase.withdraw, WITHDRAW)
            await case.end()
            await crm.when(3)
            assert crm.types == ["case.opened", "case.opened", "case.closed"]
            assert crm.ids[0] == crm.ids[1]


async def test_a_worker_killed_between_the_expulsion_and_our_hearing_of_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as (host, client):
        dying = await host.start("-m", "tests.dying_worker", "programme")
        case = await opened(client)
        telling = asyncio.create_task(case.tell(IssueCase.report_harm, FRAUD))
        await asyncio.wait_for(dying.wait(), PATIENCE)
        await host.start()
        await telling
        assert (await case.end()).reason == Reason.HARM
        seller = await know(client, "CRASH")
        told = [e.what for e in (await seller.view()).timeline if e.by != "engine"]
        assert told == ["known", "expelled", "deactivated"]


async def test_a_worker_killed_during_deactivation(tmp_path: Path) -> None:
    async with stage(tmp_path) as (host, client):
        dying = await host.start("-m", "tests.dying_worker", "accounts")
        case = await opened(client)
        # Not `tell`: the worker is gone before anybody could see what has become of it.
        await case.handle.execute_update(IssueCase.report_harm, FRAUD)
        await asyncio.wait_for(dying.wait(), PATIENCE)
        await host.start()
        view = await case.end()
        assert (view.status, view.reason) == (Status.DEACTIVATED, Reason.HARM)
        done = host.rows("marketplace.sqlite", "SELECT case_id FROM deactivations")
        assert done == [(view.id,)]
        assert view.attempts[-1].result is Result.ACCEPTED


async def test_a_replaced_worker_takes_the_next_step_within_two_seconds(tmp_path: Path) -> None:
    took = []
    async with stage(tmp_path) as (host, client):
        worker = await host.start()
        for number in range(3):  # the least of them: what else runs on this machine only ever adds
            case = await opened(client, f"REPLACED{number}")
            await case.settled()
            await kill(worker)
            worker = await host.start()
            begin = time.monotonic()
            await case.tell(IssueCase.withdraw, WITHDRAW)
            assert (await case.end()).status is Status.WITHDRAWN
            took.append(time.monotonic() - begin)
            if took[-1] < 2:
                break
    assert min(took) < 2 * slowness(time.monotonic)


async def test_a_server_killed_and_restarted_on_its_file_loses_nothing(tmp_path: Path) -> None:
    async with killable_server(tmp_path) as server:
        host = Host(tmp_path, server.address)
        try:
            client = await connect(server.address)
            await register_search_attributes(client)
            await host.start()
            case = await opened(client)
            await something(host.calls)
            await server.kill()
            await server.start()
            view = await case.when(
                lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts)
            )
            assert [a.result for a in view.attempts] == [Result.ACCEPTED, Result.NO_ANSWER]
            assert (len(host.calls()), host.mails()) == (1, 1)
        finally:
            await host.stop()


async def test_a_copy_of_the_servers_folder_is_a_backup_and_nothing_is_dialled_twice(
    tmp_path: Path,
) -> None:
    """As docs/backup.md has it: what was under way is found again at the provider."""
    first, restored = tmp_path / "server", tmp_path / "restored"
    first.mkdir()
    for folder in (first, restored):
        async with killable_server(folder) as server:
            client, host = await connect(server.address), Host(tmp_path, server.address)
            await register_search_attributes(client)
            try:
                await host.start()
                if folder is first:
                    case_id = (await opened(client)).handle.id
                    await something(host.calls)
                    await host.stop()
                    await server.kill()
                    shutil.copytree(first, restored)
                    continue
                case = OpenCase(client.get_workflow_handle(case_id), time_skipper(client))
                view = await case.when(
                    lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts), within=60
                )
                assert [a.result for a in view.attempts] == [Result.ACCEPTED, Result.NO_ANSWER]
                assert (len(host.calls()), host.mails()) == (1, 1)
            finally:
                await host.stop()
