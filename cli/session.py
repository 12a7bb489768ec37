"""A command's connection to Temporal. Failures there become messages for the terminal."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from temporalio.common import TypedSearchAttributes
from temporalio.runtime import Runtime, TelemetryConfig

from cli.appeal.words import status_of
from cli.case.words import how_it_ended as how_case_ended
from cli.failure_words import in_words
from cli.terminal.problems import BadInput, DidNotHappen, NotShown
from domain.appeal.view import AppealView
from domain.case.view import CaseView
from domain.shared.codes import plain
from domain.shared.events import Event
from domain.shared.names import run_id_of
from domain.shared.taken import Taken
from runtime.connection import Unreachable, connect
from runtime.credentials import BadConnection, NotValidNow
from runtime.encryption import BadKeys
from temporal_client.failures import NotThere, TemporalFailure
from temporal_client.names import Name, View
from temporal_client.snapshot import Snapshot
from temporal_client.workflows import ANSWERS_WITHIN, Workflows

T = TypeVar("T")


def run(work: Callable[[Workflows], Coroutine[Any, Any, T]]) -> T:
    """Do `work` with a connection to Temporal.

    Raises:
        DidNotHappen: Temporal does not answer, or refuses, or its answer cannot be read; or our
            certificate has to be renewed.
        BadInput: the settings of the connection, or the encryption keys, are invalid.
    """
    # In an outage the SDK would write lines of its own into our standard output.
    Runtime.set_default(
        Runtime(telemetry=TelemetryConfig(logging=None)), error_if_already_set=False
    )
    try:
        return asyncio.run(_connected(work))
    except (Unreachable, NotValidNow) as error:
        raise DidNotHappen(str(error)) from None
    except (BadConnection, BadKeys) as error:
        raise BadInput(str(error)) from None
    except TemporalFailure as failure:
        raise DidNotHappen(in_words(failure)) from None


async def _connected(work: Callable[[Workflows], Coroutine[Any, Any, T]]) -> T:
    try:
        async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
            client = await connect(identity="client")
    except TimeoutError:
        raise Unreachable("no Temporal server answers (TEMPORAL_ADDRESS)") from None
    return await work(Workflows(client))


def execute_update(name: Name[View], update: str, event: Event) -> View:
    """Send an update to an existing case, enrollment or appeal, and return its view afterwards.

    Raises:
        DidNotHappen: the update was not taken.
        NotShown: it was taken, and then nobody answered.
    """
    return run(lambda workflows: send_update(workflows, name, update, event))


def execute_update_with_start(
    name: Name[View],
    update: str,
    event: Event,
    attributes: TypedSearchAttributes | None = None,
) -> View:
    """Send an update to an enrollment or an appeal, start it if there is none, and return its view.

    Raises:
        DidNotHappen: the update was not taken.
        NotShown: it was taken, and then nobody answered.
    """

    async def work(workflows: Workflows) -> View:
        taken = await workflows.execute_update_with_start(
            name, update, event, attributes=attributes
        )
        return await view_after(workflows, name, taken)

    return run(work)


async def send_update(workflows: Workflows, name: Name[View], update: str, event: Event) -> View:
    """Do `execute_update` with a connection that there is.

    Raises:
        DidNotHappen: the case or the appeal is closed.
        TemporalFailure: the update was not taken for another reason.
        NotShown: it was taken, and then nobody answered.
    """
    try:
        taken = await workflows.execute_update(name, update, event)
    except NotThere:
        last = await workflows.snapshot(name)  # which says so if there is none
    else:
        return await view_after(workflows, name, taken)
    raise DidNotHappen(f"{name} is closed: {how_it_ended(last)}")


async def view_after(workflows: Workflows, name: Name[View], taken: Taken) -> View:
    """Return the view of the workflow that has taken an update.

    Raises:
        NotShown: nobody answers any more.
    """
    try:
        view = await workflows.view(name)
        if getattr(view, "id", taken.id) != taken.id:  # the account has another one by now
            view = await workflows.view(replace(name, run_id=run_id_of(taken.id)))
    except TemporalFailure as failure:
        raise NotShown(
            f"done: {name} is {plain(taken.status)} now; but {in_words(failure)}"
        ) from None
    return view


def how_it_ended(last: Snapshot[Any]) -> str:
    """Say what became of a case, or why an enrollment has ended."""
    if last.broke_off is None and isinstance(last.view, CaseView):
        return how_case_ended(last.view)
    if last.broke_off is None and isinstance(last.view, AppealView):
        return f"the appeal ended {status_of(last.view)}"
    return last.broke_off or "an enrollment goes on for as long as the seller sells"
