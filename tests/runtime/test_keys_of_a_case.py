"""Keys come and go while cases are open: no case ends of it, none is lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from cli.operate.server_checks import stuck
from domain.case.status import Reason, Status
from domain.shared.names import CASES_QUEUE, EMAIL_QUEUE, TELEPHONY_QUEUE
from domain.shared.result import Result
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server
from runtime.encryption import data_converter
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import QUEUES, WORKFLOWS, working
from temporal_client.snapshot import clock_of
from tests.cli.conftest import Answer, Cli, flags
from tests.engine import OpenCase
from tests.keys import SETTING, use_keys
from tests.patience import PATIENCE
from tests.runtime.told_and_stored import within
from tests.test_crashes import opened
from tests.workflows.events import ACCEPT, CONTACT, PLAN, WITHDRAW
from tests.workflows.test_replay import GOLDEN, history
from workflows.case.issue_case import IssueCase


class Stage:
    """A server, and workers and clients of it with keys of their own."""

    def __init__(self, folder: Path, address: str, environment: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._address = address
        self._environment = environment
        self.cli = Cli(address)

    def use(self, *keys: str) -> None:
        """Who connects from here on has these keys."""
        use_keys(self._environment, self._folder / "keys", *keys)

    async def client(self, *keys: str) -> Client:
        """A client with these keys."""
        self.use(*keys)
        return await connect(self._address)

    @asynccontextmanager
    async def worker(self, *keys: str, queues: tuple[str, ...] = QUEUES) -> AsyncIterator[Client]:
        """A worker with these keys, and a client with the same."""
        client = await self.client(*keys)
        await register_search_attributes(client)
        settings = Settings(state=self._folder, ring_seconds=0.05, drain_seconds=0.5)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(
                working(client, settings, providers_of(settings, client), queues)
            )
            yield client

    async def command(self, *arguments: str, keys: tuple[str, ...]) -> Answer:
        """What the client answers who has these keys."""
        self.use(*keys)
        return await self.cli(*arguments)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    async with dev_server(tmp_path / "temporal") as server:
        yield Stage(tmp_path, server.address, monkeypatch)


def again(case: OpenCase, client: Client) -> OpenCase:
    """The case, through another client."""
    handle = client.get_workflow_handle_for(IssueCase.run, case.handle.id)
    return OpenCase(handle, time_skipper(client))


def keys_in(events: WorkflowHistory) -> set[str]:
    """The ids of the keys that encrypted a history; empty for what is not encrypted."""
    payloads = [
        found for event in events.events for found in within(event) if isinstance(found, Payload)
    ]
    return {p.metadata["encryption-key-id"].decode() for p in payloads}


AT_GROWING_INTERVALS = 3 * PATIENCE
"""How long a task that has failed several times may take to be handed out again, s: the slower the
machine, the more often it has failed."""


async def replayed(events: WorkflowHistory) -> Exception | None:
    """What a worker with the keys in use makes of a history."""
    replayer = Replayer(
        workflows=WORKFLOWS,
        data_converter=data_converter(),
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    result = await replayer.replay_workflow(events, raise_on_replay_failure=False)
    return result.replay_failure


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        (("old",), ("new", "old"), {"old", "new"}),
        ((), ("new",), {"", "new"}),
    ],
    ids=["rotation", "switching on"],
)
async def test_a_case_that_was_open_before_goes_on(
    stage: Stage, before: tuple[str, ...], after: tuple[str, ...], written: set[str]
) -> None:
    async with stage.worker(*before) as client:
        case = await opened(client, "ROTATES")
        await case.settled()
        await case.tell(IssueCase.report_contact, CONTACT)
    async with stage.worker(*after) as client:
        case = again(case, client)
        await case.tell(IssueCase.submit_plan, PLAN)
        await case.tell(IssueCase.review_plan, ACCEPT)
        view = await case.end()
        assert (view.status, view.reason) == (Status.RESOLVED, Reason.PLAN_ACCEPTED)
        assert all(attempt.result for attempt in view.attempts)
        events = await case.handle.fetch_history()
        assert keys_in(events) == written
        assert await replayed(events) is None
    stage.use("new")
    assert (await replayed(events) is None) == (before == ())


async def test_an_old_history_replays_where_encryption_is_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_keys(monkeypatch, tmp_path, "new")
    for file in GOLDEN:
        assert await replayed(history(file)) is None


@pytest.mark.parametrize("wrong", [("other",), ()], ids=["another key", "no key"])
async def test_a_worker_with_the_wrong_key_holds_a_case_up_and_no_more(
    stage: Stage, wrong: tuple[str, ...]
) -> None:
    async with stage.worker("right") as client:
        case = await opened(client, "STALLS")
        await case.settled()
    async with stage.worker(*wrong):
        case = again(case, await stage.client("right"))
        asked = asyncio.create_task(case.tell(IssueCase.submit_plan, PLAN))
        async with asyncio.timeout(PATIENCE):
            while "workflow_task_failed_event_attributes" not in await case.events():
                await case.handle.cancel()  # something that has to be taken note of
                await asyncio.sleep(0.2)
        described = await case.handle.describe()
        assert described.status is WorkflowExecutionStatus.RUNNING
        assert not asked.done()
        found = await stuck(await stage.client("right"), described, clock_of(described))
        assert "is a key missing?" in found.what
        answer = await stage.command("show", case.handle.id, keys=("right",))
        assert answer.code == 1
        assert answer.err.count("\n") == 1
        assert answer.err.startswith("no worker answered within 5 s")
    async with stage.worker("right"):
        view = await case.end(within=AT_GROWING_INTERVALS)
        assert view.reason == Reason.CANCELLED
    await asyncio.gather(asked, return_exceptions=True)


async def test_a_case_started_with_an_unknown_key_waits_for_it(stage: Stage) -> None:
    async with stage.worker("right"):
        case = await opened(await stage.client("unknown"), "WAITS")
        async with asyncio.timeout(PATIENCE):
            while "workflow_task_failed_event_attributes" not in await case.events():
                await asyncio.sleep(0.1)
    async with stage.worker("right", "unknown") as client:
        view = await again(case, client).when(lambda v: v.attempts, AT_GROWING_INTERVALS)
        assert view.status is Status.CONTACTING


async def test_what_only_one_queue_cannot_read_is_tried_again(stage: Stage) -> None:
    async with (
        stage.worker("right", queues=(CASES_QUEUE, EMAIL_QUEUE)) as client,
        stage.worker("wrong", queues=(TELEPHONY_QUEUE,)),
    ):
        case = await opened(client, "RINGS")
        await case.failing()
    async with stage.worker("right"):
        view = await case.when(lambda v: len(v.attempts) == 2 and all(a.result for a in v.attempts))
        assert {a.result for a in view.attempts} == {Result.ACCEPTED, Result.NO_ANSWER}


async def test_an_audit_finds_what_it_can_though_it_cannot_read_a_case(stage: Stage) -> None:
    async with stage.worker("right", queues=(CASES_QUEUE, EMAIL_QUEUE)) as client:
        for seller in ("ONE", "TWO"):
            case = await opened(client, seller)
            await case.when(lambda v: v.attempts)
        for keys in (("other",), ()):
            answer = await stage.command("audit", "--ask", "--json", keys=keys)
            found = {f["where"]: f for f in json.loads(answer.out)["findings"]}
            assert (answer.code, answer.err) == (1, "")
            queues = {"queue telephony", "queue calls"}
            assert set(found) == {*queues, "case/US/ONE", "case/US/TWO"}
            assert "cannot be read" in found["case/US/ONE"]["what"]


async def test_who_asks_a_worker_that_lacks_the_key_is_shown_the_way(stage: Stage) -> None:
    async with stage.worker("right") as client:
        await (await opened(client, "KEPT")).settled()
    async with stage.worker("other"):
        answer = await stage.command("show", "US/KEPT", keys=("right",))
    assert (answer.code, answer.out) == (1, "")
    assert "docs/runbook/key-missing.md" in answer.err


async def test_a_client_with_the_wrong_key_is_told_so_and_does_no_harm(stage: Stage) -> None:
    async with stage.worker("right") as client:
        case = await opened(client, "KEPT")
        await case.settled()
        contact = ("contact", "US/KEPT", "phone", "--note", "Called back")
        unread = f"the answer cannot be read: it needs the key right, which is not in {SETTING}\n"
        no_keys = (
            f"the answer cannot be read: it is encrypted, and no keys are set here ({SETTING})\n"
        )
        unknown = "it is not known whether it was taken: "
        refused = "refused: the worker cannot read it: it needs the key new, which is not in "
        for keys, arguments, says in (
            (("other",), ("show", "US/KEPT"), unread),
            (("other",), ("watch", "US/KEPT"), unread),
            (("other",), contact, unknown + unread),
            (("new", "right"), contact, f"{refused}{SETTING}\n"),
            ((), ("show", "US/KEPT"), no_keys),
        ):
            answer = await stage.command(*arguments, keys=keys)
            assert (answer.code, answer.out, answer.err) == (1, "", says), arguments
        assert (await case.view()).status is Status.CONTACTING
        # Without keys it writes what anybody can read, and that is taken.
        answer = await stage.command(*contact, keys=())
        assert (answer.code, answer.err) == (1, unknown + no_keys)
        assert (await case.view()).status is Status.WORKING
        answer = await stage.command(*contact, keys=("right",))
        assert answer.code == 0
        assert "workflow_task_failed_event_attributes" not in await case.events()
        await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_keys_that_are_no_use_are_bad_input(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = "c2VjcmV0c2VjcmV0"
    (tmp_path / "keys").write_text(f"a:{secret}")
    monkeypatch.setenv(SETTING, str(tmp_path / "keys"))
    for command in (("show", "US/KEPT"), ("open", *flags("NOKEYS")), ("list",)):
        answer = await stage.cli(*command)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err == (
            f"{SETTING}: line 1: the key must have 32 bytes; "
            "make one with `python client.py keys new`\n"
        )


async def test_keys_new_answers_a_line_for_the_file(stage: Stage, tmp_path: Path) -> None:
    made = (await stage.cli("keys", "new")).out
    (tmp_path / "made.keys").write_text(made)
    stage.use()
    assert made.count("\n") == 1
