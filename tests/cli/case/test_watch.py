"""`watch`: to the end of a case, whatever happens on the way."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cli.case.watch import Outage, follow
from domain.case.status import Status
from domain.case.view import CaseView
from temporal_client.failures import NoWorker
from temporal_client.names import CASE, CaseName
from temporal_client.snapshot import Snapshot
from temporal_client.workflows import Workflows
from tests.cli.conftest import ROOT, Cli, flags, name_of
from tests.engine import Engine, engine_in
from tests.patience import PATIENCE
from tests.record import OFTEN
from tests.workflows.events import CONTACT, PLAN, WITHDRAW
from workflows.case.issue_case import IssueCase


@asynccontextmanager
async def watching(
    cli: Cli, *arguments: str, stdout: int = asyncio.subprocess.PIPE
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "client.py"),
        "watch",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        env=cli.environment | {"TERM": "xterm"},
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()


async def said(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    return (await stream.readline()).decode()


@dataclass
class Wire:
    """Leads to a server, and can be cut and mended."""

    target: str
    port: int = 0
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)
    _listener: asyncio.Server | None = None

    async def mend(self) -> None:
        self._listener = await asyncio.start_server(self._lead, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    def cut(self) -> None:
        assert self._listener is not None
        self._listener.close()
        for writer in self._connections:
            writer.transport.abort()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self.target.rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        self._connections |= {writer, far_writer}
        await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_a_line_of_json_at_each_change_until_the_end(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    async with watching(cli, name_of(case), "--json", "--interval", "0.1") as process:
        views = [CaseView.model_validate_json(await said(process.stdout))]
        await asyncio.sleep(0.5)  # in which nothing changes
        for update, event in ((IssueCase.report_contact, CONTACT), (IssueCase.withdraw, WITHDRAW)):
            await case.tell(update, event)
            views.append(CaseView.model_validate_json(await said(process.stdout)))
        out, err = await process.communicate()
        views += [CaseView.model_validate_json(line) for line in out.splitlines()]
        assert (process.returncode, err) == (0, b"")
    assert [view.status for view in views[:2]] == [Status.CONTACTING, Status.WORKING]
    assert views[-1] == await case.end()
    assert all(earlier != later for earlier, later in pairwise(views))


async def test_a_case_that_is_closed_is_shown_at_once(cli: Cli, engine: Engine) -> None:
    case, terminated = await engine.open(), await engine.open()
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    await terminated.handle.terminate(reason="by mistake")
    shown, broken_off, unknown, hasty = await asyncio.gather(
        cli("watch", name_of(case)),
        cli("watch", name_of(terminated)),
        cli("watch", "US/NOBODY"),
        cli("watch", "US/NOBODY", "--interval", "0"),
    )
    line, ending = shown.out.splitlines()
    assert (shown.code, "UTC: withdrawn (raised in error); " in line) == (0, True), line
    assert "attempts made; last: closed" in line
    assert "to come" not in line
    assert f"{name_of(case)} ended: withdrawn (raised in error) on 20" in ending
    assert broken_off.code == 1
    assert "ended without closing the case: by mistake" in broken_off.err
    assert (unknown.code, unknown.err) == (1, "there is no case US/NOBODY\n")
    assert (hasty.code, "--interval" in hasty.err) == (2, True)


async def test_an_outage_of_the_server_is_said_and_waited_for(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    wire = Wire(cli.address)
    await wire.mend()
    through = replace(cli, address=f"127.0.0.1:{wire.port}")
    async with watching(through, name_of(case), "--interval", "0.1") as process:
        assert "UTC: contacting; 71 h 59 min left; " in await said(process.stdout)
        wire.cut()
        assert await said(process.stderr) == (
            "the Temporal server does not answer; still watching\n"
        )
        await case.tell(IssueCase.report_contact, CONTACT)
        await wire.mend()
        assert await said(process.stderr) == "there is an answer again\n"
        assert "UTC: working; " in await said(process.stdout)
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert await process.communicate() == (b"", b"")
        assert process.returncode == 130
    wire.cut()


async def test_on_a_terminal_it_is_live_and_ctrl_c_ends_it(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    terminal, inner = os.openpty()
    shown = bytearray()

    def read_on() -> None:
        with suppress(OSError):  # nobody writes there any more
            shown.extend(os.read(terminal, 65536))

    # All the time: whoever writes to a terminal that nobody reads waits for that, signal or not.
    asyncio.get_running_loop().add_reader(terminal, read_on)
    async with watching(cli, name_of(case), stdout=inner) as process:
        os.close(inner)
        while b"to come" not in shown:
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
        assert (process.returncode, err) == (130, b"")
        read_on()
    asyncio.get_running_loop().remove_reader(terminal)
    os.close(terminal)
    assert b"min left" in shown
    assert b"\x1b[?25h" in shown  # the cursor is there again
    assert b"Abort" not in shown


async def test_it_goes_on_while_no_worker_answers_and_keeps_to_its_case(
    engine: Engine, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await engine.open(seller_id="WATCHED")
    first = await case.view()
    found = follow(Workflows(engine.client), CaseName(CASE, case.handle.id), 0.01)
    assert await anext(found)
    with monkeypatch.context() as patched:

        async def nobody(*_: object) -> None:
            raise NoWorker

        patched.setattr(Workflows, "snapshot", nobody)
        for outage in (await anext(found), await anext(found)):
            assert isinstance(outage, Outage)
            assert outage.why.startswith("no worker is listening")
    # It ends between two looks, and the account has a new case.
    await case.tell(IssueCase.withdraw, WITHDRAW)
    await case.end()
    assert (await cli("open", *flags("WATCHED"))).code == 0
    left = [now async for now in found]
    assert [now.view.status for now in left if isinstance(now, Snapshot)] == [Status.WITHDRAWN]
    assert isinstance(left[0], Snapshot)
    assert left[0].view.id == first.id


async def test_it_follows_a_case_that_continues_as_new(tmp_path: Path) -> None:
    async with engine_in(tmp_path, config=OFTEN) as often:
        case = await often.open()
        runs = {(await case.handle.describe()).run_id}
        seen = []
        async for now in follow(Workflows(often.client), CaseName(CASE, case.handle.id), 0.01):
            assert isinstance(now, Snapshot)
            seen.append(now.view)
            if len(seen) == 1:
                await case.play(timedelta(hours=30))
                await case.settled()
                runs.add((await case.handle.describe()).run_id)
                await case.tell(IssueCase.submit_plan, PLAN)
                await case.tell(IssueCase.withdraw, WITHDRAW)
        assert len(runs) == 2
        assert seen[-1].status is Status.WITHDRAWN
        assert {view.id for view in seen} == {seen[0].id}
