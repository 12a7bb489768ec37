"""Talking to workflows: every call is bounded, every failure is said in words."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowContinuedAsNewError,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode

from cli.parameters import Name
from cli.problems import BadInput, DidNotHappen
from cli.queues import ANSWERS_WITHIN, is_listening, last_heard
from cli.words import in_commands
from domain.case.events import Event
from domain.shared.names import CASES_QUEUE
from runtime.connection import BadConnection, Unreachable, connect
from runtime.encryption import BadKeys
from workflows.shared.payloads import Unreadable

_PATIENCE = (timedelta(seconds=1), ANSWERS_WITHIN - timedelta(seconds=1))
"""After the first of these it is asked whether there is anybody to wait for."""

_NO_ANSWER = {
    RPCStatusCode.CANCELLED,  # what the SDK makes of its own timeout
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.FAILED_PRECONDITION,  # what a server answers a query that nobody polls for
}

T = TypeVar("T")
View = TypeVar("View")


class NoAnswer(DidNotHappen):
    """No worker answered in time."""


class NoWorker(NoAnswer):
    """No worker is there to answer anybody."""


class SaidNo(DidNotHappen):
    """The case or the enrollment refused, in its own words."""


class AlreadyClosed(DidNotHappen):
    """It was closed before."""


@dataclass(frozen=True)
class Kind(Generic[View]):
    """What there is to talk to: cases, or enrollments."""

    query: str
    """The query that answers the view, and what people call one of them."""
    view: type[View]
    unknown: str
    """What is said, before its name, of one that there is not."""
    shown_by: str
    """The command that shows one."""
    how_it_ended: Callable[[View], str]


@dataclass(frozen=True)
class Standing(Generic[View]):
    """A case or an enrollment as it stands."""

    view: View
    now: datetime
    """By its own clock, which may have been played forward."""
    broke_off: str | None = None
    """How its workflow ended, where that is not what was to become of it."""
    ended: bool = False
    """Whether its workflow has. A query of one that is just closing can be ahead of its clock."""


def run(work: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
    """Do `work` with a connection to Temporal.

    Raises:
        DidNotHappen: Temporal does not answer, or says no, or what it answers cannot be read.
        BadInput: the settings of the connection, or the keys that encrypt, are no use.
    """

    async def session() -> T:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                client = await connect(identity="client")
        except TimeoutError:
            raise Unreachable("no Temporal server answers (TEMPORAL_ADDRESS)") from None
        return await work(client)

    # In an outage the SDK would write lines of its own into our standard output.
    Runtime.set_default(
        Runtime(telemetry=TelemetryConfig(logging=None)), error_if_already_set=False
    )
    try:
        return asyncio.run(session())
    except (BadConnection, BadKeys) as error:
        raise BadInput(str(error)) from None
    except Unreachable as error:
        raise DidNotHappen(str(error)) from None
    except Unreadable as error:
        raise DidNotHappen(f"the answer {error}") from None
    except RPCError as error:
        if "search attribute" in error.message:
            raise DidNotHappen(
                "no worker has run on this server yet; start one with `python worker.py`, which "
                "also registers what cases are found by"
            ) from None
        raise DidNotHappen(f"Temporal answers: {_one_line(error.message)}") from None


async def look(client: Client, kind: Kind[View], name: Name) -> Standing[View]:
    """The newest of that name, or the one that its run id picks.

    Raises:
        DidNotHappen: there is none, or nobody answers for it, or the answer cannot be read.
    """
    try:
        return await _look(client, kind, name)
    except Unreadable as error:
        raise DidNotHappen(f"the answer {error}") from None


async def _look(client: Client, kind: Kind[View], name: Name) -> Standing[View]:
    description = await describe(client, kind, name)
    handle: WorkflowHandle[Any, View] = client.get_workflow_handle(
        name.workflow_id, run_id=description.run_id, result_type=kind.view
    )
    now = clock_of(description)
    try:
        if description.status is WorkflowExecutionStatus.RUNNING:
            return Standing(await _query(client, kind, handle), now)
        # The result needs no worker, unlike the query.
        result = await handle.result(follow_runs=False, rpc_timeout=ANSWERS_WITHIN)
        return Standing(result, now, ended=True)
    except WorkflowContinuedAsNewError as further:
        return await _look(client, kind, replace(name, run_id=further.new_execution_run_id))
    except WorkflowFailureError as error:
        cause = getattr(error.cause, "message", "") or str(error.cause)
        broke_off = f"the workflow ended without closing the {kind.query}: {_one_line(cause)}"
    try:
        return Standing(await _query(client, kind, handle), now, broke_off, ended=True)
    except DidNotHappen:
        raise DidNotHappen(f"{name}: {broke_off}") from None


async def tell(client: Client, kind: Kind[View], name: Name, update: str, event: Event) -> View:
    """Send an update, and wait until it is taken.

    Raises:
        SaidNo: in the case's or the enrollment's own words.
        AlreadyClosed: there was one, and it is closed.
        NoAnswer: no worker listens, or it is stuck.
    """
    # One named by its own id is not mistaken for a later one of the account.
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(
        name.workflow_id, first_execution_run_id=name.run_id
    )
    asked = handle.execute_update(update, event, result_type=kind.view)
    try:
        with perhaps_later(kind, name):
            return await taken(client, asked)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    last = await look(client, kind, name)
    raise AlreadyClosed(f"{name} is closed: {last.broke_off or kind.how_it_ended(last.view)}")


async def taken(client: Client, asked: Coroutine[Any, Any, T]) -> T:
    """What an update under way answers.

    Raises:
        SaidNo: in the case's or the enrollment's own words.
        NoAnswer: no worker listens, or it is stuck. The update may be taken later.
        DidNotHappen: there is an answer that cannot be read.
    """
    try:
        return await _answer(client, asked)
    except WorkflowUpdateFailedError as error:
        message = getattr(error.cause, "message", "") or str(error.cause)
        raise SaidNo(f"refused: {in_commands(_one_line(message))}") from None
    except Unreadable as error:
        raise DidNotHappen(f"it is not known whether it was taken: the answer {error}") from None


@contextmanager
def perhaps_later(kind: Kind[Any], name: Name) -> Iterator[None]:
    """Where nobody answers, say that what was asked may yet happen."""
    try:
        yield
    except NoAnswer as error:
        raise type(error)(
            f"{error.message}. It may still be taken once one answers: look with "
            f"`python client.py {kind.shown_by} {name}` before asking again"
        ) from None


async def describe(client: Client, kind: Kind[Any], name: Name) -> WorkflowExecutionDescription:
    """What the server says of it.

    Raises:
        DidNotHappen: there is none.
    """
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(
        name.workflow_id, run_id=name.run_id
    )
    try:
        return await handle.describe(rpc_timeout=ANSWERS_WITHIN)
    except RPCError as error:
        wrong_run = error.status is RPCStatusCode.INVALID_ARGUMENT
        unknown = error.status is RPCStatusCode.NOT_FOUND
        # Or it is the namespace that there is not.
        if wrong_run or (unknown and not error.message.startswith("Namespace")):
            run = f" with the run {name.run_id}" if name.run_id else ""
            raise DidNotHappen(f"{kind.unknown} {name}{run}") from None
        raise


def clock_of(description: WorkflowExecutionDescription) -> datetime:
    """What time it is by a workflow's own clock, which may have been played forward."""
    extended = description.raw_description.workflow_extended_info
    if extended.HasField("time_skipping_info"):
        return extended.time_skipping_info.current_time.ToDatetime(UTC)
    return datetime.now(UTC)


_ENCRYPTED_MESSAGE = "Encoded failure"
"""What Temporal says in place of a message that is encrypted."""


async def _query(client: Client, kind: Kind[View], handle: WorkflowHandle[Any, View]) -> View:
    try:
        return await _answer(client, handle.query(kind.query, result_type=kind.view))
    except WorkflowQueryRejectedError:
        raise DidNotHappen(
            f"somebody paused the {kind.query}; `temporal workflow unpause -w {handle.id}` lets it "
            "go on"
        ) from None
    except WorkflowQueryFailedError as error:
        message = _one_line(error.message)
        if message == _ENCRYPTED_MESSAGE:
            message = "its log says why; does it lack a key? (docs/runbook/key-missing.md)"
        raise DidNotHappen(f"the worker cannot read the {kind.query}: {message}") from None


async def _answer(client: Client, call: Coroutine[Any, Any, T]) -> T:
    """What a worker answers. Not every timeout of the SDK's covers its repetitions."""
    answer = asyncio.ensure_future(call)
    try:
        for patience in _PATIENCE:
            await asyncio.wait({answer}, timeout=patience.total_seconds())
            if answer.done():
                return answer.result()
            if not await _is_listening(client):
                break
    except RPCTimeoutOrCancelledError:
        pass
    except RPCError as error:
        if error.status not in _NO_ANSWER:
            raise
    finally:  # also on Ctrl-C, so that nothing is left to be complained of
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)
    if not await _is_listening(client):
        raise NoWorker(
            f"no worker is listening on queue {CASES_QUEUE}; start one with `python worker.py`"
        )
    raise NoAnswer(
        f"no worker answered within {ANSWERS_WITHIN.seconds} s, though one was listening on queue "
        f"{CASES_QUEUE} a minute ago; if it has gone, start one with `python worker.py`"
    )


async def _is_listening(client: Client) -> bool:
    return is_listening(await last_heard(client, CASES_QUEUE))


def _one_line(message: str) -> str:
    return " ".join(message.split())
