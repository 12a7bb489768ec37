"""No worker, no server, a server that skips no time: each is said in a line."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import working
from tests.cli.conftest import Answer, Cli, flags
from tests.engine import EVERYONE, account, issue
from workflows.case.input import CaseInput
from workflows.shared.search_attributes import at_start

NOBODY = "no worker is listening on queue cases; start one with `python worker.py`"


async def test_without_a_worker(tmp_path: Path) -> None:
    async with dev_server(tmp_path / "server", config=()) as server:
        cli = Cli(server.address)
        for command in (["open", *flags("WAITS")], ["list"]):
            virgin = await cli(*command)
            assert (virgin.code, "no worker has run on this server yet" in virgin.err) == (1, True)
            assert "restart one" in virgin.err  # which helps if somebody has removed one since
        client = await connect(server.address)
        await register_search_attributes(client)
        issues = (issue(),)
        await client.start_workflow(
            "IssueCase",
            CaseInput(account=account("WAITS"), issues=issues, policy=EVERYONE),
            id="case/US/WAITS",
            task_queue="cases",
            **at_start(account("WAITS"), issues),
        )
        started, told, shown, advanced, listed = await asyncio.gather(
            cli("open", *flags("STARTS")),
            cli("withdraw", "US/WAITS", "--note", "x"),
            cli("show", "US/WAITS"),
            cli("advance", "US/WAITS", "1h"),
            cli("list"),
        )
        assert (started.code, started.err) == (
            1,
            f"the case is started, not yet answered: {NOBODY}\n",
        )
        assert (told.code, NOBODY in told.err) == (1, True), told
        assert "It may still be taken" in told.err
        assert (shown.code, shown.err) == (1, f"{NOBODY}\n")
        assert (advanced.code, advanced.err) == (1, f"{NOBODY}\n")
        assert (listed.code, "US/WAITS" in listed.out) == (0, True)

        settings = Settings(state=tmp_path, ring_seconds=0.1, drain_seconds=0)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                working(client, settings, providers_of(settings, client))
            )
            # What was asked before may be taken now, as was said.
            ended = await client.get_workflow_handle("case/US/WAITS").result()
            no_skipping = await cli("advance", "US/STARTS", "1h")
            assert no_skipping.code == 1
            assert "this server does not skip time" in no_skipping.err
        assert ended["status"] == "withdrawn"
        # The result needs no worker.
        shown = await cli("show", "US/WAITS", "--json")
        assert (shown.code, shown.view.status) == (0, "withdrawn")
        called: Answer = await cli("call", "US/WAITS")
        assert (called.code, "is closed: withdrawn" in called.err) == (1, True)


async def test_without_a_server() -> None:
    answer = await Cli("127.0.0.1:1")("show", "US/A2EXAMPLE")
    assert answer.code == 1
    assert "no Temporal server answers at 127.0.0.1:1" in answer.err
